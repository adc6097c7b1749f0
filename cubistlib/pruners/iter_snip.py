"""Iter-SNIP: SNIP in small steps, scored anew each time on what is left."""

import math
from dataclasses import dataclass

import numpy as np

from cubistlib.pruners.parts.selection import strictly_above
from cubistlib.pruners.scored import Scored
from cubistlib.pruners.snip import sensitivity
from cubistlib.support.types import Count


@dataclass(frozen=True)
class IterSNIP(Scored):
    """SNIP repeated while masked, before training; a removed weight stays removed.

    Score |w · ∂L/∂w| of the masked network on a fresh batch a step; after step t of `steps`
    the N·(k/N)^(t/steps) largest stay.
    Source: de Jorge et al. 2021, sect. 4; paper, "The nine algorithms".
    Differences from the authors' code: exactly k weights. Theirs (selection="authors") rounds
    the target down and keeps scores strictly above that many-th largest at every step, so that
    k − 1 or k − 2 are left, and fewer where units are dead.
    """

    name = "iter_snip"
    authors_rule = staticmethod(strictly_above)

    steps: Count = 10

    def scores(self, nets, masks, batches) -> list[np.ndarray]:
        return sensitivity(nets, masks, next(batches))

    def authors_schedule(self, total, keep) -> np.ndarray:
        progress = [t / self.steps for t in range(1, self.steps + 1)]
        logs = [math.log(k / total) for k in keep.tolist()]
        return np.array([[math.floor(total * math.exp(p * log)) for log in logs] for p in progress])
