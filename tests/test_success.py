"""Chances of success: counts by hand, their intervals, and the figure of both."""

from fractions import Fraction
from math import comb

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from chances import little_counts
from hypothesis import given, settings
from hypothesis import strategies as st

import cubistlib as cl
from cubistlib import plots
from cubistlib.analysis import success
from cubistlib.studies import power

quick = settings(max_examples=40, deadline=None, derandomize=True)
RESULTS = pd.DataFrame(
    {
        "mask": [0, 0, 0, 1, 1],
        "lr": [0.1, 0.1, 0.2, 0.1, 0.2],
        "correct": [95, 94, 99, 100, 100],
        "points": 100,
        "diverged": [False, False, False, False, True],
    }
)


def test_trainings_that_do_not_tell_are_refused():
    lacking = RESULTS.assign(correct=pd.array([None, *RESULTS["correct"][1:]], "Int32"))
    with pytest.raises(cl.UserError, match="1 of 5 runs do not tell correct"):
        success.counts(lacking, ["mask"], [0.95])
    with pytest.raises(cl.UserError, match="must be of one number of points, and all tell it"):
        success.counts(RESULTS.assign(points=[100, 100, 100, 100, None]), ["mask"], [0.95])
    twice = pd.concat([RESULTS.assign(experiment=range(5))] * 2)
    with pytest.raises(cl.UserError, match="5 of 10 runs stand there a second time"):
        success.counts(twice, ["mask"], [0.95])


def test_successes_are_counted_by_hand():
    table = success.counts(RESULTS, ["mask", "lr"], [0.95, 0.99, 1.0])
    assert list(table) == ["mask", "lr", "trainings", "95 %", "99 %", "100 %", "best", "points"]
    rows = [(0, 0.1, 2, 1, 0, 0, 95, 100), (0, 0.2, 1, 1, 1, 0, 99, 100)]
    rows += [(1, 0.1, 1, 1, 1, 1, 100, 100), (1, 0.2, 1, 0, 0, 0, 0, 100)]
    assert [tuple(row) for row in table.itertuples(index=False)] == rows
    together = success.pooled(table, ["mask"])
    assert together["trainings"].tolist() == [3, 2] and together["95 %"].tolist() == [2, 1]
    assert together["best"].tolist() == [99, 100]
    rates = success.rates(together, [0.95, 1.0])
    assert rates["rate"].tolist() == [2 / 3, 1 / 2, 0, 1 / 2]
    assert rates["target"].tolist() == [0.95, 0.95, 1, 1] and (rates["low"] <= rates["rate"]).all()
    with pytest.raises(cl.UserError, match="90 % has not been counted"):
        success.rates(together, [0.9, 0.95])


@quick
@given(st.integers(0, 1000), st.integers(1, 60_000))
def test_the_fewest_right_points_are_exact(thousandths, points):
    least = success.least_correct(thousandths / 1000, points)
    share = Fraction(thousandths, 1000)
    assert Fraction(least, points) >= share and (least == 0 or Fraction(least - 1, points) < share)


def test_targets_of_the_spiral():
    fewest = [success.least_correct(t, 49_982) for t in (0.5, 0.95, 0.995, 0.999, 1.0)]
    assert fewest == [24_991, 47_483, 49_733, 49_933, 49_982]


# Intervals, against the binomial distribution itself.


def at_least(k, n, rate):
    """The probability of k or more successes of n."""
    return sum(comb(n, i) * rate**i * (1 - rate) ** (n - i) for i in range(k, n + 1))


def test_an_interval_ends_where_what_was_seen_becomes_improbable():
    n = 23
    low, high = success.interval(np.arange(n + 1), np.full(n + 1, n))
    assert low[0] == 0 and high[n] == 1
    for k in range(n + 1):
        assert k == 0 or at_least(k, n, low[k]) == pytest.approx(0.025, abs=1e-9)
        assert k == n or 1 - at_least(k + 1, n, high[k]) == pytest.approx(0.025, abs=1e-9)


def test_an_interval_holds_the_rate_as_often_as_it_says():
    n = 30
    low, high = success.interval(np.arange(n + 1), np.full(n + 1, n))
    for rate in np.linspace(0.001, 0.999, 97):
        chance = np.array([comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)])
        assert chance[(low <= rate) & (rate <= high)].sum() >= 0.95


