"""GMP with one habit changed, and the studies that change one at a time."""

import numpy as np
import pytest

from cubistlib import Network, Task, TrainConfig, UserError, cubist_spiral, pruners, verdict
from cubistlib.networks import Masks, connectivity
from cubistlib.studies import habits, stacks
from cubistlib.training import TrainState


@pytest.fixture(scope="module")
def nets():
    return Network.initialize((6, 6, 6), n=3, seed=4)


@pytest.fixture(scope="module")
def task():
    few = (part[::20] for part in cubist_spiral())
    return Task(*few, TrainConfig(lr=0.1, schedule="cosine", epochs=20, batch_size=16))


def trained(pruner, nets, task, keep=30):
    return pruner.train(nets, keep, task)


def test_without_a_change_it_is_gmp(nets, task):
    one, other = (trained(pruner, nets, task) for pruner in (pruners.GMP(), pruners.Habits()))
    for ours, theirs in zip(one.network.arrays, other.network.arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_on_no_path_go_first_by_hand():
    """Two units a layer; the largest weight leaves a unit that nothing feeds."""
    net = Network.zeros_like(Network.initialize((2, 2), seed=0))
    first, second, last = ([[3.0, 2], [0, 0]], [[1, 9], [0, 0]], [[4, 0]])
    for w, values in zip(net.weights, (first, second, last), strict=True):
        w[:] = np.reshape(values, w.shape)
    masks = Masks.from_weights([w != 0 for w in net.weights])
    hook = pruners.Habits(paths=True).hook(net, 4, 100)
    left = hook.shrunk(net, masks, np.array([4]))
    assert left.weights[1].ravel().tolist() == [True, False, False, False]
    assert connectivity(left).effective_weights == left.weights_kept == 4
    plain = pruners.Habits().hook(net, 4, 100).shrunk(net, masks, np.array([4]))
    assert plain.weights[1].ravel().tolist() == [False, True, False, False]


def test_more_weights_stay_on_a_path(nets, task):
    ways = pruners.Habits(paths=True), pruners.GMP()
    kept, plain = (connectivity(trained(way, nets, task).masks) for way in ways)
    assert (kept.effective_weights >= plain.effective_weights).all()
    assert kept.effective_weights.sum() > plain.effective_weights.sum()


def test_held_signs_are_those_of_the_start(nets, task):
    held, free = (trained(way, nets, task) for way in (pruners.Habits(held=True), pruners.GMP()))
    flips = [
        sum((w * s < 0).sum() for w, s in zip(done.network.weights, nets.weights, strict=True))
        for done in (held, free)
    ]
    assert flips[0] == 0 < flips[1]
    assert (held.masks.weights_kept == 30).all()


def test_what_has_crossed_stops_at_zero_by_hand(nets):
    hook = pruners.Habits(held=True).hook(nets, 14, 1000)
    state = TrainState.start(nets, Masks.ones_like(nets))
    state.network.weights[1][0, 2, 3] *= -1
    state.momentum.weights[1][:] = 1
    after = hook(state, None)
    assert after.network.weights[1][0, 2, 3] == after.momentum.weights[1][0, 2, 3] == 0
    assert (after.network.weights[1] == 0).sum() == 1 == (after.momentum.weights[1] == 0).sum()


def test_backward_by_size_takes_the_smallest_weight_and_what_that_cuts_off(nets, task):
    """Of the single removals alone; what is charged is the same."""
    ways = pruners.Backward(trainings=2), pruners.BackwardBySize(trainings=2)
    asked, sized = (way.descent(nets, 20, task) for way in ways)
    assert asked.plan == sized.plan
    found, origin = asked._dense()
    before = found.masks.weights_kept
    for way, descent in (("asked", asked), ("sized", sized)):
        spent = descent.task.spent
        less = descent._less(found, origin)
        charged = descent.task.spent - spent
        assert (less.masks.weights_kept < before).all() and charged > 0
        if way == "asked":
            cost, one = charged, less
    assert charged == cost and not np.array_equal(one.masks.weights[1], less.masks.weights[1])
    flat = np.concatenate([np.abs(w).reshape(len(w), -1) for w in found.network.weights], 1)
    gone = np.concatenate(
        [m.reshape(len(m), -1) for m in found.masks.weights], 1
    ) & ~np.concatenate([m.reshape(len(m), -1) for m in less.masks.weights], 1)
    assert gone[np.arange(len(flat)), flat.argmin(1)].all()


def test_of_a_pair_one_thing_is_changed_on_common_networks():
    studies = {study.name.removeprefix("habits/"): study for study in habits.studies()}
    assert {*studies} == {*habits.WAYS} == {name for pair in habits.USUAL.items() for name in pair}
    for other, one in habits.USUAL.items():
        for number in (0, 131, 269):
            a, b = (studies[name].experiments([number])[0] for name in (one, other))
            assert (a.hidden, a.keep, a.seed, a.config) == (b.hidden, b.keep, b.seed, b.config)
            starts = [stacks.initialize([run]).weights[0] for run in (a, b)]
            np.testing.assert_array_equal(*starts)
        ours, theirs = (vars(stacks.pruner(studies[name].table[0])) for name in (one, other))
        both = ours.keys() & theirs.keys()
        changed = [field for field in both if ours[field] != theirs[field]]
        own = [f for f in theirs.keys() - both if theirs[f] not in (False, 0)]
        named = studies[other].algorithms[0] == "backward_by_size"  # itself the change
        assert len(changed) + len(own) + named == 1, (one, other)


def test_a_way_s_runs_are_read_and_another_is_a_sentence():
    runs = verdict.habit("gmp-70")
    assert set(runs["study"]) == {"habits/gmp-70"} and {*runs["width"]} == {4, 8, 16, 64}
    with pytest.raises(UserError, match=r"habit: ways are gmp, .*, got 'nonsense'"):
        verdict.habit("nonsense")
