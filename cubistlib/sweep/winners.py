"""Which network of a search a fixed-initialization study starts from."""

from dataclasses import replace
from pathlib import Path

from cubistlib import analysis, store
from cubistlib.store.record import record
from cubistlib.store.shards import Shards
from cubistlib.studies import Study, paper
from cubistlib.support.checks import require
from cubistlib.sweep.places import at_hand, folder


def waits(study: Study, profile: str | Path) -> str:
    """A sentence if the study needs a search that is not finished, else ""."""
    if study.origin is None or study.origin.experiment is not None:
        return ""
    search = study.origin.study
    source = at_hand(search, profile)
    place = source / search
    known, done = record(place), 0
    if known and search in paper.STUDIES:  # whose definition is known
        done = len(folder(paper.STUDIES[search], source).finished())
    elif known:
        done = len(Shards(place, known["study"]).finished())
    if known and done == known["study"]["shards"]:
        return ""
    how_far = f"{done:,} of {known['study']['shards']:,} shards are" if known else "nothing is"
    command = f"run 'python -m cubistlib sweep {profile} {search}'"
    return (
        f"{study.name} starts from the best network of {search}, of which {how_far} done: "
        f"{command if search in paper.STUDIES else 'finish that search'} first"
    )


def resolved(study: Study, profile: str | Path) -> Study:
    """The study with the number of the experiment that its origin means.

    That is the search's network which reaches the target with the fewest parameters, of
    equally small ones the most accurate; if none reaches it, the most accurate of all.
    Raises ValueError while the search is not finished.
    """
    if study.origin is None or study.origin.experiment is not None:
        return study
    sentence = waits(study, profile)
    require(not sentence, sentence)
    search = study.origin.study
    runs = store.read(at_hand(search, profile) / search)
    best = analysis.best_run(runs, study.origin.target)
    return replace(study, origin=replace(study.origin, experiment=int(best["experiment"])))
