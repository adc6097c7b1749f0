"""Studies' folders that were copied, renamed, emptied, or hold other things than expected."""

import errno
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

import filelock
import pandas as pd
import pytest
import sweeps
from hypothesis import given, settings
from hypothesis import strategies as st
from sweeps import same

import cubistlib as cl
from cubistlib import store, sweep
from cubistlib.__main__ import main
from cubistlib.store import folder as folder_module
from cubistlib.store import locks
from cubistlib.store.folder import StudyFolder
from cubistlib.store.record import record
from cubistlib.store.shards import Shards
from cubistlib.studies import PruningStudy, paper
from cubistlib.studies.study import Origin

pytestmark = pytest.mark.usefixtures("home")

MINE = sweeps.search()
HALF = 64


@pytest.fixture(scope="session")
def halves(tmp_path_factory):
    """Two folders in which the first half of a study is, each shard a file: mine and another's."""
    place = tmp_path_factory.mktemp("halves")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder_module, "BLOCKS", (1, 1))
        sweep.advance(MINE, place, part=(1, 2), say=print)
        sweep.advance(sweeps.search(name="tiny/other"), place, part=(1, 2), say=print)
    return place / MINE.name, place / "tiny/other"


@pytest.fixture
def mine(home, halves):
    """The folder of a study of which the first half, 16 files, is there."""
    folder = sweep.folder(MINE, "p").path
    shutil.copytree(halves[0], folder)
    return folder


@pytest.fixture
def one(monkeypatch):
    """The tiny study counts as the paper's only one, so that commands know it."""
    monkeypatch.setattr(paper, "STUDIES", {MINE.name: MINE})


def shard(folder, number):
    (path,) = folder.glob(f"{number:05d}-*.parquet")
    return path


def renamed(path, first, last=None):
    """The path with the range of other shards in its name."""
    last = first if last is None else last
    return path.with_name(f"{first:05d}-{last:05d}{path.name[11:]}")


