"""Make the results that come with the package, outputs/published/{paper,verdict}/*.parquet.

    python tools/make_reference.py

Runs what is missing of the paper's ten studies, as `python -m cubistlib sweep paper` does. Of
the searches it keeps the best run of every size up to LARGEST parameters, of the pruning every
run. Then it runs the nine algorithms on the grid of `cubistlib.verdict`.
"""

import pandas as pd

from cubistlib import analysis, pruners, store, sweep, verdict
from cubistlib.studies import PruningStudy, SearchStudy, Study, paper
from cubistlib.support import paths

LARGEST = 100  # parameters; the paper's pruners keep at most 65 weights


def search() -> pd.DataFrame:
    """The best run of every number of weights and parameters, over the searches."""
    results = every(SearchStudy)
    results = results[results["parameters_kept"] <= LARGEST].reset_index(drop=True)
    return analysis.best_of_each_size(results)


def every(kind: type[Study]) -> pd.DataFrame:
    """All results of the paper's studies of that kind."""
    studies = [study for study in paper.STUDIES.values() if isinstance(study, kind)]
    frames = [sweep.run(study, "paper") for study in studies]
    return pd.concat(frames, ignore_index=True)


def nine() -> pd.DataFrame:
    """The nine algorithms on the grid that every pruner is held to."""
    studies = [verdict.study(name) for name in pruners.available(controls=False)]
    place = paths.outputs("verdict")  # a folder each: they are studies of one name
    frames = [sweep.run(study, place / study.algorithms[0]) for study in studies]
    return pd.concat(frames, ignore_index=True)


if __name__ == "__main__":
    print(store.write(search(), analysis.REFERENCE))
    print(store.write(every(PruningStudy), analysis.PRUNED))
    print(store.write(nine(), verdict.NINE))
