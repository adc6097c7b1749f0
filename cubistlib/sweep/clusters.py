"""Shards run by Dask: on this machine, by a scheduler somewhere, or in jobs of SLURM's."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import context

from cubistlib.support.checks import UserError, require
from cubistlib.support.children import Children
from cubistlib.sweep import keys
from cubistlib.sweep.executors import Executor
from cubistlib.sweep.keys import TLS, Security

# Seconds that a cluster gets to answer before it counts as gone, and to start its first worker.
PATIENCE, START = 10, 120

# Seconds that it gets to say good-bye where a sweep is ended early.
HASTE = 0.5

# A cluster on this machine is one for this machine, and shows its pages to nobody.
LOOPBACK = "127.0.0.1"
PAGES: dict[str, list] = {f"distributed.{role}.http.routes": [] for role in ("scheduler", "worker")}


@contextmanager
def dask(
    workers: int, address: str | None = None, security: Security = None, insecure: bool = False
) -> Iterator[Executor]:
    """A Dask cluster: the scheduler at `address`, else one on this machine and for it alone.

    Shards of workers that are lost are given to others; a scheduler that is lost ends the
    sweep. security, insecure: as in `keys.for_scheduler`. Raises ValueError if no scheduler
    answers.
    """
    distributed = _cluster_package("distributed")
    _be_quiet()
    if address is None:
        with _local(distributed, workers) as executor:
            yield executor
    else:
        known = keys.for_scheduler(address, security, insecure)
        with _client(distributed, address, known) as executor:
            _say_if_alone(executor)
            yield executor


@contextmanager
def _local(distributed, workers: int) -> Iterator[Executor]:
    """Workers on this machine; of its other users nobody has the keys."""
    children, known = Children(), keys.fresh()
    options = {"dashboard_address": f"{LOOPBACK}:0", "silence_logs": logging.CRITICAL}
    options["scheduler_kwargs"] = {"dashboard": False}
    options["memory_limit"] = distributed.system.MEMORY_LIMIT // workers
    with _starting(children):
        # Workers come later, when there is something to close if they are interrupted.
        cluster = distributed.LocalCluster(
            n_workers=0, threads_per_worker=1, host=LOOPBACK, security=known, **options
        )
        try:
            cluster.scale(workers)
            with _client(distributed, cluster, known) as executor:
                with _in_time():
                    cluster.wait_for_workers(1, timeout=START)
                yield executor
            cluster.close()
        except BaseException:
            children.kill()
            with suppress(Exception):
                cluster.close(timeout=HASTE)
            children.kill()  # those that were started in the place of the others
            raise


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise UserError(f"no Dask worker has started here within {START} s") from error


@contextmanager
def _starting(children: Children) -> Iterator[None]:
    """Workers of Dask on this machine are `children`: it asks multiprocessing by a name."""
    config = _cluster_package("dask").config
    contexts = context._concrete_contexts  # type: ignore[attr-defined]
    name = f"cubistlib-{id(children)}"
    contexts[name] = children
    try:
        with config.set({**PAGES, "distributed.worker.multiprocessing-method": name}):
            yield
    finally:
        del contexts[name]


@contextmanager
def slurm(workers: int, security: Security = None, insecure: bool = False) -> Iterator[Executor]:
    """SLURM jobs of one core each, through dask-jobqueue.

    Partition, account and time as its configuration says (jobqueue.slurm in ~/.config/dask),
    memory too, else 2 GB. security, insecure: as in `keys.for_jobs`; new keys go to its
    shared-temp-directory, else to the home folder.
    """
    jobqueue, distributed = map(_cluster_package, ("dask_jobqueue", "distributed"))
    _be_quiet()
    settings = _cluster_package("dask").config.get("jobqueue.slurm", {})
    shared = settings.get("shared-temp-directory") or "~"
    pages = {"dashboard_address": f"{LOOPBACK}:0"}
    with keys.for_jobs(shared, security, insecure) as known:
        options = {
            "protocol": TLS if known else "tcp://",
            "security": known,
            "scheduler_options": pages | (settings.get("scheduler-options") or {}),
            "worker_extra_args": [
                "--dashboard-address",
                pages["dashboard_address"],
                *(settings.get("worker-extra-args") or []),
            ],
            "memory": settings.get("memory") or "2GB",
        }
        with jobqueue.SLURMCluster(cores=1, processes=1, **options) as cluster:
            _check_queue(cluster.job_script())
            cluster.scale(jobs=workers)
            with _client(distributed, cluster, known) as executor:
                _say_if_alone(executor)
                yield executor


def _say_if_alone(executor: Executor) -> None:
    """That nothing happens yet, where jobs wait in a queue or somebody forgot the workers."""
    if not executor.workers():
        print("cubistlib: there is no worker yet, waiting for the first", file=sys.stderr)


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
def _client(distributed, cluster, known) -> Iterator[Executor]:
    try:
        client = distributed.Client(cluster, timeout=PATIENCE, security=known)
    except (OSError, ValueError) as error:  # the second for what is no address
        keyless = ", or it does not take these keys" * (known is not None)
        raise UserError(f"no Dask scheduler answers at {cluster}{keyless}") from error
    try:
        pool = client.get_executor(pure=False)
        yield Executor(pool.submit, lambda: sum(client.nthreads().values()))
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
