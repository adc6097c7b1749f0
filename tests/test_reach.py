"""Which sizes reach a target how often: by hand, by the definition, and by simulated runs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cubistlib as cl
from cubistlib.analysis import reach

COUNTED = {"points": 1000, "diverged": False}


def runs(*rows):
    """(algorithm, keep, points right) of each run."""
    return pd.DataFrame(rows, columns=["algorithm", "keep", "correct"]).assign(**COUNTED)


def test_runs_that_reach_a_target_are_counted_by_hand():
    table = runs(("a", 20, 950), ("a", 20, 949), ("a", 15, 1000), ("b", 20, 100))
    table.loc[2, "diverged"] = True
    found = reach.reached(table, 0.95)
    assert found[["algorithm", "keep", "runs", "successes"]].values.tolist() == [
        ["a", 15, 1, 0],
        ["a", 20, 2, 1],
        ["b", 20, 1, 0],
    ]
    assert found["rate"].tolist() == [0, 0.5, 0]
    assert (found["low"] <= found["rate"]).all() and (found["rate"] <= found["high"]).all()
    assert found["high"].iloc[0] == pytest.approx(0.975)  # of one run: 1 − 0.025


def by_definition(sizes, rates, weights, share):
    """Where the fit by the min-max formula, drawn with straight lines, reaches a share."""
    n = len(rates)

    def mean(a, b):
        return np.average(rates[a : b + 1], weights=weights[a : b + 1])

    fit = [max(min(mean(a, b) for b in range(i, n)) for a in range(i + 1)) for i in range(n)]
    first = next((i for i in range(n) if fit[i] >= share - 1e-12), None)
    if first is None:
        return np.inf
    here = slice(max(first - 1, 0), first + 1)
    return np.interp(share, fit[here], sizes[here]) if first else sizes[0]


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=8),
    st.sampled_from([0.1, 1 / 3, 0.5, 1.0]),
)
def test_where_the_closest_rising_rates_cross_is_that_of_the_min_max_formula(counted, share):
    weights, successes = np.array(counted, float).T
    rates, sizes = np.minimum(successes, weights) / weights, 10 + np.arange(len(weights)) ** 2
    stack = np.stack([rates, rates[::-1]])
    expected = [by_definition(sizes, each, weights, share) for each in stack]
    found = reach.crossing(sizes, stack, weights, share)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize(
    "rates, share, where",
    [
        ([0, 0.4, 0.6, 1], 0.5, 25),
        ([0, 0.5, 0.6, 1], 0.5, 20),
        ([0.7, 0.8, 0.9, 1], 0.5, 10),
        ([0, 0.1, 0.2, 0.3], 0.5, np.inf),
        ([0, 0.6, 0.2, 1], 0.5, 30 + 10 / 6),  # 0.6 and 0.2 are one value, 0.4
    ],
)
def test_where_half_of_the_runs_succeed_by_hand(rates, share, where):
    sizes, weights = np.array([10, 20, 30, 40.0]), np.ones(4)
    assert reach.crossing(sizes, np.array(rates), weights, share) == pytest.approx(where)


def simulated(seed, middle=24.0, seeds=30, step=2):
    rng = np.random.default_rng(seed)
    sizes = np.repeat(np.arange(15, 34, step), seeds)
    chance = 1 / (1 + np.exp(-(sizes - middle) / 2))
    correct = np.where(rng.random(len(sizes)) < chance, 960, 500)
    return runs(*zip(["a"] * len(sizes), sizes, correct, strict=True))


@pytest.mark.parametrize("share, true", [(0.5, 24), (0.1, 24 + 2 * np.log(0.1 / 0.9))])
@pytest.mark.parametrize("seeds, step", [(30, 2), (10, 4)])
def test_the_interval_holds_the_size_about_as_often_as_it_says(
    monkeypatch, share, true, seeds, step
):
    monkeypatch.setattr(reach, "RESAMPLES", 200)
    given = {"seeds": seeds, "step": step}
    found = pd.concat(
        [reach.needed(simulated(seed, **given), 0.95, share, seed=seed) for seed in range(60)]
    )
    held = (found["low"] <= true) & (found["high"] >= true)
    assert held.mean() > 0.85
    assert found["needed"].sub(true).abs().median() < 1.5


def test_all_or_nothing_is_not_taken_for_certain():
    table = runs(*[("a", 20, 0)] * 3, *[("a", 65, 1000)] * 3)
    (found,) = reach.needed(table, 0.95).to_dict("records")
    assert found["needed"] == 42.5 and found["low"] < 40 and found["high"] > 45


def test_where_no_size_is_enough_it_is_infinite():
    table = runs(*[("a", 20, 900), ("a", 30, 900), ("b", 20, 1000), ("b", 30, 1000)] * 30)
    found = reach.needed(table, 0.95).set_index("algorithm")
    assert np.isinf(found.loc["a"]).all()
    assert found.loc["b"].tolist() == [20, 0, 20]
    same = reach.needed(table, 0.95).equals(reach.needed(table, 0.95))
    assert same and reach.needed(table.head(0), 0.95).empty


def test_a_table_that_is_given_twice_is_refused():
    """Its intervals would be those of twice as many runs."""
    once = runs(("a", 20, 950), ("a", 20, 900)).assign(study="s", experiment=[0, 1])
    for function in (reach.reached, reach.needed):
        function(once, 0.95)
        with pytest.raises(cl.UserError, match="analysis: 2 of 4 runs stand there a second time"):
            function(pd.concat([once, once.iloc[::-1]]), 0.95)
    others = [once.assign(study="t"), once.assign(experiment=[2, 3]), once.assign(algorithm="b")]
    found = reach.reached(pd.concat([once, *others]), 0.95)
    assert found["runs"].tolist() == [6, 2] and found["successes"].tolist() == [3, 1]


def test_runs_that_do_not_tell_of_how_many_points_they_are_are_refused():
    table = runs(("a", 20, 950), ("a", 20, 900))
    for points in (np.nan, [1000, np.nan], [1000, 999]):
        with pytest.raises(cl.UserError, match="must be of one number of points, and all tell it"):
            reach.reached(table.assign(points=points), 0.95)


def test_what_is_asked_for_wrongly_is_refused_in_a_sentence():
    with pytest.raises(cl.UserError, match="reached: size must be one of keep, parameters_kept"):
        reach.reached(runs(("a", 20, 1)), 0.95, size="mass")
    with pytest.raises(cl.UserError, match="analysis: size, keep, must not be in by as well"):
        reach.needed(runs(("a", 20, 1)), 0.95, by=["keep"])
    with pytest.raises(cl.UserError, match="needed: share must be a number > 0 and ≤ 1, got 0"):
        reach.needed(runs(("a", 20, 1)), 0.95, share=0)
    untold = runs(("a", 20, 1)).assign(correct=pd.array([None], "Int32"))
    with pytest.raises(cl.UserError, match="1 of 1 runs do not tell correct"):
        reach.reached(untold, 0.95)
