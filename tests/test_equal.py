"""What a ruler shows with as few runs: by hand, where nobody succeeds, and by draws one by one."""

import numpy as np
import pandas as pd
import pytest

from cubistlib import analysis


def runs(cells, algorithm="a"):
    """Runs of each size of which so many succeed: {size: (runs, successes)}."""
    rows = [
        (algorithm, size, 960 if i < there else 500)
        for size, (number, there) in cells.items()
        for i in range(number)
    ]
    table = pd.DataFrame(rows, columns=["algorithm", "weights_kept", "correct"])
    return table.assign(points=1000, diverged=False)


def test_by_hand():
    ruler = runs({10: (4, 0), 12: (4, 4), 14: (9, 9)}, "search")
    given = pd.concat([runs({10: (2, 1), 12: (3, 0), 16: (5, 5)}), runs({12: (7, 0)}, "b")])
    told = analysis.at_equal_runs(given, ruler, 0.95).set_index("algorithm")
    # Size 16 is one that the ruler has not tried, and 14 one that it alone has.
    assert told.loc["a"].tolist() == [5, 1, 10, 3, 3, 3, 12, 12, 12]
    assert told.loc["b"].tolist() == [7, 0, np.inf, 7, 7, 7, 12, 12, 12]
    dear = analysis.at_equal_runs(given, ruler, 0.95, times=5).set_index("algorithm")
    assert dear.loc["a"].tolist() == [5, 1, 10, 15, 15, 15, 12, 12, 12]


def test_who_never_succeeds_needs_infinitely_many():
    told = analysis.at_equal_runs(runs({10: (2, 0)}), runs({10: (4, 0)}, "search"), 0.95).iloc[0]
    assert told.tolist() == ["a", 2, 0, np.inf, 0, 0, 0, *[np.inf] * 3]
    apart = analysis.at_equal_runs(runs({9: (2, 1)}), runs({10: (4, 4)}, "search"), 0.95).iloc[0]
    assert apart.tolist() == ["a", 0, 0, np.inf, 0, 0, 0, *[np.inf] * 3]
    assert analysis.at_equal_runs(runs({}), runs({10: (4, 0)}), 0.95).empty


def test_a_run_that_diverged_is_one_without_success():
    ruler = runs({10: (4, 4)}, "search").assign(diverged=True)
    told = analysis.at_equal_runs(runs({10: (2, 2)}).assign(diverged=True), ruler, 0.95)
    assert told[["runs", "successes", "successes_high"]].to_numpy().tolist() == [[2, 0, 0]]


def test_it_is_what_drawing_run_by_run_gives():
    cells = {10: (300, 2), 12: (200, 6), 15: (150, 30)}
    ruler, given = runs(cells, "search"), runs({10: (60, 3), 12: (50, 1), 15: (8, 0)})
    told = analysis.at_equal_runs(given, ruler, 0.95).iloc[0]
    rng, sums, least = np.random.default_rng(3), [], []
    for _ in range(4000):
        drawn = {}
        for size, number in {10: 60, 12: 50, 15: 8}.items():
            there = np.arange(cells[size][0]) < cells[size][1]
            there = rng.choice(there, len(there))  # a resample of the ruler's runs
            drawn[size] = rng.choice(there, number).sum()
        sums.append(sum(drawn.values()))
        least.append(min([size for size, some in drawn.items() if some], default=np.inf))
    ends, shares = ("low", "median", "high"), [0.025, 0.5, 0.975]
    found = [told[f"successes_{end}"] for end in ends]
    assert found == pytest.approx(np.quantile(sums, shares), abs=1)
    found = [told[f"fewest_{end}"] for end in ends]
    assert found == np.quantile(least, shares, method="inverted_cdf").tolist() == [10, 12, np.inf]
    assert told["successes"] == 4 and told["fewest"] == 10


def test_draws_of_fewer_runs_are_those_of_a_binomial():
    """Of a ruler with hundreds of thousands of runs the rate is known, and draws are binomial."""
    from scipy.stats import binom

    ruler = runs({10: (200_000, 2_000)}, "search")
    told = analysis.at_equal_runs(runs({10: (1_000, 25)}), ruler, 0.95).iloc[0]
    ends = [told[f"successes_{end}"] for end in ("low", "median", "high")]
    assert ends == pytest.approx(binom.ppf([0.025, 0.5, 0.975], 1_000, 0.01), abs=1)


def test_the_best_setting_is_that_whose_runs_reach_a_target_most_often():
    rows = [(0.1, "step", 0.96), (0.1, "step", 0.5), (0.05, "cosine", 0.96), (0.05, "cosine", 0.7)]
    rows += [(0.2, "step", 0.99), (0.2, "step", 0.99), (0.05, "step", 0.5)]
    runs = pd.DataFrame(rows, columns=["lr", "schedule", "accuracy"])
    runs = runs.assign(diverged=[*[False] * 4, True, True, False])
    found = analysis.at_best_setting(runs, 0.95)
    assert found["lr"].tolist() == [0.05, 0.05] and found["accuracy"].tolist() == [0.96, 0.7]
    assert analysis.at_best_setting(runs[:0], 0.95).empty
