"""The search's power: structures and witnesses that are tried, and tables of what was counted."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from chances import little_counts, search
from known import FOUND

import cubistlib as cl
from cubistlib.analysis import success
from cubistlib.search.witness import Witness
from cubistlib.studies import power, tallies

# What is tried.


def parameters(hidden):
    a, b, c = hidden
    return 2 * a + a + a * b + b + b * c + c + c + 1


def test_there_are_66_small_structures():
    listed = power.small_structures()
    every = [h for h in product(range(1, 38), repeat=3) if h[0] >= 2 and parameters(h) < 38]
    assert sorted(listed) == every and len(every) == 66
    assert listed[0] == (2, 1, 1) and parameters(listed[-1]) == 37


def test_structures_have_the_tries_that_are_promised():
    study = power.structured()
    assert len(study) == 66 * 10_020 and study.seeds == 10 and len(study.configs) == 6
    kept = [int(mask.parameters_kept[0]) for mask in study.masks]
    assert kept == [parameters(h) for h in power.small_structures()]
    assert max(map(len, study.shards)) <= power.SHARD
    tried = power.why({"a": little_witness()}, "signs")[0]
    assert len(tried) == 20_040 and tried.seeds == 20


def little_witness():
    return Witness.of(
        cl.Network.initialize((5, 2, 3), seed=3),
        cl.Masks.from_weights([np.ones(shape, bool) for shape in ((5, 2), (2, 5), (3, 2), (1, 3))]),
        found=FOUND,
    )


def test_the_smallest_that_succeed_are_promising_then_the_most_accurate():
    found = {"2-1-1": (13, 0, 70), "3-1-3": (23, 2, 96), "3-1-2": (20, 0, 90), "4-1-3": (27, 9, 99)}
    found |= {"2-2-2": (21, 0, 90), "2-1-9": (37, 1, 95)}
    table = pd.DataFrame(
        [
            ("power/structured", "scratch", name, name, kept, 60, hits, best, 100)
            for name, (kept, hits, best) in found.items()
        ],
        columns=[*tallies.LABELS, "trainings", "95 %", "best", "points"],
    )
    first = [(3, 1, 3), (4, 1, 3), (2, 1, 9), (3, 1, 2), (2, 2, 2)]
    assert power.promising(table) == first
    study = power.most_promising(table)
    assert len(study) == 5 * 100_200 and study.masks[0].hidden == (3, 1, 3)
    with pytest.raises(cl.UserError, match="told by power/structured first"):
        power.promising(table.assign(study="power/why"))


def test_a_snapshot_has_one_witness_a_count_and_a_dozen_are_chosen(witnesses):
    more = {"sgd/23": witnesses[1], "polished/23": witnesses[0], "polished/24": witnesses[0]}
    taken = power.snapshot(more)
    assert list(taken) == ["23-parameters", "24-parameters"]
    assert taken["23-parameters"] is witnesses[1]
    assert list(power.chosen(taken)) == list(taken)
    with pytest.raises(cl.UserError, match="no witness of 20 to 40 parameters"):
        power.why({}, "scratch")
    with pytest.raises(cl.UserError, match="start must be one of scratch, signs, weights"):
        power.why(taken, "masks")


# Tables of the counts.


def test_masks_of_one_name_are_counted_together(witnesses):
    masks = [w.masks for w in witnesses]
    study = search([masks[0], masks[0]], spiral=(("points", 600),), tries=2)
    results = study.run(range(len(study)))
    table = power.counted(study, results, ["two masks", "two masks"])
    assert len(table) == 4 and table["trainings"].eq(4).all()
    assert set(table["hidden"]) == {"several"} and set(table["parameters"]) == {24}
    apart = power.counted(study, results, ["one", "other"])
    assert len(apart) == 8 and set(apart["hidden"]) == {"3-2-2"}


def test_counts_are_taken_by_what_they_are_about():
    table = power.part(little_counts(), "frontier")
    assert table["trainings"].tolist() == [20, 20] and table["95 %"].tolist() == [0, 5]
    none = power.part(tallies.read(Path("none")), "structured")
    assert none.empty and success.rates(none, [0.95]).empty
    assert {"target", "rate", "low"} <= set(success.rates(table, [])) and not len(
        success.rates(table, [])
    )


def test_what_was_not_found_comes_with_its_power():
    (row,) = power.not_found(little_counts()).to_dict("records")
    told, of_one = row.pop("seen"), row.pop("seen_of_one")
    assert row == {"target": "95 %", "parameters": 21, "start": "signs", "masks": 7} | {
        "trainings": 70,
        "successes": 0,
    }
    assert (1 - told) ** 70 == pytest.approx(0.05) == (1 - of_one) ** 10
    assert power.not_found(tallies.read(Path("none"))).empty
