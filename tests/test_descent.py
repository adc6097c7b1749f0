"""The search that goes down, part by part: by hand, against brute force, and by properties."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import cubistlib as cl
from cubistlib.networks import functional, narrowed
from cubistlib.search.canonical import Canonical, connected_masks
from cubistlib.search.descent import Budget, Population, descend
from cubistlib.search.descent import moves as moves_module
from cubistlib.search.descent.beam import dense, sparse
from cubistlib.search.descent.draft import Draft
from cubistlib.search.descent.evolution import closest
from cubistlib.search.descent.margins import Parameters, margins, scores, wrong
from cubistlib.search.descent.moves import BIAS_MOVES, MOVES, varied
from cubistlib.search.descent.niches import Niches
from cubistlib.search.descent.polish import Polish, reach
from cubistlib.search.descent.population import connected, hosted, lived, scored
from cubistlib.search.descent.refine import Recipe, Trainer
from cubistlib.search.descent.removal import removals
from cubistlib.search.descent.signature import signatures

DATA = cl.cubist_spiral(points=600)
SEEDS = st.integers(0, 2**32 - 1)
TINY = Budget(
    low=12,
    high=26,
    tries=24,
    beam=4,
    branch=2,
    generations=3,
    children=12,
    room=3,
    polished=1,
    polishings=1,
    hops=1,
    polish=Polish(rounds=4, points=100),
    host=(4, 4, 4),
)


def some(seed, n=4, hidden=(4, 3, 4), share=0.6):
    """Random networks under random masks, connected, each with a weight."""
    rng = np.random.default_rng(seed)
    nets = cl.Network.initialize(hidden, n, seed=int(seed))
    kept = [rng.random(w.shape) < share for w in nets.weights]
    kept = [k | (rng.random(k.shape[1:]) < 0.4) for k in kept]
    for k in kept:
        k[:, 0, 0] = True
    return connected(nets, cl.Masks.from_weights(kept))


def population(nets, masks):
    configs = np.array([cl.TrainConfig()] * len(nets), object)
    return scored(nets, masks, configs, DATA)


# Which masks are one.


@settings(deadline=None, derandomize=True, max_examples=12)
@given(SEEDS)
def test_relabelled_and_hosted_masks_share_a_number(seed):
    rng = np.random.default_rng(seed)
    nets, masks = some(seed)
    orders = [np.arange(2), *(rng.permutation(h) for h in masks.hidden), np.arange(1)]
    weights = [w[:, orders[i + 1]][:, :, orders[i]] for i, w in enumerate(masks.weights)]
    values = [w[:, orders[i + 1]][:, :, orders[i]] for i, w in enumerate(nets.weights)]
    moved = cl.Masks.from_weights(weights), cl.Network.from_arrays(values, nets.biases)
    wide, kept = hosted(masks.apply(nets), (6, 7, 8))
    assert (signatures(moved[0]) == signatures(masks)).all()
    assert (signatures(kept) == signatures(masks)).all()
    signs = signatures(masks, nets)
    assert (signatures(*moved) == signs).all() and (signatures(kept, wide) == signs).all()
    nets.weights[0][0, 0, 0] *= -1
    assert (signatures(masks, nets) == signs).tolist() == [False, True, True, True]


def test_masks_that_differ_have_numbers_that_differ():
    lists = [Canonical((3, 3, 3)), *(masks for n in range(4, 11) for masks in connected_masks(n))]
    found = [signatures(masks.take(np.arange(len(masks)))) for masks in lists]
    assert len(np.unique(np.concatenate(found[1:]))) == sum(map(len, found[1:]))
    assert len(np.unique(found[0])) == len(found[0]) == 12_400


# Margins and their slopes.


@settings(deadline=None, derandomize=True, max_examples=20)
@given(SEEDS)
def test_logits_and_slopes_equal_autograd(seed):
    nets, masks = some(seed, n=1)
    x = np.random.default_rng(seed).normal(size=(50, 2))
    parameters = Parameters.of(masks)
    values = parameters.vector(nets)
    weights, biases = parameters.arrays(values)
    tensors = [torch.tensor(a[None], requires_grad=True) for a in (*weights, *biases)]
    z = functional.activations(tensors[:4], tensors[4:], torch.tensor(x))[-1][0, 0]
    logits, slopes = parameters.slopes(values, x)
    np.testing.assert_allclose(logits, z.detach().numpy(), atol=1e-12)
    np.testing.assert_array_equal(parameters.logits(values, x), logits)
    for row in range(0, 50, 17):
        found = torch.autograd.grad(z[row], tensors, retain_graph=True)
        net = cl.Network(tuple(map(np.asarray, found[:4])), tuple(map(np.asarray, found[4:])))
        np.testing.assert_allclose(slopes[:, row], parameters.vector(net), rtol=1e-5, atol=1e-6)


def test_values_go_into_their_places():
    nets, masks = some(5, n=1)
    parameters = Parameters.of(masks)
    weights, biases = parameters.arrays(parameters.vector(nets))
    for own, other in zip((*weights, *biases), masks.apply(nets).arrays, strict=True):
        np.testing.assert_array_equal(own, other[0])
    assert len(parameters.vector(nets)) == masks.parameters_kept[0]


def test_a_logit_of_zero_is_class_0():
    logits, y = np.array([0.0, 0.0, 1.0, -1.0]), np.array([0.0, 1.0, 1.0, 1.0])
    assert wrong(logits, y) == 2
    assert margins(logits, y).tolist() == [0, 0, 1, -1]


# Removals.


def by_hand(weights, biases):
    values = [np.array(w, float) for w in weights]
    masks = cl.Masks.from_weights([w != 0 for w in values])
    return cl.Network.from_arrays(values, biases), masks


@pytest.mark.parametrize("free", [False, True])
def test_every_removal_is_tried_and_the_best_are_kept(free):
    nets, masks = some(3, n=2)
    found, _ = removals(population(nets, masks), DATA, best=1000, free=free)
    expected = []
    for i in range(2):
        for layer, kept in enumerate(masks.weights):
            for unit, source in np.argwhere(kept[i]):
                less = masks[i]
                less.weights[layer][0, unit, source] = False
                expected.append(cl.connectivity(less).effective.weights_kept[0])
        expected += [masks.weights_kept[i]] * (free * sum(b[i].sum() for b in masks.biases))
    assert sorted(found.masks.weights_kept) == sorted(expected)
    few, _ = removals(population(nets, masks), DATA, best=3, free=free)
    first = sum(int(a[0].sum()) for a in (masks.arrays if free else masks.weights))
    chosen = [0, 1, 2, first, first + 1, first + 2]
    assert few.loss.tolist() == found.loss[chosen].tolist()
    assert (np.diff(found.loss[:first]) >= 0).all() and (np.diff(found.loss[first:]) >= 0).all()


def test_what_is_there_twice_can_go_without_loss():
    """A unit that reads two units which are equal needs one of them, and takes its weight over."""
    same = [[[1.0, 0.5], [1.0, 0.5]], [[0.7, 0.4]], [[1.0]], [[2.0]]]
    nets, masks = by_hand(same, [[0.1, 0.1], [0.2], [0.3], [-1.0]])
    before = population(nets, masks)
    after, _ = removals(before, DATA, best=100)
    without = (after.masks.weights_kept == 5) & (after.counts == 9)  # a unit gone, with both inputs
    assert np.abs(after.loss[without] - before.loss[0]).min() < 1e-5


# Moves.


def draft(nets, masks, seed=0):
    views = ([a[0] for a in arrays] for arrays in (nets.weights, nets.biases))
    kept = ([a[0] for a in arrays] for arrays in (masks.weights, masks.biases))
    slopes = [np.ones_like(w[0]) for w in nets.weights]
    return Draft(*views, *kept, slopes, np.random.default_rng(seed))


CHANGES = {  # move: change of the number of weights, of units; None for one that may differ
    "remove_weight": (-1, None),
    "add_weight": (1, 0),
    "swap": (0, None),
    "rewire": (0, None),
    "remove_unit": (None, -1),
    "merge_units": (None, -1),
    "add_unit": (None, 1),
    "replace_unit": (None, None),
    "split_unit": (None, 1),
    "redraw_unit": (0, 0),
    "turn_unit": (0, 0),
    "jitter": (0, 0),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("seed", range(5))
def test_a_move_does_what_it_says(name, seed):
    nets, masks = hosted(some(7, n=1, hidden=(3, 2, 3), share=0.5)[0], (5, 5, 5))
    before = masks.weights_kept[0], sum(len(draft(nets, masks).units(i)) for i in (1, 2, 3))
    nets, masks = nets[:], masks[:]
    one = draft(nets, masks, seed)
    getattr(moves_module, name)(one)
    weights, units = CHANGES[name]
    assert weights is None or masks.weights_kept[0] == before[0] + weights
    there = sum(
        int((masks.weights[i + 1][0].any(0) | masks.weights[i][0].any(1)).sum()) for i in range(3)
    )
    assert units is None or there == before[1] + units
    for kept, values in zip(masks.weights, nets.weights, strict=True):
        assert not values[~kept].any()


@settings(deadline=None, derandomize=True, max_examples=15)
@given(SEEDS, st.booleans())
def test_moves_lead_to_connected_networks(seed, free):
    nets, masks = hosted(some(seed, n=12)[0], (5, 4, 5))
    before = [a.copy() for a in (*nets.arrays, *masks.arrays)]
    slopes = cl.Network.zeros_like(nets)
    moved, kept = varied(nets, masks, slopes, np.random.default_rng(seed), free)
    for old, now in zip(before, (*nets.arrays, *masks.arrays), strict=True):
        np.testing.assert_array_equal(old, now)  # the parents are left as they are
    assert all(np.isfinite(a).all() for a in moved.arrays)
    for mask, values in zip(kept.arrays, moved.arrays, strict=True):
        assert not values[~mask].any()
    effective = cl.connectivity(kept).effective
    for w, on_path in zip(kept.weights, effective.weights, strict=True):
        np.testing.assert_array_equal(w, on_path)
    if not free:
        for b, ruled in zip(kept.biases, effective.biases, strict=True):
            np.testing.assert_array_equal(b, ruled)
    again, _ = varied(nets, masks, slopes, np.random.default_rng(seed), free)
    for one, other in zip(moved.arrays, again.arrays, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_swap_without_a_place_for_the_new_weight_changes_nothing():
    nets, masks = some(7, n=1, hidden=(2, 2, 2), share=1)
    before = [a.copy() for a in (*nets.arrays, *masks.arrays)]
    moves_module.swap(draft(nets, masks))
    for old, now in zip(before, (*nets.arrays, *masks.arrays), strict=True):
        np.testing.assert_array_equal(old, now)


def test_a_unit_that_is_split_is_read_as_before():
    """Every reader reads both halves, and their weights add up to what it had."""
    nets, masks = hosted(some(9, n=1, hidden=(2, 2, 2), share=1)[0], (4, 4, 4))
    weights = [w[0].copy() for w in nets.weights]
    moves_module.split_unit(draft(nets, masks))
    (layer,) = (i for i in range(1, 4) if masks.weights[i][0].any(0).sum() == 3)
    for now, before in zip(nets.weights[layer][0], weights[layer], strict=True):
        assert np.isclose(now.sum(), before.sum(), atol=1e-6)
    readers = masks.weights[layer][0].any(1)
    assert masks.weights[layer][0][readers][:, masks.weights[layer][0].any(0)].all()


def test_every_move_is_made():
    assert set(CHANGES) == {move.__name__ for move in MOVES}
    assert set(BIAS_MOVES) > set(MOVES)


# Niches.


def fake(counts, correct, negative=None):
    """Networks of so many parameters that have so many points right, of units side by side.

    negative: how many of a network's weights are below 0, layer by layer from the first unit;
    by default their number in the list.
    """
    nets, masks = [], []
    for i, count in enumerate(counts):
        w = np.zeros((1, 20, 2))
        w[0, : count // 3, 0] = 1  # a unit of one input and one reader has three parameters
        layers = [w, w[:, :, :1].transpose(0, 2, 1).copy()]
        masks.append(cl.Masks.from_weights(layers))
        below = i if negative is None else negative[i]
        layers[0][0, :below, 0] *= -1
        layers[1][0, 0, : max(0, below - count // 3)] *= -1
        nets.append(masks[-1].apply(cl.Network.from_arrays(layers, [np.zeros((1, 20)), [[0]]])))
    configs = np.array([cl.TrainConfig()] * len(counts), object)
    loss = 1 / np.array(correct, float)
    both = cl.Network.concatenate(nets), cl.Masks.concatenate(masks)
    return Population(*both, np.array(correct), loss, configs)


def test_niches_keep_the_best_of_every_count():
    niches = Niches(low=7, high=10, room=2, alike=2)
    niches.add(fake([7, 7, 10, 4, 13], [5, 6, 9, 50, 50]))
    niches.add(fake([7, 10, 10], [7, 3, 9]))
    found = {count: p.correct.tolist() for count, p in niches.kept.items()}
    assert found == {7: [7, 6], 10: [9, 3]}  # 9 has the signs of the other 9
    assert niches.bar(np.array([5, 7, 8, 10, 99])).tolist() == [0, 7, 7, 9, 9]
    assert [len(n) for n in niches.niches(points=100)] == [2, 2]
    assert [n.counts[0] for n in niches.niches(points=7)] == [7, 10]
    assert [n.counts[0] for n in niches.niches(points=9)] == [7, 10]
    lower = {4: niches.kept[7], 10: niches.kept[10]}
    assert [n.counts[0] for n in Niches(4, 30, kept=lower).niches(points=7)] == [7]


def test_few_of_a_niche_have_one_mask_and_none_the_signs_of_another():
    niches = Niches(low=1, high=20, room=5, alike=2)
    niches.add(fake([7] * 4, [1, 2, 3, 4]))
    assert niches.kept[7].correct.tolist() == [4, 3]
    niches.add(fake([7] * 3, [9, 8, 1], negative=[0, 0, 0]))
    assert niches.kept[7].correct.tolist() == [9, 4]


def test_those_closest_to_the_best_of_their_count_go_on():
    niches = Niches(low=7, high=10)
    niches.add(fake([7, 10], [50, 60]))
    found = closest(fake([4, 7, 7, 10, 13], [99, 45, 52, 59, 99]), niches, 3)
    assert found.correct.tolist() == [45, 52, 59]
    assert closest(found, niches, 2).correct.tolist() == [52, 59]


def test_what_is_not_finite_has_no_niche():
    niches, bad = Niches(low=1, high=20), fake([7], [1])
    bad.loss[:] = np.inf
    niches.add(bad)
    assert not niches.kept


# Training, polishing, a whole start.


def test_steps_are_counted():
    trainer = Trainer(DATA, np.random.default_rng(0))
    nets, masks = some(1, n=3)
    found = trainer(nets, masks, Recipe(5, (0.1, 0.2)))
    assert trainer.steps == 3 * 5 * (len(DATA[0]) // 128)
    assert {c.lr for c in found.configs} <= {0.1, 0.2}
    config = found.configs[0]
    assert (config.schedule, config.momentum, config.batch_size) == ("cosine", 0.9, 128)


def test_polishing_puts_a_boundary_right():
    """Two classes on either side of a line; the network's line is turned and moved away."""
    x = np.random.default_rng(0).normal(size=(2000, 2)).astype(np.float32)
    y = (x[:, 0] + 0.5 * x[:, 1] > 0.3).astype(np.float32)
    nets, masks = by_hand([[[0.9, 0.6]], [[1.0]], [[1.0]], [[1.0]]], [[3.0], [0.1], [0.1], [-3.8]])
    parameters = Parameters.of(masks)
    values = parameters.vector(nets)
    before = wrong(parameters.logits(values, x), y)
    polished, errors = Polish()(parameters, values, (x, y), np.random.default_rng(0))
    assert before > 100 and errors <= 2
    assert wrong(parameters.logits(polished, x), y) == errors


