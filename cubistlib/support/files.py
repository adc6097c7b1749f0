"""Writing files so that a kill at any instant leaves the old one or the new one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from cubistlib.support.checks import UserError
from cubistlib.support.paths import shown


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside `path`; what is written there takes its place at the end.

    After an exception `path` is as it was, and the temporary file is gone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Threads of one process write side by side, and hosts of equal process numbers.
    temporary = path.with_name(f".{path.stem}.{uuid4().hex}{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


class NotWritten(UserError):
    """Something that the disk refused."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turns what a disk refuses into a sentence; what is unfinished has been removed by then."""
    try:
        yield
    except OSError as error:
        raise NotWritten(
            f"{shown(folder)}: results cannot be written ({error.strerror or error}); "
            "what was finished before is kept, start again when that is mended"
        ) from error
