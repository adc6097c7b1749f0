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


def test_what_is_tuned_is_told_for_one_budget():
    """One run in a hundred of 2,000, all of 25 parameters; none of 600 of two trainings each."""
    some = runs("snip", *[0.96, *[0.5] * 99] * 20, steps=19_500).assign(live_parameters=25)
    none = runs("synflow", *[0.5] * 600).assign(live_parameters=30)
    each = [table.assign(study=name, experiment=range(len(table)), correct=0)
            for name, table in {"a": some, "b": none}.items()]  # fmt: skip
    both = pd.concat(each).assign(correct=lambda table: (49_982 * table["accuracy"]).astype(int))
    search = both[both["study"] == "a"].assign(study="c", algorithm="search", live_parameters=24)
    table = make_leaderboard.tuned(pd.concat([both, search], ignore_index=True))
    heads, _, *rows = map(cells, table.splitlines())
    assert heads[3:] == ["95.0%", "99.0%", "99.5%"] and len(rows) == 3
    assert rows[0][0] == "combinatorial search" and rows[0][3] == "24 (24 to 24); 20 of 2,000"
    assert rows[1][0] == "SNIP" and rows[1][2:4] == ["1.00", "25 (25 to 25); 20 of 2,000"]
    assert rows[1][1].startswith("0.03, constant, reinitialize True") and rows[1][4][:4] == "–; 0"
    assert rows[2][0] == "SynFlow" and rows[2][2:4] == ["2.00", "–; 0 of 600"]


def test_the_readme_has_what_the_files_say():
    """Made again it is the same to the letter; else run tools/make_leaderboard.py."""
    for name, text in make_leaderboard.made().items():
        assert readme.part(name) == text
