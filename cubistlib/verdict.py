"""A verdict on a pruner: its runs beside those of the nine and of the search, at equal effort."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from cubistlib import analysis, store, sweep
from cubistlib.studies import PruningStudy
from cubistlib.support import paths

NINE = paths.published("verdict") / "nine.parquet"


def study(algorithm: str) -> PruningStudy:
    """The grid that every pruner is held to: 144 runs of 50 epochs.

    Widths 3 and 8, six values of k from 15 to 26, two schedules at rate 0.1, six replicates.
    Run i starts from the same initialization and sees the data in the same order whatever the
    algorithm (common random numbers). Raises ValueError for an unknown name.
    """
    return PruningStudy(
        name="verdict",
        algorithms=(algorithm,),
        widths=(3, 8),
        keep=(15, 18, 20, 22, 24, 26),
        lrs=(0.1,),
        schedules=("constant", "cosine"),
        seeds=6,
    )


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
