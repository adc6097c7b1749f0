"""Frames for the figures, on results small enough to work out by hand."""

import pandas as pd
import pytest

from cubistlib.analysis import (
    best_of_each_size,
    best_run,
    by_width,
    frontier,
    frontiers,
    gap,
    over_seeds,
    smallest,
)


def frame():
    rows = [
        # algorithm, keep, seed, parameters, accuracy, diverged
        ("snip", 15, 0, 20, 0.80, False),
        ("snip", 15, 0, 20, 0.85, False),
        ("snip", 15, 1, 21, 0.70, False),
        ("snip", 20, 0, 26, 0.84, False),
        ("snip", 20, 1, 27, 0.96, False),
        ("gmp", 15, 0, 19, 0.99, True),
        ("gmp", 15, 0, 20, 0.95, False),
        ("gmp", 20, 0, 25, 0.95, False),
    ]
    names = ["algorithm", "keep", "seed", "parameters_kept", "accuracy", "diverged"]
    return pd.DataFrame(rows, columns=names).assign(hidden=[(3, 3, 3)] * len(rows))


def test_frontier_keeps_only_improvements():
    snip = frontier(frame().query("algorithm == 'snip'"))
    assert snip["parameters_kept"].tolist() == [20, 27]
    assert snip["accuracy"].tolist() == [0.85, 0.96]


def test_diverged_runs_do_not_count():
    both = frontiers(frame())
    gmp = both.query("algorithm == 'gmp'")
    assert gmp["parameters_kept"].tolist() == [20, 25], "its curve ends where it was last tried"
    assert gmp["accuracy"].tolist() == [0.95, 0.95]
    assert list(both.columns) == ["algorithm", "parameters_kept", "accuracy"]


def test_over_seeds_takes_the_best_configuration_of_each_replicate():
    snip = over_seeds(frame()).query("algorithm == 'snip'")
    assert snip["keep"].tolist() == [15, 20]
    assert snip["median"].round(6).tolist() == [0.775, 0.90]
    assert snip["low"].tolist() == [0.70, 0.84] and snip["high"].tolist() == [0.85, 0.96]
    assert snip["seeds"].tolist() == [2, 2]


def test_smallest_counts_what_reached_a_target():
    table = smallest(frame()[~frame()["diverged"]], [0.85, 0.95, 0.995]).set_index("algorithm")
    assert table.loc["snip", ["85 %", "95 %"]].tolist() == [20, 27]
    assert table.loc["gmp", "95 %"] == 20
    assert table["99.5 %"].isna().all()
    assert table.loc["snip", "runs"] == 5


def test_best_run_is_the_smallest_that_reaches_the_target():
    assert best_run(frame().query("algorithm == 'snip'"), 0.85)["parameters_kept"] == 20
    assert best_run(frame().query("algorithm == 'snip'"), 0.99)["accuracy"] == 0.96


def test_tables_that_were_joined_may_use_a_label_twice():
    snip = frame().query("algorithm == 'snip'").assign(weights_kept=15)
    joined = pd.concat([snip, snip.assign(accuracy=snip["accuracy"] + 0.01)])
    assert best_run(joined, 0.85)[["parameters_kept", "accuracy"]].tolist() == [20, 0.86]
    assert best_run(joined, 0.99)["accuracy"] == 0.97
    assert best_of_each_size(joined)["accuracy"].tolist() == [0.86, 0.71, 0.85, 0.97]


@pytest.mark.parametrize("target", [95, -0.1])
def test_a_target_in_percent_is_refused(target):
    with pytest.raises(ValueError, match=r"a target is a share such as 0\.95, got"):
        best_run(frame(), target)
    with pytest.raises(ValueError, match=r"a target is a share such as 0\.95, got"):
        smallest(frame(), [0.95, target])


def test_gap_compares_the_best_of_both_at_the_pruners_sizes():
    rows = [
        ("search", 20, 0.90, False),
        ("search", 26, 0.97, False),
        ("snip", 20, 0.80, False),
        ("snip", 24, 0.95, False),
        ("snip", 26, 0.99, True),
        ("snip", 40, 0.99, False),
    ]
    results = pd.DataFrame(rows, columns=["algorithm", "parameters_kept", "accuracy", "diverged"])
    table = gap(results).set_index("algorithm").loc["snip"]
    assert table["sizes"] == 3  # 20, 24 and 26; at 40 the search has nothing
    assert round(table["median"], 6) == 0.02 and round(table["largest"], 6) == 0.1
    assert round(table["least"], 6) == -0.05  # at 24 the pruner is ahead


def test_the_best_of_every_width_with_few_weights():
    rows = [
        ("gmp", (3, 3, 3), 20, 20, 0.7, False),
        ("gmp", (3, 3, 3), 26, 13, 0.8, False),
        ("gmp", (3, 3, 3), 27, 27, 0.9, False),  # too many weights
        ("gmp", (8, 8, 8), 20, 5, 0.6, False),
        ("gmp", (8, 8, 8), 20, 5, 0.9, True),
        ("gmp", (8, 3, 8), 20, 5, 0.9, False),  # not of one width
    ]
    columns = ["algorithm", "hidden", "weights_kept", "effective_weights", "accuracy", "diverged"]
    table = by_width(pd.DataFrame(rows, columns=columns), most=26)
    expected = [["gmp", 3, 0.8, 0.75], ["gmp", 8, 0.6, 0.25]]
    assert table.to_numpy().tolist() == expected
