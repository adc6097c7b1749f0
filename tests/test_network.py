"""Stacks of networks: shapes, initialization, forward pass by hand and against torch.nn."""

import numpy as np
import pytest
import torch

import cubistlib as cl
from cubistlib.networks import network


def one_path():
    """x → relu(2 x₁ − x₂ + 1) → −3 h + 0.5."""
    weights = [np.array([[2.0, -1.0]]), np.array([[-3.0]])]
    return cl.Network.from_arrays(weights, [np.array([1.0]), np.array([0.5])])


def test_forward_by_hand():
    x = np.array([[1, 1], [0, 3]], np.float32)
    hidden, logits = one_path().activations(x)
    np.testing.assert_array_equal(hidden[0, :, 0], [2, 0])
    np.testing.assert_array_equal(logits[0, :, 0], [-5.5, 0.5])
    np.testing.assert_array_equal(one_path().logits(x), [[-5.5, 0.5]])


def test_evaluate_by_hand():
    x = np.array([[1, 1], [0, 3]], np.float32)
    accuracy, loss = one_path().evaluate(x, np.float32([0, 0]))
    expected = (np.log1p(np.exp(-5.5)) + np.log1p(np.exp(0.5))) / 2
    assert accuracy[0] == 0.5
    np.testing.assert_allclose(loss[0], expected, rtol=1e-6)


def test_a_logit_of_zero_counts_as_class_0():
    net = cl.Network.zeros_like(one_path())
    accuracy, _ = net.evaluate(np.zeros((4, 2), np.float32), np.float32([0, 0, 0, 1]))
    assert accuracy[0] == 0.75


def test_forward_equals_torch_sequential(spiral):
    nets = cl.Network.initialize((5, 4, 3), n=3, seed=2)
    x = spiral[0][::500]
    layers = []
    for w, b in zip(nets.weights, nets.biases, strict=True):
        linear = torch.nn.Linear(w.shape[2], w.shape[1])
        linear.load_state_dict({"weight": torch.tensor(w[1]), "bias": torch.tensor(b[1])})
        layers += [linear, torch.nn.ReLU()]
    with torch.no_grad():
        expected = torch.nn.Sequential(*layers[:-1])(torch.tensor(x))[:, 0].numpy()
    np.testing.assert_allclose(nets.logits(x)[1], expected, atol=1e-6)


def test_evaluating_in_parts_changes_nothing(spiral, monkeypatch):
    nets = cl.Network.initialize((3, 3, 3), n=2, seed=0)
    whole = nets.evaluate(*spiral)
    monkeypatch.setattr(network, "CHUNK", 2 * 3 * 1000)
    np.testing.assert_allclose(nets.evaluate(*spiral), whole, rtol=1e-9)


def test_initialization_has_pytorchs_range():
    nets = cl.Network.initialize((16, 16), n=200, seed=1)
    for w, b in zip(nets.weights, nets.biases, strict=True):
        bound = 1 / np.sqrt(w.shape[2])
        for values in (w, b):
            assert 0.98 * bound < np.abs(values).max() <= bound
            assert abs(values.mean()) < 0.05 * bound


