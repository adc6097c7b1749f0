"""Figures of what lies beyond the paper: the frontier from both sides, and a line of descent."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from cubistlib import UserError, plots

BY = "live_parameters"
FRONT = pd.DataFrame(
    {
        "algorithm": ["search"] * 3 + ["sparsest_sgd"] * 2,
        BY: [20, 30, 90, 18, 24],
        "accuracy": [0.8, 1.0, 1.0, 0.8, 1.0],
    }
)


@pytest.fixture
def ax():
    return Figure().add_subplot()


def test_what_is_impossible_is_hatched_as_one_staircase(ax):
    plots.two_sided(FRONT, ax, paper={0.95: 30}, floor={0.95: 18, 0.995: 20})
    boxes = [c.get_paths()[0].get_extents() for c in ax.collections if c.get_hatch()]
    assert [(b.x1, b.y0) for b in boxes] == [(17.5, 95.0), (19.5, 99.5)]
    assert boxes[0].y1 == boxes[1].y0
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names.count("impossible, by proof") == 1 and len(names) == 4
    assert ax.get_xlim() == (15, 33)  # not as far as the search has tried in vain


def test_without_a_proof_nothing_is_hatched(ax):
    plots.two_sided(FRONT, ax)
    assert not [c for c in ax.collections if c.get_hatch()]


def test_a_descent_is_read_from_right_to_left_and_chance_is_not_shown(ax):
    found = pd.DataFrame({BY: [30, 22, 1], "accuracy": [0.9, 0.8, 0.5]})
    search = FRONT[FRONT["algorithm"] == "search"]
    plots.descent(found, found[:2], ax, search, [0.95])
    assert ax.collections[0].get_offsets()[:, 0].tolist() == [30, 22]
    left, right = ax.get_xlim()
    assert left > 30 > 22 > right > 1
    staircase = next(line for line in ax.lines if line.get_label() == "combinatorial search")
    assert list(staircase.get_xdata()) == [30]


def test_a_descent_of_which_all_are_at_chance_says_so(ax):
    found = pd.DataFrame({BY: [3, 1], "accuracy": [0.5, 0.5]})
    plots.descent(found, found, ax, FRONT, [0.95])
    assert "no run to show" in ax.texts[0].get_text()


def test_what_is_foretold_stands_against_what_comes_rule_by_rule():
    frame = pd.DataFrame({"rule": ["a", "a", "b"], "foretold": [1e-3, 0, 2], "real": [1e-2, -1, 5]})
    figure = Figure()
    axes = figure.subplots(1, 2)
    plots.foretold(frame.assign(chosen=[False, True, False]), axes, guided=["b"])
    dots, marked = axes[0].lines
    assert dots.get_xydata().tolist() == [[1e-3, 1e-2], [1e-7, 1e-7]]
    assert marked.get_xydata().tolist() == [[1e-7, 1e-7]] and axes[0].get_xlabel() == "a"
    assert axes[1].lines[2].get_xydata().tolist() == [[1e-7, 1e-7], [5, 5]]
    assert axes[1].get_xlabel() == "foretold" and axes[1].get_title() == "b"
    with pytest.raises(UserError, match="2 rules need as many axes"):
        plots.foretold(frame, axes[:1])
    assert len(plots.foretold(frame[:0], axes)) == 1 and axes[0].texts
