"""Threads: how many there may be, PyTorch kept to one, and how work in one is asked to stop."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_asked: ContextVar[threading.Event | None] = ContextVar("asked", default=None)


class Stopped(BaseException):
    """Work that was given up because nobody waits for it any more."""


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch on one thread while in the block, and as before after it.

    Its sums depend on the number of threads, results must not; and on matrices as small as
    these, threads only get into each other's way.
    """
    import torch

    before = torch.get_num_threads()
    if before == 1:  # also in a thread of someone who has seen to it
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _one_thread_in_fork() -> None:
    """A forked child has none of PyTorch's threads but would wait for them, for ever."""
    if hasattr(torch := sys.modules.get("torch"), "set_num_threads"):
        torch.set_num_threads(1)  # type: ignore[union-attr]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_one_thread_in_fork)


@contextmanager
def stopped_by(event: threading.Event) -> Iterator[None]:
    """What this thread does in the block ends soon after `event` is set, see `stop_if_asked`."""
    token = _asked.set(event)
    try:
        yield
    finally:
        _asked.reset(token)


def stop_if_asked() -> None:
    """Raises Stopped if this thread's work is not wanted any more; costs next to nothing."""
    event = _asked.get()
    if event is not None and event.is_set():
        raise Stopped
