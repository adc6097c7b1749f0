"""Sweeps killed for real: processes, writes, workers and schedulers."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing import forkserver

import numpy as np
import pytest
import sweeps

from cubistlib import store, sweep
from cubistlib.store.record import record
from cubistlib.store.shards import Shards
from cubistlib.studies import paper

STUDY = sweeps.search()


@pytest.fixture(scope="module")
def fork():
    """Starts sweeps in processes that have the library loaded already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["warm"])
    with pytest.MonkeyPatch.context() as patch:  # the server looks for modules only there
        patch.setenv("PYTHONPATH", str(sweeps.HERE))
        forkserver.ensure_running()

    def start(target, *arguments, **options):
        process = context.Process(target=target, args=arguments, kwargs=options)
        process.start()
        return process

    return start


@pytest.fixture
def at(monkeypatch):
    """Makes a folder the home of results; gives the folder of the tiny search there."""

    def set_home(home):
        monkeypatch.setenv("CUBISTLIB_HOME", str(home))
        return sweep.folder(STUDY, "test").path

    return set_home


@pytest.fixture(scope="module")
def undisturbed(fork, tmp_path_factory):
    """What an uninterrupted sweep leaves: (names of its files, seconds that it took)."""
    home = tmp_path_factory.mktemp("undisturbed")
    fork(print).join()  # the first one waits until the library is loaded
    start = time.monotonic()
    fork(sweeps.work, home).join()
    seconds = time.monotonic() - start
    return names(home / "outputs" / "test" / "results" / STUDY.name), seconds


def names(folder):
    """The files of a study; their names hold their checksums."""
    return sorted(path.name for path in folder.glob("*.parquet"))


def check_whole(folder):
    """Whatever is there is intact, and no experiment is there twice."""
    if known := record(folder):
        for file in Shards(folder, known["study"]).listing():
            file.read()
    if sweep.finished(STUDY, "test"):
        assert store.read(folder)["experiment"].is_unique


def test_twenty_kills_at_random_instants(fork, undisturbed, at, tmp_path):
    expected, seconds = undisturbed
    rng, kills, home = np.random.default_rng(0), 0, tmp_path / "0"
    folder = at(home)
    while kills < 20:
        sweeper = fork(sweeps.work, home)
        sweeper.join(rng.uniform(0, seconds))
        sweeper.kill()
        sweeper.join()
        kills += sweeper.exitcode == -signal.SIGKILL
        check_whole(folder)
        if sweep.finished(STUDY, "test") == len(STUDY):
            fork(sweeps.work, home).join()
            assert names(folder) == expected
            home = tmp_path / str(kills)
            folder = at(home)
    fork(sweeps.work, home).join()
    assert names(folder) == expected


def test_a_kill_before_every_change_of_a_file(fork, at, tmp_path):
    few = {"shard": 32, "blocks": (2, 4)}
    folder = at(tmp_path / "all")
    fork(sweeps.work, tmp_path / "all", **few).join()
    expected = names(folder)
    for call in range(200):
        home = tmp_path / str(call)
        folder = at(home)
        sweeper = fork(sweeps.work_until, home, call, **few)
        sweeper.join()
        check_whole(folder)
        fork(sweeps.work, home, **few).join()
        assert names(folder) == expected, f"killed before change {call}"
        if sweeper.exitcode == 0:
            break
    assert 20 < call < 199


@pytest.mark.parametrize("killed", [0, 3, 5])
def test_eight_slices_side_by_side(fork, undisturbed, at, tmp_path, killed):
    expected, seconds = undisturbed
    folder, rng = at(tmp_path), np.random.default_rng(killed)
    slices = range(1, 9)
    jobs = {i: fork(sweeps.work, tmp_path, part=(i, 8), workers=1) for i in slices}
    for i in rng.choice(slices, killed, replace=False):
        jobs[i].join(rng.uniform(0, seconds))
        jobs[i].kill()
    for job in jobs.values():
        job.join()
    codes = [job.exitcode for job in jobs.values()]
    assert set(codes) <= {0, -signal.SIGKILL} and codes.count(0) >= 8 - killed
    check_whole(folder)
    again = [fork(sweeps.work, tmp_path, part=(i, 8), workers=1) for i in slices]
    for job in again:
        job.join()
    assert [job.exitcode for job in again] == [0] * 8
    assert not list(folder.glob(".lock-*"))
    fork(sweeps.work, tmp_path).join()  # clears away what the killed were writing
    assert names(folder) == expected


