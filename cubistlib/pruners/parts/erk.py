"""Erdős–Rényi-kernel masks: how many weights each layer gets when k are shared out."""

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.parts.draws import Seed, streams


def densities(sizes: tuple[int, ...], keep: int) -> np.ndarray:
    """Each layer's share of weights: (layers,) float64, in proportion to (in + out) / (in · out).

    One common factor makes them `keep` weights in all; a layer that would exceed 1 is made
    dense and the factor solved again. sizes: units in every layer, inputs and output included.
    Source: Mocanu et al. 2018, Evci et al. 2020; paper, "The nine algorithms".
    """
    fan_in, fan_out = np.array(sizes[:-1]), np.array(sizes[1:])
    totals, sums = fan_in * fan_out, fan_in + fan_out
    dense = np.zeros(len(totals), bool)
    while not dense.all():
        factor = (keep - totals[dense].sum()) / sums[~dense].sum()
        shares = np.where(dense, 1.0, factor * sums / totals)
        if (shares <= 1).all():
            return shares
        dense |= shares > 1
    return np.ones(len(totals))


def authors_counts(sizes: tuple[int, ...], keep: int) -> np.ndarray:
    """Weights in each layer by the authors' rounding, k to k + 3 in all: (layers,) int64."""
    totals = _totals(sizes)
    return totals - np.floor((1 - densities(sizes, keep)) * totals).astype(np.int64)


def exact_counts(sizes: tuple[int, ...], keep: int) -> np.ndarray:
    """Weights in each layer, exactly `keep` in all: (layers,) int64.

    Shares are rounded down and what is left goes to the largest remainders, the earlier layer
    first among equals.
    """
    shares = densities(sizes, keep) * _totals(sizes)
    # A share such as 2.9999999 is 3 that rounding has spoiled.
    counts = np.floor(shares + 1e-9).astype(np.int64)
    remainders = np.argsort(-(shares - counts).round(9), kind="stable")
    counts[remainders[: keep - counts.sum()]] += 1
    return counts


def random_masks(nets: Network, keep: np.ndarray, selection: str, seed: Seed) -> Masks:
    """Masks with ERK counts in each layer and random places: network i from its own stream."""
    counts = authors_counts if selection == "authors" else exact_counts
    weights = [np.zeros(w.shape, bool) for w in nets.weights]
    for i, rng in enumerate(streams("erk", seed, len(nets))):
        for w, count in zip(weights, counts(nets.sizes, int(keep[i])), strict=True):
            w[i].flat[rng.permutation(w[i].size)[:count]] = True
    return Masks.from_weights(weights)


def _totals(sizes: tuple[int, ...]) -> np.ndarray:
    return np.array(sizes[:-1]) * np.array(sizes[1:])
