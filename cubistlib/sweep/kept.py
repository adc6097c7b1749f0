"""What is kept of an experiment, and of which study: in a profile's results, or published."""

from pathlib import Path
from typing import Any

import pandas as pd

from cubistlib import pruners, store
from cubistlib.store.record import RECORD, record
from cubistlib.studies import PruningStudy, Study, descents, paper, replicates, tuning, verdict
from cubistlib.studies.recorded import recorded
from cubistlib.support import types
from cubistlib.support.checks import UserError, nearest
from cubistlib.sweep import winners
from cubistlib.sweep.places import every, folder


def study(name: str, profile: str | Path) -> Study:
    """The study of that name: of the paper, a verdict, or one whose results are kept.

    Of those the record in its folder tells what it is. Raises ValueError, with the nearest names
    that there are, for another; and while it starts from a search that is not finished.
    """
    name = types.checked("study", types.Name, name)
    if name in paper.STUDIES:
        return winners.resolved(paper.study(name), profile)
    kind, algorithm, *_ = *name.split("/"), ""
    if found := _packed(kind, algorithm).get(name):
        return found
    for place in every(profile):
        if known := record(place / name):
            return recorded(known["study"], _given(place, name, known["study"]))
    names = [*paper.STUDIES, *_names(profile)]
    if kind == tuning.NAME:  # hundreds, among which all others would be lost
        names = [name for a in tuning.tuned() for name in _packed(tuning.NAME, a)]
    names += [name for a in pruners.available(controls=False) for name in _packed(verdict.NAME, a)]
    raise UserError(f"unknown study {name!r:.99}; nearest are: {nearest(name, names)}")


def stored(study: Study, profile: str | Path, number: int) -> tuple[pd.Series, Path] | None:
    """The result of one experiment as it was written or published, and the file that holds it.

    None if there is none. Raises ValueError for a number that the study does not have.
    """
    shard = study.shard_of(number)
    file = _file(study)
    if file and file.exists():
        rows = store.read(file)
        here = (rows["study"] == study.name) & (rows["experiment"] == number)
        return (rows[here].iloc[0], file) if here.any() else None
    for place in every(profile):
        if found := folder(study, place).row(number, shard):
            return found
    return None


def differing(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Which values of two tables of as many runs are not the same, to the last bit.

    Rows in the order of the tables, a column for each of `store.COLUMNS` but the version that ran
    it, which a later one need not have; bool. What is missing in both is the same.
    """
    columns = [name for name in store.COLUMNS if name != "version"]

    def plain(table: pd.DataFrame) -> pd.DataFrame:
        table = store.tidied(table)[columns].reset_index(drop=True).astype(object)
        return table.where(table.notna(), "")

    return plain(one) != plain(other)


def _packed(kind: str, algorithm: str) -> dict[str, PruningStudy]:
    """The studies of an algorithm that have no folders, by the names they are asked for by."""
    if kind not in (verdict.NAME, tuning.NAME) or algorithm not in pruners.available():
        return {}
    if kind == verdict.NAME:
        return {f"{verdict.NAME}/{algorithm}": verdict.study(algorithm)}
    return {study.name: study for study in tuning.studies(algorithm)}


def _file(study: Study) -> Path | None:
    """The file in which the runs of such a study came with the package; None for any other."""
    files = {verdict.NAME: verdict.file, tuning.NAME: tuning.file}
    kind = study.name.partition("/")[0]
    single = isinstance(study, PruningStudy) and len(study.algorithms) == 1
    return files[kind](*study.algorithms) if single and kind in files else None  # type: ignore[attr-defined]


def _given(place: Path, name: str, known: dict[str, Any]) -> dict[str, Any]:
    """What a study's record tells by a checksum alone, where it is known."""
    asked = name.startswith("replicates/") and "masks" in known  # made anew, which takes seconds
    searches = replicates.searches() if asked else ()
    masks = {search.name: search.masks for search in searches}
    return {"masks": masks[name]} if name in masks else descents.begun_with(place, name)


def _names(profile: str | Path) -> list[str]:
    files = [(place, file) for place in every(profile) for file in place.rglob(RECORD)]
    return sorted(f.parent.relative_to(p).as_posix() for p, f in files if f.parent.name[0] != ".")
