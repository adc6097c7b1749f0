"""Backward elimination on a budget: what is spent, which weight goes, what a swap brings."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from cubistlib import Masks, Network, Task, TrainConfig, UserError, connectivity, cubist_spiral
from cubistlib.networks import functional
from cubistlib.pruners import Backward
from cubistlib.pruners import task as tasks
from cubistlib.pruners.beyond import backward
from cubistlib.pruners.beyond.plan import Plan, plan
from cubistlib.pruners.parts.leading import Leading

CONFIG = TrainConfig(lr=0.1, epochs=20)


@pytest.fixture(scope="module")
def spiral():
    return cubist_spiral(points=3000)


@pytest.mark.parametrize("weights, keep", [(27, 18), (44, 18), (560, 26), (560, 559), (27, 27)])
@pytest.mark.parametrize("epochs", [5, 50])
def test_a_plan_stays_within_its_budget_and_uses_it(weights, keep, epochs):
    before = None
    for trainings in (1, 2, 5, 20, 100):
        p = plan(trainings, epochs, weights, np.array([keep]), 20, 0.01, 0.08)
        spent = cost(p, keep, 0.01, 0.08)
        assert spent <= trainings * epochs
        # All but what is capped: of a network that keeps everything nothing can be swapped.
        assert keep == weights or spent > trainings * epochs - 30
        assert all(getattr(p, f.name) >= 0 for f in fields(Plan))
        if before:
            assert p.starts >= before.starts and p.beam >= before.beam
        before = p


def cost(p: Plan, keep: int, look: float, comparison: float) -> float:
    """Epochs that a plan takes, added up removal by removal."""
    down = sum(p.each + (keep + above + 2) * look for above in range(p.fine))
    raced = p.starts * (p.race + comparison) if p.starts > 1 else 0
    compared = p.beam * comparison if p.beam > 1 else 0
    ranked = (1 + keep) + p.children * (1 + keep - 1)
    swap = (p.children + 1) * p.swapped + (p.children + 2) * comparison
    swap += (ranked + p.children) * look
    rest = p.swaps * swap + p.last + 2 * comparison
    return raced + compared + p.beam * (p.dense + p.coarse * p.each + down + look) + rest


def test_a_pruning_by_magnitude_takes_at_most_half():
    for weights in (100, 560, 131_000):
        p = plan(20, 50, weights, np.array([18]), 20, 0.01, 0.08)
        assert (weights / (18 + p.fine)) ** (1 / p.coarse) <= 2


def test_a_budget_too_small_is_refused_before_anything_is_trained(spiral):
    nets = Network.initialize((4, 4, 4))
    task = Task(*spiral, CONFIG)
    with pytest.raises(UserError, match=r"^backward: 0\.1 trainings of 20 epochs are too few"):
        Backward(trainings=0.1).train(nets, 20, task)
    assert task.spent == 0


@pytest.mark.parametrize("trainings", [1.0, 6.0])
def test_all_that_is_computed_is_on_the_account(spiral, monkeypatch, trainings):
    """Counted by those who compute: every training, every look at the points."""
    seen, steps = [], CONFIG.steps_an_epoch(len(spiral[0]))

    def resume(state, x, y, config, **options):
        epochs = 0 if options["stop"] == 0 else config[0].epochs
        seen.append(len(state.network) * epochs * steps)
        return resumed(state, x, y, config, **options)

    def train(nets, masks, x, y, config, **options):
        seen.append(len(nets) * config[0].epochs * steps)
        return trained(nets, masks, x, y, config, **options)

    def looked(nets, x, y):
        seen.append(len(nets) * batches(x))
        return slopes(nets, x, y)

    def compared(nets, masks, configs, data):
        seen.append(len(nets) * batches(data[0]))
        return scored(nets, masks, configs, data)

    def removed(found, data, best):
        seen.append((len(found) + found.masks.weights_kept.sum()) * batches(data[0]))
        return removals(found, data, best)

    def batches(x):
        return -(-len(x) // 128)

    resumed, trained, slopes = tasks.resume, backward.train, backward.gradients
    scored, removals = backward.scored, backward.removals
    monkeypatch.setattr(tasks, "resume", resume)
    monkeypatch.setattr(backward, "train", train)
    monkeypatch.setattr(backward, "gradients", looked)
    monkeypatch.setattr(backward, "scored", compared)
    monkeypatch.setattr(backward, "removals", removed)
    task = Task(*spiral, [CONFIG])
    done = Backward(trainings=trainings).train(Network.initialize((5, 4, 3)), 20, task)
    assert done.masks.weights_kept[0] == 20
    assert task.spent == sum(seen) <= trainings * task.steps


def descent(spiral, nets, keep, **changes):
    return backward.Descent(Backward(**changes), nets, keep, Task(*spiral, CONFIG))


def test_the_weight_goes_that_is_missed_least(spiral, monkeypatch):
    """Against brute force: every weight in turn, the rest of its unit by least squares."""
    nets = Network.initialize((3, 2), n=2, seed=4)
    task = Task(*spiral, CONFIG)
    start = task.train(nets, Masks.ones_like(nets))
    one = descent(spiral, nets, 5, points=len(spiral[0]))
    monkeypatch.setattr(one, "_trained", lambda nets, masks, *_: (nets, masks))
    configs = np.array([CONFIG] * 2)
    found = backward.scored(start.network, start.masks, configs, one.points)
    _, masks = one._without_one(found, np.arange(2), found.masks.weights_kept - 1)
    for i in range(2):
        least = min(places(nets), key=lambda place: loss_without(start.network[i], place, *spiral))
        gone = [
            (layer, *p)
            for layer, w in enumerate(masks.weights)
            for p in np.argwhere(~w[i]).tolist()
        ]
        assert tuple(least) in gone


def places(nets):
    return [(layer, *p) for layer, w in enumerate(nets.weights) for p in np.ndindex(w.shape[1:])]


def loss_without(net, place, x, y):
    layer, unit, source = place
    inputs = x if layer == 0 else net.activations(x)[layer - 1][0]
    before = inputs @ net.weights[layer][0, unit] + net.biases[layer][0, unit]
    others = np.delete(np.arange(inputs.shape[1]), source)
    design = np.column_stack([inputs[:, others], np.ones(len(x))]).astype(np.float64)
    solved = np.linalg.lstsq(design, before.astype(np.float64), rcond=None)[0]
    less = net[:]
    less.weights[layer][0, unit] = 0
    less.weights[layer][0, unit, others] = solved[:-1]
    less.biases[layer][0, unit] = solved[-1]
    return less.evaluate(x, y)[1][0]


def test_the_weights_of_largest_slope_come_and_none_that_is_barred(spiral):
    nets = Network.initialize((4, 4), n=2, seed=1)
    one = descent(spiral, nets, 15)
    rng = np.random.default_rng(0)
    masks = Masks.from_weights([rng.random(w.shape) < 0.4 for w in nets.weights])
    barred = Masks.from_weights([rng.random(w.shape) < 0.3 for w in nets.weights])
    found = backward.scored(masks.apply(nets), masks, np.array([CONFIG] * 2), one.points)
    assert (masks.weights_kept < 15).all()
    filled = one._filled(found, np.arange(2), barred)
    assert (filled.masks.weights_kept == 15).all()
    points = [torch.from_numpy(part) for part in one.points]
    slopes = functional.gradients(*masks.apply(nets).tensors(), *points)[0]
    for i in range(2):
        was, out, now = (
            np.concatenate([w[i].ravel() for w in m.weights]) for m in (masks, barred, filled.masks)
        )
        size = np.concatenate([s[i].abs().numpy().ravel() for s in slopes])
        assert (now >= was).all() and not (now & ~was & out).any()
        free = ~was & ~out
        assert size[now & ~was].min() >= size[free & ~now].max(initial=0)
    new = [w[m & ~old] for w, m, old in zip(
        filled.network.weights, filled.masks.weights, masks.weights, strict=True)]  # fmt: skip
    assert not np.concatenate(new).any(), "they start from 0"


def test_what_a_last_training_spoils_stays_as_it_was(spiral, monkeypatch):
    nets = Network.initialize((4, 4, 4), n=2, seed=0)
    task = Task(*spiral, CONFIG)
    good = task.train(nets, Masks.ones_like(nets))
    wild = replace(task, config=replace(CONFIG, lr=50.0))
    one = backward.Descent(Backward(), nets, 44, wild)
    done = one.finished(good.network, good.masks)
    np.testing.assert_array_equal(done.loss, good.loss)
    assert (done.accuracy > 0.5).all()


def test_of_one_network_a_single_weight_is_kept_and_swapped(spiral):
    """All other layers are empty then."""
    task = Task(*spiral, CONFIG)
    done = Backward(trainings=10.0).train(Network.initialize((3, 3, 3)), 1, task)
    assert done.masks.weights_kept.tolist() == [1] and not done.diverged.any()


def test_more_is_found_with_more_patience(spiral):
    """The mean over networks; single ones may be unlucky."""
    nets = Network.initialize((4, 4, 4), n=8, seed=2)
    mean = {}
    for trainings in (1.0, 20.0):
        done = Backward(trainings=trainings).train(nets, 22, Task(*spiral, CONFIG))
        mean[trainings] = done.accuracy.mean()
    assert mean[20.0] > mean[1.0] + 0.02


@pytest.mark.parametrize("hidden", [(7,), (6, 9), (20, 5, 12), (64, 64, 64)])
def test_narrow_networks_give_what_the_wide_ones_do(hidden):
    nets = Network.initialize(hidden, n=3, seed=1)
    rng = np.random.default_rng(1)
    share = 30 / nets.size
    masks = connectivity(
        Masks.from_weights([rng.random(w.shape) < share for w in nets.weights])
    ).effective
    nets, most = masks.apply(nets), int(masks.weights_kept.max())
    leading = Leading.of(masks, most)
    small, kept = leading.narrow(nets, masks)
    assert all(width <= max(1, most // 2) for width in small.hidden)
    x, _ = cubist_spiral(points=300)
    np.testing.assert_allclose(small.logits(x), nets.logits(x), rtol=1e-5, atol=1e-6)
    back, again = leading.wide(small, kept)
    for one, other in zip(
        (*back.arrays, *again.arrays), (*nets.arrays, *masks.arrays), strict=True
    ):
        np.testing.assert_array_equal(one, other)
