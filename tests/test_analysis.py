"""Frames for the figures, on results small enough to work out by hand."""

import numpy as np
import pandas as pd
import pytest
import sweeps

import cubistlib as cl
from cubistlib.analysis import (
    COUNTS,
    PARAMETERS,
    WEIGHTS,
    best_of_each_size,
    best_run,
    frontier,
    frontiers,
    gap,
    kept_shares,
    lead,
    over_seeds,
    smallest,
    sparsest,
)
from cubistlib.search.witness import Witness
from cubistlib.support import paths


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
    with pytest.raises(ValueError, match=r"best_run: target must be a share such as 0\.95, got"):
        best_run(frame(), target)
    with pytest.raises(
        ValueError, match=r"smallest: targets\[1\] must be a share such as 0\.95, got"
    ):
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


def test_only_sizes_at_which_both_have_a_run_are_counted_as_compared():
    """At 22 the pruner has one that diverged alone, at 15 nobody; all of it NaN, never a 0."""
    rows = [("search", 20, 0.9, False), ("search", 26, 0.97, False)]
    rows += [("snip", 22, 0.99, True), ("snip", 24, 0.95, False), ("gmp", 22, 0.5, True)]
    results = pd.DataFrame(rows, columns=["algorithm", "parameters_kept", "accuracy", "diverged"])
    table = gap(results).set_index("algorithm")
    assert table["sizes"].to_dict() == {"gmp": 0, "snip": 1}
    assert table.loc["gmp", ["least", "median", "largest"]].isna().all()
    table = gap(results, sizes=[15, 22, 24, 26]).set_index("algorithm")
    assert table["sizes"].to_dict() == {"gmp": 0, "snip": 2}


@pytest.mark.parametrize(
    ("use", "sentence"),
    [
        (lambda t: smallest(t, [0.95], ["seed"]), "parameters_kept, .*, got 'seed'"),
        (lambda t: smallest(t, [0.95], ["live_weights", ["seed"]]), r"weights, got \['seed'\]"),
    ],
)
def test_a_count_that_is_none_is_a_sentence(use, sentence):
    with pytest.raises(cl.UserError, match=f"^analysis: by is one of .*{sentence}$"):
        use(counted().assign(seed=0))


def counted():
    """Four runs whose order is another by every count, and one that diverged and tells none."""
    rows = [
        # algorithm, weights kept, effective, live, parameters kept, effective, live, accuracy
        ("snip", 18, 16, 9, 30, 26, 14, 0.96),
        ("snip", 16, 15, 14, 27, 25, 22, 0.96),
        ("snip", 20, 13, 13, 33, 21, 21, 0.97),
        ("search", 17, 17, 15, 28, 28, 24, 0.97),
        ("snip", 9, 9, None, 15, 15, None, 1.0),
    ]
    frame = pd.DataFrame(rows, columns=["algorithm", *WEIGHTS, *PARAMETERS, "accuracy"])
    return frame.assign(diverged=[False] * 4 + [True])


def test_every_count_has_a_best_run_of_its_own():
    snip = counted().query("algorithm == 'snip'")
    best = [best_run(snip, 0.95, by)["parameters_kept"] for by in PARAMETERS]
    assert best == [27, 33, 30]
    assert frontier(snip, "live_parameters").to_numpy().tolist() == [[14, 0.96], [21, 0.97]]
    assert frontier(snip, "effective_weights").to_numpy().tolist() == [[13, 0.97]]


def test_counts_stand_side_by_side():
    table = smallest(counted(), [0.95, 0.99], PARAMETERS).set_index("algorithm")
    first = [f"95 %, {kind}" for kind in ("kept", "effective", "live")]
    assert table.loc["snip", first].tolist() == [27, 21, 14]
    assert table.loc["search", first].tolist() == [28, 28, 24]
    assert table["99 %, live"].isna().all() and table.loc["snip", "runs"] == 4
    assert list(smallest(counted(), [0.95], "live_weights")) == ["algorithm", "runs", "95 %"]


