"""Who is at work on a study: one sweep at a time on all of it, or one on each of its slices."""

import errno
import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from cubistlib.support.checks import UserError, require
from cubistlib.support.paths import shown

NAME = re.compile(r"\.lock-(\d+)-of-(\d+)")
PAUSE = 0.5  # seconds between looks at a lock that is waited for
SIGNATURE = 512  # bytes of a lock file that are read; who has signed needs fewer

# What a file system answers for a thing that is no file.
NO_FILE = {errno.EISDIR, errno.ELOOP, errno.ENXIO}

Slice = tuple[int, int]
"""(i, n): the i-th of n slices of a study's shards, counted from 1; (1, 1) is all of it."""


@contextmanager
def held(
    folder: Path,
    part: Slice = (1, 1),
    wait: bool = False,
    begin: Callable[[bool], None] = lambda alone: None,
) -> Iterator[list[str]]:
    """Holds a slice of a study while in the block; slices that overlap with it are locked out.

    The lock is the operating system's own on a file, so that it ends with its holder, however
    that ends. begin(alone) is called as soon as the slice is held, and before anybody else can
    take one; alone: nobody holds another. Gives a sentence about every holder that ended without
    giving the slice back. wait: wait for another holder; without it raises ValueError with who
    that is. Raises OSError where files cannot be locked. A folder that was made here and holds
    nothing at the end is removed.
    """
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".lock-{part[0]}-of-{part[1]}"
    dead: list[str] = []
    while True:
        with gate(folder):
            living = _living(folder, part, dead)
            others = [owner for slice_, owner in living.items() if _overlap(slice_, part)]
            if not others:
                lock = acquired(path, blocking=False)
                try:
                    begin(not living)
                    _sign(path)
                except BaseException:
                    _give_back(path, lock, made)
                    raise
                break
        require(wait, f"{shown(folder)} is being written by {others[0]}; wait for it or stop it")
        time.sleep(PAUSE)
    try:
        yield [f"{one} ended before it was done; going on from there" for one in dead]
    finally:
        if folder.is_dir():  # else it was removed meanwhile, and the gate would make it anew
            with suppress(OSError, UserError), gate(folder):
                _give_back(path, lock, made)
        lock.release()


@contextmanager
def gate(folder: Path) -> Iterator[None]:
    """Lets one sweep at a time look at the locks of a study and change them."""
    lock = acquired(folder / ".lock")
    try:
        yield
    finally:
        lock.release()


def acquired(path: Path, blocking: bool = True) -> FileLock:
    """The lock on a file, held.

    Raises Timeout if another holds it and it must not block, ValueError if it is no file, and
    OSError where files cannot be locked.
    """
    # A lock that is the file's existence, which filelock would turn to, outlives a kill.
    lock = FileLock(path, fallback_to_soft=False)
    try:
        lock.acquire(blocking=blocking)
    except Timeout:
        raise
    except OSError as error:
        require(
            error.errno not in NO_FILE,
            f"{shown(path)} is no file that can be locked ({error.strerror}); remove it and "
            "start again",
        )
        raise
    return lock


def _give_back(path: Path, lock: FileLock, made: bool) -> None:
    """Releases a slice, within the gate; with `made`, also a folder in which nothing else is."""
    lock.release()
    again = acquired(path, blocking=False)  # if the folder was made anew, it may be another's
    path.unlink(missing_ok=True)
    again.release()
    gate = path.parent / ".lock"
    if made and list(path.parent.iterdir()) == [gate]:
        gate.unlink()
        path.parent.rmdir()


def _living(folder: Path, part: Slice, dead: list[str]) -> dict[Slice, str]:
    """Every slice that is held and who holds it.

    Those who have died holding one that overlaps with `part` are added to `dead`, and what they
    have left is removed.
    """
    found = {}
    for path in sorted(folder.glob(".lock-*-of-*")):
        if not (name := NAME.fullmatch(path.name)):
            continue
        slice_ = int(name[1]), int(name[2])
        try:
            acquired(path, blocking=False).release()
        except Timeout:
            found[slice_] = _owner(path) or "another sweep"
            continue
        if _overlap(slice_, part):
            dead += filter(None, [_owner(path)])
            path.unlink(missing_ok=True)
    return found


def _overlap(one: Slice, other: Slice) -> bool:
    (i, n), (j, m) = one, other
    return (i - 1) * m < j * n and (j - 1) * n < i * m


def _sign(path: Path) -> None:
    """Writes who holds a lock: a courtesy, a full disk is told of where results are written."""
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": now}
    with suppress(OSError):
        path.write_text(json.dumps(owner))


def _owner(path: Path) -> str:
    """Who has written himself into a lock file; "" if nobody, or what is there is nobody's."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        if path.is_file():
            with path.open("rb") as file:
                owner = json.loads(file.read(SIGNATURE))
            text = f"process {owner['pid']} on {owner['host']} (since {owner['since']})"
            return "".join(c if c.isprintable() else " " for c in text)
    return ""