def test_network_i_does_not_depend_on_the_stack():
    stack = cl.Network.initialize((4, 3, 2), n=9, seed=5)
    small = cl.Network.initialize((4, 3, 2), n=3, seed=5)
    for a, b in zip(stack[:3].weights, small.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    other = cl.Network.initialize((4, 3, 2), n=3, seed=6)
    assert not np.array_equal(other.weights[0], small.weights[0])


def test_host_initialization_takes_the_leading_units():
    wide = cl.Network.initialize((16, 16, 16), seed=3)
    lead = cl.Network.initialize((2, 3, 4), seed=3, host=(16, 16, 16))
    np.testing.assert_array_equal(lead.weights[1], wide.weights[1][:, :3, :2])
    np.testing.assert_array_equal(lead.weights[3], wide.weights[3][:, :, :4])
    np.testing.assert_array_equal(lead.biases[2], wide.biases[2][:, :4])


def test_the_global_random_state_is_left_alone():
    before = (np.random.get_state()[1].copy(), torch.get_rng_state())
    cl.Network.initialize((3, 3, 3), n=4, seed=0)
    np.testing.assert_array_equal(before[0], np.random.get_state()[1])
    assert torch.equal(before[1], torch.get_rng_state())


def test_stacks_slice_concatenate_and_copy():
    nets = cl.Network.initialize((3, 2), n=5, seed=0)
    assert (len(nets), nets.sizes, nets.hidden, nets.size) == (5, (2, 3, 2, 1), (3, 2), 14)
    both = cl.Network.concatenate([nets[:2], nets[-3:]])
    np.testing.assert_array_equal(both.weights[0], nets.weights[0])
    np.testing.assert_array_equal(nets[-1].weights[1], nets[4].weights[1])
    part = nets[0]
    part.weights[0][:] = 7
    assert not (nets.weights[0] == 7).any()
    assert [len(net) for net in nets] == [1] * 5


def test_any_number_of_hidden_layers():
    for hidden in ((1,), (2, 2), (1, 2, 3, 4, 5, 6)):
        nets = cl.Network.initialize(hidden, n=2, seed=0)
        assert nets.logits(np.zeros((3, 2), np.float32)).shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: cl.Network.initialize((3, 0, 3)), r"hidden\[1\] must be a whole number ≥ 1"),
        (lambda: cl.Network.initialize(()), "hidden must be a list of one or more"),
        (lambda: cl.Network.initialize((2.5,)), r"hidden\[0\] must be a whole number ≥ 1, got 2.5"),
        (lambda: cl.Network.initialize((3,), n=0), "n must be a whole number ≥ 1, got 0"),
        (lambda: cl.Network.initialize((3,), n=2.0), "n must be a whole number ≥ 1, got 2.0"),
        (lambda: cl.Network.initialize(3), "hidden must be a list of one or more.* got 3"),
        (lambda: cl.Network.initialize((3,), host=(2,)), "host"),
        (lambda: cl.Network.from_arrays([np.ones((3, 2))], [np.ones(2)]), r"biases\[0\] must be"),
        (
            lambda: cl.Network.from_arrays([np.ones((3, 2)), np.ones((1, 4))], [np.ones(3)] * 2),
            r"weights\[1\] must be",
        ),
        (lambda: cl.Network((), ()), "one bias array for every weight array"),
        (lambda: cl.Network(None, None), "weights must be a list of one array a layer"),
        (lambda: cl.Network.from_arrays(None, []), "weights must be a list of one array a layer"),
        (lambda: cl.Network.from_arrays(["a"], ["b"]), "weights must be an array of numbers"),
        (lambda: cl.Network.from_arrays([[[1, 2], [3]]], [[1]]), "must be an array of numbers"),
        (lambda: cl.Network.initialize((3,), inputs=0), "inputs must be a whole number ≥ 1, got 0"),
        (lambda: cl.Network.initialize((3,), inputs=-1), "inputs must be a whole number ≥ 1"),
        (lambda: cl.Network.initialize((3,), inputs=2.5), "inputs must be a whole number ≥ 1"),
        (lambda: cl.Network.initialize((3,), outputs=None), "outputs must be a whole .*, got None"),
        (lambda: cl.Network.initialize((10**30,)), r"hidden\[0\] must be at most"),
        (lambda: cl.Network.initialize((10**4,) * 12), "a stack must have at most .* parameters"),
        (lambda: cl.Network.initialize((3,), n=10**12), "n must be at most"),
        (lambda: cl.Masks.from_weights(None), "weights must be a list of one array a layer"),
        (lambda: cl.Masks.from_weights([]), r"Masks: weights must be .* each, got \[\]"),
        (lambda: cl.Masks.from_weights([[[1, 0], [1]]]), "weights must be an array of numbers"),
        (
            lambda: cl.Masks.from_weights([np.ones((3, 2)), np.ones(())]),
            r"weights must be \(n, out, in\) or \(out, in\) each, got \[\(1, 3, 2\), \(1,\)\]",
        ),
        (lambda: cl.Masks.ones_like(None), "Masks: like a Network, got NoneType"),
        (lambda: cl.Masks.ones_like(one_path()).apply(None), "apply to a Network, got NoneType"),
        (lambda: cl.connectivity(one_path()), "connectivity: takes Masks, got Network"),
        (lambda: one_path().logits("abc"), "x must be an array of numbers, got 'abc'"),
        (lambda: one_path().evaluate(np.ones((4, 2)), [1]), r"y must be \(4,\) as x, got"),
        (lambda: one_path().evaluate(np.ones((0, 2)), []), "evaluate takes one row or more"),
        (lambda: one_path()[[0, 1]], r"index \[0, 1\] outside a stack of 1"),
        (lambda: one_path()["a"], "index 'a' outside a stack of 1"),
        (lambda: one_path().logits(np.ones((4, 3))), r"x must be \(rows, 2\)"),
        (lambda: one_path()[1], "outside a stack of 1"),
    ],
)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(cl.UserError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)


def test_weights_of_a_structure_by_hand():
    assert network.weights_of((3, 3, 3)) == 6 + 9 + 9 + 3
    assert network.weights_of((4, 2), inputs=5, outputs=3) == 20 + 8 + 6
    assert network.weights_of((7, 3)) == cl.Network.initialize((7, 3)).size


def test_whole_number_seeds_share_no_random_bits_with_the_order_of_the_data():
    net = cl.Network.initialize((3,), seed=5)
    of_order = np.random.default_rng(np.random.SeedSequence(5, spawn_key=(0,)))
    drawn = of_order.uniform(-1, 1, (3, 2)).astype(np.float32) / np.sqrt(np.float32(2))
    assert not np.isclose(net.weights[0][0], drawn).any()
    # A SeedSequence is taken as it is: experiments have their own, apart from any order.
    own = cl.Network.initialize((3,), seed=np.random.SeedSequence(5))
    np.testing.assert_allclose(own.weights[0][0], drawn, rtol=1e-6)


def test_each_network_may_have_a_seed_of_its_own():
    nets = cl.Network.initialize((3, 2), n=2, seed=[1, 2])
    for i, seed in enumerate((1, 2)):
        alone = cl.Network.initialize((3, 2), seed=seed)
        np.testing.assert_array_equal(nets.weights[1][i], alone.weights[1][0])
    for bad in ([1], [1, -1], [1, 2.5], ["a", "b"], 1.5, True, None):
        with pytest.raises(cl.UserError, match=r"seeds? "):
            cl.Network.initialize((3, 2), n=2, seed=bad)
