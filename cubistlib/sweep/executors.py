"""Where the shards of a sweep are run: each executor is a context with one method, `submit`."""

import logging
import multiprocessing
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

from cubistlib.support.checks import UserError, require
from cubistlib.support.threads import one_thread, stopped_by, usable_cores
from cubistlib.support.types import Count, checked

# What is raised where an executor is gone: a killed process, a lost scheduler, and by name, as
# Dask may be missing, a shard that took several workers with it.
LOST = (BrokenExecutor, CancelledError, OSError)
LOST_IN_DASK = "KilledWorker"

# Seconds that a cluster gets to answer before it counts as gone.
PATIENCE = 10

# Seconds that it gets to say good-bye where a sweep is ended early.
HASTE = 0.5


def is_lost(error: BaseException) -> bool:
    """Whether an error means that the executor is gone."""
    return isinstance(error, LOST) or type(error).__name__ == LOST_IN_DASK


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
    """Processes of this machine, which end with this one, however it ends.

    They import the script that starts them: it wants `if __name__ == "__main__":`.
    """
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, context, _end_with_parent, (reader,))
    try:
        yield Executor(pool.submit, lambda: workers)
    except BaseException:
        writer.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        writer.close()


def _end_with_parent(reader: Connection) -> None:
    """In a new worker: leaves Ctrl-C to the parent, and ends at once when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        reader.poll(None)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def dask(workers: int, address: str | None = None) -> Iterator[Executor]:
    """A Dask cluster: the scheduler at `address`, else one on this machine.

    Shards of workers that are lost are given to others; a scheduler that is lost ends the
    sweep. Raises ValueError if no scheduler answers.
    """
    distributed = _cluster_package("distributed")
    _be_quiet()
    if address is None:
        options = {"dashboard_address": ":0", "silence_logs": logging.CRITICAL}
        cluster = distributed.LocalCluster(n_workers=workers, threads_per_worker=1, **options)
        try:
            with _client(distributed, cluster) as executor:
                yield executor
            cluster.close()
        except BaseException:
            # Asked to end, a worker would first end what it is doing.
            for worker in cluster.workers.values():
                with suppress(AttributeError, ProcessLookupError):  # not started, or dead
                    os.kill(worker.process.pid, signal.SIGKILL)
            with suppress(Exception):
                cluster.close(timeout=HASTE)
            raise
    else:
        with _client(distributed, address) as executor:
            yield executor


@contextmanager
def slurm(workers: int) -> Iterator[Executor]:
    """SLURM jobs of one core each, through dask-jobqueue.

    Partition, account and time as its configuration says (jobqueue.slurm in ~/.config/dask),
    memory too, else 2 GB.
    """
    jobqueue = _cluster_package("dask_jobqueue")
    memory = _cluster_package("dask").config.get("jobqueue.slurm.memory", None) or "2GB"
    _be_quiet()
    with jobqueue.SLURMCluster(cores=1, processes=1, memory=memory) as cluster:
        _check_queue(cluster.job_script())
        cluster.scale(jobs=workers)
        with _client(_cluster_package("distributed"), cluster) as executor:
            yield executor


def _check_queue(script: str) -> None:
    """Raises ValueError with SLURM's own words if it would not take this job."""
    command = ["sbatch", "--test-only"]
    try:
        answer = subprocess.run(command, input=script, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise UserError("SLURM takes no jobs from here: there is no sbatch") from error
    words = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
    require(
        answer.returncode == 0,
        f"SLURM would not take the jobs: {words}; their settings are those of jobqueue.slurm in "
        "~/.config/dask",
    )


def _be_quiet() -> None:
    """What goes wrong in a cluster is said in one sentence, not in its logs."""
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def _client(distributed, cluster) -> Iterator[Executor]:
    try:
        client = distributed.Client(cluster, timeout=PATIENCE)
    except (OSError, ValueError) as error:  # the second for what is no address
        raise UserError(f"no Dask scheduler answers at {cluster}") from error
    try:
        pool = client.get_executor(pure=False)
        yield Executor(pool.submit, lambda: max(1, sum(client.nthreads().values())))
        client.close()
    except BaseException:
        with suppress(Exception):
            client.close(timeout=HASTE)
        raise


def _cluster_package(name: str):
    try:
        return __import__(name)
    except ImportError as error:
        raise UserError(
            f"{name} is not installed: pip install '.[cluster]' in the project's folder"
        ) from error


KINDS = {"threads": threads, "processes": processes, "dask": dask, "slurm": slurm}


def check(kind: str, workers: int | None, address: str | None) -> None:
    """Raises ValueError unless there can be such an executor."""
    require(kind in KINDS, f"executor must be one of {', '.join(KINDS)}, got {kind!r}")
    if workers is not None:
        checked("workers", Count, workers)
    require(address is None or kind == "dask", f"a scheduler's address goes with dask, not {kind}")


def choose(kind: str, workers: int | None, address: str | None):
    """The executor of that name with so many workers, by default one a core, as a context.

    address: of a Dask scheduler. All of them have passed `check`.
    """
    make = partial(dask, address=address) if kind == "dask" else KINDS[kind]
    return make(workers or usable_cores())
