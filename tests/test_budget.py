"""The best of so many runs: by hand, against drawing them, and what it cannot say."""

import itertools

import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import analysis


def runs(algorithm, *accuracies, steps=100):
    frame = pd.DataFrame({"accuracy": accuracies}).assign(algorithm=algorithm, steps=steps)
    return frame.assign(diverged=False)


def test_one_run_is_the_mean_and_two_are_counted_by_hand():
    table = analysis.expected_best(runs("gmp", 0.5, 0.5, 0.8, 1.0))
    assert table["runs"].tolist() == [1, 2, 3, 4] and table["steps"].tolist() == [
        100,
        200,
        300,
        400,
    ]
    pairs = [max(pair) for pair in itertools.product([0.5, 0.5, 0.8, 1.0], repeat=2)]
    np.testing.assert_allclose(table["accuracy"][:2], [0.7, np.mean(pairs)])
    assert (table["low"] <= table["accuracy"]).all() and (table["accuracy"] <= table["high"]).all()


def test_it_is_what_drawing_gives():
    rng = np.random.default_rng(0)
    values = rng.random(30)
    table = analysis.expected_best(runs("gmp", *values)).set_index("runs")["accuracy"]
    for n in (5, 30):
        drawn = values[rng.integers(30, size=(40_000, n))].max(1)
        assert abs(drawn.mean() - table[n]) < 4 * drawn.std() / 200


def test_groups_stand_apart_and_cost_what_they_cost():
    both = pd.concat([runs("gmp", 0.5, 0.6), runs("lth", 0.9, 0.9, steps=500)], ignore_index=True)
    table = analysis.expected_best(both).groupby("algorithm")
    assert table["steps"].max().to_dict() == {"gmp": 200, "lth": 1000}
    assert table["high"].max().to_dict() == {"gmp": 0.6, "lth": 0.9}
    assert analysis.expected_best(both[:0]).empty


def test_many_runs_are_told_at_few_numbers():
    table = analysis.expected_best(runs("search", *np.linspace(0.5, 1, 10_000)), resamples=5)
    assert len(table) <= 200 and table["runs"].iloc[-1] == 10_000
    assert table["accuracy"].is_monotonic_increasing


def test_the_cost_of_a_target_is_where_each_end_of_the_band_gets_there():
    rows = [(1, 0.6, 0.5, 0.7), (2, 0.8, 0.6, 0.9), (3, 0.9, 0.8, 0.95)]
    best = pd.DataFrame(rows, columns=["steps", "accuracy", "low", "high"]).assign(algorithm="gmp")
    cost = analysis.cost_to_reach(best, 0.8)
    assert cost["algorithm"].tolist() == ["gmp"]
    np.testing.assert_allclose(cost[["steps", "low", "high"]].to_numpy(), [[2, 2**0.5, 3]])
    more = analysis.cost_to_reach(best, 0.92)[["steps", "low", "high"]].to_numpy()
    np.testing.assert_allclose(more, [[np.inf, 2 * 1.5**0.4, np.inf]])
    assert analysis.cost_to_reach(best[:0], 0.8).empty


def test_results_without_steps_are_refused():
    with pytest.raises(cl.UserError, match="steps"):
        analysis.expected_best(runs("gmp", 0.5).drop(columns="steps"))
