"""Notebooks that hang or print without end: ended in time, kept short, the rest goes on."""

import re

import nbformat
import pytest
from little import Little
from papermill.iorw import LocalHandler

from cubistlib.__main__ import main
from cubistlib.runner import execution, jobs
from cubistlib.support import provenance

ENDLESS = {
    "10_prints": "while True: print('y' * 200)",
    "11_flushes": "while True: print('y', flush=True)",
    "12_holds_the_lock": "import ctypes; ctypes.PyDLL(None).sleep(1000)",
    "13_is_deaf": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
}
TWICE = "from IPython.display import clear_output\nprint('a' * 900)\nclear_output()\n"


@pytest.fixture
def little(home, monkeypatch):
    monkeypatch.setattr(provenance, "library", lambda: "this")
    return Little(home)


def test_what_has_no_end_is_ended_and_the_rest_goes_on(little, capsys):
    for name, code in ENDLESS.items():
        little.both(name, code)
    little.both("20_needs", "'10_prints'")
    little.both("30_sound", "1")
    assert main(["run", "quick", "--timeout", "1"]) == 1
    out, err = capsys.readouterr()
    reason = "failed in cell 3: ran longer than 1 s (--timeout)"
    for name in ENDLESS:
        assert f"{name} … {reason}\n" in out
        assert jobs.of("quick")[name].record().reason == reason
        assert (little.outputs / f"{name}.failed.ipynb").stat().st_size < 3e6
    assert "20_needs … skipped: it needs 10_prints\n" in out
    assert re.search(r"30_sound … [\d.]+ s\n", out)
    assert err == ""


@pytest.mark.parametrize("given", ["0", "-1", "nan", "-inf"])
def test_a_timeout_is_a_number_of_seconds(little, capsys, given):
    little.both("10_a")
    assert main(["run", "quick", f"--timeout={given}"]) == 2
    assert capsys.readouterr().err == f"--timeout must be a number > 0, got {float(given)}\n"


@pytest.mark.parametrize("given", ["1e300", "inf"])
def test_a_long_timeout_is_none(little, given):
    little.both("10_a", "1")
    assert main(["run", "quick", "--timeout", given]) == 0


def test_outputs_are_kept_up_to_a_size_and_what_is_left_out_is_said(little, capsys, monkeypatch):
    monkeypatch.setattr(execution, "PRINTED", 1000)
    monkeypatch.setattr(execution, "DISPLAYED", 2000)
    monkeypatch.setattr(execution, "TRACEBACK", 500)
    codes = (
        "for _ in range(50): print('x' * 99, flush=True)\n'shown'",
        "from IPython.display import display\nfor i in range(30): display('d' * 100)",
        f"{TWICE}print('b' * 900)",
        "print('whole')",
        "raise ValueError('e' * 50_000)",
    )
    little.both("10_a", *codes)
    assert main(["run", "quick"]) == 1
    assert re.search(r"failed in cell 7: ValueError: e{288} …\n", capsys.readouterr().out)
    path = little.outputs / "10_a.failed.ipynb"
    assert path.stat().st_size < 15_000
    cells = [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"][-5:]
    first, second, third, fourth, fifth = ([dict(o) for o in cell.outputs] for cell in cells)

    printed = "".join(o["text"] for o in first if o.get("name") == "stdout")
    assert 500 < len(printed) <= 1000 and set(printed) == {"x", "\n"}
    notes = [o["text"].strip() for o in first if o.get("name") == "stderr"]
    assert re.fullmatch(r"\[left out here: [4-9],\d{3} characters of the output\]", *notes)
    assert first[-1]["data"] == {"text/plain": "'shown'"}
    assert 8 < len(second) < 20 and "left out" in second[-1]["text"]
    assert [o["text"] for o in third] == ["b" * 900 + "\n"]
    assert [o["text"] for o in fourth] == ["whole\n"]
    assert len("".join(fifth[-1]["traceback"])) <= 500


def test_fifty_megabytes_leave_one(little):
    little.both("10_a", "for _ in range(50): print('x' * 999_999)")
    assert main(["run", "quick"]) == 0
    assert (little.outputs / "10_a.ipynb").stat().st_size < 1_010_000


def test_what_cannot_be_written_fails_its_notebook(little, tmp_path):
    path = little.notebook("10_a", "1", text=["an HALF"])
    path.write_text(path.read_text().replace("HALF", "\\ud800"))
    with pytest.raises(execution.Failed, match=r"^failed as it was written down: 'utf-8' codec"):
        execution.execute(path, tmp_path / "made.ipynb", {}, 60, False)


def test_outputs_that_cannot_be_written_fail_their_notebook(little, capsys, monkeypatch):
    def write(handler, text, path):
        return real(handler, text.replace("half", "\ud800"), path)

    real = LocalHandler.write
    monkeypatch.setattr(LocalHandler, "write", write)
    little.both("10_a", "print('HALF'.lower())")
    little.both("20_b", "1")
    assert main(["run", "quick"]) == 1
    out, err = capsys.readouterr()
    assert "10_a … failed as it was written down: 'utf-8' codec can't" in out and err == ""
    assert re.search(r"20_b … [\d.]+ s\n", out)
    assert not (little.outputs / "10_a.failed.ipynb").exists(), "it would be empty"


def test_braces_in_a_path_are_only_braces(tmp_path, monkeypatch):
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path / "{a}"))
    (tmp_path / "{a}").mkdir()
    Little(tmp_path / "{a}").both("10_a", "1")
    assert main(["run", "quick"]) == 0


def test_what_is_shown_in_the_place_of_something_needs_room_too(little, monkeypatch):
    monkeypatch.setattr(execution, "DISPLAYED", 3000)
    update = "from IPython.display import display\nh = display('a', display_id=True)\n"
    many = "for i in range(50): h.update('b' * 900)"  # each in the place of the one before
    little.both("10_a", f"{update}{many}", "h.update('c' * 50_000)")
    assert main(["run", "quick"]) == 0
    path = little.outputs / "10_a.ipynb"
    shown, note = nbformat.read(path, 4).cells[-2].outputs
    assert shown.data["text/plain"] == repr("b" * 900)
    assert re.search(r"\[left out here: [\d,]+ characters", note.text)


FOREIGN = {
    "no text": ("'text/html': None", "NotebookValidationError"),
    "a number": ("'text/html': 5", "NotebookValidationError"),
}


@pytest.mark.parametrize("data, why", FOREIGN.values(), ids=FOREIGN)
def test_an_output_that_no_notebook_holds_fails_its_notebook_alone(little, capsys, data, why):
    shows = f"def _repr_mimebundle_(self, **_): return {{'text/plain': 'a', {data}}}"
    little.both("10_a", f"class A:\n    {shows}\nA()")
    little.both("20_b", "1")
    assert main(["run", "quick"]) == 1
    out, err = capsys.readouterr()
    assert re.search(rf"10_a … failed in cell 3: {why}", out)
    assert re.search(r"20_b … [\d.]+ s\n", out) and "page:" in out and err == ""


def test_a_file_whose_name_is_no_text_is_known_again(little, capsys):
    write = "import os; open(os.fsencode(os.environ['PLACE']) + b'/caf\\xe9.csv', 'w').write('x')"
    little.both("10_a", f"import os; os.environ['PLACE'] = {str(little.outputs)!r}", write)
    assert main(["run", "quick"]) == main(["run", "quick"]) == 0
    assert "10_a … up to date" in capsys.readouterr().out
