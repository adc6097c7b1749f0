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


def test_what_so_many_steps_pay_for_is_the_last_that_they_do():
    rows = [
        ("gmp", 0.9, 1, 10, 0.1, 30),
        ("gmp", 0.9, 5, 50, 0.6, 28),
        ("gmp", 0.9, 9, 90, 0.8, 27),
    ]
    rows += [("gmp", 0.95, 5, 50, 0.4, 40), ("lth", 0.9, 1, 60, 0.9, 20)]
    names = ["algorithm", "target", "runs", "steps", "chance", "fewest"]
    told = pd.DataFrame(rows, columns=names).assign(low=0.0, high=np.inf)
    at_50 = analysis.fewest_within(told, 50)
    assert at_50[["algorithm", "target", "runs", "fewest"]].to_numpy().tolist() == [
        ["gmp", 0.9, 5, 28.0]
    ], "0.95 is less likely than not, and LTH's first run takes more"
    assert analysis.fewest_within(told, 89)["fewest"].tolist() == [28, 20]
    assert analysis.fewest_within(told, 90)["fewest"].tolist() == [27, 20]
    assert analysis.fewest_within(told, 9).empty and analysis.fewest_within(told[:0], 9).empty


def test_results_without_steps_are_refused():
    with pytest.raises(cl.UserError, match="steps"):
        analysis.expected_best(runs("gmp", 0.5).drop(columns="steps"))


def sizes(algorithm, *pairs, steps=100):
    """Runs of (live parameters, accuracy)."""
    live, accuracies = zip(*pairs, strict=True)
    return runs(algorithm, *accuracies, steps=steps).assign(live_parameters=live)


FOUR = (30, 0.96), (20, 0.97), (10, 0.9), (40, 0.95)


def test_the_fewest_of_one_run_and_of_two_by_hand():
    """Three of four reach 95 %: 30, 20 and 40; of two draws 16 pairs, of which one misses."""
    table = analysis.expected_fewest(sizes("gmp", *FOUR), 0.95).set_index("runs")
    assert table["steps"].tolist() == [100, 200, 300, 400] and (table["target"] == 0.95).all()
    np.testing.assert_allclose(table["chance"][:2], [3 / 4, 15 / 16])
    np.testing.assert_allclose(table["fewest"][:2], [30, (7 * 20 + 5 * 30 + 3 * 40) / 15])
    assert (table["low"] <= table["fewest"]).all() and (table["fewest"] <= table["high"]).all()
    assert (table["low"] >= 20).all() and (table["high"] <= 40).all()
    lone = analysis.expected_fewest(sizes("gmp", *FOUR), 0.97)
    assert (lone["fewest"] == 20).all() and (lone["low"] == 20).all()
    assert np.isinf(lone["high"]).all(), "without its only hit are 32 % of resamples"


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("target", [0.9, 0.95, 0.96, 0.97])
def test_the_fewest_is_what_all_draws_give(target, n):
    drawn = [
        min((s for s, a in d if a >= target), default=0) for d in itertools.product(FOUR, repeat=n)
    ]
    told = analysis.expected_fewest(sizes("gmp", *FOUR), target, resamples=1).set_index("runs")
    hits = [fewest for fewest in drawn if fewest]
    np.testing.assert_allclose(
        told.loc[n, ["chance", "fewest"]], [len(hits) / len(drawn), np.mean(hits)]
    )


def test_the_fewest_of_many_runs_and_its_band_are_what_drawing_gives():
    rng = np.random.default_rng(1)
    live, accuracy = rng.integers(15, 60, 40), rng.random(40)
    reached = np.where(accuracy >= 0.8, live, 99)
    table = sizes("gmp", *zip(live, accuracy, strict=True))
    told = analysis.expected_fewest(table, 0.8, resamples=2000).set_index("runs")
    for n in (1, 7, 40):
        best = reached[rng.integers(40, size=(20_000, n))].min(1)
        hits = best[best < 99]
        assert abs(len(hits) / 20_000 - told.loc[n, "chance"]) < 4 * 0.5 / 20_000**0.5
        assert abs(hits.mean() - told.loc[n, "fewest"]) < 4 * hits.std() / len(hits) ** 0.5
    means = []
    for _ in range(500):  # the band of 7 runs: other runs in their place, then draws of those
        best = rng.choice(reached, 40)[rng.integers(40, size=(400, 7))].min(1)
        means.append(best[best < 99].mean())
    np.testing.assert_allclose(
        told.loc[7, ["low", "high"]], np.quantile(means, [0.025, 0.975]), rtol=0.05
    )


def test_what_no_run_reaches_takes_infinitely_many_and_what_diverged_misses():
    two = pd.concat([sizes("gmp", *FOUR), sizes("lth", (9, 0.99), (12, 0.5), steps=500)])
    two.loc[two["live_parameters"] == 9, "diverged"] = True
    told = analysis.expected_fewest(two.reset_index(drop=True), 0.95).set_index("algorithm")
    assert np.isinf(told.loc["lth", ["fewest", "low", "high"]]).all(axis=None)
    assert (told.loc["lth", "chance"] == 0).all() and told.loc["lth", "runs"].tolist() == [1, 2]
    assert told["steps"].groupby("algorithm").max().to_dict() == {"gmp": 400, "lth": 1000}
    assert analysis.expected_fewest(two[:0], 0.95).empty


def test_sizes_may_be_counted_in_another_way():
    table = sizes("gmp", *FOUR).assign(keep=[5, 6, 7, 8])
    assert analysis.expected_fewest(table, 0.96, size="keep")["fewest"].iloc[0] == 5.5
    with pytest.raises(cl.UserError, match="by must have none of target, runs"):
        analysis.expected_fewest(table.assign(target=1), 0.9, by=("target",))
