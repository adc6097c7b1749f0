"""The tool that puts networks into the frontier: what it takes, and what it refuses."""

import json
import runpy
import sys
from pathlib import Path

import pandas as pd
import pytest
import readme

import cubistlib as cl
from cubistlib.search import frontier, verify

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "tools" / "publish_frontier.py"
PUBLISHED = frontier.published()
FOUND = {"recipe": "by hand", "date": "2026-11-25", "by": "a test"}


@pytest.fixture(scope="module")
def tool():
    """What tools/publish_frontier.py defines."""
    return runpy.run_path(str(TOOL))


def test_no_run_of_the_published_studies_beats_the_frontier(tool):
    known = [w.claims for name, w in PUBLISHED.items() if name.startswith("sgd/")]
    runs = tool["every_run"]()
    assert tool["ahead"](runs, known).empty
    first = tool["ahead"](runs, []).iloc[0]
    assert (first["live_parameters"], first["correct"]) == (15, 38_236)


def test_runs_that_are_ahead_by_hand(tool):
    table = pd.DataFrame({"live_parameters": [20, 20, 21, 22, 23, 24], "diverged": False})
    table["accuracy"] = [0.8, 0.9, 0.85, 0.95, 0.99, 1]
    table.loc[4, "diverged"], table.loc[5, "live_parameters"] = True, None
    claims = [verify.Measured(22, 46_000, 49_982, 0.92, 0.1)]
    assert list(tool["ahead"](table, [])["accuracy"]) == [0.9, 0.95]
    assert list(tool["ahead"](table, claims)["accuracy"]) == [0.9, 0.95]
    claims += [verify.Measured(20, 44_984, 49_982, 0.9, 0.1)]
    assert list(tool["ahead"](table, claims)["accuracy"]) == [0.95]


LAYERS = {
    "weights": [[[1, 0], [-1, 0]], [[1, 0], [0, 1]], [[1, 0], [0, 1]], [[1, -1]]],
    "biases": [[0, 0], [0, 0], [0, 0], [0]],
}
WIDE = [[[1, 0, 0], [-1, 0, 0]], *LAYERS["weights"][1:]]
GIVEN = {**LAYERS, "kind": "polished", "found": FOUND}
BAD = {
    "an unknown kind": ({"kind": "luck"}, "kind must be sgd or polished, got 'luck'"),
    "a kind that is a list": ({"kind": ["sgd"]}, "kind must be sgd or polished, got ['sgd']"),
    "an unknown rule": ({"bias_rule": "none"}, "bias_rule must be read or pruned, got 'none'"),
    "found as text": ({"found": "by chance"}, "found must be an object, got 'by chance'"),
    "three inputs": ({"weights": WIDE}, "of 2 inputs, three hidden layers and 1 output, got"),
    "ragged": ({"weights": [[[1, 0], [1]], *WIDE[1:]]}, "no network ("),
    "no numbers": ({"weights": [[["a"]]] * 4}, "no network ("),
    "a witness's format, and no more": ({"format": verify.FORMAT}, "lacks "),
    "an infinite number": (
        {"biases": [[0, float("inf")], *LAYERS["biases"][1:]]},
        "must be finite",
    ),
    "a number too large": ({"biases": [[0, 1e200], *LAYERS["biases"][1:]]}, "must be finite"),
    "a day to come": (
        {"found": {**FOUND, "date": "2999-01-01"}},
        "must be a day that has been, got 2999",
    ),
    "nothing said": ({"found": {**FOUND, "by": " "}}, "has to say recipe, date, by; lacks by"),
    "no such day": ({"found": {**FOUND, "date": "2026-13-01"}}, "found's date must be a day"),
}


@pytest.mark.parametrize("changed, said", BAD.values(), ids=BAD)
def test_the_tool_refuses_in_a_sentence(tool, tmp_path, changed, said):
    file = tmp_path / "net.json"
    file.write_text(json.dumps(GIVEN | changed))
    with pytest.raises(cl.UserError) as refused:
        frontier.add([tool["candidate"](file)], tmp_path / "frontier", 0.4)
    assert said in str(refused.value) and "\n" not in str(refused.value)
    assert not (tmp_path / "frontier").exists()


@pytest.mark.parametrize("text", ["", "[]", "7", "{}", "[" * 100_000])
def test_the_tool_refuses_what_is_no_object(tool, tmp_path, text):
    file = tmp_path / "net.json"
    file.write_text(text)
    with pytest.raises(cl.UserError, match=r"net\.json: no network \("):
        tool["candidate"](file)


def test_the_tool_takes_a_network_that_is_one(tool, tmp_path):
    file = tmp_path / "net.json"
    file.write_text(json.dumps(GIVEN))
    assert tool["candidate"](file).claims.parameters == 15


def test_the_tool_ends_with_status_2(tmp_path, monkeypatch, capsys):
    (tmp_path / "net.json").write_text("{}")
    before = {name: witness.text for name, witness in PUBLISHED.items()}
    for folder, said in ((tmp_path / "none", "must be a folder with"), (tmp_path, "no network")):
        monkeypatch.setattr(sys, "argv", [str(TOOL), str(folder)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(TOOL), run_name="__main__")
        out, err = capsys.readouterr()
        assert ended.value.code == 2 and not out and said in err and err.count("\n") == 1
    assert {name: witness.text for name, witness in frontier.published().items()} == before


def test_the_readmes_table_is_that_of_the_published_files(tool):
    begin, end = readme.bounds(tool["NAME"])
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{begin}\n\n{tool['table']()}\n\n{end}" in page
