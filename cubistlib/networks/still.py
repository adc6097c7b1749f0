"""Which units of a network stand still: the same value on every row of the data. Compiled."""

import numpy as np
from numba import config

from cubistlib.networks.network import Network
from cubistlib.support.compiled import compiled

BLOCK = 512

# A stride through the rows, prime, so that the first block sees all of the data: units that vary
# show it there, and the rest of the rows need not be looked at.
STRIDE = 1_000_003


def still(nets: Network, x: np.ndarray) -> list[np.ndarray]:
    """The value of every hidden unit that has one alone on the rows x (rows, in), else NaN.

    A list of (n, units) float32, a layer an array. In single precision, and the same whatever
    else is in the stack.
    """
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        layers = nets.activations(x)[:-1]  # by PyTorch, as networks are trained then
        return [np.where((h == h[:, :1]).all(1), h[:, 0], np.float32("nan")) for h in layers]
    order = np.arange(len(x)) * STRIDE % len(x) if len(x) % STRIDE else np.arange(len(x))
    columns = np.ascontiguousarray(x[order].T, np.float32)
    weights = tuple(map(np.ascontiguousarray, nets.weights[:-1]))
    biases = tuple(map(np.ascontiguousarray, nets.biases[:-1]))
    values = tuple(np.zeros_like(b) for b in biases)
    if not values:
        return []  # of no layers the compiler cannot tell what they hold
    _still(columns, weights, biases, values)
    return list(values)


@compiled
def _still(x, weights, biases, values):
    widest = len(x)
    for layer in range(len(weights)):
        widest = max(widest, weights[layer].shape[1])
    before, after = np.empty((2, widest, BLOCK), np.float32)
    for n in range(len(weights[0])):
        for start in range(0, x.shape[1], BLOCK):
            size = min(BLOCK, x.shape[1] - start)
            before[: len(x), :size] = x[:, start : start + size]
            doubt = False
            for layer in range(len(weights)):
                w, b, value = weights[layer][n], biases[layer][n], values[layer][n]
                for unit in range(len(w)):
                    h = after[unit, :size]
                    _fill(h, before, w[unit], b[unit])
                    if start == 0:
                        value[unit] = h[0]
                    if value[unit] == value[unit] and _varies(h, value[unit]):
                        value[unit] = np.nan
                    if value[unit] == value[unit] and np.any(w[unit] != 0):
                        doubt = True
                before, after = after, before
            if not doubt:
                break


@compiled
def _fill(h, before, weights, bias):
    """What a unit gives on a block; NaN is passed on."""
    h[:] = bias
    for source in range(len(weights)):
        w = weights[source]
        if w != 0:
            for at in range(len(h)):
                h[at] += w * before[source, at]
    for at in range(len(h)):
        if h[at] <= 0:
            h[at] = 0


@compiled
def _varies(h, value):
    found = False
    for at in range(len(h)):
        found |= h[at] != value
    return found
