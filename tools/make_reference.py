"""Make the results that come with the package, cubistlib/reference/*.parquet.

    python tools/make_reference.py

Runs what is missing of two searches at the paper's scale (180,528 trainings), with the masks
and configurations of its studies for 95 %, and keeps the best run of every size up to LARGEST
parameters; then runs the nine algorithms on the grid of `cubistlib.verdict`.
"""

import pandas as pd

from cubistlib import analysis, pruners, store, sweep, verdict
from cubistlib.config import SCHEDULES
from cubistlib.data import cubist_spiral
from cubistlib.experiments import run
from cubistlib.search import Structured, unstructured_masks
from cubistlib.studies import SearchStudy

GRID = {"lrs": (0.05, 0.1), "schedules": SCHEDULES}
SEARCHES = (
    SearchStudy(name="reference/structured", masks=Structured(16), **GRID),
    SearchStudy(name="reference/3-3-3", masks=unstructured_masks((3, 3, 3)), **GRID),
)
LARGEST = 100  # parameters; the paper's pruners keep at most 65 weights


def search() -> pd.DataFrame:
    """The best run of every number of weights and parameters, over both searches."""
    results = pd.concat([sweep.run(study, "reference") for study in SEARCHES])
    results = results[results["parameters_kept"] <= LARGEST].reset_index(drop=True)
    return analysis.best_of_each_size(results)


def nine() -> pd.DataFrame:
    """The nine algorithms on the grid that every pruner is held to."""
    x, y = cubist_spiral()
    names = [name for name, pruner in pruners.available().items() if not pruner.control]
    results = [run(verdict.experiments_of(name), x, y) for name in names]
    return pd.concat(results, ignore_index=True)


if __name__ == "__main__":
    print(store.write(search(), analysis.REFERENCE))
    print(store.write(nine(), verdict.NINE))
