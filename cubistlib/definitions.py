"""What a study's folder says of its results: the definition, versions and code they are of."""

import json
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from cubistlib import provenance
from cubistlib.checks import UserError, require
from cubistlib.files import write_text, writing
from cubistlib.paths import shown
from cubistlib.studies import Study

RECORD = "study.json"


def versions(folder: Path) -> list[str]:
    """The versions of cubistlib that the results in a folder were made with, in order."""
    record = _read(folder)
    return record["versions"] if record else []


def agree(study: Study, folder: Path) -> Iterator[str]:
    """Makes sure that what is in a folder and what will come belong together.

    Gives a sentence if another version of cubistlib began it. Raises ValueError with the
    difference if there are results of another definition.
    """
    record, own, code = _read(folder), version("cubistlib"), provenance.code()
    before = record["versions"] if record else []
    if record:
        changed = _changes(study, record)
        require(
            not changed,
            f"{shown(folder)} has results of another study of that name: "
            f"{'; '.join(changed)}; move the folder away or name the study anew",
        )
        if own not in before:
            yield f"{study.name}: begun with version {before[-1]}, from here on {own}"
    if own not in before or record.get("code") != code:
        known = before if own in before else [*before, own]
        record = {"study": study.definition(), "versions": known, "code": code}
        with writing(folder):
            write_text(folder / RECORD, json.dumps(record, indent=1))


def renew(study: Study, folder: Path) -> None:
    """Moves results of another definition, or made by other code, to the folder .before in there.

    Only the last such are kept.
    """
    record = _read(folder)
    if not record or (record.get("code") == provenance.code() and not _changes(study, record)):
        return
    aside = folder / ".before"
    with writing(folder):
        if (aside / RECORD).exists():  # moved last: what is there is whole, and of another time
            shutil.rmtree(aside)
        aside.mkdir(exist_ok=True)
        for path in (*folder.glob("*.parquet"), folder / RECORD):
            path.replace(aside / path.name)


def _changes(study: Study, record: dict) -> list[str]:
    """What differs from the definition on record."""
    before, now = record["study"], json.loads(json.dumps(study.definition()))
    return [
        f"{name} was {json.dumps(before.get(name))}, is {json.dumps(now.get(name))}"
        for name in [*before, *(n for n in now if n not in before)]
        if before.get(name) != now.get(name)
    ]


def _read(folder: Path) -> dict | None:
    path = folder / RECORD
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UserError(f"{shown(path)} is damaged: not JSON") from error
