"""One sweep at a time on a study, or one on each of its slices."""

import fcntl
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from cubistlib.support.checks import require
from cubistlib.support.paths import shown

NAME = re.compile(r"\.lock-(\d+)-of-(\d+)")
PAUSE = 0.5  # seconds between looks at a lock that is waited for

Slice = tuple[int, int]
"""(i, n): the i-th of n slices of a study's shards, counted from 1; (1, 1) is all of it."""


@contextmanager
def held(folder: Path, part: Slice = (1, 1), wait: bool = False) -> Iterator[list[str]]:
    """Holds a slice of a study while in the block; slices that overlap with it are locked out.

    The lock is the operating system's own on a file, so that it ends with its holder, however
    that ends. Gives a sentence about every holder that ended without giving it back.
    wait: wait for another holder; without it raises ValueError with who that is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".lock-{part[0]}-of-{part[1]}"
    dead: list[str] = []
    while True:
        with _alone(folder):
            holder = _other(folder, part, dead)
            if holder is None:
                file = path.open("a+")
                _taken(file)
                break
        require(wait, f"{shown(folder)} is being written by {holder}; wait for it or stop it")
        time.sleep(PAUSE)
    with file:
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": now}
        # Who holds it is a courtesy: a full disk is told of where results are written.
        with suppress(OSError):
            os.write(file.fileno(), json.dumps(owner).encode())
        try:
            yield [f"{one} ended before it was done; going on from there" for one in dead]
        finally:
            with suppress(OSError), _alone(folder):
                path.unlink()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lets one sweep at a time look at the locks of a study and change them."""
    with (folder / ".lock").open("a") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _other(folder: Path, part: Slice, dead: list[str]) -> str | None:
    """Who holds a slice that overlaps with this one.

    Those who have died holding one are added to `dead`, and what they have left is removed.
    """
    for path in sorted(folder.glob(".lock-*-of-*")):
        if not (slice_ := NAME.fullmatch(path.name)):
            continue
        i, n = map(int, slice_.groups())
        if (i - 1) * part[1] >= part[0] * n or (part[0] - 1) * n >= i * part[1]:
            continue
        with path.open("a+") as file:
            if not _taken(file):
                return _owner(path) or "another sweep"
            dead += filter(None, [_owner(path)])
            path.unlink()
    return None


def _taken(file) -> bool:
    """Whether the lock on an open file could be had."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(path: Path) -> str:
    """Who has written himself into a lock file; "" if nobody."""
    with suppress(OSError, ValueError, KeyError):
        owner = json.loads(path.read_text())
        return f"process {owner['pid']} on {owner['host']} (since {owner['since']})"
    return ""
