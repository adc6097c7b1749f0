"""Writing files so that a kill at any instant leaves the old one or the new one."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from cubistlib.support.checks import UserError, require
from cubistlib.support.paths import shown

# What a file system answers that cannot lock files, as some network drives.
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)
# Names that `replacing` gives, which nobody who reads a message knows.
TEMPORARY = re.compile(r"\..+\.[0-9a-f]{32}(\.[^.]*)?", re.DOTALL)


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


def require_text(text: str) -> None:
    """Raises ValueError for half a character, which no file can hold; an escape may make one."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UserError(f"no text holds U+{ord(text[error.start]):04X}") from error


def require_page(asked: str, file: Path) -> None:
    """Raises ValueError, which begins with what was asked for, unless a page can have that name."""
    require(not file.is_dir(), f"{asked}: {shown(file)} is a folder; give a file")
    named = file.suffix.lower() in (".html", ".htm")
    require(named, f"{asked}: {shown(file)} must end in .html, as a page does")


class NotWritten(UserError):
    """Something that the disk refused."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turns what a disk refuses into a sentence; what is unfinished has been removed by then."""
    try:
        yield
    except BrokenPipeError:  # of the console: nobody reads on
        raise
    except (OSError, NotImplementedError) as error:
        raise NotWritten(
            f"{shown(folder)}: results cannot be written ({_reason(error, folder)}); "
            "what was finished before is kept, start again when that is mended"
        ) from error


@contextmanager
def saving(asked: str, file: Path) -> Iterator[None]:
    """The same of one file, in a sentence that begins with what was asked for."""
    try:
        yield
    except OSError as error:
        told = f"{asked}: {shown(file)} cannot be written ({_reason(error, file)})"
        raise NotWritten(told) from error


def _reason(error: OSError | NotImplementedError, folder: Path) -> str:
    """What was refused in a few words, and at which place if that is not the folder itself."""
    if isinstance(error, NotImplementedError) or error.errno in NO_LOCKS:
        return "files cannot be locked there, point CUBISTLIB_HOME to a disk where they can"
    words = error.strerror or str(error).rstrip(".")
    if error.errno == errno.EEXIST:
        words = "a file of that name is in the way"
    # Of a renaming, the new name; it is the one that something may stand in the way of.
    place = Path(os.fsdecode(error.filename2 or error.filename or folder))
    if TEMPORARY.fullmatch(place.name):
        place = place.parent
    if error.errno == errno.EEXIST and place.is_symlink():
        words = "a link that leads nowhere is in the way"
    if error.errno == errno.ENOTDIR:
        place = next(above for above in (place, *place.parents) if above.exists())
    return words if place == folder else f"{words}: {shown(place)}"
