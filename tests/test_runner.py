"""The runner, with notebooks that are really executed, really fail and are really killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time

import nbformat
import pytest
from little import WRITE, Little

from cubistlib.__main__ import main
from cubistlib.runner import jobs
from cubistlib.support import paths, provenance

COUNT = WRITE + "(folder / '10_a.txt').write_text('result')\nprint('executed')"


@pytest.fixture
def little(tmp_path, monkeypatch):
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    monkeypatch.setattr(provenance, "library", lambda: "this")
    return Little(tmp_path)


@pytest.fixture
def start(capsys):
    """Start the runner; the exit status and the lines that it printed."""

    def start(*arguments):
        status = main(["run", "quick", *arguments])
        return status, capsys.readouterr().out.splitlines()

    return start


def ends(lines):
    """What the runner said of each notebook: name → the words after its ellipsis."""
    parts = [line.split("] ")[1].split(" … ") for line in lines if line.startswith("[")]
    return {name: "ran" if said.endswith(" s") else said for name, said in parts}


def in_background(little):
    """The runner in a process of its own, once its notebook has begun its slow cell."""
    command = [sys.executable, "-m", "cubistlib", "run", "quick"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    begun = little.outputs / "begun"
    deadline = time.monotonic() + 30
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert begun.exists()
    kernel = int(begun.read_text())
    begun.unlink()
    return process, kernel


def gone(pid):
    """Whether a process ends within some seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


WAIT = """
import time
(folder / "{}").write_text("here")
while not (folder / "{}").exists():
    time.sleep(0.05)
"""


def test_two_run_side_by_side_as_many_as_asked_for(little, start):
    little.both("10_a", WRITE + WAIT.format("a", "b"))
    little.both("20_b", WRITE + WAIT.format("b", "a"))
    status, lines = start("--workers", "2", "--timeout", "60")
    assert status == 0 and ends(lines) == {"10_a": "ran", "20_b": "ran"}
    for name in "ab":
        (little.outputs / name).unlink()
    status, lines = start("--workers", "1", "--timeout", "3", "--force")
    assert status == 1 and list(ends(lines)) == ["10_a", "20_b"]
    assert ends(lines)["10_a"] == "failed in cell 3: ran longer than 3 s (--timeout)"
    assert ends(lines)["20_b"] == "ran", "what 10_a wrote is there"


def test_as_many_at_a_time_as_no_one_can_run(little, start, capsys):
    little.both("10_a")
    assert main(["run", "quick", "--workers", "0"]) == 2
    assert capsys.readouterr().err == ("--workers must be a whole number 1 … 1,000,000, got 0\n")


def test_runs_in_order_and_a_second_start_runs_only_what_changed(little, start, monkeypatch):
    monkeypatch.chdir(little.root)
    little.both("10_a", COUNT)
    little.both("20_b", "import sys; print(sys.executable)")
    little.both("33_c", "print(open(f'{profile}.txt').read() if 0 else '10_a')")
    status, lines = start()
    assert status == 0
    assert ends(lines) == {"10_a": "ran", "20_b": "ran", "33_c": "ran"}
    assert list(ends(lines))[-1] == "33_c", "it needs 10_a"
    assert [line[:5] for line in lines[:3]] == ["[1/3]", "[2/3]", "[3/3]"]
    assert lines[-1] == f"page: {little.outputs / 'index.html'}"
    executed = nbformat.read(little.outputs / "20_b.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].text.strip() == sys.executable
    assert 'profile = "quick"' in executed.cells[2].source

    assert set(ends(start()[1]).values()) == {"up to date"}

    little.both("10_a", COUNT, "'changed'")
    assert ends(start()[1]) == {"10_a": "ran", "20_b": "up to date", "33_c": "ran"}

    (little.outputs / "10_a.txt").unlink()
    assert ends(start("33_c")[1]) == {"10_a": "ran", "33_c": "up to date"}

    assert ends(start("20_b", "--force")[1]) == {"20_b": "ran"}
    assert {path.name for path in little.root.iterdir()} == {"notebooks", "params", "outputs"}


def test_a_failure_is_named_and_stops_only_what_needs_it(little, start):
    little.both("10_a", "x = 1", "raise ValueError('first line\\nlast line')")
    little.both("12_b", "import os; os.kill(os.getpid(), 9)")
    little.both("20_c", "print(1)")
    little.both("33_d", "'10_a'")
    little.both("34_e", "'33_d'")
    status, lines = start()
    said = ends(lines)
    assert status == 1
    assert said["10_a"] == "failed in cell 4: last line"
    assert said["12_b"].startswith("failed in cell 3: ") and "died" in said["12_b"]
    assert said["20_c"] == "ran"
    assert said["33_d"] == "skipped: it needs 10_a"
    assert said["34_e"] == "skipped: it needs 33_d"
    assert (little.outputs / "10_a.failed.ipynb").is_file()
    assert not (little.outputs / "10_a.ipynb").exists()
    page = (little.outputs / "index.html").read_text()
    assert "in cell 4: last line" in page and "it needs 33_d" in page

    little.both("10_a", "x = 2")
    little.both("12_b", "x = 2")
    status, lines = start()
    assert status == 0
    assert ends(lines).pop("20_c") == "up to date"
    assert not (little.outputs / "10_a.failed.ipynb").exists()


def test_a_folder_too_deep_for_sockets(little, start, monkeypatch):
    deep = little.root / ("deep/" * 20)
    deep.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    little.both("10_a", "1")
    assert start()[0] == 0


def test_one_notebook_runs_what_it_needs_first(little, start):
    little.both("10_a", COUNT)
    little.both("20_b", "1/0")
    little.both("33_c", "'10_a'")
    status, lines = start("33_c")
    assert status == 0
    assert lines[0] == "33_c needs 10_a, not up to date: running before it"
    assert ends(lines) == {"10_a": "ran", "33_c": "ran"}


def test_after_a_kill_the_output_of_before_is_intact(little, start, capsys):
    slow = WRITE + "(folder / 'begun').write_text(str(os.getpid()))\nimport time; time.sleep({})"
    little.both("10_a", slow.format(0))
    assert start()[0] == 0
    output = little.outputs / "10_a.ipynb"
    before = output.read_bytes()
    (little.outputs / "begun").unlink()

    little.both("10_a", slow.format(600))
    process, kernel = in_background(little)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert output.read_bytes() == before
    assert gone(kernel)

    process, kernel = in_background(little)
    assert main(["run", "quick"]) == 2
    assert capsys.readouterr().err == "profile quick: another run is at work on it\n"
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=20)[1].decode().strip()
    assert process.returncode == 130
    assert said == "stopped; what was finished is kept, and the next start goes on"
    assert output.read_bytes() == before
    assert gone(kernel)

    little.both("10_a", slow.format(0))
    assert ends(start()[1]) == {"10_a": "ran"}
    assert sorted(path.name for path in little.outputs.glob(".*")) == [".lock", ".runs"]


