"""The figures that show algorithms side by side, and variants of one."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import cubistlib as cl
from cubistlib import plots

NARROW, WIDE = (3, 3, 3), (8, 8, 8)


@pytest.fixture
def axes():
    figure, axes = plt.subplots(1, 3)
    yield axes
    plt.close(figure)


def best(algorithm, hidden, keep, *accuracy):
    told = {"algorithm": algorithm, "hidden": [hidden] * len(accuracy), "keep": keep}
    return pd.DataFrame({**told, "seed": range(len(accuracy)), "accuracy": accuracy})


def test_every_replicate_is_a_dot_and_the_median_a_line(axes):
    narrow = [best("snip", NARROW, 15, 0.6, 0.9, 0.7), best("snip", NARROW, 20, 0.8)]
    frame = pd.concat([*narrow, best("snip", WIDE, 15, 0.5), best("gmp", WIDE, 20, 0.9)])
    frontier = pd.DataFrame({"weights_kept": [12, 17], "accuracy": [0.5, 0.9]})
    plots.replicate_panels(frame, axes, frontier, [0.95])
    assert [ax.get_title() for ax in axes] == ["SNIP", "GMP", ""] and not axes[2].axison
    search, dots, median, wide, *_ = axes[0].lines
    np.testing.assert_allclose(search.get_ydata(), [50, 50, 90, 90, 90, 90])
    np.testing.assert_allclose(dots.get_xydata()[:, 1], [60, 90, 70, 80])
    np.testing.assert_allclose(median.get_ydata(), [70, 80])
    assert dots.get_fillstyle() == "full" and wide.get_fillstyle() == "none"
    assert (wide.get_xdata() > 15).all() and (dots.get_xdata()[:3] < 15).all(), "side by side"
    words = [text.get_text() for text in axes[0].figure.legends[0].get_texts()]
    assert words[0] == "width 3: replicates and median" and len(words) == 3


def test_no_algorithm_goes_without_a_panel(axes):
    frame = pd.concat([best("snip", NARROW, 15, 0.6), best("gmp", NARROW, 15, 0.6)])
    with pytest.raises(cl.UserError, match=r"^plots: 2 algorithms need as many axes, got 1$"):
        plots.replicate_panels(frame, axes[:1])


def test_where_all_diverged_there_is_a_sentence(axes):
    (ax,) = plots.replicate_panels(best("snip", NARROW, 15).head(0), axes)
    assert "no run to show" in ax.texts[0].get_text()
    shares = pd.DataFrame(columns=["algorithm", "hidden", "effective", "live"])
    (ax,) = plots.share_rows(shares, axes[1:])
    assert "no run to show" in ax.texts[0].get_text()


def test_variants_stand_in_rows_from_the_top(axes):
    first, second = best("gmp", NARROW, 20, 0.6, 0.9, 0.7), best("gmp", NARROW, 20, 0.5)
    frame = pd.concat([first.assign(variant="slow"), second.assign(variant="fast")])
    plots.variant_rows(frame, axes, {"slow": plots.BLUE})
    assert [tick.get_text() for tick in axes[0].get_yticklabels()] == ["fast", "slow"]
    fast, _, slow, median = axes[0].lines
    np.testing.assert_allclose(slow.get_xdata(), [60, 90, 70])
    np.testing.assert_allclose(median.get_xdata(), [70, 70])
    assert (slow.get_ydata().round() == 1).all() and fast.get_ydata() == [0]
    assert to_hex(slow.get_color()).upper() == plots.BLUE
    assert to_hex(fast.get_color()).upper() == plots.INK
    with pytest.raises(cl.UserError, match=r"^plots: 1 widths need as many axes"):
        plots.variant_rows(frame, [])


def test_variants_of_all_widths_have_one_scale(axes):
    frame = pd.concat([best("gmp", NARROW, 20, 0.5, 0.6), best("gmp", WIDE, 20, 0.9, np.nan)])
    plots.variant_rows(frame.assign(variant="slow"), axes)
    assert [ax.get_xlim() for ax in axes[:2]] == [pytest.approx((48, 92))] * 2
    plots.variant_rows(best("gmp", NARROW, 20, np.nan).assign(variant="slow"), axes)


def test_trained_networks_stand_side_by_side_with_one_legend(axes):
    x, y = cl.cubist_spiral()
    nets = cl.Network.initialize([3, 3, 3], n=2, seed=0)
    masks = cl.Masks.ones_like(nets)
    masks.weights[3][1] = False  # the second network's output reads nobody
    done = cl.train(nets, masks, x, y, cl.TrainConfig(epochs=1))
    plots.trained_graphs([done[0], done[1]], axes[:2], x)
    assert [ax.get_title() for ax in axes[:2]] == [
        f"k = {k}: {share:.1%}" for k, share in zip([27, 24], done.accuracy, strict=True)
    ]
    assert not any(ax.get_legend() for ax in axes)
    words = [text.get_text() for text in axes[0].figure.legends[0].get_texts()]
    assert words == [
        *("positive weight", "negative weight", "on no path", "constant unit", "dead unit")
    ]
    off_path = [c for c in axes[1].collections if len(c.get_segments()) == 24]
    assert off_path and all(np.array(off_path[0].get_linewidths()) == 1.2), "none is on a path"
    with pytest.raises(cl.UserError, match=r"^plots: 2 networks need as many axes, got 1$"):
        plots.trained_graphs([done[0], done[1]], axes[:1], x)


def test_shares_are_a_hollow_and_a_full_dot(axes):
    told = {"algorithm": ["snip", "gmp"], "hidden": [NARROW] * 2}
    frame = pd.DataFrame({**told, "effective": [0.9, 1.0], "live": [0.4, 0.8]})
    plots.share_rows(frame, axes)
    assert [tick.get_text() for tick in axes[0].get_yticklabels()] == ["GMP", "SNIP"]
    dots = [line for line in axes[0].lines if line.get_marker() == "o"]
    np.testing.assert_allclose([line.get_xydata()[0] for line in dots], [
        *([100, 0], [80, 0], [90, 1], [40, 1])
    ])  # fmt: skip
    hollow = [to_hex(line.get_markerfacecolor()) == "#ffffff" for line in dots]
    assert hollow == [True, False, True, False]


def test_one_course_is_one_line_whoever_takes_it(axes):
    once = np.array([-1.0, 0, 1]), np.array([27, 9, 9])
    told = {"snip": once, "grasp": once, "lth": (np.arange(3.0), np.array([27, 15, 9]))}
    plots.courses(told, axes[:2], keep=9)
    assert [text.get_text() for text in axes[1].get_legend().get_texts()] == ["SNIP, GraSP", "LTH"]
    before, k = axes[0].lines
    np.testing.assert_allclose(before.get_xydata(), [[-1, 27], [0, 9]])
    shared, lth, _ = axes[1].lines
    np.testing.assert_allclose(shared.get_xydata(), [[0, 9], [1, 9]])
    np.testing.assert_allclose(lth.get_xydata(), [[0, 27], [1, 15], [2, 9]])
    assert before.get_drawstyle() == lth.get_drawstyle() == "steps-post" and k.get_ydata()[0] == 9
    assert axes[1].get_xticks().tolist() == [0, 1, 2], "trainings are whole"
