"""Magnitude at initialization: the control for every score that looks at data."""

from dataclasses import dataclass

import numpy as np

from cubistlib.masks import Masks
from cubistlib.network import Network
from cubistlib.pruners.scored import Scored
from cubistlib.selection import Rule, select, strictly_above


@dataclass(frozen=True)
class Magnitude(Scored):
    """Keeps the k largest |w| of the untrained network.

    Source: paper, "How many weights each keeps". Differences from the authors' code: exactly k
    weights; theirs (selection="authors") keeps |w| strictly above the k-th largest, k − 1.
    """

    name = "magnitude"
    control = True
    authors_rule = staticmethod(strictly_above)

    def scores(self, nets, masks, batches) -> list[np.ndarray]:
        return magnitudes(nets)


def magnitudes(nets: Network) -> list[np.ndarray]:
    """|w| of every weight: a list of (n, out, in) float32."""
    return [np.abs(w) for w in nets.weights]


def shrink(nets: Network, masks: Masks, keep: np.ndarray, rule: Rule) -> Masks:
    """Masks of the largest |w| among the weights that `masks` still keep."""
    return Masks.from_weights(select(magnitudes(nets), keep, rule, among=masks.weights))
