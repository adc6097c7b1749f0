"""GMP: prune the smallest weights little by little while training."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import DuringTraining
from cubistlib.pruners.parts.selection import Rule, shrink, strictly_above
from cubistlib.support.types import Count, Share


@dataclass(frozen=True)
class GMP(DuringTraining):
    """Gradual magnitude pruning.

    At progress p the smallest |w| go until k + (N − k)(1 − p)³ weights are left; masks only
    shrink. Progress runs from 0 to 1 over `prunings` equal intervals (fewer in a training of
    fewer steps), with one more interval to recover before the share `end` of training.
    Source: Zhu & Gupta 2017, eq. 1; paper, "The nine algorithms".
    Differences from the authors' code: the target is rounded up and exactly met. Theirs
    (selection="authors") rounds down, keeps |w| strictly above that many-th largest, and lets
    p pass 1 (the target falls below k, here never below k − 1), so that k − 2 are left.
    """

    name = "gmp"
    authors_rule = staticmethod(strictly_above)

    end: Share = 1.0
    prunings: Count = 199

    def hook(self, nets, keep, steps, selection="exact") -> "GMPHook":
        interval, prunings = self.intervals(steps)
        last, authors = interval * prunings, selection == "authors"
        return GMPHook(
            steps=range(interval, steps if authors else last + 1, max(1, interval)),
            last=last,
            keep=self.check_keep(nets, keep),
            rule=self.rule(selection),
            authors=authors,
        )

    def intervals(self, steps: int) -> tuple[int, int]:
        """Steps between prunings and how many prunings until p = 1, in a training of `steps`.

        Where only one step can be used, the one pruning comes before it: an interval of 0.
        """
        usable = math.floor(self.end * steps)
        prunings = max(1, min(self.prunings, usable - 1))
        return usable // (prunings + 1), prunings


@dataclass(frozen=True, eq=False)
class GMPHook:
    """Prunes by magnitude before each of `steps`; progress is step / last."""

    steps: Sequence[int]
    last: int
    keep: np.ndarray
    rule: Rule
    authors: bool

    def __call__(self, state, batch):
        progress = state.step / self.last if self.last else 1.0
        left = self.weights_left(state.network.size, progress)
        return state.revised(self.shrunk(state.network, state.masks, left))

    def shrunk(self, nets: Network, masks: Masks, left: np.ndarray) -> Masks:
        """Masks of that many of the weights that `masks` still keep."""
        return shrink(nets, masks, left, self.rule)

    def weights_left(self, total: int, progress: float) -> np.ndarray:
        """Weights to be left at that progress: (n,) int64."""
        left = self.keep + (total - self.keep) * (1 - progress) ** 3
        if self.authors:  # past p = 1, further in a training of few steps than the paper's went
            return np.maximum(np.floor(left), self.keep - 1).astype(np.int64)
        return np.ceil(left).astype(np.int64)
