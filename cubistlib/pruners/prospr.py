"""ProsPr: keep the connections that the loss will depend on after a few steps of training."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from cubistlib.pruners.scored import Scored
from cubistlib.support.types import MANY, AtMost, Rate, Whole

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ProsPr(Scored):
    """Prospect pruning: meta-gradients through the first steps of training.

    Start from m · w with a mask m of ones, take `inner_steps` differentiable steps of SGD with
    momentum, a fresh batch each, and measure the loss L on one more: score |∂L/∂m|, the k
    largest stay.
    Source: Alizadeh et al. 2022, eq. 5; paper, "The nine algorithms".
    inner_lr: learning rate of the inner steps; the paper takes that of the run.
    cut_first: leave the first momentum buffer out of the derivative, as in the paper's runs;
    False differentiates through every step.
    Differences from the authors' code: exactly k weights; theirs (selection="authors") rounds
    up, k or k + 1.
    """

    name = "prospr"

    inner_lr: Rate = 0.1
    momentum: Rate = 0.9
    inner_steps: Annotated[Whole, AtMost(MANY)] = 3
    cut_first: bool = True

    def scores(self, nets, masks, batches) -> list[np.ndarray]:
        import torch

        weights, biases = nets.tensors()
        mask = [torch.ones_like(w, requires_grad=True) for w in weights]
        parameters = [m * w for m, w in zip(mask, weights, strict=True)]
        parameters += [b.detach().requires_grad_() for b in biases]
        velocity = None
        for _ in range(self.inner_steps):
            loss = _loss(parameters, next(batches))
            slopes = torch.autograd.grad(loss, parameters, create_graph=True)
            if velocity is None:
                velocity = [g.detach() if self.cut_first else g for g in slopes]
            else:
                velocity = [self.momentum * v + g for v, g in zip(velocity, slopes, strict=True)]
            parameters = [p - self.inner_lr * v for p, v in zip(parameters, velocity, strict=True)]
        slopes = torch.autograd.grad(_loss(parameters, next(batches)), mask)
        return [g.abs().numpy() for g in slopes]

    def authors_schedule(self, total, keep) -> np.ndarray:
        return np.array([[math.ceil((1 - (1 - k / total)) * total) for k in keep.tolist()]])


def _loss(parameters: list["torch.Tensor"], batch) -> "torch.Tensor":
    """Sum over the stack of each network's mean loss: its slopes are every network's own."""
    import torch

    from cubistlib.networks.functional import losses

    layers = len(parameters) // 2
    return losses(parameters[:layers], parameters[layers:], *map(torch.as_tensor, batch)).sum()
