"""Networks by which the page is held to the library: known, random, wide, degenerate."""

from itertools import pairwise

import numpy as np
from known import KNOWN, trained

import cubistlib as cl
from cubistlib.search.witness import Witness
from cubistlib.support import paths


def flat(layers):
    """Every layer of a stack of one as one list."""
    return [np.ravel(layer).tolist() for layer in layers]


def written(nets, masks):
    """A network, a stack of one, as JSON has it."""
    masks, nets = masks[:1], masks.apply(nets)[:1]
    return {
        "sizes": list(nets.sizes),
        "weights": flat(nets.weights),
        "biases": flat(nets.biases),
        "kept_weights": flat(w.astype(int) for w in masks.weights),
        "kept_biases": flat(b.astype(int) for b in masks.biases),
    }


def published():
    """The witnesses of the frontier: name -> (witness, networks, masks)."""
    for file in sorted(paths.published("frontier").glob("*/*.json")):
        witness = Witness.read(file)
        yield f"{file.parent.name}/{file.stem}", witness, witness.network, witness.masks


def random_network(seed, hidden, density):
    """A network with units that copy others, weights of zero, dead units and masked ones."""
    rng, sizes = np.random.default_rng(seed), (2, *hidden, 1)
    nets = cl.Network.initialize(hidden, seed=seed)
    masks = [rng.random((1, out, into)) < density for into, out in pairwise(sizes)]
    for weights, biases, mask in zip(nets.weights, nets.biases, masks, strict=True):
        weights *= np.float32(2)
        weights[rng.random(weights.shape) < 0.1] = 0
        biases[rng.random(biases.shape) < 0.1] = -9
        if weights.shape[1] > 3:
            weights[:, 1], biases[:, 1] = 3 * weights[:, 0], 3 * biases[:, 0]
            mask[:, 1] = mask[:, 0]
    masks = cl.Masks.from_weights(masks)
    # Both classes on the data.
    nets.biases[-1][:] -= np.median(masks.apply(nets).logits(cl.cubist_spiral()[0][::50]))
    return nets, masks


def by_hand(weights, biases):
    """A network of these layers, its weights of NaN masked."""
    values = [np.array(w, float) for w in weights]
    masks = cl.Masks.from_weights([~np.isnan(w) for w in values])
    return cl.Network.from_arrays([np.nan_to_num(w) for w in values], biases), masks


def degenerate():
    """Networks of which little is left: name -> (networks, masks)."""
    dense = cl.Network.initialize((3, 3, 3), seed=1)
    nothing = cl.Masks.from_weights([np.zeros(w.shape, bool) for w in dense.weights])
    dead = dense[0]
    dead.biases[1][:] = -100
    almost = np.sort(cl.cubist_spiral()[0][:, 0])[-3]
    N, eye = np.nan, [[1, np.nan], [np.nan, 1]]
    return {
        "nothing kept": (dense, nothing),
        "a dead layer": (dead, cl.Masks.ones_like(dead)),
        "units of one value, fed and unfed": by_hand(
            [eye, [[1, N], [N, 1e-30]], [[1, N], [N, N]], [[1, 2]]],
            [[0, 0], [0, 5], [0, 0.7], [0.1]],
        ),
        "proportional units": by_hand(
            [[[1, 2], [3, 6], [-1, -2]], [[1, -1, 2], [0.7, 1, N]], [[1, -1]]],
            [[1, 3, -1], [0.5, 0.2], [0]],
        ),
        "two that cancel": by_hand([[[1, 2], [2, 4]], [[-2, 1]]], [[1, 2], [0]]),
        "weights of zero": by_hand([[[0, 1], [0, 0]], [[1, 0]]], [[0, 0.3], [0]]),
        "a unit that is on at few points": by_hand(
            [[[1, N], [1, -1]], [[1, 1]]], [[-almost, 0.5], [-0.3]]
        ),
        "a unit that reads one that nobody feeds": by_hand(
            [[[1, N], [N, N]], [[N, 2], [1, 1]], [[1, -1]]], [[0, 0.5], [0.1, 0], [0]]
        ),
    }


def wide(width, seed):
    """A network of that width with few units connected, and some weights on no path."""
    nets, rng = cl.Network.initialize((width, width, width), seed=seed), np.random.default_rng(seed)
    chosen = [np.arange(2), *(rng.choice(width, 6, replace=False) for _ in range(3)), [0]]
    masks = [rng.random(w.shape) < 0.001 for w in nets.weights]
    for mask, (into, out) in zip(masks, pairwise(chosen), strict=True):
        mask[0][np.ix_(out, into)] |= rng.random((len(out), len(into))) < 0.6
    return nets, cl.Masks.from_weights(masks)


def networks():
    """All networks, with every how many-th point they are looked at: (name, nets, masks, n)."""
    yield from ((name, *trained(name), 1) for name in KNOWN)
    yield from ((name, nets, masks, 1) for name, _, nets, masks in published())
    yield from ((name, *of, 1) for name, of in degenerate().items())
    rng = np.random.default_rng(0)
    for seed in range(24):
        hidden = tuple(int(d) for d in rng.integers(1, 7, rng.integers(1, 5)))
        yield f"random {seed}", *random_network(seed, hidden, rng.uniform(0.5, 1)), 5
    yield "width 16", *random_network(50, (16, 16, 16), 0.5), 7
    yield "width 16, dense", *random_network(51, (16, 16, 16), 1.0), 23
    yield "width 256", *wide(256, 52), 7
    yield "width 64, dense", *random_network(53, (64, 64, 64), 1.0), 101
