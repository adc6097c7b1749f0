"""Replicates and pairs of runs, on results small enough to work out by hand."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import analysis
from cubistlib.analysis.replicates import sign_interval


def runs(accuracy, algorithm="snip", **changes):
    """Runs of one algorithm, numbered from 0."""
    number = np.arange(len(accuracy))
    alike = {"hidden": [(3, 3, 3)] * len(number), "keep": 20, "lr": 0.1, "schedule": "cosine"}
    told = {"algorithm": algorithm, "experiment": number, "seed": number % 2, "epochs": 50}
    frame = pd.DataFrame({**told, **alike, "accuracy": accuracy, "diverged": False})
    return frame.assign(**changes)


def test_of_a_replicate_the_best_configuration_counts():
    frame = runs([0.6, 0.7, 0.9, 0.8], schedule=["step", "step", "cosine", "cosine"])
    frame = pd.concat([frame, runs([0.99], diverged=True)])
    best = analysis.replicates(frame)
    assert best["seed"].tolist() == [0, 1] and best["accuracy"].tolist() == [0.9, 0.8]
    (curve,) = analysis.over_seeds(frame).to_dict("records")
    assert (curve["low"], curve["high"]) == (0.8, 0.9)
    assert curve["median"] == pytest.approx(0.85) and curve["seeds"] == 2


def test_seeds_that_not_every_cell_has_are_left_out():
    """Two cells of seeds 0 and 1, and one that has seed 0 alone."""
    both = [runs([0.6, 0.7], keep=keep) for keep in (20, 26)]
    under_way = pd.concat([*both, runs([0.8], "gmp")])
    shared = analysis.shared_seeds(under_way)
    assert shared["seed"].unique().tolist() == [0] and len(shared) == 3
    whole = pd.concat(both)
    pd.testing.assert_frame_equal(analysis.shared_seeds(whole), whole, check_dtype=False)


def test_shares_of_the_kept_weights_are_means_by_width():
    frame = runs(
        [0.6, 0.7, 0.8], hidden=[(3, 3, 3), (3, 3, 3), (8, 8, 8)], weights_kept=[20, 10, 0]
    )
    frame = frame.assign(effective_weights=[20, 5, 0], live_weights=[10, 0, 0])
    shares = analysis.kept_shares(frame).set_index("hidden")
    assert shares.loc[[(3, 3, 3)], ["effective", "live"]].to_numpy().tolist() == [[0.75, 0.25]]
    assert shares.loc[[(8, 8, 8)], ["effective", "live"]].to_numpy().tolist() == [[0, 0]]
    untold = frame.assign(live_weights=pd.array([0, None, 0], "Int32"))
    with pytest.raises(cl.UserError, match="1 of 3 runs do not tell live_weights"):
        analysis.kept_shares(untold)


def test_the_typical_run_is_the_median_at_the_largest_k_of_each_algorithm():
    frame = pd.concat(
        [
            runs([0.9, 0.5, 0.7, 0.99], "snip", keep=[26, 26, 26, 15]),
            runs([0.6, 0.8], "gmp", keep=26),
        ]
    )
    found = analysis.typical(frame)
    assert found["algorithm"].tolist() == ["snip", "gmp"], "in the order in which they come"
    assert found["experiment"].tolist() == [2, 1]


def test_differences_at_hand_are_told_as_those_of_pairs_are():
    told = analysis.of_differences(np.array([0.3, -0.1, 0.0, 0.1, 0.2, 0.4]))
    assert told[["pairs", "low", "high"]].tolist() == [6, -0.1, 0.4]
    assert told["median"] == pytest.approx(0.15) and told["ahead"] == pytest.approx(4.5 / 6)
    assert analysis.pair_words(told) == "+15.0 points (-10.0 to +40.0, 6 pairs)"
    assert analysis.pair_words(analysis.of_differences(np.array([]))) == "no pair to compare"


def test_pairs_are_told_from_one_another_by_their_numbers():
    better = runs([0.8, 0.9, 0.7]).iloc[[2, 0, 1]]
    told = analysis.paired(better, runs([0.7, 0.9, 0.4]))
    assert told["pairs"] == 3 and told["median"] == pytest.approx(0.1)
    assert told["ahead"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert (told["low"], told["high"]) == (-np.inf, np.inf), "three pairs say nothing"
    fewer = runs([0.7, 0.9, 0.4], diverged=[False, False, True])
    assert analysis.paired(better, fewer)["pairs"] == 2


def test_pairs_in_which_neither_learns_anything_can_be_left_out_group_by_group():
    hidden = [(3, 3, 3)] * 3 + [(4, 4, 4)] * 2 + [(8, 8, 8)]
    one = runs([0.7, 0.5, 0.5, 0.9, 0.6, 0.5], hidden=hidden)
    other = runs([0.5, 0.6, 0.5, 0.8, 0.9, 0.55], hidden=hidden, algorithm="snip_shuffled")
    told = analysis.paired_groups(one, other, ["hidden"], least=0.6)
    assert told.index.tolist() == [((3, 3, 3),), ((4, 4, 4),), ((8, 8, 8),)]
    assert told["pairs"].tolist() == [2, 2, 0], "whichever of the two it is that learns"
    assert told["median"].tolist()[:2] == pytest.approx([0.05, -0.1])
    every = analysis.paired_groups(one, other, ["algorithm"])
    assert (every["pairs"].tolist(), every.index.tolist()) == ([6], [("snip",)])
    with pytest.raises(cl.UserError, match="paired: a table must have one run of a number"):
        analysis.paired_groups(pd.concat([one, one]), other, ["hidden"])
    assert analysis.paired_groups(one.head(0), other, ["hidden"]).empty


def test_the_interval_is_that_of_the_sign_test():
    """Of ten pairs the second and the last but one: 2 · 11/1024 is below 5 %, 2 · 56/1024 not."""
    lead = np.array([-3, 1, 2, 4, 5, 6, 7, 8, 9, 50]) / 100
    told = analysis.paired(runs(0.4 + lead), runs([0.4] * 10))
    assert told["low"] == pytest.approx(0.01) and told["high"] == pytest.approx(0.09)
    six = analysis.paired(runs([0.5] * 6), runs([0.4] * 6))
    assert six["low"] == pytest.approx(0.1) == six["high"]


@pytest.mark.parametrize("n", [5, 6, 9, 11])
def test_the_interval_holds_the_median_in_all_but_one_of_twenty_samples(n):
    """All 2^n samples of differences about a median of zero, each as likely as any other."""
    sizes, held = np.arange(1, n + 1) / 100, 0
    for signs in product([-1, 1], repeat=n):
        low, high = sign_interval(np.sort(np.array(signs) * sizes))
        held += low <= 0 <= high
    assert held >= 0.95 * 2**n


def test_runs_that_are_no_pair_are_refused():
    with pytest.raises(cl.UserError, match=r"^paired: runs of one number must be alike in hidden"):
        analysis.paired(runs([0.5, 0.6]), runs([0.5, 0.6], keep=[20, 26]))


def test_a_run_that_does_not_tell_the_value_is_refused_and_none_that_diverged():
    one, other = runs([0.5, np.nan, 0.7]), runs([0.5, 0.6, 0.7])
    for pair in ((one, other), (other, one)):
        with pytest.raises(cl.UserError, match="analysis: 1 of 3 runs do not tell accuracy"):
            analysis.paired(*pair)
    told = analysis.paired(one.assign(diverged=one["accuracy"].isna()), other)
    assert told["pairs"] == 2 and told["median"] == 0
    live = pd.array([3, None, 4], "Int32")
    with pytest.raises(cl.UserError, match="1 of 3 runs do not tell live_weights"):
        analysis.paired(
            other.assign(live_weights=live), other.assign(live_weights=4), "live_weights"
        )
    with pytest.raises(cl.UserError, match="analysis: algorithm must be a column of numbers"):
        analysis.paired(other, other, "algorithm")
    with pytest.raises(cl.UserError, match="analysis: 1 of 3 runs do not tell accuracy"):
        analysis.paired_cells(one, other, ["hidden"])
    with pytest.raises(cl.UserError, match="analysis: 1 of 3 runs do not tell accuracy"):
        analysis.replicates(one)


def test_ways_that_are_none_are_refused_in_a_sentence():
    table = runs([0.5, 0.6])
    with pytest.raises(cl.UserError, match=r"^paired_ways: there must be a way beside 'usual'$"):
        analysis.paired_ways({"usual": table}, "usual")
    with pytest.raises(cl.UserError, match="must be equally wide"):
        uneven = table.assign(hidden=[(3, 2, 2), (3, 3, 3)])
        analysis.paired_ways({"usual": uneven, "other": uneven}, "usual")
    none = analysis.paired_ways({"usual": table.head(0), "other": table}, "usual")
    assert none.empty and list(none) == ["pairs", "median", "low", "high", "ahead"]


def test_ways_are_compared_with_the_usual_one_width_by_width():
    widths = [(3, 3, 3), (3, 3, 3), (8, 8, 8)]
    usual, early = (runs(a, hidden=widths) for a in ([0.5, 0.6, 0.7], [0.6, 0.7, 0.4]))
    told = analysis.paired_ways({"early": early, "usual": usual, "late": usual}, "usual")
    assert list(told.index) == [("early", 3), ("early", 8), ("late", 3), ("late", 8)]
    assert told["pairs"].tolist() == [2, 1, 2, 1]
    assert told["median"].round(9).tolist() == [0.1, -0.3, 0, 0]
    with pytest.raises(cl.UserError, match=r"^paired_ways: one of the ways must be 'never'$"):
        analysis.paired_ways({"early": early}, "never")


def test_cells_are_paired_by_the_medians_of_their_runs():
    """Of k = 20 a lead of 0.1, of 26 one of -0.2, 30 has no other; the run that diverged is out."""
    one = runs([0.6, 0.7, 0.9, 0.5, 0.8], keep=[20, 20, 20, 26, 30])
    other = runs([0.6, 0.7, 0.9, 0.1], keep=[20, 26, 26, 20], diverged=[False] * 3 + [True])
    other.loc[2, "accuracy"] = 0.7
    (told,) = analysis.paired_cells(one, other, ["algorithm", "hidden"]).to_dict("records")
    assert (told["hidden"], told["pairs"], told["ahead"]) == ((3, 3, 3), 2, 0.5)
    assert told["median"] == pytest.approx(-0.05)
    assert told["low"] == -np.inf, "two cells say nothing"
    far = analysis.paired_cells(one, other.assign(lr=0.7), ["hidden"])
    assert far.empty and list(far) == ["hidden", "pairs", "median", "low", "high", "ahead"]


def test_pairs_in_words():
    words = analysis.pair_words
    assert words(analysis.paired(runs([0.5] * 6), runs([0.4] * 6))) == (
        "+10.0 points (+10.0 to +10.0, 6 pairs)"
    )
    assert words(analysis.paired(runs([0.5]), runs([0.6]))) == (
        "-10.0 points (too few to be sure, 1 pair)"
    )
    assert words(analysis.paired(runs([0.5], diverged=True), runs([0.6]))) == "no pair to compare"


def test_of_no_runs_there_is_nothing_to_tell():
    none = analysis.paired(runs([0.5]), runs([0.5], diverged=True))
    assert none["pairs"] == 0 and np.isnan(none["median"]) and np.isnan(none["ahead"])
    assert analysis.replicates(runs([0.5], diverged=True)).empty
