"""Algorithms that prune while they train: GMP, LTH and RigL."""

from itertools import pairwise

import numpy as np
import pytest

from cubistlib import Masks, Network, Task, TrainConfig, TrainState, UserError, pruners, train
from cubistlib.pruners.parts.draws import derived_seed
from cubistlib.pruners.rigl import drop_and_grow
from cubistlib.training import resume

PAPER_STEPS = 19_500


@pytest.fixture
def few(spiral):
    """A thousandth of the spiral's points: 49 of it."""
    x, y = spiral
    return x[::1000], y[::1000]


def untrained(hook, nets: Network) -> list[Masks]:
    """The masks after each of a hook's revisions of networks that do not move."""
    state, masks = TrainState.start(nets, Masks.ones_like(nets)), []
    for step in hook.steps:
        state = hook(TrainState(state.network, state.masks, state.momentum, step), None)
        masks.append(state.masks)
    return masks


def test_gmp_by_hand():
    """Four weights 4, 1, 3, 2 down to one: 1 + 3 (1 − p)³ rounded up, at p = 1/3, 2/3 and 1."""
    net = Network.from_arrays([[[4], [-1]], [[3, -2]]], [[0, 0], [0]])
    hook = pruners.GMP(prunings=3).hook(net, 1, 8)
    assert list(hook.steps) == [2, 4, 6]
    kept = [[m.ravel().tolist() for m in masks.weights] for masks in untrained(hook, net)]
    assert kept == [
        [[True, False], [True, False]],
        [[True, False], [True, False]],
        [[True, False], [False, False]],
    ]


def test_gmp_follows_the_cubic_schedule():
    nets = Network.initialize((8, 8, 8), n=2, seed=0)
    gmp, keep = pruners.GMP(), np.array([20, 33])
    hook = gmp.hook(nets, keep, PAPER_STEPS)
    assert gmp.intervals(PAPER_STEPS) == (97, 199)
    assert (hook.steps[0], hook.steps[-1], len(hook.steps)) == (97, 19_303, 199)
    left = [masks.weights_kept for masks in untrained(hook, nets)]
    progress = np.arange(1, 200)[:, None] / 199
    np.testing.assert_array_equal(left, np.ceil(keep + (152 - keep) * (1 - progress) ** 3))


def test_gmp_can_end_early():
    hook = pruners.GMP(end=0.5).hook(Network.initialize((3, 3, 3)), 9, PAPER_STEPS)
    assert PAPER_STEPS * 0.48 < hook.steps[-1] < PAPER_STEPS * 0.5


def test_gmp_of_the_authors_prunes_on_past_its_end_and_keeps_two_fewer():
    nets = Network.initialize((8, 8, 8), n=2, seed=0)
    hook = pruners.GMP().hook(nets, np.array([20, 33]), PAPER_STEPS, "authors")
    assert hook.steps[-2:] == range(19_400, 19_498, 97)
    assert untrained(hook, nets)[-1].weights_kept.tolist() == [18, 31]


@pytest.mark.parametrize("steps", range(1, 12))
@pytest.mark.parametrize("end", [1.0, 0.4])
def test_gmp_keeps_exactly_k_after_short_trainings(steps, end):
    nets = Network.initialize((3, 3, 3), n=2, seed=0)
    hook = pruners.GMP(end=end).hook(nets, np.array([7, 26]), steps)
    assert all(0 <= step < steps for step in hook.steps)
    assert untrained(hook, nets)[-1].weights_kept.tolist() == [7, 26]


