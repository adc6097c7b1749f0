"""LTH: train, prune the smallest weights, rewind the rest to their initial values, repeat."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.parts.draws import derived_seed
from cubistlib.pruners.parts.schedules import geometric
from cubistlib.pruners.parts.selection import shrink, strictly_above
from cubistlib.pruners.task import Task
from cubistlib.support.types import Count
from cubistlib.training import Trained


@dataclass(frozen=True)
class LTH(Pruner):
    """The lottery ticket hypothesis: iterative magnitude pruning with rewinding.

    `rounds` times: train in full, remove the smallest |w| until N·(k/N)^(i/rounds) weights are
    left after round i, and set the survivors back to their initial values; then train the
    ticket. Every training has a new optimizer, a new schedule and its own order of the data.
    Source: Frankle & Carbin 2019, strategy 2; paper, "The nine algorithms".
    Differences from the authors' code: exactly k weights. Theirs (selection="authors") rounds
    the target down and keeps |w| strictly above that many-th largest: k − 1, now and then
    k − 2.
    """

    name = "lth"
    authors_rule = staticmethod(strictly_above)

    rounds: Count = 4

    def train(self, nets, keep, task) -> Trained:
        *_, last = self.trainings(nets, keep, task)
        return last

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        return nets, self.train(nets, keep, task).masks

    def trainings(self, nets: Network, keep: int | np.ndarray, task: Task) -> Iterator[Trained]:
        """Every training in turn, rounds + 1 in all: dense first, the ticket last."""
        keep, rule = self.check_keep(nets, keep), self.rule(task.selection)
        rounded = np.floor if task.selection == "authors" else np.rint
        schedule = rounded(geometric(nets.size, keep, self.rounds)).astype(np.int64)
        masks = Masks.ones_like(nets)
        for i in range(self.rounds + 1):
            trained = task.train(nets, masks, seed=derived_seed("lth", task.seed, i))
            yield trained
            if i < self.rounds:
                masks = shrink(trained.network, masks, schedule[i], rule)
