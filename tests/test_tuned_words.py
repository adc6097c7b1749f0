"""What the README says of tuned pruners, on tables small enough to count by hand."""

import numpy as np
import pandas as pd
import readme
import tuned_words

from cubistlib import analysis, store
from cubistlib.support import paths


def runs(algorithm, accuracies, kept=24, steps=19_500, width=4):
    frame = pd.DataFrame({"accuracy": accuracies}).assign(algorithm=algorithm, steps=steps)
    frame["correct"] = (49_982 * frame["accuracy"]).astype(int)
    frame = frame.assign(experiment=range(len(frame)), study=algorithm, diverged=False)
    return frame.assign(
        weights_kept=kept, keep=kept, points=49_982, hidden=[(width,) * 3] * len(frame)
    )


def test_how_often_the_nine_get_there_as_they_came():
    few = [runs("gmp", [0.96, 0.95, 0.5]), runs("snip", [0.5, 0.96, 0.5]), runs("lth", [0.5] * 3)]
    told = tuned_words.options(pd.concat([*few, runs("lth", [0.99], kept=27)]))
    assert "22 to 26 weights in 0 (LTH) to 2 (GMP) of 3 runs each" in told


def test_costs_are_in_trainings_and_in_order():
    """Every run of one; one of four of another, of two trainings each; none of the third."""
    each = runs("gmp", [0.96] * 40), runs("lrr", [0.96, 0.5, 0.5, 0.5] * 10, steps=39_000)
    none = runs("snip", [0.5] * 40)
    table = tuned_words.cost(pd.concat([*each, none, runs("dwf", [0.99], kept=30)]))
    assert [*table.index] == ["gmp", "lrr", "snip"]
    assert round(table["steps"].iloc[0], 6) == 1 and table["steps"].iloc[1] > 2
    assert np.isinf(table["steps"].iloc[2])
    assert table["successes"].tolist() == [40, 10, 0] and (table["runs"] == 40).all()


def test_a_cost_in_words():
    row = pd.Series(
        {"steps": 7.2, "low": 6, "high": np.inf, "successes": 4, "runs": 1500}, name="gmp"
    )
    assert tuned_words.span(row) == "7 (6 to never)"
    assert tuned_words.trainings(row) == "7 (GMP; 6 to never, 4 of 1,500 runs)"


def test_tuning_is_held_to_the_same_cells():
    usual = pd.concat([runs("gmp", [0.96, 0.5]), runs("gmp", [0.99], width=64)])
    tuned = pd.concat([runs("gmp", [0.96, 0.95, 0.9]), runs("backward", [0.99] * 9)])
    told = tuned_words.worth(usual, tuned)
    assert "2 of 3 reach 95 % as tuned, 1 of 2 at the best" in told
    assert "a difference of +16.67 points (" in told, "2/3 less 1/2"


def test_what_an_elimination_ends_with_is_what_is_published():
    """By start its smallest network at each accuracy; the README's numbers are typed."""
    down = store.read(paths.published("frontier") / "elimination" / "dense")
    start = down["experiment"] // (len(down) // 104)
    down = down[down["algorithm"] == "elimination"]
    ends = pd.DataFrame({
        target: down[down["accuracy"] >= target].groupby(start)["live_parameters"].min()
        for target in (0.95, 0.99, 0.995)
    })  # fmt: skip
    assert len(ends) == 104
    middle, luckiest = (
        "{:.0f}, {:.0f} and {:.0f}".format(*of) for of in (ends.median(), ends.min())
    )
    told = f"in the median of 104, with {middle}, in the luckiest with {luckiest}."
    assert told in readme.README.read_text(encoding="utf-8")


def test_habits_are_told_as_the_published_pairs_have_them():
    told, folder = tuned_words.habit(), paths.published("verdict") / "habits"
    one, other = (store.read(folder / way) for way in ("gmp-1-cut", "gmp"))
    both = one.merge(other, on="experiment", suffixes=("", "_usual"))
    learned = both[["accuracy", "accuracy_usual"]].max(axis=1) >= analysis.LEARNED
    lead = (both["accuracy"] - both["accuracy_usual"])[learned]
    assert f"GMP in one cut {100 * lead.median():+.1f} points (" in told
    assert f", {learned.sum()} pairs); GMP that removes" in told
