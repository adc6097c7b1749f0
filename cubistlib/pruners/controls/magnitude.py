"""Magnitude at initialization: the control for every score that looks at data."""

from dataclasses import dataclass

import numpy as np

from cubistlib.pruners.parts.selection import magnitudes, strictly_above
from cubistlib.pruners.scored import Scored


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
