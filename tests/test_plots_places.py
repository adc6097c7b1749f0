"""Places in rows: where each pruner stands, from where to where, and who is asked about."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from cubistlib import plots


@pytest.fixture
def ax():
    return Figure().add_subplot()


def table(*rows):
    return pd.DataFrame(rows, columns=["algorithm", "place", "best", "worst"])


def test_rows_stand_in_the_order_of_the_first_table(ax):
    runs = table(("gmp", 1, 1, 2), ("mine", 2, 1, 3), ("snip", 3, 2, 3))
    steps = table(("mine", 1, 1, 1), ("snip", 2, 2, 2), ("gmp", 3, 3, 3))
    plots.place_rows({"runs": runs, "steps": steps}, ax, "mine")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["SNIP", "mine", "GMP"]
    assert [label.get_fontweight() for label in ax.get_yticklabels()] == [
        "normal",
        "bold",
        "normal",
    ]
    spans, marks = ax.lines[0::2], ax.lines[1::2]
    assert [list(line.get_xdata()) for line in spans[:3]] == [[2, 3], [1, 3], [1, 2]]
    assert [int(line.get_xdata()[0]) for line in marks] == [3, 2, 1, 2, 1, 3]
    assert all(
        low.get_ydata()[0] < high.get_ydata()[0]
        for low, high in zip(marks[3:], marks, strict=False)
    )
    assert {to_hex(mark.get_markerfacecolor()) for mark in marks[3:]} == {"#ffffff"}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["runs", "steps"]


def test_places_of_nobody_are_a_sentence(ax):
    plots.place_rows({"runs": table()}, ax)
    assert ax.texts[0].get_text().startswith("no run to show") and not ax.lines