def test_bad_parameters_start_nothing_and_overwrite_nothing(little, start, capsys):
    little.both("10_a", COUNT)
    assert start()[0] == 0
    before = {path: path.read_bytes() for path in little.outputs.rglob("*") if path.is_file()}
    little.both("10_a", COUNT, "'changed'")
    little.notebook("20_b", parameters="width: int = 3")
    little.yaml("20_b", width=0)
    assert main(["run", "quick", "10_a", "--force"]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.startswith("params/quick/20_b.yaml: width must be a whole number ≥ 1, got 0")
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["quack"], "unknown profile 'quack'; there are: quick\n"),
        (["quick", "10_b"], "unknown notebook 10_b; there are: 10_a\n"),
    ],
)
def test_unknown_names_say_which_there_are(little, capsys, arguments, sentence):
    little.both("10_a")
    assert main(["run", *arguments]) == 2
    assert capsys.readouterr().err == sentence
    assert not little.outputs.exists()


def test_a_folder_without_a_series(little, capsys):
    assert main(["run", "quick"]) == 2
    assert "no notebooks NN_name.ipynb here" in capsys.readouterr().err


def test_what_a_fingerprint_depends_on(little, monkeypatch):
    little.both("10_a")
    little.both("33_b", "'10_a'")

    def prints():
        return {name: job.fingerprint for name, job in jobs.of("quick").items()}

    first = prints()
    path = little.root / "notebooks" / "10_a.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].execution_count = 7
    nbformat.write(notebook, path)
    assert prints() == first

    little.notebook("10_a", parameters="seed: int = 0")
    little.yaml("10_a", seed=1)
    second = prints()
    little.yaml("10_a", seed=2)
    third = prints()
    assert all(len({first[n], second[n], third[n]}) == 3 for n in first)

    monkeypatch.setattr(provenance, "library", lambda: "other")
    assert not set(prints().values()) & set(third.values())


def test_a_change_of_the_library_is_noticed(tmp_path, monkeypatch):
    package, published = tmp_path / "package", tmp_path / "outputs"
    for folder in (published / "paper", package / "plots", package / "search" / "__pycache__"):
        folder.mkdir(parents=True)
    (package / "published").symlink_to(published)
    monkeypatch.setattr(paths, "package", lambda: package)

    def prints():
        return provenance.code(), provenance.library()

    before, computes = prints(), {}
    for name in ("data.py", "search/a.py", "plots/b.py", "published/paper/c.parquet"):
        (package / name).write_text("1")
        after = prints()
        assert after[1] != before[1], "a notebook's outputs hang on all of it"
        computes[name], before = after[0] != before[0], after
    assert [name for name, does in computes.items() if does] == ["data.py", "search/a.py"]
    (package / "search" / "__pycache__" / "a.pyc").write_text("1")
    assert prints() == before


def test_files_of_a_sweep_beside_it_are_not_a_notebooks_own(little, start):
    code = """
for name in ("mine", "10_a_wide", "210_a", "10_a"):
    place = folder / "results" / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "a.txt").write_text("a")
"""
    little.both("10_a", WRITE + code)
    start()
    for name in ("mine", "10_a_wide", "210_a"):
        (little.outputs / "results" / name / "a.txt").write_text("more of it")
    assert ends(start()[1]) == {"10_a": "up to date"}
    (little.outputs / "results" / "10_a" / "a.txt").write_text("somebody else's")
    assert ends(start()[1]) == {"10_a": "ran"}