def test_one_shot_before_training_is_magnitude(few):
    nets, task = (
        Network.initialize((4, 4, 4), n=2, seed=1),
        Task(*few, TrainConfig(epochs=2, batch_size=49)),
    )
    one, other = (p.train(nets, 9, task) for p in (pruners.OneShot(at=0.0), pruners.Magnitude()))
    for ours, theirs in zip(one.network.arrays, other.network.arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_one_shot_at_the_end_prunes_the_dense_network(few):
    """Before the last of six steps; nothing then comes back."""
    nets, config = Network.initialize((4, 4, 4), seed=1), TrainConfig(epochs=6, batch_size=49)
    task = Task(*few, config)
    assert task.steps == 6 and list(pruners.OneShot().hook(nets, 9, 6).steps) == [5]
    dense = task.resume(TrainState.start(nets, Masks.ones_like(nets)), stop=5)
    expected = pruners.Magnitude().masks(dense.network, None, 9)
    for ours, theirs in zip(
        pruners.OneShot().train(nets, 9, task).masks.weights, expected.weights, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_lth_masks_are_nested_and_its_weights_rewound(few, monkeypatch):
    nets = Network.initialize((4, 4, 4), n=2, seed=1)
    begun, lth = [], pruners.LTH(rounds=4)

    def watched(state, *args, **options):
        begun.append((state, options["seed"]))
        return resume(state, *args, **options)

    monkeypatch.setattr("cubistlib.pruners.task.resume", watched)
    config = TrainConfig(epochs=3, batch_size=16)
    trainings = list(lth.trainings(nets, 6, Task(*few, config, backend="torch")))
    kept = [trained.masks.weights_kept[0] for trained in trainings]
    assert kept == [round(44 * (6 / 44) ** (i / 4)) for i in range(5)]
    for before, after in pairwise(trainings):
        for wide, narrow in zip(before.masks.weights, after.masks.weights, strict=True):
            assert (wide >= narrow).all()
    for state, _ in begun:
        assert state.step == 0 and not any(m.any() for m in state.momentum.arrays)
        for mask, first, weight in zip(
            state.masks.weights, nets.weights, state.network.weights, strict=True
        ):
            np.testing.assert_array_equal(weight, np.where(mask, first, 0))
    assert len({order for _, order in begun}) == 5


def test_a_variant_of_a_task_trains_otherwise_on_the_same_account(few):
    configs = [TrainConfig(lr=lr, epochs=4, batch_size=16) for lr in (0.1, 0.2, 0.4)]
    task = Task(*few, configs, own_seeds=[5, 2**63, 7], backend="torch")
    short = task.variant(np.array([2, 1]), rate=0.5, schedule="cosine", epochs=1)
    assert [c.lr for c in short.config] == [0.2, 0.1] and short.own == (7, 2**63)
    assert {(c.schedule, c.epochs) for c in short.config} == {("cosine", 1)}
    assert 4 * short.steps == task.steps
    nets = Network.initialize((2, 2), n=2)
    short.train(nets, Masks.ones_like(nets))
    task.spend(3)
    assert short.spent == task.spent == short.steps + 3
    one = Task(*few, TrainConfig(lr=0.1)).variant(rate=2, epochs=3)
    assert one.config == TrainConfig(lr=0.2, epochs=3) and one.own == 0


def test_lth_takes_as_many_rounds_as_its_share_asks_for(few):
    nets = Network.initialize((4, 4, 4), n=2, seed=1)
    task = Task(*few, TrainConfig(epochs=1, batch_size=16), backend="torch")
    lth = pruners.LTH(share=0.2)
    kept = [int(done.masks.weights_kept[0]) for done in lth.trainings(nets, 6, task)]
    assert len(kept) == 1 + 9 and kept[-1] == 6  # 44 · 0.8⁸ = 7.4, 44 · 0.8⁹ = 5.9
    assert all(1 - after / before <= 0.2 + 1 / before for before, after in pairwise(kept))
    assert task.spent == 10 * task.steps
    with pytest.raises(UserError, match="networks of a stack keep equally many"):
        lth.train(nets, np.array([6, 7]), task)


@pytest.mark.parametrize("total, keep, share", [(27, 20, 0.01), (44, 1, 0.2), (44, 43, 0.5)])
@pytest.mark.parametrize("selection", ["exact", "authors"])
def test_lth_with_a_share_has_no_round_without_a_weight_to_remove(total, keep, share, selection):
    lth = pruners.LTH(share=share)
    left = lth.schedule(total, np.array([keep, keep]), selection)
    assert (left[:, 0] == left[:, 1]).all() and left[-1, 0] == keep
    assert (np.diff(left[:, 0], prepend=total) < 0).all()
    paper = pruners.LTH().schedule(27, np.array([26, 20]))
    assert paper.tolist() == [[27, 25], [26, 23], [26, 22], [26, 20]]


def test_lth_by_hand_from_four_weights_to_one():
    """4 · 4^(−i/9) is 3.4, 2.9, 2.5, 2.2, 1.9, 1.6, 1.4, 1.2 and 1, of nine rounds."""
    left = pruners.LTH(share=0.15).schedule(4, np.array([1]))[:, 0]
    assert left.tolist() == [3, 2, 1]


def test_lth_keeps_everything_in_no_round(few):
    nets = Network.initialize((2, 2, 2), seed=1)
    task = Task(*few, TrainConfig(epochs=1, batch_size=16), backend="torch")
    (only,) = pruners.LTH(share=0.2).trainings(nets, nets.size, task)
    assert only.masks.weights_kept.tolist() == [nets.size]


def test_lth_goes_on_from_early_values(few):
    """The first training is that without rewinding, the others start within it."""
    nets = Network.initialize((4, 4, 4), n=2, seed=1)
    config = TrainConfig(lr=0.1, schedule="cosine", epochs=4, batch_size=16)
    task = Task(*few, config, backend="torch")
    late, plain = pruners.LTH(rounds=2, early=0.25), pruners.LTH(rounds=2)
    first, *_, last = late.trainings(nets, 6, task)
    assert last.state.step == task.steps and task.spent == 0.25 * task.steps + 3 * 0.75 * task.steps
    same = next(plain.trainings(nets, 6, task))
    for one, other in zip(first.network.arrays, same.network.arrays, strict=True):
        np.testing.assert_array_equal(one, other)
    values, masks = late.ticket(nets, 6, task)
    order = derived_seed("lth", task.seed, 0)
    early = train(
        nets, Masks.ones_like(nets), *few, config, seed=order, backend="torch", stop=task.steps // 4
    )
    for one, other in zip(values.arrays, early.network.arrays, strict=True):
        np.testing.assert_array_equal(one, other)
    assert masks.weights_kept.tolist() == [6, 6]


@pytest.mark.parametrize(
    "wrongly", [{"share": 1.0}, {"early": 1.0}, {"share": -0.1}, {"share": 1e-9}]
)
def test_lth_refuses_shares_that_are_none(wrongly):
    with pytest.raises(UserError, match=f"lth: {next(iter(wrongly))} must be"):
        pruners.LTH(**wrongly)


def test_lth_removes_the_smallest_weights_that_training_left(few):
    nets = Network.initialize((4, 4, 4), n=1, seed=1)
    config = TrainConfig(epochs=3, batch_size=16)
    dense, ticket = pruners.LTH(rounds=1).trainings(nets, 6, Task(*few, config, backend="torch"))
    trained = np.concatenate([np.abs(w).ravel() for w in dense.network.weights])
    kept = np.concatenate([m.ravel() for m in ticket.masks.weights])
    assert trained[kept].min() > trained[~kept].max()


def test_lth_of_the_authors_keeps_one_fewer(few):
    nets = Network.initialize((4, 4, 4), n=1, seed=1)
    config = TrainConfig(epochs=1, batch_size=16)
    trained = pruners.LTH().train(nets, 6, Task(*few, config, selection="authors"))
    assert trained.masks.weights_kept == 5


def layer(*numbers) -> np.ndarray:
    """One network's layer of a single output."""
    return np.array([[numbers]])


def test_rigl_drops_the_smallest_and_grows_where_the_slope_is_largest():
    mask = layer(True, True, True, True, False, False)
    weight = layer(0.1, 0.5, -0.6, 0.9, 0.0, 0.0)
    grown = drop_and_grow(mask, weight, layer(0, 1, 9, 9, 2, -3), np.array([2]))
    assert grown.tolist() == layer(False, False, True, True, True, True).tolist()
    back = drop_and_grow(mask, weight, layer(0, 4, 9, 9, 2, -3), np.array([2]))
    assert back.tolist() == layer(False, True, True, True, False, True).tolist()


def test_rigl_dense_layers_stay():
    mask, slope = layer(*[True] * 6), layer(9, 8, 7, 6, 5, 4)
    assert drop_and_grow(mask, layer(1, 2, 3, 4, 5, 6), slope, np.array([2])).all()


def test_rigl_layers_of_three_weights_stay(few):
    nets, rigl = Network.initialize((4, 4, 4), n=2, seed=0), pruners.RigL()
    masks = rigl.start(nets, 9)
    assert max(m.sum((1, 2)).max() for m in masks.weights) == 3
    revised = rigl.hook(nets, 9, PAPER_STEPS)(TrainState.start(nets, masks), few)
    assert revised.step == 1 and revised.masks is masks


def test_rigl_moves_one_of_a_small_layer_if_asked_to_by_hand():
    kept, nets = np.array([0, 2, 3, 4, 22]), Network.initialize((4, 4, 4), seed=0)
    plain = pruners.RigL().hook(nets, 9, PAPER_STEPS)
    small = pruners.RigL(small_layers=True).hook(nets, 9, PAPER_STEPS)
    assert plain.moved(kept, 0.3).tolist() == [0, 0, 0, 1, 6]
    assert small.moved(kept, 0.3).tolist() == [0, 1, 1, 1, 6]
    assert small.moved(kept, 0.01).tolist() == [0, 1, 1, 0, 0]
    assert small.moved(kept, 0.0).tolist() == [0, 0, 0, 0, 0]


def test_rigl_of_small_layers_alone_moves_them(few):
    nets, rigl = Network.initialize((4, 4, 4), n=2, seed=0), pruners.RigL(small_layers=True)
    masks = rigl.start(nets, 9)
    revised = rigl.hook(nets, 9, PAPER_STEPS)(TrainState.start(nets, masks), few)
    for before, after in zip(masks.weights, revised.masks.weights, strict=True):
        assert (before.sum((1, 2)) == after.sum((1, 2))).all()
    moved = [(b != a).any() for b, a in zip(masks.weights, revised.masks.weights, strict=True)]
    assert revised.step == 1 and any(moved)


def test_rigl_conserves_every_layers_count(few):
    nets = Network.initialize((6, 5, 4), n=3, seed=1)
    keep, rigl = np.array([12, 20, 40]), pruners.RigL(delta=2, alpha=0.9)
    config = TrainConfig(lr=0.1, epochs=20, batch_size=16)
    start, masks = rigl.start(nets, keep), []
    hook = rigl.hook(nets, keep, config.steps(49))

    class Watch:
        steps = hook.steps

        def __call__(self, state, batch):
            revised = hook(state, batch)
            assert revised.step == state.step + 1
            masks.append(revised.masks)
            return revised

    train(nets, start, *few, config, hook=Watch(), backend="torch")
    assert len(masks) == len(hook.steps) == 22
    for revised in masks:
        for before, after in zip(start.weights, revised.weights, strict=True):
            np.testing.assert_array_equal(before.sum((1, 2)), after.sum((1, 2)))
    assert any((a != b).any() for a, b in zip(start.weights, masks[-1].weights, strict=True))


def test_rigl_revises_146_times_in_the_papers_training():
    hook = pruners.RigL().hook(Network.initialize((3, 3, 3)), 9, PAPER_STEPS)
    assert (len(hook.steps), hook.last, hook.steps[0]) == (146, 14_625, 99)


def test_rigl_keeps_what_it_regrows_and_starts_the_rest_at_zero():
    """All weights dropped: those that return keep value and velocity, new ones start at 0."""
    net = Network.initialize((6, 6, 6), n=1, seed=2)
    rigl = pruners.RigL(alpha=1.0, delta=1)
    masks = rigl.start(net, 40)
    state = TrainState(masks.apply(net), masks, masks.apply(net))
    x = np.random.default_rng(0).normal(size=(32, 2)).astype(np.float32)
    after = rigl.hook(net, 40, 10_000_000)(state, (x, (x[:, 0] > 0).astype(np.float32)))
    for part in (after.network, after.momentum):
        pairs = zip(masks.weights, after.masks.weights, part.weights, net.weights, strict=True)
        for old, new, value, first in pairs:
            np.testing.assert_array_equal(value, np.where(old & new, first, 0))


@pytest.mark.parametrize("width, keep", [(3, 15), (8, 15), (3, 1)])
def test_gmp_of_the_authors_in_one_epoch_stops_at_two_below_k(spiral, width, keep):
    nets = Network.initialize((width,) * 3, n=2, seed=1)
    task = Task(*spiral, TrainConfig(epochs=1), selection="authors")
    kept = pruners.GMP().train(nets, keep, task).masks.weights_kept
    assert kept.tolist() == [max(0, keep - 2)] * 2
