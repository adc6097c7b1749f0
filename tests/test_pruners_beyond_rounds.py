"""Rounds and revisions: LRR, cyclic training, SCULPT, AC/DC and GraNet."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from cubistlib import Masks, Network, Task, TrainConfig, TrainState, UserError, pruners, train
from cubistlib.pruners.course import course
from cubistlib.pruners.parts.draws import derived_seed
from cubistlib.training import resume

REPEATED = [pruners.LRR(), pruners.Cyclic(), pruners.Sculpt()]


@pytest.fixture
def few(spiral):
    """A thousandth of the spiral's points: 49 of it."""
    x, y = spiral
    return x[::1000], y[::1000]


@pytest.fixture
def nets():
    return Network.initialize((4, 4, 4), n=3, seed=1)


@pytest.fixture
def task(few):
    return Task(*few, TrainConfig(lr=0.1, schedule="cosine", epochs=10, batch_size=16))


@pytest.fixture
def begun(monkeypatch):
    """Every training of a task: the state that it begins from, its configuration and options."""
    seen = []

    def watched(state, x, y, config, **options):
        trained = resume(state, x, y, config, **options)
        seen.append((state, config, options, trained))
        return trained

    monkeypatch.setattr("cubistlib.pruners.task.resume", watched)
    return seen


def flat(stack) -> np.ndarray:
    """All weights of each network in one row: (n, N)."""
    return np.concatenate([w.reshape(len(w), -1) for w in stack.weights], axis=1)


def assert_same(one, other):
    """Two stacks hold the same numbers to the bit."""
    for a, b in zip(one.arrays, other.arrays, strict=True):
        np.testing.assert_array_equal(a, b)


def assert_ends_alike(one, other):
    """Two trainings end in the same state, to the bit."""
    for part in ("network", "masks", "momentum"):
        assert_same(getattr(one.state, part), getattr(other.state, part))
    np.testing.assert_array_equal(one.loss, other.loss)


# Rounds: the learning rate alone is rewound.


def test_levels_of_lrr_by_hand():
    """A fifth of 100, 80, 64, 51, 41, 33, 26 and 21, rounded; one a level from 2k = 20 on."""
    levels = [80, 64, 51, 41, 33, 26, 21, 17, 16, 15, 14, 13, 12, 11, 10]
    assert pruners.LRR().levels(100, 10) == levels
    assert pruners.LRR(share=0.5).levels(100, 60) == [*range(99, 59, -1)]
    assert pruners.LRR(share=0.9).levels(100, 20) == [20]
    assert pruners.LRR().levels(7, 7) == [7]


def test_levels_are_shared_out_over_the_prunings_by_hand():
    """Of 27 weights down to 24 there are the levels 26, 25 and 24."""
    spread = pruners.LRR().schedule
    keep = np.array([24, 27])
    assert spread(27, keep, 3).tolist() == [[26, 27], [25, 27], [24, 27]]
    assert spread(27, keep, 1).tolist() == [[24, 27]]
    assert spread(27, keep, 2)[:, 0].tolist() == [25, 24]
    assert spread(27, keep, 7)[:, 0].tolist() == [26, 26, 25, 25, 24, 24, 24]


@pytest.mark.parametrize("epochs", [1, 2, 7, 10, 50])
@pytest.mark.parametrize(
    "lrr", [pruners.LRR(), pruners.LRR(trainings=2), pruners.LRR(level=0.3, trainings=9)]
)
def test_lrr_keeps_to_its_budget(lrr, epochs):
    short, prunings = lrr.timetable(epochs)
    spent = 2 * epochs + (prunings - 1) * short
    assert short >= 1 and lrr.trainings * epochs - short < spent <= lrr.trainings * epochs


