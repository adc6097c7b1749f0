"""What lives in a network: removed is what does nothing on the data, and the logits stay."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known import trained

import cubistlib as cl
from cubistlib import simplify
from cubistlib.networks import Removal
from cubistlib.networks.still import still

X = np.array([[1, 2], [-1, 0.5], [0.5, -2], [-2, -1], [3, 3]], np.float32)


def network(weights, biases):
    """A network of these layers, what is None masked, and its masks."""
    values = [np.array(w, float) for w in weights]
    masks = cl.Masks.from_weights([~np.isnan(w) for w in values])
    return cl.Network.from_arrays([np.nan_to_num(w) for w in values], biases), masks


N = None
# Layers of weights and biases; what is removed; live weights and parameters; structure.
CASES = {
    "all lives": (([[[1, N], [N, 1]], [[1, 1]]], [[0, 0], [0]]), (), (4, 7, (2,))),
    "a weight of zero": (
        ([[[1, 0], [N, 1]], [[1, 1]]], [[0, 0], [0]]),
        (Removal(1, 0, "zero", 1),),
        (4, 7, (2,)),
    ),
    "a unit that nobody reads": (
        ([[[1, N], [N, 1]], [[1, N]]], [[0, 0], [0]]),
        (Removal(1, 1, "no path"),),
        (2, 4, (1,)),
    ),
    "a unit that reads nobody": (
        ([[[1, N], [N, N]], [[1, 2]]], [[0, 3], [0]]),
        (Removal(1, 1, "no path"),),
        (2, 4, (1,)),
    ),
    "a dead unit": (
        ([[[1, N], [1, 1]], [[1, 1]]], [[0, -9], [0]]),
        (Removal(1, 1, "dead"),),
        (2, 4, (1,)),
    ),
    "a dead unit that alone read another": (
        ([[[1, N], [N, 1]], [[N, -1], [1, N]], [[1, 1]]], [[0, 0], [-9, 0], [0]]),
        (Removal(2, 0, "dead"), Removal(1, 1, "no path")),
        (3, 6, (1, 1)),
    ),
    "a constant unit behind what hardly moves": (
        ([[[1, N], [N, 1]], [[1, N], [N, 1e-30]], [[1, 2]]], [[0, 0], [0, 5], [0]]),
        (Removal(2, 1, "constant"), Removal(1, 1, "no path")),
        (3, 6, (1, 1)),
    ),
    "two units of one direction": (
        ([[[1, 2], [3, 6]], [[1, -1]]], [[1, 3], [0]]),
        (Removal(1, 1, "merged", 0),),
        (3, 5, (1,)),
    ),
    "two that cancel": (
        ([[[1, 2], [2, 4]], [[-2, 1]]], [[1, 2], [0]]),
        (Removal(1, 1, "merged", 0), Removal(2, 0, "zero", 0), Removal(1, 0, "no path")),
        (0, 1, (0,)),
    ),
    "opposite directions are two": (
        ([[[1, 2], [-1, -2]], [[1, 1]]], [[1, -1], [0]]),
        (),
        (6, 9, (2,)),
    ),
}


@pytest.mark.parametrize("layers, removed, left", CASES.values(), ids=CASES)
def test_by_hand(layers, removed, left):
    nets, masks = network(*layers)
    done = simplify(nets, masks, X)
    assert done.removed == (removed,)
    assert (done.live_weights[0], done.live_parameters[0], done.structures[0]) == left
    np.testing.assert_allclose(done.network.logits(X), masks.apply(nets).logits(X), rtol=1e-6)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(0, 10**6), st.floats(0.2, 1.0)
)
def test_of_random_networks_the_logits_stay_and_all_that_is_left_lives(hidden, seed, density):
    rng, n = np.random.default_rng(seed), 5
    sizes = (2, *hidden, 1)
    masks = cl.Masks.from_weights(
        [rng.random((n, out, into)) < density for into, out in pairwise(sizes)]
    )
    nets = cl.Network.initialize(tuple(hidden), n=n, seed=seed)
    for arrays in nets.weights:  # copies of units, and weights of zero
        if arrays.shape[1] > 1:
            arrays[:, 1] = arrays[:, 0]
        arrays[rng.random(arrays.shape) < 0.1] = 0
    x = rng.normal(size=(700, 2)).astype(np.float32)
    done = simplify(nets, masks, x)

    before, after = masks.apply(nets).logits(x), done.network.logits(x)
    np.testing.assert_allclose(after, before, atol=1e-5 * (1 + np.abs(before).max()))
    assert not any(simplify(done.network, done.masks, x).removed)
    paths = cl.connectivity(done.masks)
    assert (paths.effective_weights == done.live_weights).all()
    assert (done.live_parameters <= cl.connectivity(masks).effective_parameters).all()
    for layer, state in enumerate(cl.unit_states(done.network, done.masks, x), start=1):
        assert np.isin(state[paths.fed[layer] & paths.read[layer]], 3).all()
    for i in range(n):  # neighbours do not matter
        alone = simplify(nets[i], masks[i], x)
        assert alone.removed == (done.removed[i],)


@pytest.mark.parametrize(
    "name, kept, effective, live, structure, accuracy",
    [
        ("random-init/unstructured-search-95 114654", 30, 30, 24, (3, 2, 2), 0.9549),
        ("fixed-init-99.5/pruning 1207", 48, 30, 23, (4, 1, 3), 0.9514),
        ("notebook 20 615", 42, 42, 27, (3, 3, 1), 0.9649),
        ("random-init/pruning 572", 48, 46, 46, (6, 4, 3), 0.9983),
    ],
)
def test_what_looked_sparsest_is_sparser(spiral, name, kept, effective, live, structure, accuracy):
    """Networks of the paper's studies and of notebook 20 as trained; see golden/README.md."""
    nets, masks = trained(name)
    done = simplify(nets, masks, spiral[0])
    assert masks.parameters_kept[0] == kept and done.live_parameters[0] == live
    assert cl.connectivity(masks).effective_parameters[0] == effective
    assert done.structures == [structure]
    assert nets.evaluate(*spiral)[0][0] == pytest.approx(accuracy, abs=1e-4)
    assert done.network.evaluate(*spiral)[0][0] == pytest.approx(accuracy, abs=1e-4)


