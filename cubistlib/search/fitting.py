"""Which masks fit into which, whatever the hidden units are called."""

from collections.abc import Sequence
from itertools import pairwise, permutations, product

import numpy as np

from cubistlib.networks import Masks
from cubistlib.search.descent.signature import signatures
from cubistlib.search.masks import common_widths, widened
from cubistlib.support.checks import require

WIDEST = 5  # hidden layers whose every order is tried: 120, or 14,400 for two of them


def fits(small: Masks, big: Masks) -> np.ndarray:
    """Whether each small mask fits into each big one: (len(big), len(small)) bool.

    It does if the units of each hidden layer can be renamed, no two alike, so that the big one
    keeps every weight that it keeps. Then all that a network under the small mask computes can be
    computed under the big one. Exact: layer by layer, for every order of a layer's units, whether
    some order of those before leads there. Raises ValueError for masks of other depths, inputs or
    outputs, or wider than 5.
    """
    small, big = _alike(small, big)
    orders = [_orders(small.sizes[0], False), *(_orders(d) for d in small.hidden)]
    orders.append(_orders(small.sizes[-1], False))
    reached = np.ones((len(big), 1, len(small)), bool)
    for (before, after), s, b in zip(pairwise(orders), small.weights, big.weights, strict=True):
        asked = _numbers(s)
        found = np.zeros((len(big), len(after), len(small)), bool)
        for (i, columns), (j, rows) in product(enumerate(before), enumerate(after)):
            lacking = ~_numbers(b[:, rows][:, :, columns])
            found[:, j] |= reached[:, i] & ((asked & lacking[:, None]) == 0)
        reached = found
    return reached[:, 0]


def placed(small: Masks, big: Masks) -> Masks | None:
    """One mask as it lies in another, its units renamed; None if it does not fit.

    Both stacks of one. Of several ways the first. Raises ValueError as `fits` does.
    """
    require(len(small) == len(big) == 1, "placed: takes one mask and another")
    small, big = _alike(small, big)
    for names in product(*(_orders(d) for d in small.hidden)):
        orders = [list(range(small.sizes[0])), *names, list(range(small.sizes[-1]))]
        weights = [
            w[:, rows][:, :, columns]
            for w, (columns, rows) in zip(small.weights, pairwise(orders), strict=True)
        ]
        if all((w <= there).all() for w, there in zip(weights, big.weights, strict=True)):
            return Masks.from_weights(weights)
    return None


def minimal(masks: Masks) -> Masks:
    """Those of some masks into which no other fits, one of a class (`signatures`), sparsest first.

    Into each of the masks one of these fits.
    """
    _, classes = np.unique(signatures(masks), return_index=True)
    every = masks[classes[np.argsort(masks.weights_kept[classes], kind="stable")]]
    return every[np.flatnonzero(fits(every, every).sum(1) == 1)]


def _alike(small: Masks, big: Masks) -> tuple[Masks, Masks]:
    """Both in hidden layers as wide as the wider of the two, whose other units keep nothing."""
    ends = [(len(m.sizes), m.sizes[0], m.sizes[-1]) for m in (small, big)]
    require(ends[0] == ends[1], f"fits: masks of {small.sizes} and of {big.sizes} have no order")
    hidden = common_widths([small.hidden, big.hidden])
    require(max(hidden) <= WIDEST, f"fits: hidden widths must be at most {WIDEST}, got {hidden}")
    return widened(small, hidden), widened(big, hidden)


def _orders(units: int, renamed: bool = True) -> list[list[int]]:
    names: Sequence[int] = range(units)
    return [list(order) for order in permutations(names)] if renamed else [list(names)]


def _numbers(kept: np.ndarray) -> np.ndarray:
    """Each mask of a layer, (n, out, in), as a whole number of as many bits: (n,) int64."""
    flat = kept.reshape(len(kept), -1)
    require(flat.shape[1] < 63, "fits: a layer must have at most 62 weights")
    return flat @ (1 << np.arange(flat.shape[1], dtype=np.int64))
