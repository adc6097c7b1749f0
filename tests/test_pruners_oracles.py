"""Scores against independent oracles: finite differences, an explicit Hessian, sums of paths."""

import math
from itertools import pairwise, product

import numpy as np
import pytest
import torch

from cubistlib import Masks, Network, pruners
from cubistlib.data import batches
from cubistlib.pruners.grasp import points_of_each_class


@pytest.fixture
def net():
    return Network.initialize((3, 4), n=1, seed=8)


@pytest.fixture
def some_batches(spiral):
    """Four batches, as often as wanted."""
    drawn = batches(*spiral, seed=2)
    return [next(drawn) for _ in range(4)]


def loss(weights, biases, x, y) -> torch.Tensor:
    """A single network's mean loss in float64, written anew."""
    h = torch.as_tensor(x).double()
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
        h = h @ w.T + b
        h = h.relu() if layer < len(weights) - 1 else h
    y = torch.as_tensor(y).double()
    return torch.nn.functional.binary_cross_entropy_with_logits(h[:, 0], y)


def doubles(net: Network) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """The weights and biases of a single network, float64."""
    weights = [torch.tensor(w[0], dtype=torch.float64) for w in net.weights]
    return weights, [torch.tensor(b[0], dtype=torch.float64) for b in net.biases]


def central_differences(function, arrays, step=1e-5) -> list[np.ndarray]:
    """Slopes of function(arrays) in every entry of the arrays, by central differences."""
    slopes = []
    for array in arrays:
        slope = np.zeros(array.shape)
        for place in np.ndindex(*array.shape):
            middle = array[place].clone()
            ends = []
            for shift in (step, -step):
                array[place] = middle + shift
                ends.append(float(function(arrays)))
            array[place] = middle
            slope[place] = (ends[0] - ends[1]) / (2 * step)
        slopes.append(slope)
    return slopes


def assert_scores(scores, expected):
    """Scores of a stack of one, float32, against float64 ones."""
    largest = max(np.abs(e).max() for e in expected)
    for ours, theirs in zip(scores, expected, strict=True):
        np.testing.assert_allclose(ours[0], theirs, rtol=1e-3, atol=1e-4 * largest)


def test_snip_by_finite_differences(net, some_batches):
    weights, biases = doubles(net)
    slopes = central_differences(lambda w: loss(w, biases, *some_batches[0]), weights)
    expected = [np.abs(w.numpy() * g) for w, g in zip(weights, slopes, strict=True)]
    assert_scores(pruners.SNIP().scores(net, Masks.ones_like(net), iter(some_batches)), expected)


def test_snip_on_several_batches_is_snip_on_all_their_points(net, some_batches):
    together = [np.concatenate(parts) for parts in zip(*some_batches[:3], strict=True)]
    expected = [s[0] for s in pruners.SNIP().scores(net, Masks.ones_like(net), iter([together]))]
    three = pruners.SNIP(batches=3)
    assert_scores(three.scores(net, Masks.ones_like(net), iter(some_batches)), expected)


@pytest.mark.parametrize("cut", [True, False])
def test_prospr_by_finite_differences(net, some_batches, cut):
    """∂L/∂m of the whole inner training; the first velocity held fixed where it is cut."""
    weights, biases = doubles(net)
    layers = len(weights)

    def slopes(parameters, batch):
        parameters = [p.detach().requires_grad_() for p in parameters]
        return torch.autograd.grad(
            loss(parameters[:layers], parameters[layers:], *batch), parameters
        )

    fixed = slopes([*weights, *biases], some_batches[0])

    def after_training(mask):
        parameters = [m * w for m, w in zip(mask, weights, strict=True)] + biases
        velocity = fixed if cut else slopes(parameters, some_batches[0])
        for batch in some_batches[1:3]:
            parameters = [p - 0.1 * v for p, v in zip(parameters, velocity, strict=True)]
            moved = zip(velocity, slopes(parameters, batch), strict=True)
            velocity = [0.9 * v + g for v, g in moved]
        parameters = [p - 0.1 * v for p, v in zip(parameters, velocity, strict=True)]
        return loss(parameters[:layers], parameters[layers:], *some_batches[3])

    mask = [torch.ones_like(w) for w in weights]
    expected = [np.abs(g) for g in central_differences(after_training, mask)]
    prospr = pruners.ProsPr(inner_lr=0.1, cut_first=cut)
    assert_scores(prospr.scores(net, Masks.ones_like(net), iter(some_batches)), expected)