def test_lrr_rewinds_the_learning_rate_alone(nets, task, begun):
    keep = np.array([6, 11, 44])
    lrr = pruners.LRR(trainings=4, level=0.2, rate=0.5)
    trained = lrr.train(nets, keep, task)
    assert len(begun) == 2 + 10 and task.spent == 4 * task.steps
    assert_same(begun[0][0].network, nets)
    for (_, _, _, before), (state, _, _, _) in pairwise(begun):
        assert state.step == 0 and not any(m.any() for m in state.momentum.arrays)
        assert_same(state.network, state.masks.apply(before.network))
        was, now = flat(before.masks), flat(state.masks)
        size = np.abs(flat(before.network))
        for i in range(3):
            gone = was[i] & ~now[i]
            assert (now[i] <= was[i]).all()
            assert not gone.any() or size[i][gone].max() <= size[i][now[i]].min()
    epochs = [(config.epochs, config.lr) for _, config, _, _ in begun]
    assert epochs == [(10, 0.1), *[(2, 0.05)] * 10, (10, 0.05)]
    assert len({options["seed"] for _, _, options, _ in begun}) == 12
    assert trained.masks.weights_kept.tolist() == [6, 11, 44]


@pytest.mark.parametrize("pruner", REPEATED, ids=lambda p: p.name)
def test_a_network_does_not_hang_on_the_k_of_its_neighbours(pruner, nets, task):
    together = pruner.train(nets, np.array([6, 11, 44]), task)
    for i, k in enumerate((6, 11, 44)):
        assert_ends_alike(together[i], pruner.train(nets[i], k, task))


def test_cyclic_training_once_is_its_algorithm(nets, task):
    for mask in ("gmp", "snip", "random_erk"):
        once, plain = pruners.Cyclic(mask=mask, trainings=1), pruners.get(mask)()
        assert_ends_alike(once.train(nets, 9, task), plain.train(nets, 9, task))


def test_cyclic_training_is_training_on(nets, task, few):
    """Done by hand: GMP, then two plain trainings of the same mask, from half the rate."""
    cyclic = pruners.Cyclic(trainings=3, rate=0.5)
    expected = pruners.GMP().train(nets, 9, task)
    for i in (1, 2):
        order = derived_seed("cyclic", task.seed, i)
        config = replace(task.config, lr=0.05)
        expected = train(expected.network, expected.masks, *few, config, seed=order)
    task = replace(task)
    assert_ends_alike(cyclic.train(nets, 9, task), expected)
    assert task.spent == 3 * task.steps


def test_what_the_algorithm_spends_counts(nets, task):
    for mask, more in (("snip", 1), ("lth", 4 * task.steps)):
        own = replace(task)
        pruners.Cyclic(mask=mask, trainings=2).train(nets, 9, own)
        assert own.spent == 2 * task.steps + more


def test_sculpt_prunes_once(nets, task, begun):
    keep = np.array([6, 11, 44])
    trained = pruners.Sculpt(trainings=4, mask="random_erk").train(nets, keep, task)
    kept = [state.masks.weights_kept.tolist() for state, *_ in begun]
    assert kept == [[12, 22, 44]] * 3 + [[6, 11, 44]]
    wide = begun[2][3]
    size = np.where(flat(wide.masks), np.abs(flat(wide.network)), 0)
    for i, k in enumerate(keep):
        largest = np.argsort(-size[i], kind="stable")[:k]
        assert set(np.flatnonzero(flat(trained.masks)[i])) == set(largest)


@pytest.mark.parametrize("pruner", REPEATED, ids=lambda p: p.name)
def test_their_tickets_are_their_masks_over_the_first_values(pruner, nets, task):
    values, masks = pruner.ticket(nets, 9, task)
    assert_same(values, nets)
    assert_same(masks, pruner.train(nets, 9, task).masks)


@pytest.mark.parametrize(
    "made, sentence",
    [
        (lambda: pruners.LRR(share=1.0), "lrr: share must be between 0 and 1, got 1.0"),
        (lambda: pruners.LRR(trainings=1), "lrr: trainings must be a whole number ≥ 2, got 1"),
        (lambda: pruners.Cyclic(mask="cyclic"), "cyclic: mask must be one of .*, got 'cyclic'"),
        (lambda: pruners.Sculpt(mask="lrr"), "sculpt: mask must be one of .*, got 'lrr'"),
    ],
)
def test_what_they_refuse(made, sentence):
    with pytest.raises(UserError, match=sentence):
        made()


