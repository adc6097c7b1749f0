"""The mathematics of a stack in PyTorch: forward pass, loss, gradients. Differentiable."""

from collections.abc import Sequence

import torch
from torch import Tensor

Tensors = Sequence[Tensor]


def activations(weights: Tensors, biases: Tensors, x: Tensor) -> list[Tensor]:
    """What every layer gives on x (rows, in): a list of (n, units, rows), the logits last.

    weights[l]: (n, out, in), biases[l]: (n, out). ReLU after every layer but the last.
    """
    h = x.T
    layers: list[Tensor] = []
    for w, b in zip(weights, biases, strict=True):
        h = torch.matmul(w, h) + b[:, :, None]
        if len(layers) < len(weights) - 1:
            h = torch.relu(h)
        layers.append(h)
    return layers


def binary_cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    """Loss of each logit against labels y of 0 and 1, shapes broadcast; not averaged."""
    return torch.nn.functional.softplus(logits) - y * logits


def losses(weights: Tensors, biases: Tensors, x: Tensor, y: Tensor) -> Tensor:
    """Mean loss of every network of the stack on one batch: (n,)."""
    logits = activations(weights, biases, x)[-1][:, 0]
    return binary_cross_entropy(logits, y).mean(1)


def gradients(
    weights: Tensors, biases: Tensors, x: Tensor, y: Tensor
) -> tuple[list[Tensor], list[Tensor], Tensor]:
    """∂L/∂weights, ∂L/∂biases and the losses (n,), of each network's own mean loss.

    Networks do not touch, so the gradient of the sum over the stack is every network's own.
    """
    parameters = [p.detach().requires_grad_() for p in (*weights, *biases)]
    layers = len(weights)
    each = losses(parameters[:layers], parameters[layers:], x, y)
    grads = torch.autograd.grad(each.sum(), parameters)
    return list(grads[:layers]), list(grads[layers:]), each.detach()