@settings(deadline=None, derandomize=True, max_examples=5)
@given(SEEDS)
def test_polishing_never_makes_worse(seed):
    nets, masks = some(seed, n=2)
    before = population(nets, masks)
    after = Polish(rounds=3, points=100, hops=1).all(before, DATA, np.random.default_rng(0))
    assert (after.correct >= before.correct - 1).all()  # counted in single precision before


def right(net, data):
    """Points right in double precision, layer by layer."""
    h = data[0].astype(float)
    for w, b in zip(net.weights, net.biases, strict=True):
        z = h @ w[0].T.astype(float) + b[0].astype(float)
        h = np.maximum(z, 0)
    return ((z[:, 0] > 0) == (data[1] > 0.5)).sum()


def test_what_is_polished_is_counted_as_it_is_in_the_end():
    """Units that are merged give logits that are rounded otherwise; all points are close to 0."""
    first = [[0.3, 0.7], [0.39, 0.91]]
    nets, masks = by_hand([first, [[1.1, 0.7]], [[1.0]], [[1.0]]], [[0, 0], [0], [0], [-1.0]])
    a = np.random.default_rng(0).uniform(0.1, 0.9, 2000)
    slope = right_slope(nets)
    x = np.stack([a / slope[0], (1 - a) / slope[1]], 1).astype(np.float32)
    parameters = Parameters.of(masks)
    y = (parameters.logits(parameters.vector(nets), x) > 0).astype(np.float32)
    before = population(nets, masks)
    after = Polish(rounds=0).all(before, (x, y), np.random.default_rng(0))
    assert after.masks.weights_kept[0] == 5  # one unit of two is left
    assert after.correct[0] == right(after.network, (x, y)) < right(nets, (x, y)) == len(x)
    assert after.correct.dtype == np.int64
    z = after.network.logits(x)[0].astype(float)
    assert np.isclose(after.loss[0], np.logaddexp(0, np.where(y > 0.5, -z, z)).mean())


