"""From a sparse network back up to the dense one that it was cut out of."""

from collections.abc import Sequence

import numpy as np

from cubistlib.networks import Masks
from cubistlib.search.descent.population import Population


def lineage(beams: Sequence[Population], last: Population) -> Population:
    """`last`, a population of one, and before it a network of every beam, the densest first.

    Going back, that of each beam is the most accurate of those whose masks contain the mask of
    the one after it; where there is none, since units were merged, the lineage begins.
    """
    line = [last]
    for beam in reversed(beams):
        inside = contains(beam.masks, line[-1].masks) & (beam.counts > line[-1].counts)
        if not inside.any():
            if (beam.counts > line[-1].counts).all():
                break
            continue
        among = np.flatnonzero(inside)
        line.append(beam[[among[np.argmax(beam.correct[among])]]])
    return Population.concatenate(line[::-1])


def contains(masks: Masks, other: Masks) -> np.ndarray:
    """Which masks keep all weights that one other mask keeps: (n,) bool."""
    layers = zip(masks.weights, other.weights, strict=True)
    return np.all([(wide | ~narrow).all((1, 2)) for wide, narrow in layers], axis=0)
