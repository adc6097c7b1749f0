"""Make the results that come with the package, cubistlib/reference/*.parquet.

    python tools/make_reference.py

Runs what is missing of the paper's three searches with random initialization (370,152
trainings), as `python -m cubistlib sweep paper` does, and keeps the best run of every size up
to LARGEST parameters; then runs the nine algorithms on the grid of `cubistlib.verdict`.
"""

import pandas as pd

from cubistlib import analysis, paper, pruners, store, sweep, verdict
from cubistlib.data import cubist_spiral
from cubistlib.experiments import run
from cubistlib.studies import SearchStudy

LARGEST = 100  # parameters; the paper's pruners keep at most 65 weights


def search() -> pd.DataFrame:
    """The best run of every number of weights and parameters, over the searches."""
    studies = [study for study in paper.STUDIES.values() if study.origin is None]
    searches = [study for study in studies if isinstance(study, SearchStudy)]
    results = pd.concat([sweep.run(study, "paper") for study in searches])
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
