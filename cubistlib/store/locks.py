"""Who is at work on a study: one sweep at a time on all of it, or one on each of its slices."""

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

from cubistlib.support.checks import require
from cubistlib.support.paths import shown

NAME = re.compile(r"\.lock-(\d+)-of-(\d+)")
PAUSE = 0.5  # seconds between looks at a lock that is waited for

Slice = tuple[int, int]
"""(i, n): the i-th of n slices of a study's shards, counted from 1; (1, 1) is all of it."""


@contextmanager
def held(
    folder: Path,
    part: Slice = (1, 1),
    wait: bool = False,
    begin: Callable[[bool], list[str]] = lambda alone: [],
) -> Iterator[list[str]]:
    """Holds a slice of a study while in the block; slices that overlap with it are locked out.

    The lock is the operating system's own on a file, so that it ends with its holder, however
    that ends. begin(alone) is called as soon as the slice is held, and before anybody else can
    take one; alone: nobody holds another. Gives its sentences after one about every holder that
    ended without giving the slice back. wait: wait for another holder; without it raises
    ValueError with who that is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".lock-{part[0]}-of-{part[1]}"
    dead: list[str] = []
    while True:
        with _gate(folder):
            living = _living(folder, part, dead)
            others = [owner for slice_, owner in living.items() if _overlap(slice_, part)]
            if not others:
                lock = FileLock(path)
                lock.acquire(blocking=False)
                try:
                    said = begin(not living)
                    _sign(path)
                except BaseException:
                    lock.release()
                    path.unlink(missing_ok=True)
                    raise
                break
        require(wait, f"{shown(folder)} is being written by {others[0]}; wait for it or stop it")
        time.sleep(PAUSE)
    try:
        yield [*(f"{one} ended before it was done; going on from there" for one in dead), *said]
    finally:
        with suppress(OSError), _gate(folder):
            lock.release()
            path.unlink(missing_ok=True)


def _gate(folder: Path) -> FileLock:
    """Lets one sweep at a time look at the locks of a study and change them."""
    return FileLock(folder / ".lock")


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
        lock = FileLock(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            found[slice_] = _owner(path) or "another sweep"
            continue
        lock.release()
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
    """Who has written himself into a lock file; "" if nobody."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        owner = json.loads(path.read_text())
        return f"process {owner['pid']} on {owner['host']} (since {owner['since']})"
    return ""
