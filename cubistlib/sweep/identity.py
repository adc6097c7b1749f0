"""What a study's folder says of its results: the definition, versions and code they are of."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cubistlib.networks.masks import Masks
from cubistlib.search.masks import MaskList
from cubistlib.store import shards
from cubistlib.studies.study import Origin, Study
from cubistlib.support import provenance
from cubistlib.support.checks import require
from cubistlib.support.files import write_text, writing
from cubistlib.support.paths import shown

RECORD = "study.json"


def definition(study: Study) -> dict[str, Any]:
    """What a study's results depend on, as JSON has it."""
    own = {field.name: _plain(getattr(study, field.name)) for field in fields(study)}
    named = {"kind": type(study).__name__, **own, "shards": len(study.shards)}
    return json.loads(json.dumps(named))


def versions(folder: Path) -> list[str]:
    """The versions of cubistlib that the results in a folder were made with, in order."""
    return _read(folder).get("versions", [])


def same(study: Study, folder: Path) -> bool:
    """Whether what is in a folder, if anything, are results of this very definition."""
    return not _changes(study, _read(folder))


def agree(study: Study, folder: Path) -> list[str]:
    """Makes sure that what is in a folder and what will come belong together.

    Gives a sentence if another version or other code of cubistlib began it; both are recorded.
    Raises ValueError with the difference if there are results of another definition.
    """
    record, said = _read(folder), []
    there = bool(shards.listing(folder))
    require(
        bool(record) or not there,
        f"{shown(folder)} has results but no {RECORD} that tells of which study; move it away",
    )
    if not there:  # nothing has come of what is on record
        record = {}
    changed = _changes(study, record)
    require(
        not changed,
        f"{shown(folder)} has results of another study of that name: "
        f"{'; '.join(changed)}; move the folder away or name the study anew",
    )
    own, code = version("cubistlib"), provenance.code()
    before, codes = record.get("versions", []), record.get("codes", [])
    if before and own not in before:
        said = [f"{study.name}: begun with version {before[-1]}, from here on {own}"]
    elif before and code not in codes:
        said = [f"{study.name}: begun with other code of version {own}; replay shows what differs"]
    if own not in before or code not in codes:
        known = {"versions": [*before, own], "codes": [*codes, code]}
        unique = {name: list(dict.fromkeys(values)) for name, values in known.items()}
        with writing(folder):
            write_text(folder / RECORD, json.dumps({"study": definition(study)} | unique, indent=1))
    return said


def renew(study: Study, folder: Path) -> None:
    """Moves results of another definition, or made by other code, to the folder .before in there.

    Only the last such are kept.
    """
    record = _read(folder)
    if not record or (record.get("codes") == [provenance.code()] and same(study, folder)):
        return
    aside, older = folder / ".before", folder / ".older"
    with writing(folder):
        shutil.rmtree(older, ignore_errors=True)
        if (aside / RECORD).exists():  # moved last: what is there is whole, and of another time
            aside.replace(older)
            shutil.rmtree(older)
        aside.mkdir(exist_ok=True)
        for path in (*folder.glob("*.parquet"), folder / RECORD):
            path.replace(aside / path.name)


def _changes(study: Study, record: dict) -> list[str]:
    """What differs from the definition on record; nothing without a record."""
    if not record:
        return []
    before, now = record["study"], definition(study)
    return [
        f"{name} was {json.dumps(before.get(name))}, is {json.dumps(now.get(name))}"
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name)
    ]


def _read(folder: Path) -> dict:
    """The record of a folder; empty if there is none."""
    path = folder / RECORD
    try:
        record = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        record = None
    sound = isinstance(record, dict) and isinstance(record.get("study"), dict)
    require(sound, f"{shown(path)} is damaged: it does not tell of a study")
    return record


def _plain(value: Any) -> Any:
    """A study's field as JSON has it; a list of masks by what it holds."""
    if isinstance(value, Origin):
        return vars(value)
    if isinstance(value, MaskList):
        return repr(value)
    if isinstance(value, Sequence) and len(value) and isinstance(value[0], Masks):
        parts = [
            b"".join(str(w.shape).encode() + w.tobytes() for w in mask.weights) for mask in value
        ]
        return f"{len(value)} masks, {hashlib.blake2b(b'|'.join(parts), digest_size=8).hexdigest()}"
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value
