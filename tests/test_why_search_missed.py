"""Notebook 52, why search missed it: what it tells of counts that are whole, of a part, of none."""

import json
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from chances import little_counts

from cubistlib.studies import tallies


def told(counts, monkeypatch, capsys):
    """What notebook 52 prints and takes away, of these counts."""
    monkeypatch.setattr(tallies, "read", lambda: counts)
    path = Path(__file__).parents[1] / "notebooks" / "52_why_search_missed_it.ipynb"
    cells = [c for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
    source = {cell["id"]: "".join(cell["source"]) for cell in cells}
    parent = SimpleNamespace(claims=SimpleNamespace(accuracy=0.96))
    here = pd.DataFrame({"start": ["scratch"], "trainings": 60, "95 %": 1})
    names = {"targets": [95.0], "parent": parent, "here": here}
    skipped = ("why-02", "why-05", "why-07", "why-08")  # these train
    for number in (name for name in source if name not in skipped):
        exec(source[number], names)
        plt.close("all")
    taken = source["why-24b"].replace("Markdown(f", "text = (f")
    exec(taken, names)
    return capsys.readouterr().out, names["text"]


def of_structures(successes):
    label = ("power/structured", "scratch", "2-1-1", "2-1-1", 13, 0.1, "step", 80)
    names = [*tallies.LABELS, *tallies.CONFIGURATION, "trainings"]
    table = pd.DataFrame([label], columns=names).reindex(columns=tallies.COLUMNS, fill_value=0)
    return table.assign(**{"95 %": successes})


def test_the_notebook_tells_what_is_counted_and_what_is_not(monkeypatch, capsys):
    counts = little_counts()
    nothing = told(counts.head(0), monkeypatch, capsys)
    assert "Not checked: that the start decides" in nothing[0]
    assert "(· parameters): not counted yet." in nothing[1]
    scratch = counts[counts["start"] == "scratch"]
    some = told(pd.concat([scratch, of_structures(0)]), monkeypatch, capsys)
    assert "Not checked" in some[0] and "(· parameters): none of those tried." in some[1]
    assert "reach 95 %: scratch 0.000%" in some[1]
    more = pd.concat([scratch.assign(trainings=2000), counts[counts["start"] == "weights"]])
    all_of_it = told(pd.concat([more, of_structures(1)]), monkeypatch, capsys)
    assert "Not checked" not in all_of_it[0]
    assert "2-1-1 · 13, in 1.250% of its trainings." in all_of_it[1]
    with pytest.raises(AssertionError, match="the start decides"):
        told(counts.assign(trainings=2000), monkeypatch, capsys)
