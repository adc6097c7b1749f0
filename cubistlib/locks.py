"""One sweep at a time on a study, or one on each of its slices."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from cubistlib.checks import require
from cubistlib.paths import shown

PAUSE = 0.5  # seconds between looks at a lock that is waited for

Slice = tuple[int, int]
"""(i, n): the i-th of n slices of a study's shards, counted from 1; (1, 1) is all of it."""


@contextmanager
def held(folder: Path, part: Slice = (1, 1), wait: bool = False) -> Iterator[str]:
    """Holds a slice of a study while in the block; slices of other cuts are locked out.

    The lock is the operating system's own on a file, so that it ends with its holder, however
    that ends. Gives a sentence about a holder that ended without giving it back, else "".
    wait: wait for another holder; without it raises ValueError with who that is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".lock-{part[0]}-of-{part[1]}"
    while True:
        holder = _other_holder(folder, part)
        file = path.open("a+") if holder is None else None
        if file and _taken(file):
            break
        holder = holder or _owner(path)
        require(wait, f"{shown(folder)} is being written by {holder}; wait for it or stop it")
        time.sleep(PAUSE)
    with file:
        before = _owner(path)
        file.truncate(0)
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": now}
        # Who holds it is a courtesy: a full disk is told of where results are written.
        with suppress(OSError):
            os.write(file.fileno(), json.dumps(owner).encode())
        try:
            yield f"{before} ended before it was done; going on from there" if before else ""
        finally:
            file.truncate(0)


def _taken(file) -> bool:
    """Whether the lock on an open file could be had."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    return True


def _other_holder(folder: Path, part: Slice) -> str | None:
    """Who holds a slice of another cut of the study, which may overlap with this one."""
    for path in folder.glob(".lock-*-of-*"):
        if path.name.endswith(f"-of-{part[1]}"):
            continue
        with path.open("a+") as file:
            if not _taken(file):
                return _owner(path)
    return None


def _owner(path: Path) -> str:
    """Who has written himself into a lock file; "" if nobody."""
    with suppress(OSError, ValueError, KeyError):
        owner = json.loads(path.read_text())
        return f"process {owner['pid']} on {owner['host']} (since {owner['since']})"
    return ""