def test_processes_end_with_their_parent(fork, at, tmp_path):
    folder = at(tmp_path)
    sweeper = fork(sweeps.work, tmp_path, executor="processes", workers=2)
    wait_until(lambda: list(folder.glob("*.parquet")))
    group = children(sweeper.pid)
    sweeper.kill()
    sweeper.join()
    assert len(group) >= 2
    wait_until(lambda: not any(map(alive, group)))
    check_whole(folder)


def children(pid):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True)
    return [int(p) for p in listed.stdout.split()]


def alive(pid):
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True)
    return status.stdout.strip()[:1] not in (b"", b"Z")


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("executor", ["threads", "processes", "dask"])
def test_ctrl_c_ends_within_two_seconds_with_what_is_finished(at, tmp_path, executor):
    if executor == "dask":
        pytest.importorskip("distributed")
    at(tmp_path)
    study = paper.study("random-init/unstructured-search-95")
    folder = sweep.folder(study, "paper").path
    command = [sys.executable, "-m", "cubistlib", "sweep", "paper", study.name]
    command += ["--executor", executor, "--workers", "2"]
    # A terminal sends Ctrl-C to everything that was started in it.
    sweeper = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        # A file that is being written has such a name, too: Ctrl-C may come right then.
        wait_until(lambda: list(folder.glob("*.parquet")), 120)
        os.killpg(sweeper.pid, signal.SIGINT)
        start = time.monotonic()
        err = sweeper.communicate()[1]
        assert time.monotonic() - start < 2
    finally:
        with suppress(ProcessLookupError):  # whatever failed, no sweep of hours is left behind
            os.killpg(sweeper.pid, signal.SIGKILL)
    assert sweeper.returncode == 130
    assert err.splitlines()[-1].startswith("stopped; what was finished is kept")
    assert "Traceback" not in err and "WARNING" not in err
    check_whole(folder)
    assert 0 < sweep.finished(study, "paper") < len(study)


@pytest.mark.parametrize("limit, done", [(300, 0), (1_000, 0), (11_000, 128)])
def test_a_full_disk_ends_a_sweep_with_a_sentence(fork, undisturbed, at, tmp_path, limit, done):
    folder = at(tmp_path)
    fork(sweeps.work, tmp_path, blocks=(128, 128), limit=limit).join()
    assert "results cannot be written (File too large)" in (tmp_path / "error").read_text()
    assert not list(folder.glob(".*.parquet"))
    assert sweep.finished(STUDY, "test") == done
    fork(sweeps.work, tmp_path).join()
    assert names(folder) == undisturbed[0]


def script(home, *arguments, **options):
    """A sweep in a Python of its own."""
    environment = {**os.environ, "CUBISTLIB_HOME": str(home)}
    command = [sys.executable, str(sweeps.HERE / "sweeps.py"), *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, **options)


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler and two workers on this machine, as processes."""
    pytest.importorskip("distributed")
    file, started = tmp_path / "scheduler.json", []

    def start(name, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen([*command, "--no-dashboard"], **quiet))
        return started[-1]

    local = ("--host", "127.0.0.1", "--port", "0")
    scheduler = start("scheduler", *local, "--scheduler-file", str(file))
    wait_until(file.exists)
    address = json.loads(file.read_text())["address"]
    workers = [start("worker", address, "--no-nanny", "--nthreads", "1") for _ in range(2)]
    yield address, scheduler, workers
    for process in started:
        process.kill()
        process.wait()


def test_a_lost_dask_worker_and_a_lost_scheduler(fork, undisturbed, at, tmp_path, cluster):
    address, scheduler, workers = cluster
    folder = at(tmp_path / "home")
    sweeper = script(tmp_path / "home", address)
    wait_until(lambda: sweep.finished(STUDY, "test"))
    workers[0].kill()
    seen = sweep.finished(STUDY, "test")
    wait_until(lambda: sweep.finished(STUDY, "test") > seen + 16)
    scheduler.kill()
    err = sweeper.communicate()[1]
    assert sweeper.returncode == 2 and "the workers are gone" in err
    check_whole(folder)
    assert sweep.finished(STUDY, "test") < len(STUDY)
    fork(sweeps.work, tmp_path / "home").join()
    assert names(folder) == undisturbed[0]
