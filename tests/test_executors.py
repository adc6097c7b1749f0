"""The same table from every executor, and what executors refuse."""

import os
import sys

import pytest
import sweeps
from sweeps import same

import cubistlib as cl
from cubistlib import sweep
from cubistlib.sweep import executors

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("executor", ["threads", "processes", "dask"])
def test_every_executor_gives_the_same_table(whole_table, executor, workers):
    if executor == "dask":
        pytest.importorskip("distributed")
    same(sweep.run(sweeps.search(), "p", executor=executor, workers=workers), whole_table)


# A scheduler for this machine alone, at whatever port is free.
HERE = {"jobqueue.slurm.scheduler-options": {"host": "127.0.0.1", "dashboard_address": ":0"}}


@pytest.fixture
def queue(tmp_path, monkeypatch):
    """Puts an sbatch on the path that starts jobs right here, or refuses them with a reason."""
    pytest.importorskip("dask_jobqueue")
    import dask

    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    def open_queue(reason=""):
        refuse = f"echo 'sbatch: error: {reason}' >&2; exit 1" if reason else ""
        commands = {
            "sbatch": f"""{refuse}
                [ "$1" = --test-only ] && exit 0
                job=$(mktemp -p {tmp_path}) && cp "$1" "$job"
                setsid sh "$job" > /dev/null 2>&1 < /dev/null &
                echo "Submitted batch job $!" """,
            "scancel": "kill -- -$1",
        }
        for name, body in commands.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
            (tmp_path / name).chmod(0o755)

    with dask.config.set(HERE):
        yield open_queue


def test_slurm_jobs_give_the_same_table(whole_table, queue):
    queue()
    same(sweep.run(sweeps.search(), "p", executor="slurm", workers=2), whole_table)


def test_slurm_that_takes_no_jobs_is_one_sentence(queue, monkeypatch):
    queue("invalid partition specified: x")
    with pytest.raises(cl.UserError, match=r"would not take the jobs: .*invalid partition"):
        sweep.advance(sweeps.search(), "p", executor="slurm")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(cl.UserError, match="there is no sbatch"):
        sweep.advance(sweeps.search(), "p", executor="slurm")


def test_bad_executors_are_refused(monkeypatch):
    study = sweeps.search()
    with pytest.raises(cl.UserError, match="one of threads, processes, dask, slurm"):
        sweep.advance(study, "p", executor="magic")
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "PATIENCE", 0.5)
    with pytest.raises(cl.UserError, match="no Dask scheduler answers at tcp://"):
        sweep.advance(study, "p", executor="dask", address="tcp://127.0.0.1:9")
    with pytest.raises(cl.UserError, match="no Dask scheduler answers at nonsense"):
        sweep.advance(study, "p", executor="dask", address="nonsense")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(cl.UserError, match=r"pip install '.\[cluster\]'"):
        sweep.advance(study, "p", executor="dask")
