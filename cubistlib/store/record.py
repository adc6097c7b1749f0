"""study.json, which says of which study a folder's results are."""

import json
from pathlib import Path
from typing import Any

from cubistlib.support.checks import UserError, require
from cubistlib.support.files import write_text
from cubistlib.support.paths import shown

RECORD = "study.json"


def record(folder: Path) -> dict[str, Any]:
    """What study.json in a folder says: study (its definition), versions, codes; {} without one.

    Raises ValueError if it is damaged or cannot be read.
    """
    path = folder / RECORD
    data = _read(path)
    if data is None:
        return {}
    try:
        found = json.loads(data)
        json.dumps(found)  # what is nested deeper than Python goes is of no study
    except (ValueError, RecursionError):
        found = None
    require(
        _tells_of_a_study(found),
        f"{shown(path)} is damaged: it does not tell of a study; move it away and start the "
        "study's sweep again, which keeps the results that are its own",
    )
    return found


def signed(known: dict[str, Any], version: str, code: str) -> dict[str, Any]:
    """A record that tells of results of this version and this code, besides those before."""
    own = {"versions": version, "codes": code}
    lists = {name: [*known.get(name, []), value] for name, value in own.items()}
    return known | {name: list(dict.fromkeys(values)) for name, values in lists.items()}


def begun_by_others(known: dict[str, Any], version: str, code: str) -> str:
    """Words on another version or other code, if none of its results are of these; else ""."""
    versions = known.get("versions", [])
    if versions and version not in versions:
        return f"begun with version {versions[-1]}, from here on {version}"
    if versions and code not in known.get("codes", []):
        return f"begun with other code of version {version}; replay shows what differs"
    return ""


def keep(folder: Path, known: dict[str, Any]) -> None:
    """Writes study.json. Raises OSError if it cannot be written."""
    write_text(folder / RECORD, json.dumps(known, indent=1))


def _read(path: Path) -> bytes | None:
    """What a file holds; None if there is nothing of that name, not even a link to nothing."""
    try:
        if not path.is_symlink() and not path.exists():
            return None
        require(path.is_file(), f"{shown(path)} is no file; move it away and start again")
        return path.read_bytes()
    except FileNotFoundError:  # gone in this moment
        return None
    except OSError as error:
        raise UserError(
            f"{shown(path)} cannot be read ({error.strerror}); make it readable or move it away"
        ) from error


def _tells_of_a_study(found: Any) -> bool:
    """Whether all that is read from a record later on is there."""
    if not isinstance(found, dict) or not isinstance(study := found.get("study"), dict):
        return False
    lists = [found.get(name, []) for name in ("versions", "codes")]
    texts = all(isinstance(part, list) and all(isinstance(t, str) for t in part) for part in lists)
    return texts and type(study.get("shards")) is int and study["shards"] >= 0
