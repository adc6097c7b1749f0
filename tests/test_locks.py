"""Who may write to a study: one sweep, or one on each of its slices."""

import subprocess
import sys
import threading
import time

import pytest
import sweeps
from sweeps import same

import cubistlib as cl
from cubistlib import store, sweep
from cubistlib.store import locks

pytestmark = pytest.mark.usefixtures("home")


def test_the_holder_of_a_study_is_named_and_can_be_waited_for(whole_table):
    code = """if True:
        import sys, time
        from pathlib import Path
        from cubistlib.store import locks
        with locks.held(Path(sys.argv[1])):
            print("held", flush=True)
            time.sleep(60)
    """
    study = sweeps.search()
    folder = sweep.folder(study, "p").path
    holder = subprocess.Popen([sys.executable, "-c", code, folder], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(cl.UserError, match=f"being written by process {holder.pid} on "):
        sweep.advance(study, "p")
    with pytest.raises(cl.UserError, match=f"process {holder.pid}"):
        sweep.advance(study, "p", part=(1, 2))
    threading.Timer(0.5, holder.kill).start()
    said, start = [], time.monotonic()
    sweep.advance(study, "p", wait=True, say=said.append)
    assert time.monotonic() - start > 0.4
    assert len(said) == 1 and f"process {holder.pid}" in said[0] and "ended before" in said[0]
    holder.communicate()
    same(store.read(folder), whole_table)


def test_slices_of_other_cuts_are_locked_out_where_they_overlap(home):
    with locks.held(home, (2, 4)):
        for part in ((1, 1), (1, 2), (2, 3), (4, 9)):
            with pytest.raises(cl.UserError, match="being written by process"):
                locks.held(home, part).__enter__()
        for part in ((1, 4), (2, 2), (3, 3), (2, 9)):
            with locks.held(home, part) as before:
                assert before == []
    assert [path.name for path in home.iterdir()] == [".lock"]


def test_slices_of_one_cut_run_side_by_side():
    study = sweeps.search()
    jobs = [
        threading.Thread(target=sweep.advance, args=(study, "p"), kwargs={"part": (i, 3)})
        for i in (1, 2, 3)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert sweep.finished(study, "p") == len(study)


def test_what_a_dead_holder_left_is_told_to_who_goes_on_from_it(home):
    (home / ".lock-1-of-2").write_text('{"pid": 7, "host": "h", "since": "then"}')
    with locks.held(home, (2, 2)) as before:
        assert before == []
    with locks.held(home, (1, 2)) as before:
        assert before == [
            "process 7 on h (since then) ended before it was done; going on from there"
        ]
    assert [path.name for path in home.iterdir()] == [".lock"]
