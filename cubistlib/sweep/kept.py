"""What is kept of an experiment, and of which study: in a profile's results, or published."""

from pathlib import Path
from typing import Any

import pandas as pd

from cubistlib import store
from cubistlib.store.record import RECORD, record
from cubistlib.studies import PruningStudy, Study, descents, paper, replicates, verdict
from cubistlib.studies.recorded import recorded
from cubistlib.support import types
from cubistlib.support.checks import UserError
from cubistlib.sweep import winners
from cubistlib.sweep.places import every, folder

# Before the name of an algorithm: its runs on the grid of `studies.verdict`.
VERDICT = f"{verdict.NAME}/"


def study(name: str, profile: str | Path) -> Study:
    """The study of that name: of the paper, a verdict, or one whose results are kept.

    Of those the record in its folder tells what it is. Raises ValueError, with the names that
    there are, for another; and while it starts from a search that is not finished.
    """
    name = types.checked("study", types.Name, name)
    if name in paper.STUDIES:
        return winners.resolved(paper.study(name), profile)
    if name.startswith(VERDICT):
        return verdict.study(name.removeprefix(VERDICT))
    for place in every(profile):
        if known := record(place / name):
            return recorded(known["study"], _given(place, name, known["study"]))
    names = [*paper.STUDIES, f"{VERDICT}ALGORITHM", *_names(profile)]
    raise UserError(f"unknown study {name!r:.99}; there are: {', '.join(dict.fromkeys(names))}")


def stored(study: Study, profile: str | Path, number: int) -> tuple[pd.Series, Path] | None:
    """The result of one experiment as it was written or published, and the file that holds it.

    None if there is none. Raises ValueError for a number that the study does not have.
    """
    shard = study.shard_of(number)
    if study.name == verdict.NAME and isinstance(study, PruningStudy):
        file = verdict.file(*study.algorithms)
        if not file.exists():
            return None
        rows = store.read(file)
        return rows[rows["experiment"] == number].iloc[0], file
    for place in every(profile):
        if found := folder(study, place).row(number, shard):
            return found
    return None


def differing(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Which values of two tables of as many runs are not the same, to the last bit.

    Rows in the order of the tables, a column for each of `store.COLUMNS`; bool. What is missing
    in both is the same.
    """

    def plain(table: pd.DataFrame) -> pd.DataFrame:
        table = store.tidied(table)[[*store.COLUMNS]].reset_index(drop=True).astype(object)
        return table.where(table.notna(), "")

    return plain(one) != plain(other)


def _given(place: Path, name: str, known: dict[str, Any]) -> dict[str, Any]:
    """What a study's record tells by a checksum alone, where it is known."""
    asked = name.startswith("replicates/") and "masks" in known  # made anew, which takes seconds
    searches = replicates.searches() if asked else ()
    masks = {search.name: search.masks for search in searches}
    return {"masks": masks[name]} if name in masks else descents.begun_with(place, name)


def _names(profile: str | Path) -> list[str]:
    files = [(place, file) for place in every(profile) for file in place.rglob(RECORD)]
    return sorted(f.parent.relative_to(p).as_posix() for p, f in files if f.parent.name[0] != ".")
