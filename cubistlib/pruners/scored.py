"""One loop of score, schedule and selection, for one-shot and for iterative algorithms."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import AtInitialization, Batches
from cubistlib.pruners.parts.schedules import geometric
from cubistlib.pruners.parts.selection import select
from cubistlib.support.threads import one_thread


class Scored(AtInitialization):
    """Keeps the weights with the largest scores, in one step or in several.

    steps: how often weights are scored and selected; N·(k/N)^(t/steps) stay after step t.
    regrows: whether a removed weight may return. A subclass gives `scores`; it makes either
    of the two a field or sets it, if it is not the default.
    """

    steps: int = 1
    regrows: ClassVar[bool] = False

    @abstractmethod
    def scores(self, nets: Network, masks: Masks, batches: Batches) -> list[np.ndarray]:
        """How much every weight matters, larger is better: a list of (n, out, in).

        masks: what is kept so far; everything in the first step, and so in the only one.
        """

    def masks(self, nets, batches, keep, selection="exact", seed=0) -> Masks:
        *_, last = self.stepwise(nets, batches, keep, selection)
        return last

    def stepwise(
        self, nets: Network, batches: Batches, keep: int | np.ndarray, selection: str = "exact"
    ) -> Iterator[Masks]:
        """What is kept after each step, one mask after the other; arguments as in `masks`."""
        keep, rule = self.check_keep(nets, keep), self.rule(selection)
        schedule = self.authors_schedule if selection == "authors" else self.schedule
        masks = Masks.ones_like(nets)
        for left in schedule(nets.size, keep):
            with one_thread():
                scores = self.scores(nets, masks, batches)
            among = None if self.regrows else masks.weights
            masks = Masks.from_weights(select(scores, left, rule, among))
            yield masks

    def schedule(self, total: int, keep: np.ndarray) -> np.ndarray:
        """Weights to keep in each step: (steps, n) int64, the last `keep` itself."""
        return np.rint(geometric(total, keep, self.steps)).astype(np.int64)

    def authors_schedule(self, total: int, keep: np.ndarray) -> np.ndarray:
        """The same in the paper's own code: what its rounding asks the rule for."""
        return self.schedule(total, keep)
