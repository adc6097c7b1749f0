"""What algorithms that train factors of the weights share."""

from abc import abstractmethod

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.gmp import GMP
from cubistlib.pruners.parts.draws import Seed
from cubistlib.pruners.parts.factors import Factors
from cubistlib.pruners.parts.selection import shrink
from cubistlib.pruners.task import Task
from cubistlib.training import Trained


class Factored(Pruner):
    """Trains dense networks as factors, and goes on from there by plain SGD with fewer weights.

    Two whole trainings, each with a schedule of its own. How sparse the first leaves the networks
    hangs on λ alone, what is kept on k alone: the largest |w| over all layers.
    gradual: whether the second training removes the others little by little, as GMP; or all of
    them before it. rate: times the task's learning rates, in the factors' training.
    """

    rate: float
    gradual: bool

    @abstractmethod
    def split(self, nets: Network, seed: Seed) -> list[Network]:
        """Factors whose products are the networks' weights; biases are the first one's."""

    @abstractmethod
    def strength(self, progress: float) -> float:
        """λ, the decay of the factors, at a share 0 … 1 of their training."""

    def train(self, nets, keep, task) -> Trained:
        return self._pruned(self._found(nets, keep, task), keep, task)

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        found = self._found(nets, keep, task)
        return found, self._pruned(found, keep, task).masks

    def dense(self, nets: Network, task: Task) -> Trained:
        """The first training alone: its networks' weights are the products of the factors."""
        parts, config = self.split(nets, task.own), task.first

        def rule(dense, steps: int) -> Factors:
            return Factors(dense, parts, steps, self.strength, config.momentum, config.weight_decay)

        return task.variant(rate=self.rate).train_by(rule, nets)

    def _found(self, nets: Network, keep, task: Task) -> Network:
        self.check_keep(nets, keep), self.rule(task.selection)
        return self.dense(nets, task).network

    def _pruned(self, found: Network, keep, task: Task) -> Trained:
        keep, everything = self.check_keep(found, keep), Masks.ones_like(found)
        if self.gradual:
            return task.train(found, everything, GMP().hook(found, keep, task.steps))
        return task.train(found, shrink(found, everything, keep, self.rule(task.selection)))
