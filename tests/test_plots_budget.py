"""Figures of budgets: what stands where, and what is said where there is nothing."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cubistlib import UserError, plots

RUNS = pd.DataFrame(
    [
        (name, (width,) * 3, budget, accuracy)
        for name, gain in (("backward", 0.1), ("gmp", 0.0))
        for width in (4, 16)
        for budget in (1, 20)
        for accuracy in (0.5 + gain, 0.6 + gain, 0.8 + gain)
    ],
    columns=["algorithm", "hidden", "budget", "accuracy"],
)


@pytest.fixture
def axes():
    _, axes = plt.subplots(1, 3)
    yield axes
    plt.close("all")


def test_medians_stand_at_their_budgets_beside_one_another(axes):
    plots.budget_runs(RUNS, axes)
    assert [ax.get_title() for ax in axes[:2]] == ["width 4", "width 16"]
    assert not axes[2].axison and axes[0].get_ylim() == axes[1].get_ylim()
    lines = [line for line in axes[0].lines if len(line.get_xdata()) == 2]
    assert [line.get_label() for line in lines] == ["backward", "GMP"]
    for line, median, side in zip(lines, (70, 60), (-1, 1), strict=True):
        np.testing.assert_allclose(line.get_ydata(), median)
        shift = np.log10(line.get_xdata() / np.array([1, 20]))
        assert (np.sign(shift) == side).all() and (abs(shift) < 0.1).all()
    dots = sum(len(line.get_xdata()) for line in axes[0].lines) - 4
    assert dots == len(RUNS) / 2
    assert axes[1].get_legend() is not None


def test_shares_have_their_intervals(axes):
    given = {"target": 0.95, "rate": 0.5, "low": 0.2, "high": 0.9}
    rates = RUNS.drop_duplicates(["algorithm", "hidden", "budget"]).assign(**given)
    plots.budget_rates(rates, axes, named=False)
    bars = [bar for lines in axes[0].collections for bar in lines.get_segments()]
    assert len(bars) == 4 and all(bar[:, 1].tolist() == [20, 90] for bar in bars)
    assert axes[0].get_ylabel() == "runs with 95 % (%)" and axes[1].get_legend() is None


def test_nothing_is_said_in_words_and_too_few_axes_are_refused(axes):
    plots.budget_runs(RUNS.head(0), axes)
    assert "no run to show" in axes[0].texts[0].get_text()
    with pytest.raises(UserError, match="2 widths need as many axes"):
        plots.budget_runs(RUNS, axes[:1])


def test_a_curve_stands_over_what_its_runs_cost():
    rows = [("search", 100, 0.5, 0.4, 0.6), ("search", 1000, 0.9, 0.8, 1.0)]
    rows += [("gmp", 100, 0.7, 0.7, 0.7)]
    best = pd.DataFrame(rows, columns=["algorithm", "steps", "accuracy", "low", "high"])
    figure, ax = plt.subplots()
    plots.budget_curves(best, ax, 100)
    search, gmp = ax.lines
    np.testing.assert_allclose(search.get_xydata(), [[1, 50], [10, 90]])
    np.testing.assert_allclose(gmp.get_xydata(), [[1, 70]])
    assert search.get_linewidth() > gmp.get_linewidth() and ax.get_xscale() == "log"
    band = ax.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == (40, 100)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["combinatorial search", "GMP"]
    plt.close(figure)


def test_the_fewest_are_drawn_from_where_a_run_is_likely_to_reach_the_target(axes):
    rows = [
        (name, target, n, 100.0 * n, chance, 30.0 - n, 25.0, np.inf)
        for name, target, chances in (
            ("gmp", 0.95, (0.3, 0.6, 0.9)),
            ("lth", 0.99, (0.1, 0.2, 0.5)),
        )
        for n, chance in enumerate(chances, start=1)
    ]
    columns = ["algorithm", "target", "runs", "steps", "chance", "fewest", "low", "high"]
    frame = pd.DataFrame(rows, columns=columns)
    plots.fewest_curves(frame, axes, 100)
    assert [ax.get_title() for ax in axes[:2]] == ["95 %", "99 %"] and not axes[2].axison
    gmp, lth = axes[0].lines
    np.testing.assert_allclose(gmp.get_xydata(), [[2, 28], [3, 27]])
    np.testing.assert_allclose(axes[1].lines[1].get_xydata(), [[3, 27]])
    assert len(lth.get_xdata()) == 0 and axes[0].get_ylim()[1] == 1.05 * 28
    band = axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == 25 and band.max() == 1.05 * 28, "what is infinite goes to the top"
    said = [text.get_text() for text in axes[1].get_legend().get_texts()]
    assert said == ["GMP", "LTH"] and axes[0].get_legend() is None


def test_where_no_target_is_likely_to_be_reached_it_is_said(axes):
    frame = pd.DataFrame({"algorithm": ["gmp"], "target": [0.95], "chance": [0.2], "steps": [1]})
    frame = frame.assign(runs=1, fewest=30.0, low=30.0, high=np.inf)
    plots.fewest_curves(frame, axes, 100)
    assert "no run to show" in axes[0].texts[0].get_text()
    with pytest.raises(UserError, match="1 targets need as many axes"):
        plots.fewest_curves(frame, axes[:0], 100)
