"""A verdict on a pruner: its runs beside those of the nine and of the search, at equal effort."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from cubistlib import analysis, store, sweep
from cubistlib.studies.verdict import NINE, study
from cubistlib.support.checks import require


def nine() -> pd.DataFrame:
    """The nine published algorithms on the grid, as they came with the package."""
    return store.read(NINE)


def verdict(algorithm: str, backend: str = "auto") -> pd.DataFrame:
    """Run a pruner on the grid; its results with those of the nine and of the search.

    algorithm: a name of `pruners.available()`, also of one defined in a notebook. Rows of
    `store.SCHEMA`, for `standings`, and for `analysis.frontiers`, `analysis.smallest` and
    `analysis.gap` by any count. Raises ValueError for an unknown name.
    """
    # Nothing is kept: a pruner that somebody works on changes from run to run.
    with TemporaryDirectory() as place:
        mine = sweep.run(replace(study(algorithm), backend=backend), Path(place))
    others = nine()
    others = others[others["algorithm"] != algorithm]
    return pd.concat([analysis.reference(), others, mine], ignore_index=True)


def standings(results: pd.DataFrame) -> pd.DataFrame:
    """By how much the search is ahead of each pruner, by what is kept, on a path and alive.

    The median of `analysis.gap` at all numbers of parameters that any pruner has kept; a share,
    negative where the pruner is ahead. A size is compared if the search and the pruner both have
    a run so small, so that it need not be the same sizes for two pruners or by two counts; `sizes`
    of `analysis.gap` tells how many. Columns algorithm, kept, effective and live; least first, by
    what lives. Raises ValueError for results that lack a count.
    """
    results = store.tidied(results, "algorithm", "parameters_kept")
    sizes = results.loc[results["algorithm"] != "search", "parameters_kept"].unique().tolist()
    gaps = {
        kind: analysis.gap(results, by, sizes).set_index("algorithm")["median"]
        for by, kind in analysis.PARAMETERS.items()
    }
    return pd.DataFrame(gaps).sort_values("live").reset_index()


def place(
    results: pd.DataFrame,
    algorithm: str,
    by: str = "parameters_kept",
    resamples: int = 200,
    seed: int = 0,
) -> tuple[int, int, int]:
    """A pruner's place among all by its median gap to the search, and what chance leaves of it.

    As (place, best, worst): between the last two it lies in 95 % of resamples, in each of which
    replicates are drawn anew from those that there are, the same for all pruners (bootstrap). The
    best of some replicates is never above that of all, so that this is what chance leaves among
    these runs, not what others would give; the search stays as it is. One without a size to
    compare at is behind all that have one. by: as in `analysis.gap`.
    Raises ValueError for a pruner without runs.
    """
    results = store.tidied(results, "algorithm", "seed", "parameters_kept")
    pruned = results[results["algorithm"] != "search"]
    require(algorithm in set(pruned["algorithm"]), f"place: no runs of {algorithm!r:.60}")
    sizes = sorted(pruned["parameters_kept"].unique())
    search = analysis.best_within(results[results["algorithm"] == "search"], by, sizes)
    reached: dict[str, list[np.ndarray]] = {}
    for (name, _), runs in pruned.groupby(["algorithm", "seed"]):
        reached.setdefault(str(name), []).append(analysis.best_within(runs, by, sizes).to_numpy())
    stacks = {name: np.array(rows) for name, rows in reached.items()}
    rng = np.random.default_rng(seed)

    def placed(chosen: dict[str, np.ndarray]) -> int:
        gaps = {name: (search - np.fmax.reduce(rows)).median() for name, rows in chosen.items()}
        own = gaps[algorithm]
        return 1 + sum(bool(gap < own or (np.isnan(own) and gap == gap)) for gap in gaps.values())

    def drawn() -> dict[str, np.ndarray]:
        at = rng.random(max(map(len, stacks.values())))
        return {n: rows[(at[: len(rows)] * len(rows)).astype(int)] for n, rows in stacks.items()}

    places = [placed(drawn()) for _ in range(resamples)]
    best, worst = np.quantile(places, [0.025, 0.975], method="inverted_cdf")
    return placed(stacks), int(best), int(worst)