def test_a_network_without_hidden_layers_is_simple():
    nets, masks = network([[[1, N]]], [[0.5]])
    done = simplify(nets, masks, X)
    assert (done.live_parameters[0], done.structures, done.removed) == (2, [()], ((),))


def test_no_rows_and_masks_of_another_shape_are_one_sentence():
    nets, masks = network(*CASES["all lives"][0])
    with pytest.raises(cl.UserError, match="simplify: x must have rows"):
        simplify(nets, masks, X[:0])
    with pytest.raises(cl.UserError, match="do not fit"):
        simplify(cl.Network.initialize((3,)), masks, X)


@pytest.mark.parametrize(
    "x, said",
    [
        (np.ones((4, 3)), r"x must be \(rows, 2\), got shape \(4, 3\)"),
        (np.ones(4), r"x must be \(rows, 2\), got shape \(4,\)"),
        ([[0.0, 1.0], [np.nan, 1.0]], "simplify: x must be finite, it holds NaN or infinity"),
        ([[0.0, np.inf]], "simplify: x must be finite"),
        ([["a", "b"]], "x must be an array of numbers"),
        ([[1, 2], [3]], "x must be an array of numbers"),
        (None, "x must be"),
    ],
)
def test_rows_that_are_none_are_one_sentence(x, said):
    with pytest.raises(cl.UserError, match=said):
        simplify(*network(*CASES["all lives"][0]), x)


@pytest.mark.parametrize("dtype", [float, np.float32, int, object])
def test_rows_of_any_type_of_number_are_taken(dtype):
    nets, masks = network(*CASES["all lives"][0])
    x = np.array([[0, 1], [2, 3], [-1, 5]])
    assert simplify(nets, masks, x.astype(dtype)).removed == simplify(nets, masks, x).removed


def test_what_is_no_network_or_no_masks_is_one_sentence():
    nets, masks = network(*CASES["all lives"][0])
    for wrong in ((nets, None), (masks, nets), (None, masks), (nets.weights, masks)):
        with pytest.raises(cl.UserError, match="simplify: takes a Network, its Masks, and the"):
            simplify(*wrong, X)


def test_units_stand_still_without_numbas_compiler_too(monkeypatch, spiral):
    nets = cl.Network.initialize((4, 3), 20, seed=3)
    compiled = still(nets, spiral[0])
    monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    for one, other in zip(compiled, still(nets, spiral[0]), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
        assert np.isnan(one).any() and not np.isnan(one).all()
