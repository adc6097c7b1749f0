"""GraSP: keep the connections that the flow of the gradient needs."""

import math
from dataclasses import dataclass
from itertools import islice

import numpy as np

from cubistlib.networks import Network
from cubistlib.pruners.base import Batches
from cubistlib.pruners.parts.initialization import xavier_normal
from cubistlib.pruners.parts.selection import strictly_above
from cubistlib.pruners.scored import Scored
from cubistlib.support.checks import UserError
from cubistlib.support.types import Count, Positive

# Batches looked through for points of each class before the data set is called one-sided.
PATIENCE = 100


@dataclass(frozen=True)
class GraSP(Scored):
    """Gradient signal preservation: single-shot pruning before training.

    Removing weight w changes the squared gradient norm by about −w · (H g), g and H gradient
    and Hessian, over the weights, of the loss of logits / temperature; the weights where that
    is largest go. Score here: w · (H g), the k largest stay.
    Source: Wang, Zhang & Grosse 2020, eq. 8; paper, "The nine algorithms".
    temperature: softens the loss. points: of each class, from fresh batches. reinitialize:
    draw Xavier-normal weights before scoring and training, as in the paper's studies with
    random initialization.
    Differences from the authors' code: exactly k weights; theirs (selection="authors") keeps
    what is strictly better than the ⌊N·(1 − k/N)⌋-th worst, k or k + 1. They sum g and H over
    two halves of the points, which scales the scores of all weights alike.
    """

    name = "grasp"
    authors_rule = staticmethod(strictly_above)

    reinitialize: bool = False
    temperature: Positive = 200.0
    points: Count = 25

    def prepare(self, nets, seed=0) -> Network:
        return xavier_normal(nets, seed) if self.reinitialize else nets

    def scores(self, nets, masks, batches) -> list[np.ndarray]:
        import torch

        from cubistlib.networks.functional import activations, binary_cross_entropy

        weights, biases = nets.tensors()
        weights = [w.detach().requires_grad_() for w in weights]
        x, y = map(torch.as_tensor, points_of_each_class(batches, self.points))
        logits = activations(weights, biases, x)[-1][:, 0] / self.temperature
        loss = binary_cross_entropy(logits, y).mean(1).sum()
        slopes = torch.autograd.grad(loss, weights, create_graph=True)
        flow = torch.stack([(g.detach() * g).sum() for g in slopes]).sum()
        curved = torch.autograd.grad(flow, weights)
        return [(w * hg).detach().numpy() for w, hg in zip(weights, curved, strict=True)]

    def authors_schedule(self, total, keep) -> np.ndarray:
        removed = [math.floor(total * (1 - k / total)) for k in keep.tolist()]
        return np.minimum(total - np.array(removed) + 1, total)[None]


def points_of_each_class(batches: Batches, points: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `points` of class 0 and as many of class 1 that the batches bring, in order."""
    found: dict[int, list[np.ndarray]] = {0: [], 1: []}
    for x, y in islice(batches, PATIENCE):
        for label, rows in found.items():
            rows.extend(x[y == label][: points - len(rows)])
        if all(len(rows) == points for rows in found.values()):
            labels = np.repeat(np.array([0, 1], np.float32), points)
            return np.stack(found[0] + found[1]), labels
    seen = " and ".join(str(len(rows)) for rows in found.values())
    raise UserError(f"grasp: needs {points} points of each class, found {seen} in its batches")
