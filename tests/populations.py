"""Little populations for tests of the search that goes down: at random, by hand, counted anew."""

import numpy as np
from hypothesis import strategies as st

import cubistlib as cl
from cubistlib.search.descent.population import connected, scored

DATA = cl.cubist_spiral(points=600)
SEEDS = st.integers(0, 2**32 - 1)


def some(seed, n=4, hidden=(4, 3, 4), share=0.6):
    """Random networks under random masks, connected, each with a weight."""
    rng = np.random.default_rng(seed)
    nets = cl.Network.initialize(hidden, n, seed=int(seed))
    kept = [rng.random(w.shape) < share for w in nets.weights]
    kept = [k | (rng.random(k.shape[1:]) < 0.4) for k in kept]
    for k in kept:
        k[:, 0, 0] = True
    return connected(nets, cl.Masks.from_weights(kept))


def by_hand(weights, biases):
    values = [np.array(w, float) for w in weights]
    masks = cl.Masks.from_weights([w != 0 for w in values])
    return cl.Network.from_arrays(values, biases), masks


def population(nets, masks):
    configs = np.array([cl.TrainConfig()] * len(nets), object)
    return scored(nets, masks, configs, DATA)


def right(net, data):
    """Points right in double precision, layer by layer."""
    h = data[0].astype(float)
    for w, b in zip(net.weights, net.biases, strict=True):
        z = h @ w[0].T.astype(float) + b[0].astype(float)
        h = np.maximum(z, 0)
    return ((z[:, 0] > 0) == (data[1] > 0.5)).sum()