def test_grasp_by_an_explicit_hessian(net, some_batches):
    weights, biases = doubles(net)
    x, y = points_of_each_class(iter(some_batches), 25)
    shapes = [w.shape for w in weights]
    sizes = [w.numel() for w in weights]

    def softened(flat):
        parts = zip(flat.split(sizes), shapes, strict=True)
        *first, last = [part.reshape(shape) for part, shape in parts]
        return loss([*first, last / 200], [*biases[:-1], biases[-1] / 200], x, y)

    flat = torch.cat([w.ravel() for w in weights])
    slope = torch.autograd.functional.jacobian(softened, flat)
    hessian = torch.autograd.functional.hessian(softened, flat)
    parts = zip((flat * (hessian @ slope)).split(sizes), shapes, strict=True)
    expected = [part.reshape(shape).numpy() for part, shape in parts]
    assert_scores(pruners.GraSP().scores(net, Masks.ones_like(net), iter(some_batches)), expected)


def test_grasp_takes_the_first_points_of_each_class():
    y = np.float32([1, 0, 1, 1, 0, 0, 1, 0])
    x = np.stack([np.arange(8), np.zeros(8)], axis=1).astype(np.float32)
    found, labels = points_of_each_class(iter([(x[:3], y[:3]), (x[3:], y[3:])]), 3)
    assert found[:, 0].tolist() == [1, 4, 5, 0, 2, 3]
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("keep", [None, 9])
def test_synflow_by_summing_all_paths(net, biases, keep):
    """Score of a weight: the sum over the paths through it of the product of |parameters|.

    A path starts at an input with 1, or at a unit with its |bias|, and ends at the output.
    """
    masks = Masks.ones_like(net)
    if keep:
        masks = pruners.Random().masks(net, None, keep)
    weights = [np.abs(w[0] * m[0]) for w, m in zip(net.weights, masks.weights, strict=True)]
    expected = [np.zeros(w.shape) for w in weights]
    for begin in range(len(weights)):
        starts = np.ones(2) if begin == 0 else biases * np.abs(net.biases[begin - 1][0])
        for path in product(*(range(d) for d in net.sizes[begin:])):
            edges = list(zip(range(begin, len(weights)), path[1:], path[:-1], strict=True))
            flow = starts[path[0]] * np.prod([weights[layer][to, fro] for layer, to, fro in edges])
            for layer, to, fro in edges:
                expected[layer][to, fro] += flow
    assert_scores(pruners.SynFlow(biases=biases).scores(net, masks, None), expected)


def test_snip_by_hand():
    """1 → 2 → 1 at x = 1, y = 0: hidden units 2 and 3, logit 2.4, slopes all σ(2.4) times v, h.

    |w v| = 3, 2.4 and |v h| = 6, 3.6, each times σ(2.4).
    """
    net = Network.from_arrays([[[1], [2]], [[3, -1.2]]], [[1, 1], [0]])
    batch = np.ones((1, 1), np.float32), np.zeros(1, np.float32)
    scores = pruners.SNIP().scores(net, Masks.ones_like(net), iter([batch]))
    sigmoid = 1 / (1 + np.exp(-2.4))
    np.testing.assert_allclose(scores[0][0], np.array([[3], [2.4]]) * sigmoid, rtol=1e-6)
    np.testing.assert_allclose(scores[1][0], np.array([[6, 3.6]]) * sigmoid, rtol=1e-6)
    masks = pruners.SNIP().masks(net, iter([batch]), 3)
    assert [m.ravel().tolist() for m in masks.weights] == [[True, False], [True, True]]
    assert [m.ravel().tolist() for m in masks.biases] == [[True, True], [True]]