def test_none_of_no_training_says_nothing():
    low, high = success.interval([0], [0])
    assert (low[0], high[0]) == (0, 1) and success.seen(0) == 1
    with pytest.raises(cl.UserError, match="0 … trainings"):
        success.interval([3], [2])


def test_what_none_found_rules_out():
    n = np.array([1, 10, 300, 20_000])
    assert (1 - success.seen(n)) ** n == pytest.approx(np.full(4, 0.05))
    assert success.seen(1024) == pytest.approx(3 / 1024, rel=0.01)


def compared(k, n, other_k, other_n):
    """The lead of k of n over other_k of other_n, and its interval; one row each."""
    cells = {"cell": range(len(k)), "ignored": "x"}
    one = pd.DataFrame({**cells, "successes": k, "trainings": n})
    other = pd.DataFrame({**cells, "successes": other_k, "trainings": other_n})
    return success.leads(one, other.iloc[::-1], ["cell"])


def test_leads_are_those_of_the_source():
    """Newcombe 1998, table II, method 10."""
    table = compared(
        [56, 9, 10, 0, 0], [70, 10, 10, 10, 10], [48, 3, 0, 0, 0], [80, 10, 20, 20, 10]
    )
    assert table["lead"].tolist() == pytest.approx([0.2, 0.6, 1, 0, 0])
    low, high = table["low"].round(4).tolist(), table["high"].round(4).tolist()
    assert low == [0.0524, 0.1705, 0.6791, -0.1611, -0.2775]
    assert high == [0.3339, 0.8090, 1.0, 0.2775, 0.2775]
    assert list(table)[3:] == ["successes_other", "trainings_other", "lead", "low", "high"]
    twice = pd.DataFrame({"cell": [0, 0], "successes": 1, "trainings": 2})
    with pytest.raises(cl.UserError, match="one row for each of cell"):
        success.leads(twice, twice.head(1), ["cell"])
    for k, n in ((4, 3), (-1, 3), (0.5, 1.5), (0, 0)):
        with pytest.raises(cl.UserError, match="success"):
            compared([1], [2], [k], [n])


def test_a_lead_s_interval_holds_it_about_as_often_as_it_says():
    n, m = 30, 12
    k, other = (part.ravel() for part in np.meshgrid(range(n + 1), range(m + 1)))
    table = compared(k, n, other, m)
    held = []
    for one, two in ((0.03, 0.03), (0.1, 0.02), (0.5, 0.5), (0.9, 0.4), (0.3, 0.6)):
        chance = [comb(n, i) * one**i * (1 - one) ** (n - i) for i in k]
        chance *= np.array([comb(m, i) * two**i * (1 - two) ** (m - i) for i in other])
        inside = (table["low"] <= one - two) & (one - two <= table["high"])
        held.append(chance[inside].sum())
    assert min(held) > 0.93 and np.mean(held) > 0.95


# The figure.


def test_a_figure_shows_rates_and_where_nothing_was_found_what_is_possible():
    rates = success.rates(power.part(little_counts(), "frontier"), [0.95])
    ax = plots.success_rates(rates, plt.figure().add_subplot(), by="start")
    marks = {tuple(np.round(line.get_xdata(), 3)) for line in ax.get_lines()} - {()}
    assert marks == {(0.25,), (round(float(success.interval([0], [20])[1][0]), 3),)}
    assert [text.get_text() for text in ax.get_yticklabels()] == ["22-parameters"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["scratch", "weights"]
    ax = plots.success_rates(rates.head(0), plt.figure().add_subplot(), by="start")
    assert [text.get_text() for text in ax.texts] == ["no count to show yet"]
    plt.close("all")


def test_a_figure_of_leads_has_them_in_points_beside_none():
    table = compared([5, 0], [10, 10], [0, 0], [10, 10]).assign(mask=["GMP", "LTH"], target="95 %")
    ax = plots.success_leads(table, plt.figure().add_subplot(), by="target")
    marks, none = ax.get_lines()
    assert marks.get_xdata().tolist() == [50, 0] and list(none.get_xdata()) == [0, 0]
    (bars,) = ax.collections
    ends = 100 * table[["low", "high"]].to_numpy()
    assert np.allclose([path.vertices[:, 0] for path in bars.get_paths()], ends)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["GMP", "LTH"]
    ax = plots.success_leads(table.head(0), plt.figure().add_subplot(), by="target")
    assert [text.get_text() for text in ax.texts] == ["no count to show yet"]
    plt.close("all")
