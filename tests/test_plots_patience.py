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
