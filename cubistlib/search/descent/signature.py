"""Which masks are one mask but for the naming of hidden units: a number for every class."""

import numpy as np

from cubistlib.networks import Masks, Network

_SHIFT = np.uint64(31)
_FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0x9E3779B97F4A7C15], np.uint64)


def signatures(masks: Masks, nets: Network | None = None) -> np.ndarray:
    """A number for each mask, (n,) uint64, the same for masks that relabelling makes equal.

    nets: networks under the masks, whose weights' signs then count as well.
    Every unit has a colour, which takes in those of its neighbours again and again (colour
    refinement, Weisfeiler & Leman 1968); units without weights are not seen, so that the host's
    width does not matter. Masks that differ could share a number; none of the 12,400 of
    (3, 3, 3) do.
    """
    weights, n = [w.astype(np.uint64) for w in masks.weights], len(masks)
    if nets is not None:
        weights = [w << (v > 0) for w, v in zip(weights, nets.weights, strict=True)]
    biases = [np.zeros((n, masks.sizes[0]), bool), *masks.biases]
    colours = [_mixed(b + np.uint64(2 * layer + 1)) for layer, b in enumerate(biases)]
    colours[0] = colours[0] + _mixed(np.arange(masks.sizes[0], dtype=np.uint64))
    for _ in range(len(weights)):
        below = [np.zeros_like(colours[0])]
        above = []
        for layer, w in enumerate(weights):
            below.append((w * _mixed(colours[layer])[:, None, :]).sum(2))
            above.append((w * _mixed(colours[layer + 1] ^ _SHIFT)[:, :, None]).sum(1))
        above.append(np.zeros_like(colours[-1]))
        colours = [
            _mixed(own + _FACTORS[0] * into + _FACTORS[1] * out)
            for own, into, out in zip(colours, below, above, strict=True)
        ]
    total = np.zeros(n, np.uint64)
    for layer, own in enumerate(colours):
        seen = np.zeros(own.shape, bool)
        if layer:
            seen |= masks.weights[layer - 1].any(2)
        if layer < len(weights):
            seen |= masks.weights[layer].any(1)
        total = _mixed(total + np.where(seen, _mixed(own), np.uint64(0)).sum(1))
    return total


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """A hash of every number, modulo 2⁶⁴. Source: SplitMix64 (Steele, Lea & Flood 2014)."""
    z = numbers.astype(np.uint64) + _FACTORS[2]
    z = (z ^ (z >> np.uint64(30))) * _FACTORS[0]
    z = (z ^ (z >> np.uint64(27))) * _FACTORS[1]
    return z ^ (z >> _SHIFT)
