"""A verdict on a pruner that somebody has in a file: by the command, and its report."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import analysis, verdict
from cubistlib.__main__ import main
from cubistlib.verdict import candidate, command, report

HEAD = """
from dataclasses import dataclass
import numpy as np
from cubistlib.pruners import Scored
"""
PRUNER = """
@dataclass(frozen=True)
class {kind}(Scored):
    name = "{name}"

    def scores(self, nets, masks, batches):
        {scores}
"""


def pruner(name, scores="return [np.abs(w) for w in nets.weights]"):
    return PRUNER.format(kind=name.title().replace("_", ""), name=name, scores=scores)


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Writes a file and returns it; outputs go beside it."""
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))

    def write(text, name="mine.py"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.fixture
def little(monkeypatch):
    """A grid of four runs in place of 144, and a report that says with what it was asked for."""
    full, asked = verdict.grid.study, []
    few = {"widths": (3,), "keep": (15, 20), "seeds": 1}
    monkeypatch.setattr(verdict.grid, "study", lambda name: replace(full(name), **few))

    def write(*arguments):
        asked.append(arguments)
        return arguments[-1]

    monkeypatch.setattr(report, "write", write)
    return asked


def test_the_command_says_the_place_and_goes_on_where_it_was(file, little, capsys):
    path = file(HEAD + pruner("of_a_file"))
    assert main(["verdict", str(path)]) == 0
    others = verdict.published()["algorithm"].nunique()
    first, by_runs, by_steps, last = capsys.readouterr().out.splitlines()
    assert first == "of_a_file: keeps what every pruner promises; its 4 runs begin"
    assert by_runs.startswith("at equal runs: place ") and f" of {others + 1}, " in by_runs
    assert by_steps.startswith("at equal steps: place ") and by_steps.endswith(" points")
    assert last == f"report: {path.parent / 'outputs/verdicts/of_a_file/report.html'}"
    name, source, results, _ = little[-1]
    assert (name, source) == ("of_a_file", path) and (results["algorithm"] == name).sum() == 4


def test_what_the_file_says_now_is_what_is_run(file, little, capsys):
    """Runs of the file as it was are moved aside, not mixed in."""
    path = file(HEAD + pruner("of_a_changing_file"))
    assert main(["verdict", str(path)]) == 0
    file(HEAD + pruner("of_a_changing_file", "return [-np.abs(w) for w in nets.weights]"))
    assert main(["verdict", str(path)]) == 0
    (_, _, before, _), (_, _, after, _) = little
    own = [t[t["algorithm"] == "of_a_changing_file"] for t in (before, after)]
    assert len(own[1]) == 4 and not own[0]["accuracy"].equals(own[1]["accuracy"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = (", "mine.py, line 1: SyntaxError: '(' was never closed"),
        ("\n\n1/0", "mine.py, line 3: ZeroDivisionError: division by zero"),
        ("import nowhere_to_be_found", "mine.py, line 1: ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", "mine.py, line 1: SystemExit: 3"),
        ("x = '\0'", "mine.py: SyntaxError: source code string cannot contain null bytes"),
        ("x = 1", "mine.py: defines no pruner that can be used; a class below cubistlib.pruners"),
        (
            HEAD + "class Half(Scored):\n    name = 'half'\n",
            "mine.py: defines no pruner that can be used; class Half lacks a method `scores`",
        ),
        (
            "from cubistlib.pruners import Pruner\nclass A(Pruner): ...\nclass B(A): ...",
            'used; class A lacks a method `ticket` and a `name = "…"`; class B lacks a method',
        ),
        (
            HEAD + pruner("x").replace('name = "x"', "name: str"),
            'mine.py: defines no pruner that can be used; class X lacks a `name = "…"`',
        ),
        (HEAD + pruner("first") + pruner("second"), "defines first, second; say which by --pruner"),
        (HEAD + pruner("gmp"), "mine.py: there is an algorithm 'gmp' already"),
        (
            "from cubistlib.pruners import Pruner\nclass A(Pruner):\n"
            "    name = 'snip'\n    def ticket(self, nets, keep, task): ...",
            "mine.py: there is an algorithm 'snip' already",
        ),
        (HEAD + pruner("keyed", "return {}['x']"), "mine.py, line 11: KeyError: 'x'"),
        (
            HEAD + pruner("few", "return nets.weights[:1]"),
            "mine.py: few: scores must be a list of arrays of [(3, 4, 2), ",
        ),
        (HEAD + pruner("flat", "return np.abs(nets.weights[0])"), "(3, 1, 5)], got 'ndarray'"),
        (
            HEAD + pruner("texts", "return [w.astype(str) for w in nets.weights]"),
            "mine.py: texts: scores of a healthy network are not all numbers",
        ),
        (
            HEAD + pruner("twin") + pruner("twin").replace("class ", "class Other"),
            "have one name, 'twin'; give each its own",
        ),
    ],
    ids=range(17),
)
def test_what_is_wrong_with_a_file_is_one_sentence(file, little, capsys, text, sentence):
    path = file(text)
    try:
        assert main(["verdict", str(path)]) == 2
    finally:
        if "gmp" in text:
            cl.pruners.get("gmp").name = "gmp_of_a_file"
    caught = capsys.readouterr()
    assert caught.out == "" and caught.err.count("\n") == 1
    assert sentence in caught.err
    assert not little


def test_of_several_the_one_that_is_named(file, little, capsys):
    path = file(HEAD + pruner("one_of_two") + pruner("other_of_two"))
    assert main(["verdict", str(path), "--pruner", "third"]) == 2
    assert (
        "defines no pruner 'third'; there are: one_of_two, other_of_two" in capsys.readouterr().err
    )


@pytest.mark.parametrize("to", ["mine.py", "folder", "folder.html"])
def test_a_report_goes_where_a_page_can_be(file, little, capsys, to):
    path = file(HEAD + pruner("of_a_report"))
    before = path.read_bytes()
    for name in ("folder", "folder.html"):
        path.with_name(name).mkdir()
    assert main(["verdict", str(path), "--to", str(path.with_name(to))]) == 2
    assert capsys.readouterr().err.startswith(f"--to: {to} ")
    assert path.read_bytes() == before and not little


@pytest.mark.parametrize("name", ["nothing.py", "mine.txt", "."])
def test_no_file_or_none_of_python(file, capsys, name):
    path = file("x = 1", "mine.txt").parent / name
    assert main(["verdict", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.endswith("verdict takes a Python file\n") or "NAME.py" in said


def test_what_lies_beside_a_file_can_be_imported(file):
    file("BESIDE = 'with_a_neighbour'", "neighbour_of_mine.py")
    path = file("from neighbour_of_mine import BESIDE\n" + HEAD + pruner("with_a_neighbour"))
    assert candidate.load(path).name == "with_a_neighbour"


def test_runs_are_those_of_what_is_imported_beside_a_file_too(file):
    import sys

    file("POWER = 1", "beside_of_mine.py")
    path = file("from beside_of_mine import POWER\n" + HEAD + pruner("with_a_power"))
    candidate.load(path)
    before = candidate.digest(path)
    assert before == candidate.digest(path)
    file("POWER = 2", "beside_of_mine.py")
    assert candidate.digest(path) != before
    del sys.modules["beside_of_mine"]
    assert candidate.digest(path) not in ("", before), "the file alone says something else"


def test_the_report_is_a_page_that_tells_the_verdict(tmp_path):
    runs = pd.concat([analysis.reference(), verdict.nine()], ignore_index=True)
    page = report.write("gmp", None, runs, tmp_path / "gmp.html").read_text()
    own = verdict.places(runs, "live_parameters").set_index("algorithm").loc["gmp"]
    assert "<title>A verdict on gmp</title>" in page
    said = f"</strong> stands at place {own['place']:.0f} of 9 "
    assert said in page
    assert page.count("<img") == 4 and page.count("alt=") >= 4
    assert "import pandas" not in page and str(Path.home()) not in page
    assert "<script" not in page, "a page that only shows"
    assert command.KEPT == "verdicts"
