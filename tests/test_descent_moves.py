"""How the search that goes down changes a mask: removals one by one, and moves at random."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from populations import DATA, SEEDS, by_hand, population, some

import cubistlib as cl
from cubistlib.search.descent import moves as moves_module
from cubistlib.search.descent.draft import Draft
from cubistlib.search.descent.moves import BIAS_MOVES, MOVES, varied
from cubistlib.search.descent.population import hosted
from cubistlib.search.descent.removal import removals

# Removals.


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
