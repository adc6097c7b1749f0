"""Make the results that come with the package, outputs/published/{paper,verdict}/.

    python tools/make_reference.py

Runs what is missing of the paper's ten studies, in outputs/published/paper itself, and goes on
from what is there. Of the searches it notes the best run of every size in search.parquet, which
is read in an instant. Then it runs the nine algorithms on the grid of `cubistlib.verdict`.
"""

import pandas as pd

from cubistlib import analysis, pruners, store, sweep, verdict
from cubistlib.studies import SearchStudy, paper
from cubistlib.support import paths

LARGEST = 100  # parameters; the paper's pruners keep at most 65 weights


def search(results: pd.DataFrame) -> pd.DataFrame:
    """The best run of every number of weights and parameters, by what is kept and what lives."""
    small = results[results["parameters_kept"] <= LARGEST].reset_index(drop=True)
    counts = "parameters_kept", "live_parameters"
    best = [analysis.best_of_each_size(small, by) for by in counts]
    return pd.concat(best).drop_duplicates(["study", "experiment"]).reset_index(drop=True)


def every_search() -> pd.DataFrame:
    """All results of the paper's searches."""
    studies = [study for study in paper.STUDIES.values() if isinstance(study, SearchStudy)]
    return pd.concat([sweep.run(study, analysis.PAPER) for study in studies], ignore_index=True)


def nine() -> pd.DataFrame:
    """The nine algorithms on the grid that every pruner is held to."""
    studies = [verdict.study(name) for name in pruners.available(controls=False)]
    place = paths.outputs("verdict")  # a folder each: they are studies of one name
    frames = [sweep.run(study, place / study.algorithms[0]) for study in studies]
    return pd.concat(frames, ignore_index=True)


if __name__ == "__main__":
    print(store.write(search(every_search()), analysis.REFERENCE))
    for study in paper.STUDIES.values():
        sweep.advance(study, analysis.PAPER)
    print(store.write(nine(), verdict.NINE))
