"""Sweeps: the same table from every executor, and what a study's folder refuses."""

import errno
import json
import threading
from dataclasses import replace

import pandas as pd
import pytest
import sweeps
from sweeps import same

import cubistlib as cl
from cubistlib import store, sweep
from cubistlib.store import StudyFolder, locks
from cubistlib.store import folder as folder_module
from cubistlib.store.record import record
from cubistlib.studies import paper
from cubistlib.studies.definition import definition
from cubistlib.studies.study import Origin
from cubistlib.support import provenance
from cubistlib.sweep import work

pytestmark = pytest.mark.usefixtures("home")


def test_pruning_gives_the_same_table_however_it_is_cut():
    study = sweeps.pruning()
    whole = study.run(range(len(study)))
    assert [len(s) for s in study.shards] == [4] * 6
    same(sweep.run(study, "p", workers=2), whole)
    other = pd.concat([study.run([i]) for i in range(len(study))], ignore_index=True)
    same(other, whole)


def test_a_study_is_a_few_files_when_it_is_done(monkeypatch):
    monkeypatch.setattr(folder_module, "BLOCKS", (5, 10))
    study = sweeps.search()
    sweep.advance(study, "p")
    files = [p.name.split(".")[0] for p in sorted(sweep.folder(study, "p").path.glob("*.parquet"))]
    assert files == ["00000-00009", "00010-00019", "00020-00029", "00030-00031"]
    assert sweep.folder(study, "p").read()["experiment"].tolist() == list(range(128))


def test_slices_make_up_the_whole(whole_table):
    study = sweeps.search()
    for i in (2, 3, 1):
        sweep.advance(study, "p", part=(i, 3), workers=1)
    assert sweep.finished(study, "p") == len(study)
    same(sweep.run(study, "p"), whole_table)
    with pytest.raises(cl.UserError, match=r"1 ≤ i ≤ n, got"):
        sweep.advance(study, "p", part=(4, 3))


def test_a_replayed_experiment_is_identical(whole_table):
    study = sweeps.search()
    sweep.advance(study, "p")
    for number in (0, 77, 127):
        row = study.replay(number)
        same(row, whole_table.iloc[[number]].reset_index(drop=True))
        stored, file = sweep.stored(study, "p", number)
        assert stored["loss"] == row["loss"][0] and file.parent == sweep.folder(study, "p").path
    with pytest.raises(cl.UserError, match="0 … 127, there is no 128"):
        study.replay(128)


def test_a_table_can_be_read_while_a_sweep_writes(monkeypatch):
    monkeypatch.setattr(folder_module, "BLOCKS", (2, 4))
    study, seen = sweeps.search(epochs=10), []
    writer = threading.Thread(target=sweep.advance, args=(study, "p"))
    writer.start()
    while writer.is_alive():
        if sweep.finished(study, "p"):
            frame = sweep.folder(study, "p").read()
            assert frame["experiment"].is_unique
            seen.append(len(frame))
    writer.join()
    assert seen == sorted(seen) and seen[0] < len(study)
    assert len(sweep.folder(study, "p").read()) == len(study)


def test_another_definition_is_refused_with_the_difference():
    sweep.advance(sweeps.search(), "p", part=(1, 8))
    with pytest.raises(cl.UserError, match=r"lrs was \[0.1\], is \[0.1, 0.2\]; shards was 32") as e:
        sweep.advance(sweeps.search(lrs=(0.1, 0.2)), "p")
    assert "\n" not in str(e.value)
    assert sweep.finished(sweeps.search(), "p") == 16


@pytest.mark.parametrize("change", ["definition", "code"])
def test_a_notebook_renews_what_has_changed_and_nothing_else(monkeypatch, change):
    study = sweeps.search()
    folder = sweep.folder(study, "p").path
    sweep.advance(study, "p", part=(1, 4))
    sweep.advance(study, "p", part=(2, 4), renew=True)
    assert sweep.finished(study, "p") == 64, "nothing has changed"
    if change == "definition":
        study = sweeps.search(lrs=(0.2,))
    else:
        monkeypatch.setattr(provenance, "code", lambda: "other")
    for first, before in ((1, 64), (2, 64)):
        sweep.advance(study, "p", part=(first, 4), renew=True)
        assert sweep.finished(study, "p") == 32 * first
        assert len(store.read(folder / ".before")) == before
    assert (sweep.run(study, "p")["lr"] == study.lrs[0]).all()


