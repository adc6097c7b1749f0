"""Disks and homes that refuse: one sentence, nothing lost, and a second start goes on."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import filelock
import nbformat
import pytest
from little import WRITE, Little

from cubistlib.__main__ import main
from cubistlib.runner import jobs, kernel
from cubistlib.runner.jobs import Record
from cubistlib.support import files, provenance

LATER = "what was finished before is kept, start again when that is mended\n"
NO_LOCKS = "files cannot be locked there, point CUBISTLIB_HOME to a disk where they can"


@pytest.fixture
def little(home, monkeypatch):
    monkeypatch.setattr(provenance, "library", lambda: "this")
    return Little(home)


@pytest.fixture
def quick(capsys):
    """Run the profile quick: status, and what was said on standard output and error."""

    def quick(*arguments):
        status = main(["run", "quick", *arguments])
        return status, *capsys.readouterr()

    return quick


def refusing(error):
    def refuse(*_arguments, **_options):
        raise error

    return refuse


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError(errno.EFBIG, "File too large"), "File too large"),
        (OSError(errno.EROFS, "Read-only file system"), "Read-only file system"),
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
        (PermissionError(errno.EACCES, "Denied", "/else/x"), "Denied: /else/x"),
        (FileNotFoundError("output folder x doesn't exist."), "output folder x doesn't exist"),
        (FileExistsError(errno.EEXIST, "File exists"), "a file of that name is in the way"),
        (OSError(errno.ENOLCK, "No locks available"), NO_LOCKS),
        (OSError(errno.ENOSYS, "Not implemented"), NO_LOCKS),
        (NotImplementedError("use SoftFileLock"), NO_LOCKS),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_what_a_disk_refuses_is_one_sentence(home, error, said):
    with pytest.raises(files.NotWritten) as caught, files.writing(home / "outputs" / "q"):
        raise error
    assert str(caught.value) == f"outputs/q: results cannot be written ({said}); {LATER.strip()}"


BESIDE = f".10_a.{'0123456789abcdef' * 2}.ipynb"  # a name that nobody has seen, nor will


@pytest.mark.parametrize(
    ("place", "renamed", "said"),
    [
        ("outputs/q", None, "Denied"),
        ("outputs/q/.lock", None, "Denied: outputs/q/.lock"),
        ("outputs/q/.runs", None, "Denied: outputs/q/.runs"),
        ("outputs", None, "Denied: outputs"),
        (f"outputs/q/{BESIDE}", None, "Denied"),
        (f"outputs/q/.runs/{BESIDE}", None, "Denied: outputs/q/.runs"),
        (f"outputs/q/{BESIDE}", "outputs/q/10_a.ipynb", "Denied: outputs/q/10_a.ipynb"),
        ("", None, "Denied: {home}"),
    ],
)
def test_the_place_that_is_refused_is_named(home, place, renamed, said):
    new = renamed and str(home / renamed)
    with pytest.raises(files.NotWritten) as caught, files.writing(home / "outputs" / "q"):
        raise OSError(errno.EACCES, "Denied", str(home / place), None, new)
    assert f" ({said.format(home=home)}); " in str(caught.value)


@pytest.mark.parametrize(
    ("owner", "name", "error"),
    [
        (os, "fsync", OSError(errno.ENOSPC, "No space left on device")),
        (Path, "write_text", OSError(errno.EFBIG, "File too large")),
        (Path, "replace", PermissionError(errno.EACCES, "Permission denied")),
        (Path, "mkdir", OSError(errno.EROFS, "Read-only file system")),
        (filelock.FileLock, "acquire", OSError(errno.ENOLCK, "No locks available")),
        (filelock.FileLock, "acquire", NotImplementedError("use SoftFileLock")),
    ],
)
def test_a_run_says_what_the_disk_refuses(little, quick, monkeypatch, owner, name, error):
    little.both("10_a", "1")
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, refusing(error))
        status, _, said = quick()
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith("outputs/quick: results cannot be written (") and said.endswith(LATER)


def plain_file(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("in the way")


def folder(path):
    path.mkdir(parents=True)


def dangling(path):
    path.parent.mkdir(parents=True)
    path.symlink_to("no/where")


@pytest.mark.parametrize(
    ("place", "put"),
    [
        ("outputs", plain_file),
        ("outputs/quick", plain_file),
        ("outputs/quick/.runs", plain_file),
        ("outputs/quick/.runs", dangling),
        ("outputs/quick/.runs/10_a.json", folder),
        ("outputs/quick/10_a.ipynb", folder),
        ("outputs/quick/10_a.html", folder),
        ("outputs/quick/10_a.failed.ipynb", folder),
        ("outputs/quick/.10_a.0.ipynb", folder),
    ],
)
def test_what_stands_in_the_way_is_said_and_left_alone(little, quick, place, put):
    little.both("10_a", "1")
    path = little.root / place
    put(path)
    status, _, said = quick()
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith("outputs/quick: results cannot be written (") and said.endswith(LATER)
    assert f": {place}); " in said or place == "outputs/quick"
    kept = {plain_file: path.is_file, folder: path.is_dir, dangling: path.is_symlink}
    assert kept[put]()


@pytest.mark.parametrize("put", [folder, dangling])
def test_a_lock_that_is_no_file_is_said_as_a_sweep_says_it(little, quick, put):
    little.both("10_a", "1")
    put(little.root / "outputs/quick/.lock")
    status, _, said = quick()
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith("outputs/quick/.lock is no file that can be locked (")
    assert said.endswith("); remove it and start again\n")


def test_outputs_that_vanish_in_mid_run_and_the_start_after_that(little, quick):
    little.both("10_a", WRITE + "(folder / '10_a.txt').write_text('a')")
    little.both("20_b", WRITE + "if not (folder.parents[1] / 'again').exists():\n"
                "    import shutil; shutil.rmtree(folder)")  # fmt: skip
    status, out, said = quick("--workers", "1")
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith("outputs/quick: results cannot be written (") and said.endswith(LATER)
    (little.root / "again").touch()
    status, out, said = quick()
    assert (status, said) == (0, "")
    assert "up to date" not in out and (little.outputs / "10_a.ipynb").is_file()


def test_after_a_full_disk_a_second_start_goes_on(little, quick, monkeypatch):
    little.both("10_a", "1")
    little.both("20_b", "1")
    real, left = os.fsync, iter(range(4))

    def fsync(descriptor):  # full from the second notebook on
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        status, out, said = quick("--workers", "1")  # in this order, 10_a whole
    assert status == 2 and "No space left on device" in said
    assert re.search(r"10_a … [\d.]+ s\n", out)
    status, out, _ = quick()
    assert status == 0
    assert "10_a … up to date\n" in out and re.search(r"20_b … [\d.]+ s\n", out)
    assert sorted(path.name for path in little.outputs.glob(".*")) == [".lock", ".runs"]


def test_a_home_that_nobody_may_look_at(capsys, monkeypatch):
    monkeypatch.setenv("CUBISTLIB_HOME", "/closed/home")
    refused = PermissionError(errno.EACCES, "Permission denied")
    monkeypatch.setattr(Path, "is_dir", refusing(refused))
    assert main(["plan", "p", "--no-cost"]) == 2
    said = "CUBISTLIB_HOME must be a folder, got '/closed/home': Permission denied\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": [{"cell_type', "[" * 100_000, "\0"])
@pytest.mark.parametrize("name", ["10_a.ipynb", "10_a.failed.ipynb", ".runs/10_a.json"])
def test_what_a_crash_has_truncated_is_made_anew(little, quick, monkeypatch, name, text):
    little.both("10_a", "1")
    job = jobs.of("quick")["10_a"]
    job.keep(Record("done", job.fingerprint, written={"10_a.ipynb": "0123456789abcdef"}))
    (little.outputs / name).write_text(text)
    monkeypatch.setattr("cubistlib.runner.execution.execute", lambda _, output, *__: output.touch())
    status, out, said = quick()
    assert (status, said) == (0, "") and "10_a … 0" in out
    assert "index.html" in out


@pytest.mark.parametrize(
    "record",
    [
        {"state": "done", "fingerprint": 3},
        {"state": "dancing", "fingerprint": ""},
        {"state": "done", "fingerprint": "", "written": 3},
        {"state": "done", "fingerprint": "", "seconds": "long"},
        {"state": "failed", "fingerprint": "", "reason": []},
        [1, 2],
        None,
        1e400,
    ],
)
def test_a_record_of_another_kind_is_none(little, record):
    little.both("10_a")
    job = jobs.of("quick")["10_a"]
    job.keep(Record("done", job.fingerprint))
    assert job.current()
    (little.outputs / ".runs" / "10_a.json").write_text(json.dumps(record))
    assert job.record() is None and not job.current()


def test_a_copy_of_outputs_is_as_current_as_they_are(little, quick):
    little.both("10_a", WRITE + "(folder / '10_a.txt').write_text('a')")
    assert quick()[0] == 0
    copy = little.root / "copy"
    shutil.copytree(little.outputs, copy, copy_function=shutil.copy)  # without times
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
    shutil.rmtree(little.outputs)
    copy.rename(little.outputs)
    assert "10_a … up to date" in quick()[1]
    (little.outputs / "10_a.txt").write_text("b")  # of the same size
    assert not jobs.of("quick")["10_a"].current()


@pytest.mark.parametrize("command", [["run"], ["plan", "--no-cost"], ["sweep"]])
def test_a_profile_of_300_characters(little, capsys, command):
    little.both("10_a")
    assert main([*command, "q" * 300]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith(("unknown profile", "profile must be a name of"))


def test_a_run_without_a_home(little):
    little.both("10_a", "import os\nprint(os.environ['IPYTHONDIR'])")
    plain_file(little.root / "file")  # below it nobody can make a home
    known = {**os.environ, "HOME": str(little.root / "file" / "home")}
    known.pop("MPLCONFIGDIR", None)
    command = [sys.executable, "-m", "cubistlib", "run", "quick"]
    done = subprocess.run(command, env=known, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    cell = nbformat.read(little.outputs / "10_a.ipynb", 4).cells[-1]
    assert [output.name for output in cell.outputs] == ["stdout"]
    assert not Path(cell.outputs[0].text.strip()).exists(), "its spare home is cleared away"


def test_a_user_without_any_home(monkeypatch):
    monkeypatch.setattr(Path, "home", refusing(RuntimeError("Could not determine home directory.")))
    assert set(kernel._instead_of_home()) == {"IPYTHONDIR", "MPLCONFIGDIR"}


def test_no_room_for_a_kernel_fails_the_notebook_in_a_sentence(little, quick, monkeypatch):
    little.both("10_a", "1")
    monkeypatch.setattr(tempfile, "tempdir", str(little.root / "nowhere"))
    status, out, _ = quick()
    assert status == 1
    assert "10_a … failed before its first cell: no folder for a kernel: " in out


def test_outputs_that_are_a_link_to_nowhere_are_told(little, capsys):
    little.both("10_a", "1")
    (little.root / "outputs").symlink_to("/nonexistent/scratch")
    assert main(["run", "quick"]) == 2
    assert "(a link that leads nowhere is in the way: outputs)" in capsys.readouterr().err