# Revisions: what has gone may come back.


@pytest.mark.parametrize("backend", ["fused", "torch"])
def test_granet_that_regrows_nothing_is_gmp(few, nets, backend):
    config = TrainConfig(lr=0.1, schedule="cosine", epochs=20, batch_size=16)
    one, other = (Task(*few, config, backend=backend) for _ in range(2))
    granet = pruners.GraNet(end=0.8, prunings=11, regrow=0.0).train(nets, 9, one)
    assert_ends_alike(granet, pruners.GMP(end=0.8, prunings=11).train(nets, 9, other))
    assert one.spent == other.spent == one.steps


def test_the_share_that_granet_moves_by_hand():
    """A cosine from 0.2 before the first step to 0 as pruning ends."""
    nets = Network.initialize((4, 4, 4))
    hook = pruners.GraNet(end=1.0, prunings=4).hook(nets, 9, 50)
    assert list(hook.steps) == [10, 20, 30, 40]
    np.testing.assert_allclose([hook.share(s) for s in (0, 20, 40, 50)], [0.2, 0.1, 0, 0])


def test_granet_moves_the_smallest_to_the_steepest(few):
    """One revision of each network, done anew by sorting, with the slopes of autograd."""
    nets, (x, y) = Network.initialize((4, 4, 4), n=3, seed=4), few
    keep, hook = np.array([20, 30, 40]), pruners.GraNet(regrow=1.0, end=1.0, prunings=3)
    hook = hook.hook(nets, keep, 80)
    state = replace(TrainState.start(nets, Masks.ones_like(nets)), step=20)
    state = replace(state, momentum=nets)
    revised = hook(state, few)
    assert revised.step == 21
    for i in range(3):
        left = int(np.ceil(keep[i] + (44 - keep[i]) * (2 / 3) ** 3))
        moved = int(0.75 * left)  # 1/2 (1 + cos π/3)
        weights = flat(nets)[i]
        ranked = np.argsort(-np.abs(weights), kind="stable")
        stay, went = ranked[: left - moved], ranked[left:]
        pruned = weights.copy()
        pruned[went] = 0
        slope = np.abs(slopes(nets[i], pruned, x, y))
        slope[stay] = -1
        come = np.argsort(-slope, kind="stable")[:moved]
        kept = flat(revised.masks)[i]
        assert set(np.flatnonzero(kept)) == {*stay, *come}
        expected = np.where(kept, pruned, 0)
        np.testing.assert_array_equal(flat(revised.network)[i], expected)
        np.testing.assert_array_equal(flat(revised.momentum)[i], expected)


