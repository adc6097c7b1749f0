"""What second-order pruners share: rounds of a cut, which corrects what stays, and of training."""

from abc import abstractmethod
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

import numpy as np
import torch

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Batches, Pruner
from cubistlib.pruners.parts.curvature import Kept, fisher, hessian, in_a_row, out_of_rows
from cubistlib.pruners.parts.draws import derived_seed, streams
from cubistlib.pruners.parts.selection import exact, shrink
from cubistlib.pruners.task import Task
from cubistlib.support.threads import one_thread
from cubistlib.support.types import Count, Positive, PositiveShare, Rate
from cubistlib.training import Trained

# Weights up to which the curvature is written down.
MOST = 700


@dataclass(frozen=True)
class Surgery(Pruner):
    """A dense training, then rounds of a cut and a short training, then a training at k weights.

    A cut looks at the loss on some batches as a quadratic function of all kept parameters, biases
    too, removes weights and corrects what stays. While more than 700 weights are left, the
    smallest |w| go instead.
    share: of the weights left that go in a cut, and one alone once at most `single` · k are left.
    recover: the share of the task's epochs that the training after a cut has, at least one, with
    a cosine from `rate` times the task's learning rate. finish: times that rate for the last
    training; rates that suit a dense network ruin a sparse one with steep weights. batches: that
    a cut looks at. damping: added to the curvature's diagonal, as a share of its mean, and
    doubled until the curvature is positive definite.
    Counted as steps are all trainings, and of each batch as many gradients as the curvature takes:
    the Hessian of p parameters p, the mean outer product of gradients (`fisher`) one.
    whole: whether it is the Hessian.
    """

    apart: ClassVar[bool] = True
    whole: ClassVar[bool] = True

    share: PositiveShare = 0.2
    single: Rate = 2.0
    recover: PositiveShare = 0.1
    rate: Positive = 0.3
    finish: Positive = 0.3
    batches: Count = 4
    damping: Positive = 1e-3

    @abstractmethod
    def cut(
        self,
        values: torch.Tensor,
        curvature: torch.Tensor,
        weights: int,
        left: int,
        rng: np.random.Generator,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Which parameters stay, (p,) bool, and the values of all, (p,) float64.

        values (p,), curvature (p, p): of one network's kept parameters, of which the first
        `weights` are weights. `left` of these stay, and all biases.
        """

    def train(self, nets, keep, task) -> Trained:
        last = task.variant(rate=self.finish)
        return last.train(*self.ticket(nets, keep, task))

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        keep = self.check_keep(nets, keep)
        self.rule(task.selection)
        epochs = max(1, round(self.recover * task.first.epochs))
        short = task.variant(rate=self.rate, schedule="cosine", epochs=epochs)
        dense = task.train(nets, Masks.ones_like(nets)).network
        draws = np.array(streams(self.name, task.own, len(nets)))
        groups = [np.flatnonzero(keep == k) for k in np.unique(keep)]
        done, costs = [], []
        for some in groups:
            before = task.spent
            done.append(
                self.pruned(dense[some], int(keep[some[0]]), short.variant(some), draws[some])
            )
            costs.append(task.spent - before)
        task.spend(max(costs) - sum(costs))  # of each network, not of all groups in turn
        order = np.argsort(np.concatenate(groups))
        networks, masks = zip(*done, strict=True)
        return Network.concatenate(networks)[order], Masks.concatenate(masks)[order]

    def pruned(self, nets: Network, keep: int, short: Task, draws) -> tuple[Network, Masks]:
        """Trained networks cut down to k weights, corrected, with `short` trainings in between.

        draws: a generator a network.
        """
        masks, batches = Masks.ones_like(nets), short.batches()
        for i, left in enumerate(self.schedule(nets.size, keep)):
            if i:
                nets = short.train(nets, masks, seed=derived_seed(self.name, short.seed, i)).network
            if masks.weights_kept[0] > MOST:
                masks = shrink(nets, masks, np.full(len(nets), left), exact)
            else:
                gradients = int(masks.parameters_kept.max()) if self.whole else 1
                short.spend(self.batches * (gradients - 1))  # one is counted with the batch
                nets, masks = self.operated(nets, masks, left, batches, draws)
        return masks.apply(nets), masks

    def schedule(self, total: int, keep: int) -> list[int]:
        """How many of so many weights are left after each cut, the last k."""
        left = [total]
        while left[-1] > keep:
            several = max(1, int(self.share * left[-1])) if left[-1] > self.single * keep else 1
            left.append(max(left[-1] - several, keep))
        return left[1:]

    def operated(
        self, nets: Network, masks: Masks, left: int, batches: Batches, draws
    ) -> tuple[Network, Masks]:
        """Every network of a stack after one cut; where values are not finite the smallest go."""
        x, y = (np.concatenate(parts) for parts in zip(*islice(batches, self.batches), strict=True))
        rows, kept_rows = in_a_row(nets), in_a_row(masks)
        stay = np.zeros_like(kept_rows)
        with one_thread():
            for i, rng in enumerate(draws):
                kept = Kept.at(kept_rows[i], masks.sizes)
                values = torch.as_tensor(rows[i, kept.place], dtype=torch.float64)
                curvature = (hessian if self.whole else fisher)(kept, values, x, y)
                if curvature.sum().isfinite():
                    kept_on, moved = self.cut(values, curvature, kept.weights, left, rng)
                    stay[i, kept.place], rows[i, kept.place] = (
                        kept_on.numpy(),
                        moved.float().numpy(),
                    )
                else:
                    one = slice(i, i + 1)
                    stay[one] = in_a_row(shrink(nets[one], masks[one], np.array([left]), exact))
        return out_of_rows(rows, nets), Masks.from_weights(out_of_rows(stay, masks).weights)
