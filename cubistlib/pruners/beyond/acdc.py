"""AC/DC: dense and sparse phases of one training in turn."""

import math
from dataclasses import dataclass, replace

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import DuringTraining
from cubistlib.pruners.parts.selection import exact, shrink
from cubistlib.support.checks import require
from cubistlib.support.types import Count, PositiveShare


@dataclass(frozen=True)
class ACDC(DuringTraining):
    """Alternating compressed / de-compressed training.

    In one training under one schedule, dense phases and phases under the mask of the k largest
    |w| of the whole network take turns, from the dense one at the start to the sparse one at the
    end. A weight that comes back starts at 0; momentum is reset at every change.
    Source: Peste, Iofinova, Vladu & Alistarh 2021 (arXiv 2106.12379).
    cycles: how many dense phases there are, fewer in a training of few steps. end: when the last
    one ends, a share of training; up to there all phases are equally long (five epochs of 50 with
    end=0.9).
    Differences from the published form: there the first dense phase and the last are longer than
    the others, and the last one ends at 0.85 of training. Under a cosine that leaves the k weights
    hardly a learning rate.
    Raises ValueError for a training in which no step is left for a dense phase.
    """

    name = "acdc"

    cycles: Count = 5
    end: PositiveShare = 0.7

    def hook(self, nets, keep, steps, selection="exact") -> "ACDCHook":
        self.rule(selection)
        usable = min(math.floor(self.end * steps), steps - 1)
        require(usable, f"acdc: end={self.end:g} of {steps} steps leaves none for a dense phase")
        changes = 2 * max(1, min(self.cycles, (usable + 1) // 2)) - 1
        phase = usable // changes
        at = range(phase, (changes + 1) * phase, phase)
        return ACDCHook(at, self.check_keep(nets, keep))


@dataclass(frozen=True, eq=False)
class ACDCHook:
    """Changes phase before each of `steps`: to `keep` (n,) weights first, then to all, in turn."""

    steps: range
    keep: np.ndarray

    def __call__(self, state, batch):
        dense = self.steps.index(state.step) % 2 == 1
        whole = Masks.ones_like(state.network)
        masks = whole if dense else shrink(state.network, whole, self.keep, exact)
        return replace(state.revised(masks), momentum=Network.zeros_like(state.momentum))