def slopes(net: Network, weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """∂L/∂w of a single network with these weights, (N,) float64, by autograd.

    A hidden unit that feeds nothing has no bias, as its mask says.
    """
    w = torch.tensor(weights, dtype=torch.float64, requires_grad=True)
    shapes = [layer[0].shape for layer in net.weights]
    parts = [p.view(s) for p, s in zip(w.split([a * b for a, b in shapes]), shapes, strict=True)]
    h = torch.as_tensor(x).double()
    for layer, (part, bias) in enumerate(zip(parts, net.biases, strict=True)):
        bias = torch.tensor(bias[0]).double()
        if layer < 3:
            h = (h @ part.T + bias * (parts[layer + 1] != 0).any(0)).relu()
        else:
            h = h @ part.T + bias
    loss = torch.nn.functional.binary_cross_entropy_with_logits(h[:, 0], torch.tensor(y).double())
    return torch.autograd.grad(loss, w)[0].numpy()


def test_granet_keeps_the_counts_of_gmp_and_lets_weights_return(nets, task):
    seen, keep = [], np.array([6, 11, 20])

    class Watch:
        def __init__(self, hook):
            self.hook, self.steps = hook, hook.steps

        def __call__(self, state, batch):
            seen.append(self.hook(state, batch).masks)
            return self.hook(state, batch)

    granet = pruners.GraNet(end=0.8, prunings=6, regrow=0.5)
    hook = granet.hook(nets, keep, task.steps)
    task.train(nets, Masks.ones_like(nets), Watch(hook))
    left = [hook.weights_left(44, step / hook.last) for step in hook.steps]
    np.testing.assert_array_equal([masks.weights_kept for masks in seen], left)
    assert any((flat(after) & ~flat(before)).any() for before, after in pairwise(seen))


@pytest.mark.parametrize("pruner", [pruners.GraNet(prunings=6), pruners.ACDC()])
def test_revisions_do_not_hang_on_the_k_of_neighbours(pruner, nets, task):
    together = pruner.train(nets, np.array([2, 20, 44]), task)
    assert task.spent == task.steps
    for i, k in enumerate((2, 20, 44)):
        assert_ends_alike(together[i], pruner.train(nets[i], k, task))


def test_phases_of_acdc_by_hand():
    """Of 19,500 steps up to 0.9 of them nine phases of 1,950 steps, five epochs, each."""
    nets = Network.initialize((4, 4, 4), n=2, seed=0)
    hook = pruners.ACDC(end=0.9).hook(nets, np.array([9, 20]), 19_500)
    assert list(hook.steps) == [1950 * i for i in range(1, 10)]
    state, kept = TrainState(nets, Masks.ones_like(nets), nets), []
    for step in hook.steps:
        state = hook(replace(state, momentum=nets, step=step), None)
        assert not any(m.any() for m in state.momentum.arrays) and state.step == step
        kept.append(state.masks.weights_kept.tolist())
    assert kept == [[9, 20], [44, 44]] * 4 + [[9, 20]]
    ranked = np.argsort(-np.abs(flat(nets)), axis=1, kind="stable")
    for i, k in enumerate((9, 20)):
        assert set(np.flatnonzero(flat(state.network)[i])) == set(ranked[i, :k])


@pytest.mark.parametrize("steps", range(2, 12))
@pytest.mark.parametrize("end", [1.0, 0.7, 0.5])
def test_acdc_ends_sparse_after_short_trainings(steps, end):
    nets = Network.initialize((3, 3, 3), n=2, seed=0)
    hook = pruners.ACDC(end=end).hook(nets, np.array([7, 26]), steps)
    assert all(0 < step < steps for step in hook.steps) and len(hook.steps) % 2 == 1
    assert hook.steps[-1] <= end * steps


def test_acdc_of_one_cycle_without_momentum_is_one_shot(few, nets):
    config = TrainConfig(lr=0.1, epochs=10, batch_size=16, momentum=0.0)
    task = Task(*few, config)
    one, other = (
        pruners.ACDC(cycles=1, end=0.6).train(nets, 9, task),
        pruners.OneShot(at=0.6).train(nets, 9, task),
    )
    assert_ends_alike(one, other)


def test_a_course_tells_every_training(nets, task, begun):
    for pruner in (pruners.Sculpt(), pruners.Cyclic(mask="snip"), pruners.LRR()):
        begun.clear()
        pruner.train(nets[0], 9, task)
        times, left = course(pruner, nets[0], 9, task.steps)
        starts, left = times[(times >= 0)][:-1], left[times >= 0][:-1]
        assert left.tolist() == [int(state.masks.weights_kept[0]) for state, *_ in begun]
        lasts = [done.state.step / task.steps for *_, done in begun]
        np.testing.assert_allclose(starts, np.cumsum([0, *lasts[:-1]]))
        assert times[-1] == pytest.approx(sum(lasts))


def test_a_course_tells_every_phase(nets):
    times, left = course(pruners.ACDC(cycles=2, end=0.6), nets[0], 9, 100)
    assert times.tolist() == [0.0, 0.2, 0.4, 0.6, 1.0] and left.tolist() == [44, 9, 44, 9, 9]
    _, left = course(pruners.Cyclic(), nets[0], 9, 100)
    assert left[0] == 44 and left[-5:].tolist() == [9] * 5