def right_slope(nets):
    """∂(logit)/∂input where all units are above 0."""
    slope = np.ones((1, 1))
    for w in reversed(nets.weights):
        slope = slope @ w[0].astype(float)
    return slope[0]


def test_scores_are_those_of_every_network():
    nets, masks = some(8, n=5)
    correct, loss = scores(nets, masks, DATA)
    assert correct.tolist() == [right(nets[i], DATA) for i in range(5)]
    np.testing.assert_allclose(loss, population(nets, masks).loss, rtol=1e-5)


def test_how_far_margins_move_does_not_hang_on_the_points_beside_them():
    """As sums of BLAS do, and so on its threads, which share the points out."""
    rng = np.random.default_rng(0)
    room, slopes = rng.random(40), rng.normal(size=(40, 1003))
    whole = reach(room, slopes)
    np.testing.assert_allclose(whole, room @ np.abs(slopes), rtol=1e-12)
    for part in (slice(0, 1), slice(0, 501), slice(501, 1003), slice(1002, 1003)):
        np.testing.assert_array_equal(reach(room, slopes[:, part]), whole[part])


@pytest.mark.parametrize("biases", [False, True])
def test_a_start_is_what_its_seed_says(biases):
    budget = Budget(**(vars(TINY) | {"biases": biases}))
    runs = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        runs.append(descend((3, 1, 3), np.random.SeedSequence(4), DATA, budget))
    torch.set_num_threads(1)
    one, other = runs
    assert one.steps == other.steps > 24 * 4 * 4
    for kind in ("sgd", "polished"):
        mine, its = getattr(one, kind).kept, getattr(other, kind).kept
        assert mine.keys() == its.keys() and len(mine) > 3
        for count, niche in mine.items():
            for a, b in zip(niche.network.arrays, its[count].network.arrays, strict=True):
                np.testing.assert_array_equal(a, b)
            check(niche, count, biases)


