"""Small panels over width and k: what is drawn is what the frame says."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import plots


@pytest.fixture
def axes():
    figure, axes = plt.subplots(1, 3)
    yield axes
    figure.canvas.draw()
    plt.close(figure)


def lines(*rows):
    columns = ["algorithm", "line", "width", "median", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


TWO = lines(
    ("snip", "k ≤ 26", 16, 0.6, 0.5, 0.7),
    ("snip", "k ≤ 26", 8, 0.7, 0.6, 0.8),
    ("snip", "k ≤ 65", 8, 0.9, 0.8, 1.0),
    ("gmp", "k ≤ 65", 8, 0.9, 0.8, 1.0),
)


def test_a_line_runs_over_the_width_between_thin_ones(axes):
    drawn = plots.line_panels(TWO, axes, "width", "median", "accuracy (%)", "outer tenths")
    assert [ax.get_title() for ax in drawn] == ["SNIP", "GMP"] and not axes[2].axison
    middle, low, high, *_ = axes[0].lines
    np.testing.assert_allclose(middle.get_xydata(), [[8, 70], [16, 60]])
    np.testing.assert_allclose([low.get_ydata(), high.get_ydata()], [[60, 50], [80, 70]])
    assert len(axes[0].lines) == 6 and len(axes[1].lines) == 3
    assert np.allclose(axes[0].lines[3].get_color(), axes[1].lines[0].get_color()), "one a line"
    assert not np.allclose(middle.get_color(), axes[0].lines[3].get_color())
    words = [text.get_text() for text in axes[0].figure.legends[0].get_texts()]
    assert words == ["k ≤ 26", "k ≤ 65", "outer tenths"]
    assert axes[0].figure.get_supylabel() == "accuracy (%)"


def test_an_interval_is_a_band(axes):
    plots.line_panels(TWO, axes, "width", "median", "points")
    (band, _), (line, _) = axes[0].collections, axes[0].lines
    heights = {tuple(point) for point in band.get_paths()[0].vertices}
    assert {(8, 60), (8, 80), (16, 50), (16, 70)} <= {tuple(np.round(p, 9)) for p in heights}
    assert line.get_marker() != axes[0].lines[1].get_marker()
    assert len(axes[0].figure.legends[0].get_texts()) == 2


def test_what_no_k_reaches_stands_hollow_above_all_others(axes):
    rows = [("snip", "80 %", 8, 30.0, 20.0, np.inf), ("snip", "80 %", 16, np.inf, 60.0, np.inf)]
    frame = lines(*rows).rename(columns={"median": "needed"})
    (ax,) = plots.needed_panels(frame, axes)
    found, never = (line for line in ax.lines if line.get_linestyle() == "None")
    assert found.get_xydata().tolist() == [[8, 30]]
    ((at, height),) = never.get_xydata()
    assert at == 16 and height > 60 and never.get_markerfacecolor() == "white"
    bars = ax.collections[0].get_segments()
    np.testing.assert_allclose(bars, [[[8, 20], [8, height]], [[16, 60], [16, height]]])
    ticks = dict(zip(ax.get_yticks(), ax.get_yticklabels(), strict=True))
    assert ticks[height].get_text() == "beyond"


def test_where_nothing_is_there_is_a_sentence(axes):
    (ax,) = plots.line_panels(TWO.head(0), axes, "width", "median", "points")
    assert "no run to show" in ax.texts[0].get_text()
    frame = TWO.head(0).rename(columns={"median": "needed"})
    (ax,) = plots.needed_panels(frame, axes[1:])
    assert "no run to show" in ax.texts[0].get_text()


def test_no_algorithm_goes_without_its_panel(axes):
    with pytest.raises(cl.UserError, match=r"^plots: 2 algorithms need as many axes$"):
        plots.line_panels(TWO, axes[:1], "width", "median", "points")
