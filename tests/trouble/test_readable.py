"""Files among the notebooks: what is read, what is left out, and what is refused in a sentence."""

import json
import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little import Little

from cubistlib.__main__ import main
from cubistlib.runner import notebook
from cubistlib.support import provenance
from cubistlib.support.checks import UserError

CELL = {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [], "execution_count": None}
SOUND = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
OF_VERSION_3 = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": ""},
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {"cell_type": "code", "language": "python", "input": ["2"], "outputs": []}
                | {"metadata": {}, "collapsed": False}
            ],
        }
    ],
}


@pytest.fixture
def little(home, monkeypatch):
    monkeypatch.setattr(provenance, "library", lambda: "this")
    return Little(home)


def without(name, thing=SOUND):
    return {key: value for key, value in thing.items() if key != name}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "its JSON is none of a notebook"),
        (None, "its JSON is none of a notebook"),
        (1, "its JSON is none of a notebook"),
        ({"cells": 3}, "its JSON is none of a notebook"),
        (SOUND | {"cells": 3}, "its JSON is none of a notebook"),
        ({}, ""),
        (without("metadata"), ""),
        (SOUND | {"cells": [without("source", CELL)]}, "'source' is a required property"),
        (SOUND | {"cells": [CELL | {"metadata": {"tags": 3}}]}, ""),
        (SOUND | {"cells": [CELL | {"cell_type": "dance"}]}, ""),
        (SOUND | {"cells": [None]}, ""),
        ({"nbformat": 3}, ""),
        (SOUND | {"nbformat": 99}, "Unsupported nbformat version 99"),
        (SOUND | {"nbformat": "4"}, "Unsupported nbformat version 4"),
        (SOUND | {"cells": [CELL | {"source": "'\ud800'"}]}, "no text holds U+D800"),
        (SOUND | {"metadata": {"title": "\udfff"}}, "no text holds U+DFFF"),
        (b"", "it is not JSON"),
        (b"\xff\xfe\x00", "it is not JSON"),
        (b"\0" * 100, "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"1" * 5000, "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
    ],
    ids=lambda value: (value if isinstance(value, bytes) else repr(value).encode())[:40].decode(
        "latin-1"
    ),
)
def test_what_is_no_notebook_is_refused_in_one_sentence(little, capfd, content, reason):
    little.both("07_x")
    path = little.root / "notebooks" / "07_x.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    assert main(["run", "quick"]) == 2
    said = capfd.readouterr().err
    assert re.fullmatch(r"notebooks/07_x\.ipynb: not a readable notebook \(.{5,100}\)\n", said)
    assert reason in said
    assert not little.outputs.exists()


def test_notebooks_that_other_programs_write_are_read(little):
    path = little.notebook("10_a")
    for content in (OF_VERSION_3, SOUND | {"cells": [CELL], "nbformat_minor": 5}):
        path.write_text(json.dumps(content))
        assert [cell.source for cell in notebook.series()["10_a"].cells] in (["2"], ["1"])


@pytest.mark.parametrize(
    "name",
    [
        "07_x-Copy1.ipynb",
        "10_a (1).ipynb",
        "10_a.bak.ipynb",
        "10_a.ipynb.ipynb",
        "10_.ipynb",
        "10_a~.ipynb",
    ],
)
def test_what_an_editor_leaves_is_left_out(little, capsys, monkeypatch, name):
    little.both("10_a")
    (little.root / "notebooks" / name).write_text("anything")
    os.mkfifo(little.root / "notebooks" / "11_b.ipynb")
    (little.root / "notebooks" / "12_c.ipynb").mkdir()
    assert list(notebook.series()) == ["10_a"]
    monkeypatch.setattr("cubistlib.runner.execution.execute", lambda _, output, *__: output.touch())
    assert main(["run", "quick"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == f"left out, not named NN_name: notebooks/{name}"
    assert err == ""


@pytest.mark.parametrize(
    "name",
    ["10_a-Copy1.yaml", "10_a (1).yaml", "10_a.bak.yaml", "10_.yaml", "notes.yaml", ".10_a.yaml"],
)
def test_what_an_editor_leaves_of_parameters_is_left_out(little, capsys, monkeypatch, name):
    little.both("10_a")
    (little.root / "params" / "quick" / name).write_text("anything")
    monkeypatch.setattr("cubistlib.runner.execution.execute", lambda _, output, *__: output.touch())
    assert main(["run", "quick"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == f"left out, not named NN_name: params/quick/{name}"
    assert err == ""


@pytest.mark.parametrize("name", ["10_" + "a" * 230, "10_" + "é" * 120])
def test_a_name_too_long_for_what_a_run_writes(little, capsys, name):
    little.both(name)
    assert main(["run", "quick"]) == 2
    assert capsys.readouterr().err == f"notebooks/{name}.ipynb: its name is over 200 bytes\n"


def test_the_longest_name_runs(little):
    little.both("10_" + "a" * 197, "1/0")
    assert main(["run", "quick"]) == 1
    little.both("10_" + "a" * 197, "1")
    assert main(["run", "quick"]) == 0


@pytest.mark.parametrize(
    "line",
    [
        "(" * 3000,
        "-" * 100_000 + "1",
        "x: int = {[]: 1}",
        "x: int = '\0'",
        "x: " + "[" * 99,
        "\ud800",
    ],
    ids=lambda line: ascii(line[:12]),
)
def test_a_parameters_cell_of_anything_is_refused_in_one_sentence(little, capsys, line):
    cell = CELL | {"source": line, "metadata": {"tags": ["parameters"]}}
    little.both("10_a")
    (little.root / "notebooks" / "10_a.ipynb").write_text(json.dumps(SOUND | {"cells": [cell]}))
    assert main(["run", "quick"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("notebooks/10_a.ipynb: ") and said.count("\n") == 1


TEXT = st.sampled_from(["", "x: int = 1", "x: list[str] = ['a']", "'10_b'", "(", "\ud800", "\0"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def like(value):
    """JSON much like this, in which any part may be missing or something else."""
    if isinstance(value, dict):
        parts = {name: like(part) for name, part in value.items()}
        sound = st.fixed_dictionaries({}, optional=parts) | st.fixed_dictionaries(parts)
    elif isinstance(value, list):
        sound = st.lists(st.one_of(*map(like, value)), max_size=3) if value else st.just([])
    elif isinstance(value, str) and not value.isidentifier():
        sound = TEXT
    else:
        sound = st.just(value)
    return st.one_of(sound, sound, sound, VALUES)


TAGGED = CELL | {"source": "x: int = 1", "metadata": {"tags": ["parameters"]}}
PROSE = {"cell_type": "markdown", "metadata": {}, "source": "# Title?"}
PRINTED = {"output_type": "stream", "name": "stdout", "text": "x = 1"}
WHOLE = SOUND | {"cells": [PROSE, TAGGED, CELL | {"outputs": [PRINTED]}], "nbformat_minor": 5}


@settings(derandomize=True, max_examples=300, deadline=None, database=None)
@given(content=st.one_of(like(WHOLE), like(WHOLE), like(OF_VERSION_3), VALUES))
def test_any_json_gives_values_or_one_sentence(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "07_x.ipynb"
    path.write_text(json.dumps(content))
    read = notebook.Notebook(path)
    for take in (
        lambda: read.cells,
        lambda: read.parameters,
        lambda: read.needs(["06_y", "10_b"]),
        read.fingerprint,
    ):
        try:
            take()
        except UserError as error:
            assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
            assert len(str(error)) < len(str(path)) + 200
