"""One shot while training: the control for every algorithm that prunes little by little."""

import math
from dataclasses import dataclass

from cubistlib.pruners.base import DuringTraining
from cubistlib.pruners.gmp import GMPHook
from cubistlib.pruners.parts.selection import strictly_above
from cubistlib.support.types import Share


@dataclass(frozen=True)
class OneShot(DuringTraining):
    """Trains the dense network and keeps the k largest |w| at once, at the share `at` of training.

    0 is before the first step, as `Magnitude` does; 1 is before the last one, so that nothing is
    left to recover in.
    Source: Zhu & Gupta 2017, from which it leaves out the steps. By selection="authors" it keeps
    |w| strictly above the k-th largest, k − 1, as the paper's code does for magnitude.
    """

    name = "one_shot"
    control = True
    authors_rule = staticmethod(strictly_above)

    at: Share = 1.0

    def hook(self, nets, keep, steps, selection="exact") -> GMPHook:
        step = min(math.floor(self.at * steps), steps - 1)
        keep = self.check_keep(nets, keep)
        return GMPHook(range(step, step + 1), step, keep, self.rule(selection), authors=False)
