"""Who is ahead of whom on the grid, and what chance leaves of it."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from cubistlib import analysis, store
from cubistlib.support.checks import require

RESAMPLES = 200

Stacks = dict[str, np.ndarray]
"""By how much the search is ahead of each pruner: (replicates, sizes) float64, NaN for no run."""


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


def places(
    results: pd.DataFrame,
    by: str = "parameters_kept",
    resamples: int = RESAMPLES,
    seed: int = 0,
    equal: str = "runs",
) -> pd.DataFrame:
    """Every pruner's place among all by its median gap to the search, the first before others.

    Columns algorithm, steps (gradient steps of a replicate, all its runs), replicates (how many
    are compared), gap (a share), place, best and worst: between the last two it lies in 95 % of
    resamples, in each of which replicates are drawn anew from those that there are, the same for
    all pruners (bootstrap). The best of some replicates is never above that of all, so that this
    is what chance leaves among these runs, not what others would give; the search stays as it
    is. One without a size to compare at is behind all that have one. by: as in `analysis.gap`.
    equal: "runs", all replicates of each; or "steps", of each as many as can be had for what all
    of the cheapest pruner's cost, and one at least: a pruner of five trainings a run has a fifth
    of the runs. The gap is then the median over choices of so many. Raises ValueError for others.
    """
    require(equal in ("runs", "steps"), f"places: equal must be one of runs, steps, got {equal!r}")
    results = store.tidied(results, "algorithm", "seed", "steps", "parameters_kept")
    pruned = results[results["algorithm"] != "search"]
    stacks = _stacks(results[results["algorithm"] == "search"], pruned, by)
    count = pd.Series({name: float(len(rows)) for name, rows in stacks.items()}, dtype=float)
    steps = pruned.groupby("algorithm")["steps"].sum().reindex(count.index) / count
    if equal == "steps":
        count = ((steps * count).min() / steps).clip(1, count)
    draw = partial(_drawn, stacks, count, np.random.default_rng(seed))
    choices = resamples if equal == "steps" else 1  # of all replicates there is one
    gap = pd.DataFrame([draw(_some) for _ in range(choices)]).median()
    best, worst = np.quantile(
        [_ranks(draw(_anew)) for _ in range(resamples)], [0.025, 0.975], 0, method="inverted_cdf"
    )
    table = pd.DataFrame({"steps": steps, "replicates": count, "gap": gap, "place": _ranks(gap)})
    table = table.assign(best=best, worst=worst).astype(
        dict.fromkeys(["place", "best", "worst"], int)
    )
    return table.rename_axis("algorithm").sort_values("place").reset_index()


def _stacks(search: pd.DataFrame, pruned: pd.DataFrame, by: str) -> Stacks:
    sizes = sorted(pruned["parameters_kept"].unique())
    reached = analysis.best_within(search, by, sizes)
    stacks: dict[str, list[np.ndarray]] = {}
    for (name, _), runs in pruned.groupby(["algorithm", "seed"]):
        behind = (reached - analysis.best_within(runs, by, sizes)).to_numpy(dtype=float)
        stacks.setdefault(str(name), []).append(behind)
    return {name: np.array(rows) for name, rows in stacks.items()}


Draw = Callable[[np.ndarray, int], np.ndarray]
"""Which of some replicates are taken: (a random number each, how many) → their indices."""


def _some(keys: np.ndarray, many: int) -> np.ndarray:
    return np.argsort(keys)[:many]


def _anew(keys: np.ndarray, many: int) -> np.ndarray:
    return (keys[:many] * len(keys)).astype(int)


def _drawn(stacks: Stacks, count: pd.Series, rng: np.random.Generator, draw: Draw) -> pd.Series:
    """Each pruner's median gap over replicates drawn alike for all; NaN where nothing compares.

    Of a count that is not whole, so that it is right on average.
    """
    keys, chance = rng.random(max(map(len, stacks.values()))), rng.random()

    def gap(name: str, rows: np.ndarray) -> float:
        taken = rows[draw(keys[: len(rows)], int(count[name] + chance))]
        return pd.Series(np.fmin.reduce(taken)).median()

    return pd.Series({name: gap(name, rows) for name, rows in stacks.items()})


def _ranks(gaps: pd.Series) -> pd.Series:
    """Places, the least gap first; equal ones share the better, and what is missing is last."""
    return gaps.rank(method="min", na_option="bottom")
