"""CTS: learn which weights to keep, by masks drawn from learned chances, at frozen weights."""

import math
from dataclasses import dataclass

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.parts.concrete import Concrete
from cubistlib.pruners.parts.selection import select
from cubistlib.pruners.task import Task
from cubistlib.support.types import Positive, Share
from cubistlib.training import TrainState
from cubistlib.training.rule import without_ham


@dataclass(frozen=True)
class CTS(Pruner):
    """Concrete ticket search: logits of masks are learned, weights and biases stay as they are.

    Weights are frozen where a dense training is after the share `early` of it. Then logits l
    follow the slope of KL(p ‖ q), p being what the network under a mask drawn by them says of a
    point and q what it says without masks, and a penalty on Σ σ(l); see `parts.concrete`. The k
    largest logits over all layers stay, and the network is trained under them from the frozen
    values, in full.
    length: of the training of the logits, in trainings of the task; one epoch at least. lr: of
    Adam in it, constant.
    Source: Arora & Teuscher 2025 (arXiv 2512.07142), CTS-KL with gradient balancing, who freeze
    weights early, too. Their rates and lengths are those of images, not ours.
    """

    name = "cts"

    early: Share = 0.2
    length: Positive = 0.2
    lr: Positive = 0.05

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        keep, rule = self.check_keep(nets, keep), self.rule(task.selection)
        without_ham(task.config)
        frozen = self.frozen(nets, task)
        found: list[Concrete] = []

        def concrete(dense, steps: int) -> Concrete:
            found.append(Concrete(dense, dense.rows(frozen), keep, steps, task.own, self.lr))
            return found[0]

        epochs = max(1, round(self.length * task.first.epochs))
        task.variant(epochs=epochs).train_by(concrete, frozen, teacher=frozen)
        return frozen, Masks.from_weights(select(found[0].scores(), keep, rule))

    def frozen(self, nets: Network, task: Task) -> Network:
        """The networks whose weights are kept or not: trained as far as `early` says."""
        start = TrainState.start(nets, Masks.ones_like(nets))
        step = math.floor(self.early * task.steps)
        return task.resume(start, stop=step).network if step else start.network