def test_another_version_is_recorded_and_said(monkeypatch):
    study, said = sweeps.search(), []
    sweep.advance(study, "p", part=(1, 2))
    monkeypatch.setattr(folder_module, "version", lambda name: "9.9")
    sweep.advance(study, "p", say=said.append)
    assert said == [f"tiny/search: begun with version {cl.__version__}, from here on 9.9"]
    assert record(sweep.folder(study, "p").path)["versions"] == [cl.__version__, "9.9"]


def test_other_code_is_recorded_and_said(monkeypatch):
    study, said = sweeps.search(), []
    sweep.advance(study, "p", part=(1, 4), say=said.append)
    with monkeypatch.context() as patched:
        patched.setattr(provenance, "code", lambda: "other")
        for i in (2, 3):
            sweep.advance(study, "p", part=(i, 4), say=said.append)
    assert len(said) == 1 and "begun with other code" in said[0]
    sweep.advance(study, "p", part=(4, 4), renew=True)
    assert sweep.finished(study, "p") == 32, "renewed: of two codes"


def test_a_start_by_other_code_changes_no_file_until_it_adds_results(monkeypatch):
    study, said = sweeps.search(), []
    folder = sweep.folder(study, "p").path
    sweep.advance(study, "p", part=(1, 2))
    monkeypatch.setattr(provenance, "code", lambda: "other")

    def files():
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    before = files()
    sweep.advance(study, "p", part=(1, 2), say=said.append)  # which finds all done
    assert files() == before and not said

    def stopped(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(work, "run_shard", stopped)
        with pytest.raises(KeyboardInterrupt):
            sweep.advance(study, "p", say=said.append)
    assert files() == before and "begun with other code" in said[0]
    sweep.advance(study, "p", part=(3, 4), say=said.append)
    known, after = json.loads(before["study.json"]), record(folder)
    assert after == known | {"codes": [*known["codes"], "other"]} and len(said) == 2


def test_results_of_another_definition_do_not_count():
    sweep.advance(sweeps.search(), "p")
    assert sweep.finished(sweeps.search(lrs=(0.2,)), "p") == 0


def test_a_first_try_without_results_does_not_count():
    study = sweeps.search()
    folder = sweep.folder(study, "p").path
    sweep.advance(study, "p", part=(1, 32))
    for file in folder.glob("*.parquet"):
        file.unlink()
    sweep.advance(sweeps.search(lrs=(0.2,)), "p", part=(1, 32))
    record = json.loads((folder / "study.json").read_text())
    assert record["study"] == definition(sweeps.search(lrs=(0.2,)))


def test_results_that_vanish_while_it_runs_are_missed(monkeypatch):
    study, write = sweeps.search(), StudyFolder.write

    def gone(folder, frame, shard):
        write(folder, frame, shard)
        if shard == 3:
            for file in folder.path.glob("*.parquet"):
                file.unlink()

    monkeypatch.setattr(StudyFolder, "write", gone)
    with pytest.raises(cl.UserError, match="results of 4 shards are gone"):
        sweep.advance(study, "p", workers=1)


def test_the_bar_of_a_slice_counts_the_slice(monkeypatch):
    counts, bar = [], work.bar
    monkeypatch.setattr(work, "bar", lambda *given: counts.append(given[1:]) or bar(*given))
    for i in (3, 1):
        sweep.advance(sweeps.search(), "p", part=(i, 4))
    assert counts == [(32, 0), (32, 0)]


@pytest.mark.parametrize("damage", [lambda b: b[:-20], lambda b: b[:99] + b"?" + b[100:]])
def test_a_damaged_shard_is_found_set_aside_and_run_again(whole_table, damage):
    study, said = sweeps.search(), []
    sweep.advance(study, "p", part=(1, 2))
    (file,) = sweep.folder(study, "p").files.listing()
    file.path.write_bytes(damage(file.path.read_bytes()))
    with pytest.raises(cl.UserError, match="damaged, or of other shards or another study"):
        sweep.folder(study, "p").read()
    with pytest.raises(cl.UserError, match="damaged, or of other shards or another study"):
        sweep.stored(study, "p", 13)
    assert sweep.finished(study, "p") == 0
    sweep.advance(study, "p", say=said.append)
    assert len(said) == 1 and "set aside as 00000-00015" in said[0]
    assert file.path.with_suffix(".damaged").exists()
    same(sweep.folder(study, "p").read(), whole_table)


def test_a_study_with_an_origin_waits_for_it():
    study = sweeps.search(name="fixed", origin=Origin("tiny/search", 0.95))
    with pytest.raises(cl.UserError, match="starts from the best network of tiny/search"):
        sweep.advance(study, "p")
    fixed = replace(study, origin=Origin("tiny/search", 0.95, experiment=7))
    frame = sweep.run(fixed, "p")
    again = sweep.run(replace(fixed, name="fixed-2"), "p")
    assert frame["loss"].tolist() == again["loss"].tolist()  # same start, same order of data
    record = json.loads((sweep.folder(fixed, "p").path / "study.json").read_text())["study"]
    assert record["origin"]["experiment"] == 7


def test_a_finished_study_is_not_run_again(monkeypatch):
    study = sweeps.search()
    sweep.advance(study, "p")
    monkeypatch.setattr(work, "_work", None)
    sweep.advance(study, "p")


def test_two_definitions_cannot_begin_side_by_side():
    one, other = sweeps.search(), sweeps.search(lrs=(0.2,))
    with (
        sweep.folder(one, "p").hold((1, 2)),
        pytest.raises(cl.UserError, match=r"another study .* lrs was \[0.1\], is \[0.2\]"),
    ):
        sweep.advance(other, "p", part=(2, 2))
    sweep.advance(other, "p", part=(2, 2))  # nothing has come of the first
    assert sweep.finished(other, "p") == 64


def test_a_shard_that_is_refused_takes_no_other_with_it(monkeypatch):
    study, run_shard, wait_for = sweeps.search(), work.run_shard, work.wait_for

    def refused(study, shard):
        if shard == 0:
            raise cl.UserError("no")
        return run_shard(study, shard)

    monkeypatch.setattr(work, "run_shard", refused)
    monkeypatch.setattr(work, "wait_for", lambda futures, return_when: wait_for(futures))
    with pytest.raises(cl.UserError, match="no"):
        sweep.advance(study, "p", workers=2)
    assert sweep.folder(study, "p").finished() == {1, 2, 3}, "all of the first round but one"


def test_a_study_may_start_from_a_search_of_ones_own(whole_table):
    study = sweeps.pruning(origin=Origin("tiny/search", 0.5))
    with pytest.raises(cl.UserError, match="of which nothing is done: finish that search first"):
        sweep.run(study, "p")
    sweep.advance(sweeps.search(), "p", part=(1, 2))
    with pytest.raises(cl.UserError, match="of which 16 of 32 shards are done"):
        sweep.run(study, "p")
    sweep.advance(sweeps.search(), "p")
    reached = whole_table[whole_table["accuracy"] >= 0.5]
    few = reached[reached["parameters_kept"] == reached["parameters_kept"].min()]
    best = few.loc[few["accuracy"].idxmax()]
    assert best["accuracy"] < whole_table["accuracy"].max()
    found = sweep.run(study, "p")
    fixed = replace(study, origin=Origin("tiny/search", 0.5, int(best["experiment"])))
    same(found, fixed.run(range(len(fixed))))


def test_results_may_go_to_any_folder(tmp_path, whole_table):
    same(sweep.run(sweeps.search(), tmp_path / "published"), whole_table)
    assert (tmp_path / "published" / "tiny" / "search" / "study.json").is_file()


def test_the_start_is_not_taken_from_another_search_of_that_name(monkeypatch):
    monkeypatch.setattr(paper, "STUDIES", {"tiny/search": sweeps.search()})
    sweep.advance(sweeps.search(epochs=1), "p")
    with pytest.raises(cl.UserError, match="of which 0 of 32 shards are done: run 'python"):
        sweep.run(sweeps.pruning(origin=Origin("tiny/search", 0.5)), "p")


def test_a_finished_study_is_read_from_a_disk_that_nothing_can_be_written_to(monkeypatch):
    study = sweeps.search()
    table = sweep.run(study, "p")

    def refuse(*arguments, **options):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(locks, "held", refuse)
    same(sweep.run(study, "p"), table)
    with pytest.raises(cl.UserError, match="Read-only file system"):
        sweep.run(study, "p", renew=True)
    with pytest.raises(cl.UserError, match="Read-only file system"):
        sweep.run(study, "another")
