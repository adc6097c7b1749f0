"""The same table from every executor, and what executors refuse."""

import os
import sys
from concurrent.futures.process import BrokenProcessPool

import eliminations
import pytest
import sweeps
from sweeps import same

import cubistlib as cl
from cubistlib import sweep
from cubistlib.sweep import clusters, executors, keys

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("executor", ["threads", "processes", "dask"])
def test_every_executor_gives_the_same_table(whole_table, executor, workers):
    if executor == "dask":
        pytest.importorskip("distributed")
    same(sweep.run(sweeps.search(), "p", executor=executor, workers=workers), whole_table)


def test_a_search_that_goes_down_is_the_same_from_processes():
    study = eliminations.tiny(seeds=1)
    found = sweep.run(study, "p", executor="processes", workers=2)
    same(found, sweep.run(study, "alone", workers=1))


# A scheduler for this machine alone.
HERE = {"jobqueue.slurm.scheduler-options": {"host": "127.0.0.1"}}


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

    shared = {"jobqueue.slurm.shared-temp-directory": str(tmp_path)}
    with dask.config.set(HERE | shared):
        yield open_queue


@pytest.mark.parametrize("insecure", [False, True])
def test_slurm_jobs_give_the_same_table(whole_table, queue, tmp_path, insecure):
    queue()
    options = {"executor": "slurm", "workers": 2, "insecure": insecure}
    same(sweep.run(sweeps.search(), "p", **options), whole_table)
    jobs = [path.read_text() for path in tmp_path.glob("tmp.*")]
    assert len(jobs) == 2
    for job in jobs:
        assert ("tls://127.0.0.1" in job and "--tls-key" in job) != insecure
    assert not list(tmp_path.glob(".cubistlib-keys-*"))


def test_a_clients_keys_alone_are_none_for_jobs(whole_table, queue, tmp_path):
    import dask

    queue()
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text(getattr(keys.fresh(), CLIENT[name]))
    tls = "distributed.comm.tls"
    known = {f"{tls}.ca-file": str(tmp_path / "ca")}
    known |= {f"{tls}.client.{name}": str(tmp_path / name) for name in ("cert", "key")}
    with dask.config.set(known):
        same(sweep.run(sweeps.search(), "p", executor="slurm", workers=1), whole_table)


CLIENT = {"ca": "tls_ca_file", "cert": "tls_client_cert", "key": "tls_client_key"}


def test_slurm_without_a_folder_for_keys_is_one_sentence(queue, tmp_path):
    import dask

    queue()
    nowhere = {"jobqueue.slurm.shared-temp-directory": str(tmp_path / "nowhere")}
    with dask.config.set(nowhere), pytest.raises(cl.UserError, match="keys of the jobs need a fo"):
        sweep.advance(sweeps.search(), "p", executor="slurm")


def test_slurm_without_keys_is_refused(queue, monkeypatch):
    queue()
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(cl.UserError, match=r"cryptography: pip install .* or say --insecure"):
        sweep.advance(sweeps.search(), "p", executor="slurm")


def test_slurm_that_takes_no_jobs_is_one_sentence(queue, monkeypatch):
    queue("invalid partition specified: x")
    with pytest.raises(cl.UserError, match=r"would not take the jobs: .*invalid partition"):
        sweep.advance(sweeps.search(), "p", executor="slurm")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(cl.UserError, match="there is no sbatch"):
        sweep.advance(sweeps.search(), "p", executor="slurm")


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"executor": "magic"}, "one of threads, processes, dask, slurm, got 'magic'"),
        ({"executor": ["dask"]}, "one of threads, processes, dask, slurm, got"),
        ({"workers": 1.5}, "workers must be a whole number 1 … 1,000,000, got 1.5"),
        ({"workers": True}, "workers must be a whole number 1 … 1,000,000, got True"),
        ({"address": "tcp://127.0.0.1:9"}, "a scheduler's address goes with dask, not threads"),
        ({"executor": "dask", "address": 8786}, "address must be text, as tls://host:8786"),
        (
            {"security": ("a", "b", "c")},
            "keys, or doing without, go with slurm, or with dask and a",
        ),
        ({"insecure": 1}, "insecure must be true or false, got 1"),
        (
            {"part": "1/3"},
            r"part must be two whole numbers \(i, n\), as \(3, 20\), from 1 .* got '1/3'",
        ),
        ({"part": (1,)}, r"part must be two whole numbers .* got \(1,\)"),
        ({"part": (1, 10**7)}, "two whole numbers .* from 1 to 1,000,000, got"),
        ({"part": None}, "part must be two whole numbers .* got None"),
        ({"part": (3, 2)}, r"part must be \(i, n\) with 1 ≤ i ≤ n, got \(3, 2\)"),
        ({"profile": None}, "profile must be a name of letters.* got None"),
        ({"profile": 3}, "profile must be a name of letters.* got 3"),
        ({"profile": "published"}, "profile 'published' cannot be: what is there is tracked"),
        ({"study": "random-init/pruning"}, "study must be one, as a SearchStudy"),
        ({"wait": "yes"}, "wait must be true or false, got 'yes'"),
    ],
)
def test_bad_arguments_are_one_sentence(options, sentence):
    given = {"study": sweeps.search(), "profile": "p"} | options
    with pytest.raises(cl.UserError, match=sentence) as refused:
        sweep.run(given.pop("study"), given.pop("profile"), **given)
    assert "\n" not in str(refused.value)


def test_clusters_that_are_not_there_are_one_sentence(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(clusters, "PATIENCE", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        options = {"executor": "dask", "address": address, "insecure": True}
        with pytest.raises(cl.UserError, match=f"no Dask scheduler answers at {address}"):
            sweep.advance(sweeps.search(), "p", **options)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(cl.UserError, match=r"pip install '.\[cluster\]'"):
        sweep.advance(sweeps.search(), "p", executor="dask")


@pytest.mark.parametrize(
    "error, lost",
    [
        (BrokenProcessPool(), True),
        (ConnectionResetError(104, "Connection reset by peer"), True),
        (TimeoutError("no answer"), True),
        (OSError(28, "No space left on device", "cache.nbi"), False),
        (PermissionError(13, "Permission denied", "cache.nbi"), False),
        (ValueError("something else"), False),
    ],
)
def test_an_error_of_a_file_is_not_the_workers_end(error, lost):
    assert executors.is_lost(error) == lost


def test_that_nobody_works_yet_is_said(capsys):
    clusters._say_if_alone(executors.Executor(print, lambda: 0))
    assert "there is no worker yet, waiting for the first" in capsys.readouterr().err
    clusters._say_if_alone(executors.Executor(print, lambda: 1))
    assert not capsys.readouterr().err
