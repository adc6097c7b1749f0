"""What results were computed by: hashes that change when they might."""

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cubistlib.support import paths

# The rooms that a result hangs on; figures, files and workers only carry it.
COMPUTING = ["data.py", "networks", "training", "pruners", "search", "studies"]
COMPUTING += ["support/compiled.py", "support/threads.py", "support/types.py"]


def checksum(data: bytes) -> str:
    """A short hash of bytes, 16 digits."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def digest(value: Any) -> str:
    """A hash of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def code() -> str:
    """A hash of all that computes a result."""
    package = paths.package()
    rooms = [package / room for room in COMPUTING]
    return _hash(path for room in rooms for path in (room, *room.rglob("*.py")))


def library() -> str:
    """A hash of the whole library, published data too: what a notebook's outputs hang on."""
    package = paths.package()
    kinds = [paths.published(kind).rglob("*") for kind in ("paper", "verdict")]
    # What is being computed for the frontier lies deeper than what is known of it.
    kinds += [paths.published("frontier").glob(pattern) for pattern in ("*", "[!e]*/*.json")]
    return _hash([*package.rglob("*"), *(path for kind in kinds for path in kind)])


def _hash(found: Iterable[Path]) -> str:
    files = sorted(p for p in {*found} if p.is_file() and "__pycache__" not in p.parts)
    package = paths.package()
    hashes = [(p.relative_to(package).as_posix(), checksum(p.read_bytes())) for p in files]
    return digest([hashes, *(version(name) for name in ("torch", "numpy", "numba", "scipy"))])
