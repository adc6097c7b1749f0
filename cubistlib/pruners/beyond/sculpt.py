"""SCULPT: train a sparse mask in cycles, prune it once by what was learned, train once more."""

from dataclasses import dataclass

import numpy as np

from cubistlib.pruners.beyond.cyclic import Cyclic, Once
from cubistlib.support.types import Multiple


@dataclass(frozen=True)
class Sculpt(Cyclic):
    """Cyclic training of a mask of `factor` · k weights, magnitude pruning to k, one cycle more.

    The mask is another algorithm's, `mask`; it keeps all weights where there are not so many. All
    but the last of the `trainings` are its; of a single one, k weights are trained once,
    whatever `factor` and `rate` say.
    Source: Gadhikar, Nelaturu & Burkholz 2024 (arXiv 2406.02773), "SCULPT-ing".
    Differences from the published form: the rate of later trainings as in `Cyclic`, and SynFlow's
    mask: random ones (mask="random_erk") hardly have a path of so few weights in a wide network.
    """

    name = "sculpt"

    mask: Once = "synflow"
    factor: Multiple = 2.0

    def levels(self, total, keep) -> list[np.ndarray]:
        wide = np.clip(np.rint(self.factor * keep), keep, total).astype(np.int64)
        return [wide] * (self.trainings - 1) + [keep]
