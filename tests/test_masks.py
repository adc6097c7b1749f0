"""Masks: what they accept, the bias rule, counts."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cubistlib as cl
from cubistlib.networks.masks import bias_rule


@st.composite
def random_masks(draw, most_width=4, most_layers=3):
    """A single mask of random widths, entries and sparsity."""
    hidden = draw(st.lists(st.integers(1, most_width), min_size=1, max_size=most_layers))
    density = draw(st.floats(0, 1))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = [2, *hidden, 1]
    shapes = [(1, out, into) for into, out in itertools.pairwise(sizes)]
    return cl.Masks.from_weights([rng.random(shape) < density for shape in shapes])


def test_bias_rule_by_hand():
    first = np.array([[[1, 1], [0, 0], [1, 0]]])  # incoming weights do not matter
    last = np.array([[[1, 1, 0]]])
    hidden, output = bias_rule([first, last])
    np.testing.assert_array_equal(hidden, [[True, True, False]])
    np.testing.assert_array_equal(output, [[True]])


def test_counts_by_hand():
    masks = cl.Masks.from_weights([np.array([[1, 1], [0, 0], [1, 0]]), np.array([[1, 1, 0]])])
    assert masks.weights_kept.tolist() == [5]
    assert masks.parameters_kept.tolist() == [8]


def test_ones_keep_everything():
    masks = cl.Masks.ones_like(cl.Network.initialize((3, 3, 3), n=2))
    assert masks.weights_kept.tolist() == [27, 27]
    assert masks.parameters_kept.tolist() == [37, 37]


@given(random_masks())
def test_bias_rule_holds_for_every_unit(masks):
    for layer, biases in enumerate(masks.biases[:-1]):
        outgoing = masks.weights[layer + 1][0]
        assert biases[0].tolist() == [outgoing[:, u].any() for u in range(outgoing.shape[1])]
    assert masks.biases[-1].all()


def test_apply_gives_exact_zeros_even_over_nan():
    net = cl.Network.from_arrays(
        [np.array([[np.nan, -1.0]]), np.array([[2.0]])], [np.ones(1), np.ones(1)]
    )
    masks = cl.Masks.from_weights([np.array([[0, 1]]), np.array([[0]])])
    masked = masks.apply(net)
    np.testing.assert_array_equal(masked.weights[0], [[[0, -1]]])
    np.testing.assert_array_equal(masked.weights[1], [[[0]]])
    np.testing.assert_array_equal(masked.biases[0], [[0]])
    assert np.isnan(net.weights[0][0, 0, 0])


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ([np.array([[0.5, 1.0]]), np.ones((1, 1))], "only 0 and 1"),
        ([np.array([[2, 1]]), np.ones((1, 1))], "only 0 and 1"),
        ([np.array([[np.nan, 1]]), np.ones((1, 1))], "only 0 and 1"),
        ([np.array([["a", "b"]]), np.ones((1, 1))], "weights must be an array of numbers"),
        ([np.ones((3, 2)), np.ones((1, 2))], r"weights\[1\] must be \(1, out ≥ 1, 3\)"),
    ],
)
def test_other_values_and_shapes_are_refused(weights, sentence):
    with pytest.raises(cl.UserError, match=sentence):
        cl.Masks.from_weights(weights)


def test_a_mask_of_another_shape_is_refused():
    nets = cl.Network.initialize((3, 3), n=2)
    masks = cl.Masks.ones_like(cl.Network.initialize((3, 2), n=2))
    with pytest.raises(cl.UserError, match="do not fit"):
        masks.apply(nets)
    with pytest.raises(cl.UserError, match="do not fit"):
        masks.apply(cl.Network.initialize((3, 2), n=1))
