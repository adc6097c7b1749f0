"""What starts differ in: many tries of a mask, and what they inherit from a parent."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from chances import LITTLE, search

import cubistlib as cl
from cubistlib.analysis import success
from cubistlib.studies import Inherited, SearchStudy, paper, power, stacks
from cubistlib.studies.definition import definition

# Many tries of a mask.


def test_every_try_of_a_mask_is_an_experiment_of_its_own():
    study = search([power.dense((2, 1, 1)), power.dense((3, 1, 2))], seeds=3, tries=5)
    runs = study.experiments(range(len(study)))
    cells = [(e.mask, e.seed, e.config.lr, e.config.schedule) for e in runs]
    every = product(range(2), range(3), LITTLE["lrs"], LITTLE["schedules"])
    assert {cell: cells.count(cell) for cell in cells} == dict.fromkeys(every, 5)
    starts = stacks.initialize([e for e in runs if e.mask == 0])
    assert len({array.tobytes() for array in starts.weights[0]}) == len(study) // 2


def test_one_try_is_what_there_was_before():
    masks = [power.dense((2, 1, 1)), power.dense((3, 1, 2))]
    numbered = [(e.mask, e.seed) for e in search(masks, seeds=3).experiments(range(24))]
    assert numbered == [(i // 12, i // 4 % 3) for i in range(24)]


def test_studies_of_before_are_defined_as_they_were(golden_counts):
    known = {"kind", "name", "lrs", "schedules", "epochs", "seeds", "origin", "spiral", "backend"}
    known |= {"shard", "shards"}
    for study in paper.STUDIES.values():
        own = {"masks", "rungs"} if isinstance(study, SearchStudy) else set(definition(study))
        assert set(definition(study)) == known | own
        assert not {"tries", "inherited"} & set(definition(study))
    assert definition(search([power.dense((2, 1, 1))], tries=2))["tries"] == 2


def test_a_try_is_run_again_from_its_number():
    study = search([power.dense((2, 1, 2))], seeds=2, tries=3, spiral=(("points", 600),))
    every = study.run(range(len(study)))
    for number in (0, 7, 23):
        again = study.replay(number).drop(columns="network")
        pd.testing.assert_frame_equal(
            again, every[every["experiment"] == number][again.columns].reset_index(drop=True)
        )


# What starts inherit.


def start(study):
    return stacks.initialize(study.experiments(range(len(study))))


def test_signs_are_the_parents_and_magnitudes_are_fresh():
    values = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)
    values[0, 0] = 0
    weights = [values, values[:2, :].T[:1, :1] * 0 + 1, np.ones((1, 1)), -np.ones((1, 1))]
    weights[1] = np.array([[1.0, -1.0, 0.0]])
    parent = cl.Network.from_arrays(weights, [[1, -2, 0], [-3], [4], [-5]])
    masks = [power.dense((3, 1, 1))]
    fresh, signed = (
        start(search(masks)),
        start(search(masks, inherited=Inherited([parent], "signs"))),
    )
    for own, new, theirs in zip(fresh.arrays, signed.arrays, parent.arrays, strict=True):
        assert (np.abs(own) == np.abs(new)).all()
        assert (np.where(theirs == 0, np.sign(own), np.sign(theirs)) == np.sign(new)).all()


def test_weights_are_the_parents_whatever_else_is_in_the_stack(witnesses):
    networks, masks = [w.network for w in witnesses], [w.masks for w in witnesses]
    both = start(search(masks, inherited=Inherited(networks, "weights")))
    assert both.hidden == (4, 2, 3)
    for i, parent in enumerate(networks):
        for wide, narrow in zip(both.arrays, parent.arrays, strict=True):
            place = tuple(map(slice, narrow.shape[1:]))
            assert (wide[4 * i : 4 * i + 4][(slice(None), *place)] == narrow).all()
            assert np.count_nonzero(wide[4 * i]) == np.count_nonzero(narrow)


def test_jitter_is_relative_of_the_size_asked_for_and_each_experiments_own(witnesses):
    given, masks = Inherited([witnesses[0].network], "weights", 0.1), [witnesses[0].masks]
    study = search(masks, inherited=given, tries=50)
    starts, parent = start(study), witnesses[0].network
    there = parent.weights[0][0] != 0
    moved = starts.weights[0][:, there] / parent.weights[0][0][there] - 1
    assert 0.09 < moved.std() < 0.11 and abs(moved.mean()) < 0.01
    assert (starts.weights[0][:, ~there] == 0).all()
    alone = stacks.initialize(study.experiments([123]))
    assert all((a == b).all() for a, b in zip(alone.arrays, starts[123].arrays, strict=True))


def test_a_training_at_rate_zero_leaves_the_parent_as_it_was(witnesses):
    networks, masks = [w.network for w in witnesses], [w.masks for w in witnesses]
    still = {"lrs": (0.0,), "schedules": ("constant",), "epochs": 1}
    study = SearchStudy(
        name="still", masks=masks, inherited=Inherited(networks, "weights"), **still
    )
    rows = study.run(range(2))
    assert rows["correct"].tolist() == [w.claims.correct for w in witnesses] == [47727, 47553]
    assert rows["live_parameters"].tolist() == [24, 23]


def test_training_from_the_parents_weights_succeeds_where_scratch_does_not(witnesses):
    parent, recipe = witnesses[0], {"lrs": (0.05,), "schedules": ("cosine",), "tries": 8}
    found = {}
    for what in ("scratch", "weights"):
        given = None if what == "scratch" else Inherited([parent.network], what, 0.02)
        study = SearchStudy(name=what, masks=[parent.masks], inherited=given, **recipe)
        found[what] = success.counts(study.run(range(8)), ["mask"], [0.95])["95 %"][0]
    assert found["weights"] >= 4 and found["scratch"] == 0


def test_what_is_inherited_is_part_of_the_definition(witnesses):
    one, other = (
        search([witnesses[0].masks], inherited=Inherited([n], "signs"))
        for n in (witnesses[0].network, flipped(witnesses[0].network))
    )
    assert definition(one)["inherited"]["what"] == "signs"
    assert definition(one) != definition(other)
    assert json.loads(json.dumps(definition(one))) == definition(one)


def flipped(network):
    return cl.Network.of(np.negative, network)


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"tries": 0}, "tries must be a whole number ≥ 1"),
        ({"inherited": "signs"}, "inherited must be an Inherited"),
        ({"tries": 2, "what": "weights"}, "tries must be 1 where all tries start alike, got 2"),
        ({"what": "magnitudes"}, "what must be one of signs, weights, got 'magnitudes'"),
        ({"what": "signs", "jitter": 0.1}, "jitter is for weights"),
        ({"what": "weights", "jitter": 2}, "jitter must be a number 0 … 1, got 2"),
        ({"what": "signs", "networks": []}, "networks must be a list of one or more"),
        ({"what": "signs", "networks": [2]}, r"networks\[0\] must be one network"),
        ({"what": "signs", "masks": [power.dense((3, 1, 1))]}, "in the shape of every mask"),
        ({"what": "signs", "masks": [power.dense((2, 1, 1))] * 2}, "in the shape of every mask"),
        ({"what": "signs", "origin": cl.studies.Origin("a", 0.9, 1)}, "not both"),
        ({"tries": 2, "origin": cl.studies.Origin("a", 0.9, 1)}, "tries must be 1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(changes, sentence):
    parent, more = cl.Network.initialize((2, 1, 1)), dict(changes)
    with pytest.raises(cl.UserError, match=sentence):
        if "what" in more:
            networks = more.pop("networks", [parent])
            given = networks, more.pop("what"), more.pop("jitter", 0.0)
            more["inherited"] = Inherited(*given)
        search(more.pop("masks", [power.dense((2, 1, 1))]), **more)
