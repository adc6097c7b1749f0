"""The grid that pruners are held to, and the results that come with the package."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import analysis, pruners, store, verdict
from cubistlib.pruners.controls.magnitude import Magnitude
from cubistlib.studies import paper
from cubistlib.studies.stacks import initialize


def test_every_pruner_starts_from_the_same_networks():
    one, other = verdict.grid.study("snip").table, verdict.grid.study("gmp").table
    assert len(one) == len(other) == 144
    first = [e for e in range(144) if one[e].hidden == (3, 3, 3)]
    a, b = initialize([one[e] for e in first]), initialize([other[e] for e in first])
    np.testing.assert_array_equal(a.weights[1], b.weights[1])


def test_the_nine_came_along_whole():
    nine = verdict.nine()
    published = {name for name, p in pruners.available().items() if not p.control}
    counts = nine.groupby("algorithm").size()
    assert set(counts.index) <= published and len(counts) == 9 and (counts == 144).all()
    assert (nine["weights_kept"] == nine["keep"]).all()


@pytest.mark.parametrize("number", [5, 77])
def test_a_run_that_came_along_can_be_run_again(number):
    row = verdict.nine().query("algorithm == 'snip' and experiment == @number").iloc[0]
    again = verdict.grid.study("snip").train(number)
    assert again.masks.parameters_kept[0] == row["parameters_kept"]
    # Processors round differently, and 19,500 steps amplify it: the mask is what must match.
    assert again.masks.weights_kept[0] == row["weights_kept"]


def test_the_reference_is_the_best_of_each_size():
    """By what is kept and by what lives, as far as all runs of a search are published."""
    reference = analysis.reference()
    assert (reference["algorithm"] == "search").all()
    names = [n for n in reference["study"].unique() if (analysis.PAPER / n).is_dir()]
    assert len(names) >= 3
    every = pd.concat([analysis.published(name) for name in names], ignore_index=True)
    every = every[every["parameters_kept"] <= 100]
    for by in ("parameters_kept", "live_parameters"):
        best = analysis.frontier(every, by)
        here = analysis.frontier(reference, by).set_index(by)["accuracy"]
        at = here.reindex(best[by], method="ffill")
        assert (at.to_numpy() >= best["accuracy"].to_numpy()).all()


def test_the_papers_pruning_studies_come_along():
    runs = analysis.reference_pruning()
    for name, of_study in runs.groupby("study"):
        table = paper.study(name).table
        assert of_study["experiment"].is_unique
        assert len(of_study) == len(table) or name == "random-init/pruning"
        for row in of_study.sample(20, random_state=0).itertuples():
            e = table[row.experiment]
            assert (e.algorithm, e.hidden, e.keep) == (row.algorithm, row.hidden, row.keep)
    assert runs["study"].nunique() == 3


def test_the_reference_reaches_the_papers_targets():
    counts = analysis.smallest(analysis.reference(), [0.95, 0.995]).iloc[0]
    assert counts["95 %"] <= 30 and counts["99.5 %"] <= 45, "the paper found about 30 and 45"


def test_the_search_is_ahead_of_each_of_the_nine_at_the_typical_size():
    """What notebooks 10 to 18 print of their own runs, held to those that come along."""
    behind = analysis.gap(pd.concat([analysis.reference(), verdict.nine()], ignore_index=True))
    assert len(behind) == 9 and (behind["median"] > 0.05).all()


def test_the_verdict_on_a_pruner_of_ones_own(monkeypatch):
    @dataclass(frozen=True)
    class Mine(Magnitude):
        name = "mine_for_the_verdict"

    few = replace(verdict.grid.study("mine_for_the_verdict"), widths=(3,), keep=(15, 20), seeds=1)
    monkeypatch.setattr(verdict.grid, "study", lambda name: few)
    results = verdict.verdict("mine_for_the_verdict")
    assert list(results.columns) == list(store.COLUMNS)
    assert (results["algorithm"] == "mine_for_the_verdict").sum() == 4
    assert results["algorithm"].nunique() == 2 + verdict.published()["algorithm"].nunique()


def test_a_verdict_is_read_by_what_is_kept_on_a_path_and_alive():
    counts = ["parameters_kept", "effective_parameters", "live_parameters"]
    rows = [
        ("search", 20, 20, 15, 0.80),
        ("search", 30, 30, 25, 0.95),
        ("mine", 30, 20, 15, 0.90),
        ("yours", 20, 20, 1, 0.50),
        ("yours", 30, 30, 30, 0.93),
    ]
    results = pd.DataFrame(rows, columns=[*("algorithm", *counts), "accuracy"])
    results = results.assign(diverged=False)
    table = verdict.standings(results)
    assert table["algorithm"].tolist() == ["mine", "yours"]
    # At 20 and 30 parameters: of mine there is nothing of 20 that are kept, and one that live.
    mine = [0.05, (-0.10 + 0.05) / 2, (-0.10 + 0.05) / 2]
    yours = [(0.30 + 0.02) / 2] * 3
    np.testing.assert_allclose(table[["kept", "effective", "live"]], [mine, yours])
    compared = [analysis.gap(results, by, [20, 30])["sizes"].tolist() for by in counts]
    assert compared == [[1, 2], [2, 2], [2, 2]], "what a median is over hangs on the count"
    results.loc[2, "live_parameters"] = None
    with pytest.raises(cl.UserError, match=r"^analysis: 1 of 5 runs do not tell live_parameters"):
        verdict.standings(results)


def test_a_pruner_whose_networks_die_is_not_the_better_for_it():
    """By its own live sizes it would be compared where the search has found nothing either."""
    rows = [("search", n, n, 0.5 + n / 60) for n in range(1, 31)]
    rows += [("dies", 24, 2, 0.5), ("dies", 26, 3, 0.5), ("dies", 28, 4, 0.5)]
    results = pd.DataFrame(rows, columns=["algorithm", "parameters_kept", "live", "accuracy"])
    both = {"live_parameters": results["live"], "effective_parameters": results["live"]}
    results = results.assign(diverged=False, **both)
    assert analysis.gap(results, "live_parameters")["median"][0] == pytest.approx(3 / 60)
    assert verdict.standings(results)["live"][0] == pytest.approx(26 / 60)


def runs_of(algorithm, *accuracies, steps=100):
    """A run a replicate, all of one size."""
    rows = {"algorithm": algorithm, "seed": range(len(accuracies)), "accuracy": accuracies}
    return pd.DataFrame(rows).assign(parameters_kept=30, diverged=False, steps=steps)


def place(results, algorithm, **options):
    """The place of one, at equally many runs, and between which places it lies."""
    own = verdict.places(results, **options).set_index("algorithm").loc[algorithm]
    return tuple(int(own[name]) for name in ("place", "best", "worst"))


def test_a_place_comes_with_what_chance_leaves_of_it():
    search = runs_of("search", 0.95)
    always, never, now_and_then = (
        runs_of(name, *accuracies)
        for name, accuracies in (
            ("always", [0.90] * 6),
            ("never", [0.5] * 6),
            ("now and then", [0.6] * 5 + [0.94]),  # its best is one run of six
        )
    )
    table = pd.concat([search, always, never, now_and_then], ignore_index=True)
    assert place(table, "now and then") == (1, 1, 2)
    assert place(table, "always") == (2, 1, 2)
    assert place(table, "never") == (3, 3, 3)
    none = runs_of("diverged", *[0.99] * 6).assign(diverged=True)
    with_none = pd.concat([table, none], ignore_index=True)
    assert place(with_none, "diverged") == (4, 4, 4)
    assert place(with_none, "never") == (3, 3, 3)


def test_at_equal_steps_what_costs_more_has_fewer_runs():
    search = runs_of("search", 0.95)
    plain = runs_of("plain", *[0.7] * 6)
    costly = runs_of("costly", *[0.6] * 5, 0.9, steps=300)  # its best is one run of six
    costliest = runs_of("costliest", *[0.8] * 6, steps=900)
    table = pd.concat([search, plain, costly, costliest], ignore_index=True)

    by_runs = verdict.places(table).set_index("algorithm")
    assert by_runs["place"].to_dict() == {"costly": 1, "costliest": 2, "plain": 3}
    assert by_runs["replicates"].to_dict() == dict.fromkeys(by_runs.index, 6)
    np.testing.assert_allclose(by_runs.loc["costly", "gap"], 0.05)

    by_steps = verdict.places(table, equal="steps", resamples=2000).set_index("algorithm")
    assert by_steps["replicates"].to_dict() == {"plain": 6, "costly": 2, "costliest": 1}
    assert by_steps["place"].to_dict() == {"costliest": 1, "plain": 2, "costly": 3}
    # Two of six runs hold the good one in a third of the choices; drawn anew, in 1 − (5/6)².
    assert by_steps.loc["costly", ["best", "worst"]].tolist() == [1, 3]
    assert by_steps.loc["plain", ["best", "worst"]].tolist() == [2, 3]
    with pytest.raises(cl.UserError, match="equal must be one of runs, steps, got 'seconds'"):
        verdict.places(table, equal="seconds")


def test_a_count_that_is_not_whole_is_right_on_average():
    table = pd.concat([
        runs_of("search", 0.95),
        runs_of("plain", *[0.7] * 6),
        runs_of("costly", 0.6, *[0.9] * 5, steps=400),  # 1.5 replicates
    ])  # fmt: skip
    by_steps = verdict.places(table, equal="steps").set_index("algorithm")
    assert by_steps.loc["costly", "replicates"] == 1.5
    np.testing.assert_allclose(by_steps.loc["costly", "gap"], 0.05)


def test_a_place_is_that_of_the_standings():
    table = pd.concat([analysis.reference(), verdict.nine()], ignore_index=True)
    order = verdict.standings(table).sort_values("kept")["algorithm"].tolist()
    for name in (order[0], order[4]):
        own, best, worst = place(table, name, resamples=20)
        assert own == order.index(name) + 1 and 1 <= best <= worst <= 9


def test_an_unknown_pruner_is_one_sentence():
    with pytest.raises(cl.UserError, match=r"algorithms\[0\] must be one of .*gmp.*, got 'nobody'"):
        verdict.verdict("nobody")