def check(niche, count, biases):
    """A niche's networks have so many parameters, all alive, and the points that they say."""
    assert (niche.counts == count).all()
    live = cl.simplify(niche.network, niche.masks, DATA[0])
    for i in range(len(niche)):
        net, _ = narrowed(niche.network[i], niche.masks[i])
        nonzero = sum(int((w != 0).sum()) for w in net.weights)
        counted = sum(int((b != 0).sum()) if biases else b.size for b in net.biases)
        assert nonzero + counted == count
        assert live.live_weights[i] == nonzero
        assert right(net, DATA) == niche.correct[i]


def test_a_start_from_known_networks_keeps_what_they_have():
    first = descend((3, 1, 3), np.random.SeedSequence(4), DATA, TINY)
    known = Population.concatenate(list(first.sgd.kept.values()))
    budget = Budget(**(vars(TINY) | {"generations": 1, "polished": 0, "polishings": 0, "hops": 0}))
    second = descend(known, np.random.SeedSequence(5), DATA, budget)
    assert not second.polished.kept
    for count, niche in first.sgd.kept.items():
        assert second.sgd.kept[count].correct[0] >= niche.correct[0]


def test_random_masks_are_of_what_was_kept():
    nets, masks = dense((3, 2, 2), (4, 4, 4), 1000, np.random.SeedSequence(0))
    _, kept = sparse(nets, masks, 9, np.random.default_rng(1))
    assert kept.weights_kept.max() == 9 and kept.weights_kept.min() < 9
    assert all((k <= m).all() for k, m in zip(kept.weights, masks.weights, strict=True))
    for layer, wide in zip(kept.weights, masks.weights, strict=True):
        share = layer.mean(0)[wide[0]]
        assert share.min() > 0.05 and np.ptp(share) < 0.1  # no place is left out or preferred
    every, all_kept = sparse(nets, masks, 99, np.random.default_rng(1))
    np.testing.assert_array_equal(every.weights[1], nets.weights[1])
    assert (all_kept.weights_kept == 6 + 6 + 4 + 2).all()


