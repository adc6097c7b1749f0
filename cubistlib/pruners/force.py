"""FORCE: prune in small steps, and let removed weights come back."""

from dataclasses import dataclass

import numpy as np

from cubistlib.pruners.iter_snip import authors_targets
from cubistlib.pruners.parts.selection import strictly_above
from cubistlib.pruners.scored import Scored
from cubistlib.pruners.snip import sensitivity
from cubistlib.support.types import Count


@dataclass(frozen=True)
class FORCE(Scored):
    """Foresight connection sensitivity, before training: how weights matter after pruning.

    Score |w₀ · ∂L/∂w|, w₀ the initial weight and the slope that of the masked network, on a
    fresh batch a step; after step t of `steps` the N·(k/N)^(t/steps) largest of all weights
    stay, so that a removed weight may return.
    Source: de Jorge et al. 2021, eq. 6; paper, "The nine algorithms".
    Differences from the authors' code: exactly k weights. Theirs (selection="authors") rounds
    the target down and keeps scores strictly above that many-th largest at every step, so that
    k − 1 or k − 2 are left, and fewer where units are dead.
    """

    name = "force"
    authors_rule = staticmethod(strictly_above)
    regrows = True

    steps: Count = 10

    def scores(self, nets, masks, batches) -> list[np.ndarray]:
        return sensitivity(nets, masks, next(batches))

    def authors_schedule(self, total, keep) -> np.ndarray:
        return authors_targets(total, keep, self.steps)
