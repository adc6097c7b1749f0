"""Shards run by threads or processes of this machine: an executor is a context with `submit`."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from dataclasses import dataclass

from cubistlib.support.children import Children
from cubistlib.support.threads import one_thread, stopped_by

# What is raised where an executor is gone: a killed process, a lost scheduler, and by name, as
# Dask may be missing, a shard that took several workers with it.
LOST = (BrokenExecutor, CancelledError, OSError)
LOST_IN_DASK = "KilledWorker"


def is_lost(error: BaseException) -> bool:
    """Whether an error means that the executor is gone, and is not one of a file."""
    lost = isinstance(error, LOST) or type(error).__name__ == LOST_IN_DASK
    return lost and getattr(error, "filename", None) is None


@dataclass(frozen=True)
class Executor:
    """submit(function, *arguments) gives a `concurrent.futures.Future`; workers(): how many."""

    submit: Callable[..., Future]
    workers: Callable[[], int]


@contextmanager
def threads(workers: int) -> Iterator[Executor]:
    """Threads of this process: the engine does not hold Python's lock while it trains."""
    unwanted = threading.Event()

    def work(function: Callable, *arguments):
        with stopped_by(unwanted):
            return function(*arguments)

    pool = ThreadPoolExecutor(workers, thread_name_prefix="sweep")
    with one_thread():
        try:
            yield Executor(lambda *call: pool.submit(work, *call), lambda: workers)
            pool.shutdown()
        except BaseException:
            # Nobody waits for what is in the middle of an epoch: its result would not be kept.
            unwanted.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Processes of this machine, which end with this one, however it ends."""
    children = Children()
    pool = ProcessPoolExecutor(workers, children)
    try:
        yield Executor(pool.submit, lambda: workers)
    except BaseException:
        children.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