def test_the_gap_is_another_by_every_count():
    row = counted().tail(1).assign(algorithm="search", live_parameters=20, accuracy=0.98)
    both = pd.concat([counted(), row.assign(parameters_kept=40, diverged=False)])
    assert gap(both)["sizes"].tolist() == [2]  # 30 and 33, where it leads by 1 and by 0 points
    assert lead(both) == "the search is ahead by 0.5 points"
    assert lead(both, "live_parameters") == "the search is ahead by 1.0 points"  # at 21 and 22
    at = frontiers(both, "live_parameters")
    assert at["live_parameters"].tolist() == [20, 24, 14, 21, 22]
    assert at["live_parameters"].dtype == np.int64


def test_sizes_are_counted_in_one_way():
    runs = pd.concat([counted(), counted().assign(live_weights=9, live_parameters=14)])
    assert len(best_of_each_size(runs)) == 4
    found = best_of_each_size(runs, "live_parameters")
    assert found["live_parameters"].tolist() == [14, 21, 22, 24]
    assert found["accuracy"].tolist() == [0.97, 0.97, 0.96, 0.97]
    with pytest.raises(ValueError, match="analysis: by is one of parameters_kept, eff"):
        best_of_each_size(runs, "live_weights")


USES = {
    "frontier": frontier,
    "frontiers": frontiers,
    "gap": gap,
    "lead": lead,
    "best_of_each_size": best_of_each_size,
    "smallest": lambda table, by: smallest(table, [0.95], by),
    "one of several": lambda table, by: smallest(table, [0.95], ["parameters_kept", by]),
    "best_run": lambda table, by: best_run(table, 0.95, by),
}


@pytest.mark.parametrize("use", USES)
def test_runs_without_a_count_are_refused_and_never_dropped(use):
    by = "live_parameters"
    USES[use](counted(), by)
    old = counted()
    old.loc[2, by] = None
    with pytest.raises(ValueError, match=f"^analysis: 1 of . runs do not tell {by}, as they were"):
        USES[use](old, by)
    with pytest.raises(ValueError, match=f"^results lack the columns {by}$"):
        USES[use](old.drop(columns=by), by)


def test_results_of_a_sweep_can_be_ranked_by_every_count():
    study = sweeps.pruning(widths=(4,), keep=(12, 20))
    results = study.run(range(len(study)))
    for by in COUNTS:
        least = results[by].astype(int).min()
        assert frontier(results, by)[by].min() == least
        assert best_run(results, 0.0, by)[by] == least
    table = smallest(results, [0.0], PARAMETERS)
    assert (table["0 %, live"] <= table["0 %, effective"]).all()
    assert (table["0 %, effective"] <= table["0 %, kept"]).all()
    shares = kept_shares(results)
    assert (shares["live"] < shares["effective"]).all() and (shares["effective"] <= 1).all()


def witness(width, kind="sgd", bias_rule="read"):
    """A network of that many units in its third hidden layer, all alive."""
    net = cl.Network.initialize((1, 1, width), seed=10)
    return Witness.of(net, cl.Masks.ones_like(net), kind, bias_rule)


def test_the_sparsest_known_stand_beside_results():
    found = [witness(1), witness(2, "polished"), witness(3, "polished", "pruned")]
    frame = sparsest(found)
    assert frame["algorithm"].tolist() == ["sparsest", "sparsest_sgd", "sparsest"]
    small, large = (w.claims for w in found[:2])
    assert frame["accuracy"].tolist() == [small.accuracy, small.accuracy, large.accuracy]
    for by in PARAMETERS:
        assert frame[by].tolist() == [small.parameters, small.parameters, large.parameters]
    both = frontiers(pd.concat([counted(), frame]), "live_parameters").set_index("algorithm")
    assert both.loc["sparsest_sgd", "live_parameters"] == small.parameters
    alone = frontiers(pd.concat([counted(), sparsest([])]), "live_parameters")
    pd.testing.assert_frame_equal(alone, frontiers(counted(), "live_parameters"))


def test_the_sparsest_that_come_along_are_their_files():
    files = list(paths.published("frontier").glob("sgd/*.json"))
    known = sparsest().query("algorithm == 'sparsest_sgd'")
    names = [f"{count:02}-parameters.json" for count in known["live_parameters"]]
    assert names == sorted(file.name for file in files) != []
