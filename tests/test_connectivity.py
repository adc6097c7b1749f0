"""Paths, by hand and by listing every path; folding, checked numerically."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from test_masks import random_masks

import cubistlib as cl
from cubistlib.networks.connectivity import STATES, state_counts

# Inputs 2, hidden 3 and 3, output 1. Unit b is read but unfed, c is fed but unread,
# in the second layer e hangs on b alone and f on nothing and to nothing.
FIRST = np.array([[1, 0], [0, 0], [1, 1]])
SECOND = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0]])
LAST = np.array([[1, 1, 0]])


def example():
    return cl.Masks.from_weights([FIRST, SECOND, LAST])


def test_fed_read_and_effective_by_hand():
    paths = cl.connectivity(example())
    assert paths.fed[1].tolist() == [[True, False, True]]
    assert paths.fed[2].tolist() == [[True, False, False]]
    assert paths.read[1].tolist() == [[True, True, False]]
    assert paths.read[2].tolist() == [[True, True, False]]
    assert paths.effective_weights.tolist() == [3]
    assert paths.effective_parameters.tolist() == [3 + 3]
    assert example().weights_kept.tolist() == [8]


@given(random_masks())
def test_effective_weights_are_those_on_some_path(masks):
    w = [layer[0] for layer in masks.weights]
    on_path = [np.zeros_like(layer) for layer in w]
    for units in product(*(range(size) for size in masks.sizes)):
        steps = list(zip(units[1:], units[:-1], strict=True))
        if all(w[layer][step] for layer, step in enumerate(steps)):
            for layer, step in enumerate(steps):
                on_path[layer][step] = True
    effective = cl.connectivity(masks).effective
    for expected, found in zip(on_path, effective.weights, strict=True):
        np.testing.assert_array_equal(found[0], expected)


@settings(deadline=None)
@given(random_masks(), st.integers(0, 1000))
def test_folding_leaves_the_output_unchanged(masks, seed):
    nets = cl.Network.initialize(masks.hidden, seed=seed)
    x = np.random.default_rng(seed).normal(size=(50, 2)).astype(np.float32)
    folded, effective = cl.fold(nets, masks)
    np.testing.assert_allclose(folded.logits(x), masks.apply(nets).logits(x), atol=1e-5)
    for w, b, mw, mb in zip(
        folded.weights, folded.biases, effective.weights, effective.biases, strict=True
    ):
        assert not w[~mw].any() and not b[~mb].any()


@given(random_masks())
def test_folding_twice_changes_nothing(masks):
    once, effective = cl.fold(cl.Network.initialize(masks.hidden, seed=1), masks)
    twice, again = cl.fold(once, effective)
    for a, b in zip((*once.weights, *once.biases), (*twice.weights, *twice.biases), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(effective.parameters_kept, again.parameters_kept)


def test_folding_moves_a_constant_through_two_layers():
    weights = [np.zeros((1, 2)), np.array([[2.0]]), np.array([[3.0]])]
    net = cl.Network.from_arrays(weights, [np.array([0.5]), np.array([1.0]), np.array([-1.0])])
    masks = cl.Masks.from_weights([np.zeros((1, 2)), np.ones((1, 1)), np.ones((1, 1))])
    folded, effective = cl.fold(net, masks)
    assert folded.biases[-1].tolist() == [[3 * (2 * 0.5 + 1) - 1]]
    assert effective.parameters_kept.tolist() == [1]


def test_unit_states_by_hand():
    nets = cl.Network.initialize((3, 3), seed=0)
    nets.weights[0][0] = [[1, 0], [0, 0], [1, 1]]
    nets.biases[0][0] = [0, 0.5, 0]
    nets.weights[1][0] = np.where(SECOND, [[-1, 0, 0], [0, 1, 0], [0, 0, 0]], 0)
    nets.biases[1][0] = 0
    x = np.array([[1, 0], [2, 0], [3, 1]], np.float32)
    first, second = cl.unit_states(nets, example(), x)
    assert [STATES[s] for s in first[0]] == ["live", "constant", "disconnected"]
    assert [STATES[s] for s in second[0]] == ["dead", "constant", "disconnected"]
    counts = {name: count.tolist() for name, count in state_counts(nets, example(), x).items()}
    assert counts == {"disconnected": [2], "dead": [1], "constant": [2], "live": [1]}


def test_a_mask_without_weights_has_no_paths():
    masks = cl.Masks.from_weights([np.zeros((3, 2)), np.zeros((1, 3))])
    assert cl.connectivity(masks).effective_parameters.tolist() == [1]
    folded, _ = cl.fold(cl.Network.initialize((3,)), masks)
    assert folded.logits(np.ones((2, 2), np.float32)).std() == 0
