"""Logits, margins and their slopes, which the search that goes down polishes by."""

import numpy as np
import torch
from hypothesis import given, settings
from populations import DATA, SEEDS, population, right, some

import cubistlib as cl
from cubistlib.networks import functional
from cubistlib.search.descent.margins import Parameters, margins, scores, wrong


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


def test_scores_are_those_of_every_network():
    nets, masks = some(8, n=5)
    correct, loss = scores(nets, masks, DATA)
    assert correct.tolist() == [right(nets[i], DATA) for i in range(5)]
    np.testing.assert_allclose(loss, population(nets, masks).loss, rtol=1e-5)
