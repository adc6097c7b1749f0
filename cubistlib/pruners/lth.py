"""LTH: train, prune the smallest weights, rewind the rest to their initial values, repeat."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.parts.draws import derived_seed
from cubistlib.pruners.parts.schedules import geometric
from cubistlib.pruners.parts.selection import shrink, strictly_above
from cubistlib.pruners.task import Task
from cubistlib.support.checks import require
from cubistlib.support.types import Count, Share
from cubistlib.training import Trained, TrainState

LEAST_SHARE = 0.01  # of smaller ones the rounds, a training each, would be hundreds and more


@dataclass(frozen=True)
class LTH(Pruner):
    """The lottery ticket hypothesis: iterative magnitude pruning with rewinding.

    `rounds` times: train in full, remove the smallest |w| until N·(k/N)^(i/rounds) weights are
    left after round i, and set the survivors back to their initial values; then train the
    ticket. Every training has a new optimizer, a new schedule and its own order of the data.
    Source: Frankle & Carbin 2019, strategy 2; paper, "The nine algorithms".
    share: about this part of the weights that are left goes in a round; then the number of rounds
    follows, whatever `rounds` says, a round in which rounding leaves nothing to remove is left
    out, and all networks of a stack must keep equally many. 0: `rounds`, of which such a one is a
    training all the same.
    early: the share of the first training to whose values the survivors are set back, and from
    where later trainings go on; 0: the initial values. Source: Frankle et al. 2020, "rewinding".
    Differences from the authors' code: exactly k weights. Theirs (selection="authors") rounds
    the target down and keeps |w| strictly above that many-th largest: k − 1, now and then
    k − 2.
    """

    name = "lth"
    authors_rule = staticmethod(strictly_above)

    rounds: Count = 4
    share: Share = 0.0
    early: Share = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        known = self.share == 0 or LEAST_SHARE <= self.share < 1
        require(known, f"lth: share must be 0 or {LEAST_SHARE} … 1, below 1, got {self.share}")
        require(self.early < 1, f"lth: early must be below 1, got {self.early}")

    def train(self, nets, keep, task) -> Trained:
        *_, last = self.trainings(nets, keep, task)
        return last

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        masks = self.train(nets, keep, task).masks
        return self._rewound(nets, task).network, masks

    def trainings(self, nets: Network, keep: int | np.ndarray, task: Task) -> Iterator[Trained]:
        """Every training in turn, one more than rounds: dense first, the ticket last."""
        keep, rule = self.check_keep(nets, keep), self.rule(task.selection)
        schedule = self.schedule(nets.size, keep, task.selection)
        early = state = self._rewound(nets, task)
        for i in range(len(schedule) + 1):
            trained = task.resume(state, seed=self._order(task, i))
            yield trained
            if i < len(schedule):
                masks = shrink(trained.network, state.masks, schedule[i], rule)
                state = replace(TrainState.start(early.network, masks), step=early.step)

    def schedule(self, total: int, keep: np.ndarray, selection: str = "exact") -> np.ndarray:
        """How many of so many weights are left after each round: (rounds, n) int64."""
        rounded = np.floor if selection == "authors" else np.rint
        left = rounded(geometric(total, keep, self._rounds(total, keep))).astype(np.int64)
        changing = np.diff(left, axis=0, prepend=total).any(axis=1)
        return left[changing] if self.share else left

    def _rounds(self, total: int, keep: np.ndarray) -> int:
        if not self.share:
            return self.rounds
        require(np.ptp(keep) == 0, "lth: with share all networks of a stack keep equally many")
        return max(1, math.ceil(math.log(keep[0] / total) / math.log(1 - self.share)))

    def _rewound(self, nets: Network, task: Task) -> TrainState:
        """Where later trainings begin: the first one, as far as `early` says."""
        start = TrainState.start(nets, Masks.ones_like(nets))
        step = math.floor(self.early * task.steps)
        return task.resume(start, stop=step, seed=self._order(task, 0)).state if step else start

    def _order(self, task: Task, i: int) -> int:
        return derived_seed("lth", task.seed, i)
