"""The figures of why pruning misses: what is marked, in which order, and what is not there."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import cubistlib as cl
from cubistlib.plots import misses


@pytest.fixture
def ax():
    return Figure().add_subplot()


def one(seed=0):
    nets = cl.Network.initialize((2, 2), 1, seed)
    masks = cl.Masks.ones_like(nets)
    gone = [np.zeros(w.shape, bool) for w in masks.weights]
    gone[0][0, 1, 0] = True
    return nets, masks, gone


def test_the_weight_that_goes_is_crossed(ax):
    nets, masks, gone = one()
    before = len(cl.plots.layered_graph(nets, masks, Figure().add_subplot(), legend=False).lines)
    misses.removal(nets, masks, gone, ax)
    line, cross = ax.lines[before:]
    ends = line.get_xydata()
    np.testing.assert_allclose(cross.get_xydata()[0], ends.mean(0))
    assert cross.get_marker() == "x" and line.get_color() == "black"
    assert ends[0][0] < ends[1][0] and ends[0][1] < ends[1][1], "from x1 to the lower unit"


def test_of_one_that_diverged_there_is_a_sentence(ax):
    nets, masks, gone = one()
    nets.weights[0][:] = np.nan
    misses.removal(nets, masks, gone, ax)
    assert "diverged" in ax.texts[0].get_text() and not ax.lines


def test_every_weight_that_may_go_is_one_mark(ax):
    frame = pd.DataFrame({"size": [0.1, 0.5, 2.0], "loss": [0.9, 0.3, 0.4]})
    frame["fits"], frame["gone"] = [False, True, True], [True, False, False]
    misses.choices(frame, ax)
    filled, hollow, gone = ax.lines
    assert filled.get_xdata().tolist() == [0.5, 2.0] and hollow.get_xdata().tolist() == [0.1]
    assert gone.get_xydata().tolist() == [[0.1, 0.9]] and hollow.get_mfc() == "white"
    assert len(ax.get_legend().get_texts()) == 3


def test_what_still_fits_is_read_from_many_weights_to_few(ax):
    frame = pd.DataFrame({"who": ["a", "a", "b"], "weights": [20, 22, 22]})
    frame = frame.assign(rate=[0.2, 0.6, 0.5], low=[0.1, 0.5, 0.4], high=[0.3, 0.7, 0.6])
    misses.still_open(frame, ax)
    left, right = ax.get_xlim()
    assert left > 22 > 20 > right
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [20, 60])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    words = misses.still_open(frame.head(0), Figure().add_subplot()).texts
    assert "no count" in words[0].get_text()


def test_bars_are_shares_of_what_a_panel_counts():
    figure = Figure(layout="constrained")
    axes = figure.subplots(1, 3)
    frame = pd.DataFrame({"panel": ["k = 2", "k = 2", "k = 1"], "algorithm": ["gmp", "lth", "lth"]})
    frame = frame.assign(reached=[1, 0, 0], inside=[1, 3, 0], none=[2, 1, 5])
    misses.ends(frame, axes)
    assert [ax.get_title() for ax in axes] == ["k = 2", "k = 1", ""] and not axes[2].axison
    bars = [[bar.get_width() for bar in kind] for kind in axes[0].containers]
    np.testing.assert_allclose(bars, [[25, 0], [25, 75], [50, 25]])
    starts = [bar.get_x() for kind in axes[0].containers for bar in kind][::2]
    np.testing.assert_allclose(starts, [0, 25, 50])
    assert [t.get_text() for t in axes[0].get_yticklabels()] == ["GMP", "LTH"]
    assert axes[0].get_ylim()[0] > axes[0].get_ylim()[1], "the first on top"
    np.testing.assert_allclose([kind[1].get_width() for kind in axes[1].containers], [0, 0, 100])
    assert len(figure.legends[0].get_texts()) == 3
    (empty,) = misses.ends(frame.head(0), [Figure().add_subplot()])
    assert "no count" in empty.texts[0].get_text()
