"""Training again and again from what has been learned, with a new schedule each time."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.parts.draws import derived_seed
from cubistlib.pruners.parts.selection import exact, shrink
from cubistlib.pruners.task import Task
from cubistlib.training import Trained, TrainState


class Repeated(Pruner):
    """Trains several times and rewinds nothing but the learning rate.

    Optimizer, schedule and order of the data begin anew with every training, the weights go on.
    """

    @abstractmethod
    def in_turn(self, nets: Network, keep: int | np.ndarray, task: Task) -> Iterator[Trained]:
        """Every training in turn, the last one under masks of exactly `keep` weights."""

    def train(self, nets, keep, task) -> Trained:
        *_, last = self.in_turn(nets, keep, task)
        return last

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        return nets, self.train(nets, keep, task).masks

    def onward(
        self, trained: Trained, levels: Iterable[tuple[np.ndarray, Task]], task: Task
    ) -> Iterator[Trained]:
        """One more training a level, from where the one before has ended.

        levels: (left, trainer) of each. The smallest |w| go until `left` (n,) weights stay; then
        comes a training of the task `trainer`. task: what the order of the data hangs on.
        """
        for i, (left, trainer) in enumerate(levels, start=1):
            masks = shrink(trained.network, trained.masks, left, exact)
            state, order = TrainState.start(trained.network, masks), self.order(task, i)
            trained = trainer.resume(state, seed=order)
            yield trained

    def order(self, task: Task, i: int) -> int:
        """The seed of the order of the data in the i-th training after the first."""
        return derived_seed(self.name, task.seed, i)
