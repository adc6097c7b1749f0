"""New weights for networks that an algorithm or a control re-initializes."""

from collections.abc import Sequence

import numpy as np

from cubistlib.networks import Network, Stack
from cubistlib.pruners.parts.draws import Seed, streams


def xavier_normal(nets: Network, seed: Seed = 0) -> Network:
    """Networks of the same shape and biases with weights from N(0, 2 / (fan_in + fan_out)).

    Network i hangs on (seed, i), or on its own seed, alone. Source: Glorot & Bengio 2010;
    paper, "The nine algorithms".
    """
    weights = [np.empty_like(w) for w in nets.weights]
    for i, rng in enumerate(streams("xavier_normal", seed, len(nets))):
        for w in weights:
            w[i] = rng.normal(0, np.sqrt(2 / sum(w[i].shape)), w[i].shape)
    return Network(tuple(weights), tuple(b.copy() for b in nets.biases))


def default_like(stack: Stack, seed: Seed = 0, host: Sequence[int] | None = None) -> Network:
    """Networks in the shape of `stack`, newly drawn by PyTorch's default initialization.

    Network i hangs on (seed, i), or on its own seed, alone. host: as in `Network.initialize`.
    """
    inputs, *hidden, outputs = stack.sizes
    own: list = [rng.bit_generator.seed_seq for rng in streams("default", seed, len(stack))]
    return Network.initialize(hidden, len(stack), own, host, inputs=inputs, outputs=outputs)
