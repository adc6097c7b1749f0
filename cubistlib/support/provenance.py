"""What results were computed by: hashes that change when they might."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any


def digest(value: Any) -> str:
    """A hash of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def code(files: str = "*.py") -> str:
    """A hash of this package's files of that pattern and of what computes for them."""
    package = Path(__file__).parents[1]
    held = [p for p in sorted(package.rglob(files)) if p.is_file() and "__pycache__" not in p.parts]
    hashes = [
        (p.relative_to(package).as_posix(), hashlib.sha256(p.read_bytes()).hexdigest())
        for p in held
    ]
    return digest([hashes, *(version(name) for name in ("torch", "numpy", "numba"))])
