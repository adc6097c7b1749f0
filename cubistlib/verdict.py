"""A verdict on a pruner: its runs beside those of the nine and of the search, at equal effort."""

import pandas as pd

from cubistlib import analysis, pruners, store
from cubistlib.data import cubist_spiral
from cubistlib.studies.experiment import Experiment, configurations, pruning_experiments, run

STUDY = "verdict"
NINE = analysis.FOLDER / "nine.parquet"


def experiments_of(algorithm: str) -> list[Experiment]:
    """The grid that every pruner is held to: 144 runs of 50 epochs.

    Widths 3 and 8, six values of k from 15 to 26, two schedules at rate 0.1, six replicates.
    Run i starts from the same initialization and sees the data in the same order whatever the
    algorithm (common random numbers).
    """
    configs = configurations([0.1], ["constant", "cosine"], epochs=50)
    keep = [15, 18, 20, 22, 24, 26]
    return pruning_experiments(STUDY, algorithm, [3, 8], keep, configs, seeds=6)


def nine() -> pd.DataFrame:
    """The nine published algorithms on the grid, as they came with the package."""
    return store.read(NINE)


def verdict(algorithm: str, backend: str = "auto") -> pd.DataFrame:
    """Run a pruner on the grid; its results with those of the nine and of the search.

    algorithm: a name of `pruners.available()`, also of one defined in a notebook. Rows of
    `store.SCHEMA`, for `analysis.frontiers`, `analysis.smallest` and `analysis.gap`.
    Raises ValueError for an unknown name.
    """
    pruners.get(algorithm)
    mine = run(experiments_of(algorithm), *cubist_spiral(), backend=backend)
    others = nine()
    others = others[others["algorithm"] != algorithm]
    return pd.concat([analysis.reference(), others, mine], ignore_index=True)
