"""What typical runs do over width: medians, shares of what is kept, and what width costs."""

import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import analysis
from cubistlib.analysis import width


def runs(*rows, algorithm="gmp"):
    """(width, k, weights on a path, accuracy) of each run."""
    frame = pd.DataFrame(rows, columns=["width", "keep", "effective_weights", "accuracy"])
    return frame.assign(algorithm=algorithm, diverged=False, seed=0)


def test_the_spread_of_a_group_is_by_hand():
    accuracy = [*np.linspace(0.5, 1, 11), 0.0]
    frame = runs(*[(8, 20, 20, value) for value in accuracy], (16, 20, 20, 0.7))
    frame["diverged"] = frame["accuracy"] == 0
    found = analysis.spread(frame, "accuracy", ["algorithm", "width"]).set_index("width")
    assert found["runs"].tolist() == [11, 1]
    expected = [[0.75, 0.55, 0.95], [0.7] * 3]
    np.testing.assert_allclose(found[["median", "low", "high"]], expected)
    assert analysis.spread(frame.head(0), "accuracy", ["width"]).empty
    with pytest.raises(cl.UserError, match="by must be a list of one or more, none twice"):
        analysis.spread(frame, "accuracy", ["width", "width"])
    with pytest.raises(cl.UserError, match="1 of 12 runs do not tell accuracy"):
        analysis.spread(frame.assign(accuracy=[None, *accuracy]), "accuracy", ["width"])


def test_what_is_used_of_the_kept_weights_is_by_hand():
    frame = runs((3, 20, 10, 0.6), (3, 20, 0, 0.5), (8, 20, 0, 0.5))
    frame = frame.assign(weights_kept=[20, 20, 0], live_weights=[5, 0, 0])
    used = analysis.used(frame)
    assert used["effective"].tolist() == [0.5, 0, 0] and used["live"].tolist() == [0.25, 0, 0]
    found = analysis.pathless(frame, ["algorithm", "width"]).set_index("width")
    assert found[["runs", "masks"]].values.tolist() == [[2, 1], [1, 1]]
    assert found["pathless"].tolist() == [0.5, 1]
    assert found.loc[8, "low"] == pytest.approx(0.025) and found.loc[8, "high"] == 1


def test_the_cost_of_width_is_by_hand():
    """At equal k 20 points; of these 15 go with the half of the weights that is on no path."""
    narrow = [(8, k, k, k / 100) for k in (50, 70, 90)]
    wide = [(16, 70, 55, 0.5), (16, 99, 99, 0.0)]  # there is no narrow one with k = 99
    sizes = ["keep", "effective_weights"]
    found = analysis.width_cost(runs(*narrow, *wide), 8, sizes).set_index(["width", "size"])
    assert found.loc[(16, "keep"), "cost"] == pytest.approx(0.2)
    assert found.loc[(16, "effective_weights"), "cost"] == pytest.approx(0.05)
    assert found["runs"].tolist() == [3, 3, 1, 1]


def test_a_falling_stretch_is_levelled_and_nothing_left_is_a_guess():
    table = runs((8, 20, 10, 0.8), (8, 20, 20, 0.6), (16, 20, 15, 0.7), (16, 20, 5, 0.6))
    found = analysis.width_cost(table, 8, ["effective_weights"]).set_index("width")["cost"]
    assert found[16] == pytest.approx((0 + (0.5 + 0.1 - 0.6)) / 2)


def test_the_narrow_network_costs_nothing_beside_itself():
    rng = np.random.default_rng(0)
    table = runs(*[(8, k, k, rng.random()) for k in (20, 30, 40) for _ in range(5)])
    found = analysis.width_cost(table, 8)
    np.testing.assert_allclose(found[["cost", "low", "high"]], 0, atol=1e-12)


@pytest.mark.parametrize("narrow, frame", [(3, runs((8, 20, 20, 0.6))), (8, runs())])
def test_beside_no_run_there_is_no_cost(narrow, frame):
    assert analysis.width_cost(frame, narrow).empty


def simulated(seed, cost=0.06):
    """Wide runs have fewer weights on a path, and cost more than narrow ones as large."""
    rng, rows = np.random.default_rng(seed), []
    for wide, shares in ((8, (0.3, 0.6, 0.9)), (64, (0.3, 0.5))):
        for k in np.repeat(np.arange(20, 60, 4), 10):
            path = rng.binomial(k, rng.choice(shares))
            mean = 0.5 + 0.008 * path - cost * (wide == 64)
            rows.append((wide, k, path, mean + rng.normal(0, 0.1)))
    return runs(*rows)


def test_the_interval_holds_the_cost_about_as_often_as_it_says(monkeypatch):
    monkeypatch.setattr(width, "RESAMPLES", 100)
    found = pd.concat(
        analysis.width_cost(simulated(seed), 8, ["effective_weights"]) for seed in range(40)
    )
    found = found[found["width"] == 64]
    held = (found["low"] <= 0.06) & (found["high"] >= 0.06)
    assert held.mean() > 0.85 and abs(found["cost"].mean() - 0.06) < 0.01


def shaken(seed, seeds=14):
    """Runs of one seed and width are better or worse together; width costs nothing."""
    rng, rows = np.random.default_rng(seed), []
    for wide in (8, 64):
        for luck in rng.normal(0, 0.1, seeds):
            rows += [(wide, k, k, 0.7 + luck) for k in range(20, 60, 4)]
    return runs(*rows).assign(seed=np.tile(np.repeat(np.arange(seeds), 10), 2))


def test_the_interval_is_one_over_seeds_not_over_runs_that_share_one():
    def held(count=40, seeds=14, **changed):
        found = [analysis.width_cost(shaken(n, seeds).assign(**changed), 8) for n in range(count)]
        found = pd.concat(found).query("width == 64")
        return ((found["low"] <= 0) & (found["high"] >= 0)).mean()

    assert held() > 0.85 and held(seed=0) < 0.6, "as single runs they would seem to tell more"
    assert 0.93 < held(count=200, seeds=30) < 0.97


def test_of_few_seeds_more_of_the_resamples_is_needed_to_be_certain():
    from scipy import stats

    for count in (5, 30, 10_000):
        low, high = width._middle(count)
        rng = np.random.default_rng(0)
        values = rng.normal(size=count)
        mean, error = values.mean(), values.std(ddof=1) / np.sqrt(count)
        resampled = stats.norm(mean, values.std() / np.sqrt(count + 1))  # a Bayesian bootstrap's
        expected = stats.t(count - 1, mean, error).interval(0.95)
        np.testing.assert_allclose(resampled.ppf([low, high]), expected, rtol=1e-6)


def test_of_fewer_than_six_seeds_nothing_is_certain():
    few, enough = (analysis.width_cost(shaken(1, seeds), 8) for seeds in (5, 6))
    assert np.isneginf(few["low"]).all() and np.isposinf(few["high"]).all()
    assert np.isfinite(few["cost"]).all() and np.isfinite(enough[["low", "high"]]).all(axis=None)


def test_a_cost_by_a_count_that_runs_do_not_tell_is_refused():
    table = runs((8, 20, 20, 0.6)).assign(live_weights=pd.array([None], "Int32"))
    with pytest.raises(cl.UserError, match="1 of 1 runs do not tell live_weights"):
        analysis.width_cost(table, 8, ["live_weights"])
    with pytest.raises(
        cl.UserError, match=r"width_cost: sizes must be a list .*, got 'keep': write"
    ):
        analysis.width_cost(table, 8, "keep")
    with pytest.raises(cl.UserError, match="results lack the columns width"):
        analysis.width_cost(table.drop(columns="width"), 8)
