"""Patient pruning: a weight at a time by every rule, and what a pruner removes."""

from itertools import pairwise

import numpy as np
import pytest
from populations import DATA, by_hand, population, some

import cubistlib as cl
from cubistlib import pruners
from cubistlib.pruners.parts.revisions import Revisions
from cubistlib.search.descent import Trainer
from cubistlib.search.descent.removal import removals
from cubistlib.studies import patience
from cubistlib.studies.patience import RULES, patient


def thinned(rule, low=12):
    nets = cl.Network.initialize((3, 2, 3), 6, seed=1)
    found = population(nets, cl.Masks.ones_like(nets))
    return [*patient(found, Trainer(DATA, np.random.default_rng(0)), rule, low)]


@pytest.mark.parametrize("rule", RULES)
def test_each_goes_down_for_itself(rule):
    rounds = thinned(rule)
    assert len(rounds[0][0]) == 6 and rounds[0][1].tolist() == list(range(6))
    for (before, of), (after, origin) in pairwise(rounds):
        assert set(origin) <= set(of) and (np.diff(origin) > 0).all()
        parents = np.searchsorted(of, origin)
        assert (after.masks.weights_kept < before.masks.weights_kept[parents]).all()
        assert (before.counts[parents] > 12).all(), "no one goes on from the end"
        assert (2 * before.correct[parents] > len(DATA[0])).all(), "nor from a guess"
    last, _ = rounds[-1]
    assert not ((last.counts > 12) & (2 * last.correct > len(DATA[0]))).any()


def test_it_is_the_same_again():
    one, other = thinned("random"), thinned("random")
    for (before, _), (after, _) in zip(one, other, strict=True):
        np.testing.assert_array_equal(before.loss, after.loss)


def removed(rule):
    """The weights that are left of a chain 2 → 1 → 1 → 1, and its parameters."""
    nets, masks = by_hand([[[3.0, 0.01]], [[2.0]], [[1.0]], [[-0.5]]], [[0.1], [0.2], [0.3], [0]])
    trainer = Trainer(DATA, np.random.default_rng(0))
    less = patience._removed(population(nets, masks), trainer, rule)
    return less.masks.weights[0][0].tolist(), less


def test_magnitude_takes_the_smallest():
    left, less = removed("magnitude")
    assert left == [[True, False]] and less.counts[0] == 8
    np.testing.assert_array_equal(less.network.weights[0], [[[3, 0]]])


def test_loss_takes_what_raises_it_least():
    """By trying each: no other removal of one weight, with the rest as it is, has a lower loss."""
    nets, masks = some(5, n=3)
    before = population(nets, masks)
    less = patience._removed(before, Trainer(DATA, np.random.default_rng(0)), "loss")
    for i in range(3):
        losses = []
        for layer, kept in enumerate(masks.weights):
            for unit, source in np.argwhere(kept[i]):
                net = nets[i]
                net.weights[layer][0, unit, source] = 0
                losses.append(net.evaluate(*DATA)[1][0])
        assert less.loss[i] == pytest.approx(min(losses), rel=1e-5)
    anew, _ = removals(before, DATA, 1)
    assert not np.array_equal(anew.loss, less.loss), "to set inputs anew is another rule"


def test_another_rule_is_refused():
    with pytest.raises(cl.UserError, match=r"^patient: rule is one of random, magnitude, loss, "):
        thinned("luck")


def test_watching_a_pruner_changes_nothing_and_keeps_every_removal():
    nets = cl.Network.initialize((3, 3, 3), 4, seed=0)
    task = cl.Task(*DATA, cl.TrainConfig(0.1, "cosine", 40))
    hook = pruners.GMP().hook(nets, 18, task.steps)
    revisions = Revisions(hook)
    shown = task.train(nets, cl.Masks.ones_like(nets), revisions)
    plain = task.train(nets, cl.Masks.ones_like(nets), hook)
    np.testing.assert_array_equal(shown.loss, plain.loss)
    assert len(revisions.kept) > 3 and revisions.kept[0][0].masks.weights_kept.tolist() == [27] * 4
    for (state, after), (following, _) in pairwise(revisions.kept):
        assert (after.weights_kept < state.masks.weights_kept).all()
        for then, now in zip(after.weights, following.masks.weights, strict=True):
            np.testing.assert_array_equal(then, now)
        assert state.step < following.step
    state, after = revisions.kept[-1]
    assert after.weights_kept.tolist() == [18] * 4
    layers = [*zip(state.network.weights, state.masks.weights, after.weights, strict=True)]
    for i in range(4):
        gone = np.concatenate([abs(w[i][was[i] & ~now[i]]) for w, was, now in layers])
        stays = np.concatenate([abs(w[i][now[i]]) for w, _, now in layers])
        assert len(gone) and gone.max() <= stays.min(), "the smallest go first"
