"""Writing files so that a kill at any instant leaves the old one or the new one."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from cubistlib.support.checks import UserError
from cubistlib.support.paths import shown

# What a file system answers that cannot lock files, as some network drives.
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)


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
    except (OSError, NotImplementedError) as error:
        raise NotWritten(
            f"{shown(folder)}: results cannot be written ({_reason(error, folder)}); "
            "what was finished before is kept, start again when that is mended"
        ) from error


def _reason(error: OSError | NotImplementedError, folder: Path) -> str:
    """What was refused in a few words, and at which place if that is outside the folder."""
    if isinstance(error, NotImplementedError) or error.errno in NO_LOCKS:
        return "files cannot be locked there, point CUBISTLIB_HOME to a disk where they can"
    if error.errno == errno.EEXIST:
        return "a file of that name is in the way"
    words = error.strerror or str(error).rstrip(".")
    place = Path(os.fsdecode(error.filename or folder))
    return words if place.is_relative_to(folder) else f"{words}: {shown(place)}"
