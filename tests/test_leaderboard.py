"""The leaderboard: places, cost and successes as the runs have them, and in the README."""

import make_leaderboard
import pandas as pd
import readme


def runs(algorithm, *accuracies, steps=39_000):
    """A run a replicate, of 39,000 steps, two trainings; half of what it keeps lives."""
    frame = pd.DataFrame({"accuracy": accuracies, "seed": range(len(accuracies))})
    counts = {"weights_kept": 20, "effective_weights": 15, "live_weights": 10}
    parameters = {"parameters_kept": 30, "effective_parameters": 25, "live_parameters": 20}
    return frame.assign(
        algorithm=algorithm, steps=steps, points=49_982, diverged=False, **counts, **parameters
    )


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_rows_stand_by_place_at_equal_steps_and_tell_what_it_cost():
    both = pd.concat([runs("gmp", *[0.9] * 4, steps=19_500), runs("lrr", 0.96, 0.8, 0.8, 0.8)])
    table = make_leaderboard.table(both, runs("search", 0.97))
    heads, _, first, second = map(cells, table.splitlines())
    assert len(heads) == len(first) == len(second) == 10
    # Two of LRR's four replicates cost what all of GMP's do; the one at 96 % is in half of those.
    assert first[:6] == ["1 (1–2)", "GMP", "1.00", "7.0", "2 (1–2)", "7.0"]
    assert second[1:3] == ["**LRR**", "2.00"] and second[4:6] == ["1 (1–2)", "1.0"]
    assert second[6:] == ["4 / 1 / 1", "96.0%", "80.0%", "50%"]


def test_the_readme_has_what_the_files_say():
    """Made again it is the same to the letter; else run tools/make_leaderboard.py."""
    assert readme.part(make_leaderboard.NAME) == make_leaderboard.made()