def refused(function, *arguments):
    """The one sentence in which something is refused."""
    with pytest.raises(cl.UserError) as error:
        function(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


# What a shard holds, and of which study


def swapped(mine, other):
    a, b = shard(mine, 0), shard(mine, 1)
    a.rename(mine / "aside")
    b.rename(renamed(b, 0))
    (mine / "aside").rename(renamed(a, 1))
    return 2


def copied_as_another(mine, other):
    shutil.copy(shard(mine, 0), renamed(shard(mine, 0), 20))
    return 0


def widened(mine, other):
    shard(mine, 3).rename(renamed(shard(mine, 3), 3, 9))
    return 7


def of_another_study(mine, other):
    shard(mine, 5).unlink()
    shutil.copy(shard(other, 5), mine)
    return 1


def truncated(mine, other):
    shard(mine, 5).write_bytes(shard(mine, 5).read_bytes()[:-9])
    return 1


def with_a_bit_flipped(mine, other):
    data = bytearray(shard(mine, 5).read_bytes())
    data[99] ^= 4
    shard(mine, 5).write_bytes(data)
    return 1


def empty(mine, other):
    shard(mine, 5).write_bytes(b"")
    return 1


UNFIT = [swapped, copied_as_another, widened, of_another_study]
UNFIT += [truncated, with_a_bit_flipped, empty]


@pytest.mark.parametrize("spoil", UNFIT)
def test_a_file_that_does_not_hold_what_its_name_says_is_set_aside(
    mine, halves, whole_table, spoil
):
    lost = spoil(mine, halves[1])
    assert sweep.finished(MINE, "p") == HALF - 4 * lost
    for reading in (lambda: store.read(mine), lambda: sweep.folder(MINE, "p").read()):
        assert "is damaged, or of other shards or another study: its checksum" in refused(reading)
    said = []
    same(sweep.run(MINE, "p", say=said.append), whole_table)
    aside = list(mine.glob("*.damaged"))
    assert len(said) == len(aside) >= 1
    assert all("set aside as 0" in s and "run again" in s and "\n" not in s for s in said)


def test_one_experiment_is_not_taken_from_a_file_of_other_shards(mine):
    swapped(mine, None)
    assert "its checksum does not fit" in refused(sweep.stored, MINE, "p", 6)
    assert sweep.stored(MINE, "p", 13)[0]["experiment"] == 13


def test_files_of_other_shards_are_not_put_together(mine, monkeypatch):
    monkeypatch.setattr(folder_module, "BLOCKS", (4, 8))
    swapped(mine, None)
    assert "its checksum does not fit" in refused(sweep.folder(MINE, "p").compact, 0)
    assert len(list(mine.glob("*.parquet"))) == 16


def test_a_file_that_fits_and_holds_other_experiments_is_refused(mine):
    place = sweep.folder(MINE, "p")
    data = shard(mine, 0).read_bytes()
    place.files.put(16, 16, data)
    assert "does not hold the experiments of its shards" in refused(place.read)


# Things that have a shard's name

RANGES = {
    "far too wide": (0, 99_999_999_999),
    "wider than a word": (0, 10**30),
    "backwards": (7, 3),
    "beyond the study": (900, 915),
    "one beyond the study": (31, 32),
}
FIFO = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")


def dangling(path):
    path.symlink_to(path.parent / "nowhere")


def circle(path):
    path.symlink_to(path)


THINGS = [dangling, circle, Path.mkdir, pytest.param(lambda path: os.mkfifo(path), marks=FIFO)]


@pytest.mark.parametrize("first, last", RANGES.values(), ids=RANGES)
def test_a_range_that_the_study_does_not_have(mine, whole_table, first, last):
    shutil.copy(shard(mine, 3), renamed(shard(mine, 3), first, last))
    assert sweep.finished(MINE, "p") == HALF
    said = refused(store.read, mine)
    assert "is named for shards that the study does not have; the next sweep" in said
    said = []
    same(sweep.run(MINE, "p", say=said.append), whole_table)
    assert len(said) == 1 and "set aside as " in said[0] and said[0].endswith(".damaged")


@pytest.mark.parametrize("make", THINGS)
@pytest.mark.parametrize("first, last", [(20, 20), (0, 31)])
def test_what_is_no_file_but_has_a_shards_name(mine, whole_table, make, first, last):
    make(mine / f"{first:05d}-{last:05d}.0123456789abcdef.parquet")
    assert sweep.finished(MINE, "p") == HALF
    assert "is no file of results but a folder, a pipe or a link" in refused(store.read, mine)
    said = []
    same(sweep.run(MINE, "p", say=said.append), whole_table)
    assert len(said) == 1 and "is no file of results" in said[0] and "set aside as" in said[0]


def test_the_result_of_another_study_is_no_stored_one(mine):
    assert sweep.stored(sweeps.search(epochs=3), "p", 3) is None


def test_a_link_to_a_file_is_a_file(mine, whole_table):
    path = shard(mine, 0)
    path.rename(mine / "elsewhere")
    path.symlink_to(mine / "elsewhere")
    assert sweep.finished(MINE, "p") == HALF
    same(sweep.run(MINE, "p", say=print), whole_table)


def test_what_cannot_be_read_is_said(mine, monkeypatch):
    read = Path.read_bytes

    def denied(path):
        if path.name.startswith("00003"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", denied)
    for attempt in (lambda: sweep.finished(MINE, "p"), lambda: store.read(mine)):
        assert "00003-00003" in (said := refused(attempt))
        assert "cannot be read (Permission denied); make it readable" in said
    assert "cannot be read (Permission denied)" in refused(sweep.run, MINE, "p")
    assert not list(mine.glob("*.damaged"))


def test_files_that_keep_vanishing_do_not_hold_a_reader_for_ever(mine, monkeypatch):
    read = Path.read_bytes

    def gone(path):
        if path.suffix == ".parquet":
            raise FileNotFoundError(path)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", gone)
    assert "files vanish while they are read; try again" in refused(store.read, mine)


def test_a_place_that_is_no_folder(home, one, capsys):
    folder = sweep.folder(MINE, "p").path
    folder.parent.mkdir(parents=True)
    folder.write_text("")
    assert "not a readable Parquet file" in refused(store.read, folder)
    for command in (["plan", "p", "--no-cost"], ["sweep", "p"]):
        assert main(command) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1 and str(Path(MINE.name)) in err


WRONG = {"none": [], "a fraction": [1.0], "text": ["1"], "a flag": [True], "not there": [128]}


@pytest.mark.parametrize("numbers", WRONG.values(), ids=WRONG)
def test_a_number_that_is_no_experiments_is_refused(numbers):
    assert refused(MINE.run, numbers).startswith(MINE.name)
    if numbers:
        for function in (MINE.replay, MINE.train, MINE.shard_of):
            assert refused(function, numbers[0]).startswith(MINE.name)
        assert refused(sweep.stored, MINE, "p", numbers[0]).startswith(MINE.name)


# study.json

RECORDS = {
    "no text": b"\xff\xfe\x00",
    "nothing": b"",
    "half": b'{"study": {"shards": 32, "ki',
    "null": b"null",
    "a number": b"7",
    "a list": b"[]",
    "an empty object": b"{}",
    "an empty study": b'{"study": {}}',
    "a study as a list": b'{"study": []}',
    "shards as text": b'{"study": {"shards": "32"}}',
    "shards as a fraction": b'{"study": {"shards": 32.5}}',
    "shards as a flag": b'{"study": {"shards": true}}',
    "fewer than no shards": b'{"study": {"shards": -1}}',
    "codes as a number": b'{"study": {"shards": 32}, "codes": 3}',
    "codes as text": b'{"study": {"shards": 32}, "codes": "abc"}',
    "versions as null": b'{"study": {"shards": 32}, "versions": null}',
    "versions as numbers": b'{"study": {"shards": 32}, "versions": [1, 2]}',
    "too deep": b"[" * 100_000,
    "too deep in the study": b'{"study": {"shards": 32, "kind": ' + b"[" * 50_000,
    "a huge number": b'{"study": {"shards": ' + b"9" * 10_000 + b"}}",
    "infinity": b'{"study": {"shards": Infinity}}',
}
COMMANDS = {
    "plan": ["plan", "p", "--no-cost"],
    "plan as data": ["plan", "p", "--no-cost", "--json"],
    "sweep": ["sweep", "p"],
    "a slice": ["sweep", "p", "--slice", "2/2"],
    "replay": ["replay", MINE.name, "3", "--profile", "p"],
}


def check_every_start(mine, capsys, words):
    """Every start says these words in one sentence and touches nothing."""
    before = sorted(mine.iterdir())
    for command in COMMANDS.values():
        assert main(command) == 2, command
        assert words in (err := capsys.readouterr().err) and err.count("\n") == 1, command
        assert "study.json" in err and str(Path(MINE.name)) in err
    for attempt in (sweep.run, sweep.advance):
        assert words in refused(attempt, MINE, "p")
    assert words in refused(store.read, mine)
    assert sorted(mine.iterdir()) == before


@pytest.mark.parametrize("text", RECORDS.values(), ids=RECORDS)
def test_a_study_json_that_tells_of_no_study(mine, one, capsys, text):
    (mine / "study.json").write_bytes(text)
    check_every_start(mine, capsys, "is damaged: it does not tell of a study; move it away")


@pytest.mark.parametrize("make", THINGS)
def test_a_study_json_that_is_no_file(mine, one, capsys, make):
    (mine / "study.json").unlink()
    make(mine / "study.json")
    check_every_start(mine, capsys, "is no file; move it away and start again")


def test_a_study_json_that_cannot_be_read(mine, one, capsys, monkeypatch):
    read = Path.read_bytes

    def denied(path, *rest, **named):
        if path.name == "study.json":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return read(path, *rest, **named)

    monkeypatch.setattr(Path, "read_bytes", denied)
    check_every_start(mine, capsys, "cannot be read (Permission denied); make it readable")


def test_a_study_json_that_is_lost_is_written_anew_if_results_are_the_studys(mine, whole_table):
    (mine / "study.json").unlink()
    assert "has results but no study.json" in refused(store.read, mine)
    said = []
    same(sweep.run(MINE, "p", say=said.append), whole_table)
    assert said == [f"tiny/search: begun with version unknown, from here on {cl.__version__}"]
    assert record(mine)["versions"] == ["unknown", cl.__version__]


def test_results_without_a_study_json_that_are_not_the_studys_are_refused(mine):
    (mine / "study.json").unlink()
    said = refused(sweep.run, sweeps.search(epochs=3), "p")
    assert "has results but no study.json that tells of which study, and they are not of" in said
    assert len(list(mine.glob("*.parquet"))) == 16


def test_a_notebook_does_not_go_on_from_results_of_unknown_code(mine):
    (mine / "study.json").unlink()
    sweep.advance(MINE, "p", part=(1, 32), renew=True, say=print)
    assert sweep.finished(MINE, "p") == 4
    assert len(store.read(mine / ".before")) == HALF


def test_a_long_difference_is_told_in_part(mine):
    known = record(mine)
    known["study"]["masks"] = "x" * 100_000
    (mine / "study.json").write_text(json.dumps(known))
    assert len(refused(sweep.run, MINE, "p")) < 800


@pytest.mark.parametrize("text", RECORDS.values(), ids=RECORDS)
def test_the_search_that_a_study_starts_from_has_a_broken_study_json(mine, text):
    (mine / "study.json").write_bytes(text)
    study = PruningStudy(
        name="fixed",
        algorithms=("snip",),
        widths=(3,),
        keep=(12,),
        lrs=(0.1,),
        schedules=("cosine",),
        origin=Origin(MINE.name, 0.5),
    )
    assert "study.json is damaged" in refused(sweep.run, study, "p")


# A folder that is removed


def test_a_folder_that_is_removed_while_a_sweep_is_at_work_is_no_dead_end(monkeypatch, whole_table):
    folder, write = sweep.folder(MINE, "p").path, StudyFolder.write

    def removed(place, frame, number):
        if number == 3:
            shutil.rmtree(folder)
        write(place, frame, number)

    with monkeypatch.context() as patched:
        patched.setattr(StudyFolder, "write", removed)
        said = refused(lambda: sweep.advance(MINE, "p", workers=1))
    assert "was removed while a sweep was at work on it; start again" in said
    assert not folder.exists()
    same(sweep.run(MINE, "p"), whole_table)


@pytest.mark.parametrize("left", ["study.json", "*.parquet", ".lock*"])
def test_a_part_of_a_folder_that_is_removed_is_no_dead_end(monkeypatch, whole_table, left):
    folder, write = sweep.folder(MINE, "p").path, StudyFolder.write

    def removed(place, frame, number):
        if number == 3:
            for path in folder.glob(left):
                path.unlink()
        write(place, frame, number)

    with monkeypatch.context() as patched:
        patched.setattr(StudyFolder, "write", removed)
        with suppress(cl.UserError):
            sweep.advance(MINE, "p", workers=1)
    same(sweep.run(MINE, "p", say=print), whole_table)


def test_a_folder_that_another_study_began_anew_is_left_to_it():
    place, other = sweep.folder(MINE, "p"), sweeps.search(epochs=1)
    with place.hold(), pytest.raises(cl.UserError, match="begun anew by another study"):
        shutil.rmtree(place.path)
        sweep.advance(other, "p", part=(1, 2))
        place.write(pd.DataFrame(), 20)
    assert sweep.finished(other, "p") == HALF
    assert not list(place.path.glob(".lock-*"))


def test_the_lock_of_who_began_a_folder_anew_is_not_removed():
    place = sweep.folder(MINE, "p")
    with place.hold():
        shutil.rmtree(place.path)
        inner = place.hold()
        inner.__enter__()
        outer_lock = place.path / ".lock-1-of-1"
    assert outer_lock.exists()
    assert "is being written by process" in refused(place.hold().__enter__)
    inner.__exit__(None, None, None)


def test_a_sweep_of_which_nothing_comes_leaves_no_folder(monkeypatch):
    place = sweep.folder(MINE, "p")
    with suppress(ZeroDivisionError), place.hold():
        assert (place.path / "study.json").exists()
        raise ZeroDivisionError
    assert not place.path.exists()
    monkeypatch.setattr(StudyFolder, "_agree", lambda *given: 1 / 0)
    with suppress(ZeroDivisionError), place.hold():
        pass
    assert not place.path.exists()


# Locks

SIGNATURES = dict(RECORDS) | {
    "an empty owner": b'{"pid": null, "host": [], "since": {}}',
    "an infinite process": b'{"pid": Infinity, "host": "h", "since": "then"}',
    "a long name": b'{"pid": 1, "host": "' + b"h" * 100_000 + b'", "since": "then"}',
}


@pytest.mark.parametrize("text", SIGNATURES.values(), ids=SIGNATURES)
def test_a_lock_that_nobody_has_signed_sensibly(mine, text):
    (mine / ".lock-2-of-2").write_bytes(text)
    (mine / ".lock").write_bytes(text)
    with locks.held(mine, (2, 2)) as said:
        assert sum(map(len, said)) < 300 and "\n" not in "".join(said)
    assert not (mine / ".lock-2-of-2").exists()


@pytest.mark.parametrize("name", [".lock", ".lock-1-of-1", ".lock-5-of-7"])
@pytest.mark.parametrize("make", THINGS)
def test_a_lock_that_is_no_file(mine, one, capsys, make, name):
    (mine / name).unlink(missing_ok=True)
    make(mine / name)
    if (mine / name).is_fifo():  # which can be locked
        with locks.held(mine):
            return
    for start in (["sweep", "p"], ["sweep", "p", "--slice", "2/2"]):
        assert main(start) == 2
        err = capsys.readouterr().err
        assert f"{name} is no file that can be locked" in err and err.count("\n") == 1
    assert main(["plan", "p", "--no-cost"]) == 0, "who only looks needs no lock"
    path = mine / name
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    with locks.held(mine):
        pass


def test_names_that_are_nearly_those_of_locks(mine):
    for name in (".lock-0-of-0", ".lock-9-of-2", f".lock-{'9' * 200}-of-1", ".lock-a-of-b"):
        (mine / name).write_text("{}")
    with locks.held(mine) as said:
        assert said == []


NONE = {name: getattr(errno, name) for name in ("ENOLCK", "ENOSYS", "EOPNOTSUPP")}


@pytest.mark.parametrize("code", [*NONE.values(), None], ids=[*NONE, "NotImplementedError"])
def test_a_disk_without_locks_is_one_sentence(one, capsys, monkeypatch, code):
    def lacking(*arguments):
        raise NotImplementedError("no flock") if code is None else OSError(code, os.strerror(code))

    monkeypatch.setattr(filelock.FileLock, "_acquire", lacking)
    assert main(["sweep", "p"]) == 2
    err = capsys.readouterr().err
    folder = Path("outputs", "p", "results", MINE.name)
    assert err.startswith(f"{folder}: results cannot be written (files cannot be locked there, ")
    assert "point CUBISTLIB_HOME to a disk where they can" in err and err.count("\n") == 1


def test_no_lock_that_a_kill_would_leave_behind_takes_the_place_of_one(one, capsys, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def lacking(*arguments):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", lacking)
    assert main(["sweep", "p"]) == 2
    assert "files cannot be locked there" in capsys.readouterr().err


# Whatever else

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
STUDY = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("study", "versions", "codes"), JSON)
) | st.builds(lambda shards, codes: {"study": {"shards": shards}, "codes": codes}, JSON, JSON)
TEXT = st.one_of(JSON, STUDY).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=9)
NUMBER = st.integers(0, 40) | st.integers(0, 10**12)
ENTRY = st.tuples(
    st.one_of(
        st.just("study.json"),
        st.builds(".lock-{}-of-{}".format, NUMBER, NUMBER),
        st.builds("{:05d}-{:05d}.{:016x}.parquet".format, NUMBER, NUMBER, st.integers(0, 2**64)),
        st.builds(".{:05d}-{:05d}.parquet".format, NUMBER, NUMBER),
    ),
    TEXT | st.sampled_from([dangling, Path.mkdir, "a shard"]),
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(entries=st.lists(ENTRY, max_size=4), known=st.booleans())
def test_whatever_a_folder_holds_it_is_read_or_refused(tmp_path_factory, halves, entries, known):
    folder = tmp_path_factory.mktemp("fuzzed")
    for path in [*sorted(halves[0].glob("*.parquet"))[:2], halves[0] / "study.json"][: 2 + known]:
        shutil.copy(path, folder)
    for name, what in entries:
        path = folder / name
        if path.exists() or path.is_symlink():
            continue
        if callable(what):
            what(path)
        else:
            path.write_bytes(shard(halves[0], 7).read_bytes() if what == "a shard" else what)
    place = StudyFolder(folder, MINE.name, sweep.folder(MINE, "p").definition, MINE.shards)
    held = {0, 1} if known else set()
    for attempt in (place.finished, place.read, lambda: store.read(folder), place.hold().__enter__):
        with suppress(cl.UserError):
            attempt()
    with suppress(cl.UserError):
        assert held <= Shards(folder, place.definition).finished() <= {0, 1}
