"""Masks through PyTorch's own pruning and back."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from cubistlib import Masks, Network, UserError, pruners, testing
from cubistlib.interop import from_sequential, to_sequential


@pytest.fixture
def net():
    return Network.initialize((7, 5, 6), seed=3)


@pytest.fixture
def masks(net):
    return pruners.Random().masks(net, None, 30, seed=1)


@pytest.fixture
def x(spiral):
    return spiral[0][::500]


def test_there_and_back(net, masks):
    back, kept = from_sequential(to_sequential(net, masks))
    assert testing.same(back, net) and testing.same(kept, masks)


def test_the_model_computes_the_same_logits(net, masks, x):
    model = to_sequential(net, masks)
    logits = model(torch.from_numpy(x))[:, 0].detach().numpy()
    np.testing.assert_allclose(logits, masks.apply(net).logits(x)[0], rtol=1e-5, atol=1e-6)


def test_the_model_is_pruned_as_torch_does_it(net, masks):
    model = to_sequential(net, masks)
    assert prune.is_pruned(model)
    names = {name for name, _ in model[0].named_parameters()}
    assert names == {"weight_orig", "bias_orig"}
    np.testing.assert_array_equal(model[2].weight_mask, masks.weights[1][0])
    for layer in model[::2]:
        prune.remove(layer, "weight")
    np.testing.assert_array_equal(model[4].weight.detach(), masks.apply(net).weights[2][0])


def test_without_masks_nothing_is_pruned(net):
    model = to_sequential(net)
    assert not prune.is_pruned(model)
    back, masks = from_sequential(model)
    assert testing.same(back, net) and testing.same(masks, Masks.ones_like(net))


def test_masks_of_another_library_come_in(net, x):
    """Weights pruned by torch itself: biases follow the bias rule and the logits stay."""
    model = to_sequential(net)
    layers = [(layer, "weight") for layer in model[::2]]
    prune.global_unstructured(layers, prune.L1Unstructured, amount=net.size - 25)
    back, masks = from_sequential(model)
    assert masks.weights_kept == 25
    magnitude = pruners.Magnitude().masks(net, None, 25)
    assert testing.same(masks, magnitude)
    logits = model(torch.from_numpy(x))[:, 0].detach().numpy()
    np.testing.assert_allclose(masks.apply(back).logits(x)[0], logits, rtol=1e-5, atol=1e-6)


def test_a_layer_without_bias_has_none_to_keep(x):
    linear = nn.utils.skip_init(nn.Linear, 2, 1, bias=False)
    nn.init.ones_(linear.weight)
    net, masks = from_sequential(nn.Sequential(linear))
    assert not masks.biases[0].any()
    np.testing.assert_allclose(masks.apply(net).logits(x)[0], x.sum(1), rtol=1e-5, atol=1e-6)


def test_export_draws_no_random_numbers_and_shares_no_memory(net, masks):
    with testing.other_global_state() as moved:
        model = to_sequential(net, masks)
        assert not moved()
    nn.init.zeros_(model[0].weight_orig)
    assert (net.weights[0] != 0).all()


def test_what_cannot_be_carried_over_is_refused(net, masks):
    with pytest.raises(UserError, match=r"takes one network, as in nets\[0\], got 2"):
        to_sequential(Network.initialize((3,), n=2))
    with pytest.raises(UserError, match="do not fit"):
        to_sequential(Network.initialize((3,)), masks)
    for given in ((None,), (masks,), (net, "all"), (net, net)):
        with pytest.raises(UserError, match=r"takes a Network, got|masks must be Masks, got"):
            to_sequential(*given)
    for layers in ([nn.Identity()], [to_sequential(net)[0], nn.Tanh(), to_sequential(net)[2]], []):
        with pytest.raises(UserError, match="Linear and ReLU must alternate"):
            from_sequential(nn.Sequential(*layers))