def test_one_step_of_the_iterative_forms_is_snip(spiral):
    nets = Network.initialize((5, 5, 5), n=3, seed=1)
    snip, iterative, force = (
        algorithm.masks(nets, batches(*spiral, seed=4), 12)
        for algorithm in (pruners.SNIP(), pruners.IterSNIP(steps=1), pruners.FORCE(steps=1))
    )
    for other in (iterative, force):
        for a, b in zip(snip.weights, other.weights, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("algorithm", [pruners.IterSNIP(), pruners.SynFlow(), pruners.FORCE()])
def test_only_force_lets_removed_weights_return(algorithm, spiral, monkeypatch):
    nets = Network.initialize((8, 8, 8), n=8, seed=1)
    seen, score = [], type(algorithm).scores

    def watched(self, nets, masks, batches):
        seen.append(masks)
        return score(self, nets, masks, batches)

    monkeypatch.setattr(type(algorithm), "scores", watched)
    seen.append(algorithm.masks(nets, batches(*spiral), 20))
    returned = [
        (after & ~before).any()
        for first, second in pairwise(seen)
        for before, after in zip(first.weights, second.weights, strict=True)
    ]
    assert any(returned) == algorithm.regrows
    left = [masks.weights_kept for masks in seen]
    schedule = 152 * (20 / 152) ** (np.arange(len(left)) / algorithm.steps)
    np.testing.assert_array_equal(left, np.rint(schedule)[:, None] * np.ones(8))


@pytest.mark.parametrize("width, keep", [(3, 17), (16, 26), (32, 15), (32, 26)])
def test_synflow_of_the_authors_prunes_one_weight_more_at_every_step(width, keep):
    """Their rule step by step: prune the lowest scores up to a place, and what stands on it."""
    net, pruner = Network.initialize((width,) * 3, seed=2), pruners.SynFlow()
    masks, total = Masks.ones_like(net), net.size
    for step in range(1, 101):
        scores = pruner.scores(net, masks, None)
        flat = np.concatenate([s.ravel() for s in scores])
        left = keep ** (step / 100) / total ** (step / 100 - 1)
        place = math.floor(total - left)
        threshold = np.sort(flat)[place]
        masks = Masks.from_weights([s > threshold for s in scores])
    found = pruner.masks(net, None, keep, selection="authors")
    assert found.weights_kept[0] in (keep - 1, keep - 2)  # two on one path have equal scores
    for one, other in zip(found.weights, masks.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["iter_snip", "force", "synflow"])
def test_the_steps_of_an_iterative_algorithm_lead_to_its_masks(name, spiral):
    nets, pruner = Network.initialize((4, 4), n=3, seed=1), pruners.get(name)(steps=5)
    steps = list(pruner.stepwise(nets, batches(*spiral), 7))
    left = pruner.schedule(nets.size, np.full(3, 7))
    np.testing.assert_array_equal([masks.weights_kept for masks in steps], left)
    last = pruner.masks(nets, batches(*spiral), 7)
    for one, other in zip(steps[-1].weights, last.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    kept = [np.concatenate([w.ravel() for w in masks.weights]) for masks in steps]
    shrinks = all((after <= before).all() for before, after in pairwise(kept))
    assert shrinks or name == "force"


def test_scores_are_computed_on_one_thread(net, some_batches):
    class Asks(pruners.get("snip")):
        name = None

        def scores(self, nets, masks, batches):
            threads.append(torch.get_num_threads())
            return super().scores(nets, masks, batches)

    before, threads = torch.get_num_threads(), []
    Asks().masks(net, iter(some_batches), 5)
    assert threads == [1] and torch.get_num_threads() == before
