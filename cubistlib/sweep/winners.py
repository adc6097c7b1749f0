"""Which network of a search a fixed-initialization study starts from."""

from dataclasses import replace

from cubistlib import analysis, store, sweep
from cubistlib.studies import paper
from cubistlib.studies.study import Study
from cubistlib.support.checks import require


def waits(study: Study, profile: str) -> str:
    """A sentence if the study needs a search that is not finished, else ""."""
    if study.origin is None:
        return ""
    search = paper.study(study.origin.study)
    done = sweep.finished(search, profile)
    if done == len(search):
        return ""
    return (
        f"{study.name} starts from the best network of {search.name}, of which {done:,} of "
        f"{len(search):,} experiments are done: run 'python -m cubistlib sweep {profile} "
        f"{search.name}' first"
    )


def resolved(study: Study, profile: str) -> Study:
    """The study with the number of the experiment that its origin means.

    That is the search's network which reaches the target with the fewest parameters, of
    equally small ones the most accurate; if none reaches it, the most accurate of all.
    Raises ValueError while the search is not finished.
    """
    if study.origin is None:
        return study
    sentence = waits(study, profile)
    require(not sentence, sentence)
    search = paper.study(study.origin.study)
    results = store.read(sweep.folder(search, profile))
    best = analysis.best_run(results, study.origin.target)
    return replace(study, origin=replace(study.origin, experiment=int(best["experiment"])))