def test_narrowed_is_the_inverse_of_hosted():
    nets, masks = some(11, n=1)
    small, _ = narrowed(nets, masks)
    wide, kept = hosted(small, (9, 8, 7))
    np.testing.assert_array_equal(wide.logits(DATA[0]), small.logits(DATA[0]))
    again, masks = narrowed(wide, kept)
    assert again.hidden == masks.hidden == small.hidden
    assert lived(population(wide, kept), DATA).masks.hidden == (9, 8, 7)


@pytest.mark.parametrize(
    "wrongly, said",
    [
        ({"low": 0}, "low"),
        ({"low": 9, "high": 8}, "low must not be above high"),
        ({"host": (0, 1, 1)}, "host"),
        ({"generations": -1}, "generations"),
        ({"children": 3}, "children must be at least 4, got 3"),
        ({"polished": 0, "polishings": 2}, "with polished=0 both must be 0, got 2 and 0"),
        ({"polished": 0, "hops": 1}, "with polished=0 both must be 0, got 0 and 1"),
    ],
)
def test_budgets_that_are_none(wrongly, said):
    with pytest.raises(cl.UserError, match=f"budget: .*{said}"):
        Budget(**wrongly)


def test_the_fewest_children_are_enough():
    budget = Budget(**(vars(TINY) | {"children": 4, "polishings": 1, "hops": 0}))
    assert descend((3, 1, 3), np.random.SeedSequence(4), DATA, budget).polished.kept
