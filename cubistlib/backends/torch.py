"""The reference trainer: masked SGD in plain PyTorch, on any device."""

from dataclasses import replace

import numpy as np
import torch

from cubistlib.functional import gradients
from cubistlib.network import Network
from cubistlib.stack import Stack


def accelerators() -> list[str]:
    """Devices beside the CPU that this machine's PyTorch can use."""
    return ["cuda"] if torch.cuda.is_available() else []


class TorchTrainer:
    """A `backends.Trainer` on `device`, "cpu" or "cuda".

    A step, for every parameter p with gradient g, velocity v and mask m:
        v ← μ v + g + λ p        p ← p − η v        then v and p are zero where m is
    """

    def __init__(self, state, x, y, config, device: str = "cpu"):
        self.config, self.device = config, device
        self.x, self.y = (torch.from_numpy(a).to(device) for a in (x, y))
        self.revise(state)

    def revise(self, state) -> None:
        self.begin, self.steps = state, 0
        self.layers = len(state.network.weights)
        self.parameters = _tensors(state.network, self.device)
        self.velocities = _tensors(state.momentum, self.device)
        self.masked = [~kept for kept in _tensors(state.masks, self.device)]

    def advance(self, rows: np.ndarray, rates: np.ndarray, trace: bool) -> np.ndarray | None:
        rows = torch.from_numpy(rows.astype(np.int64)).to(self.device)
        rates = torch.from_numpy(rates.astype(np.float32)).to(self.device)
        etas = [rates.reshape(-1, *[1] * (p.ndim - 1)) for p in self.parameters]
        losses = [self._step(batch, etas) for batch in rows]
        self.steps += len(rows)
        return torch.stack(losses).cpu().numpy() if trace else None

    def _step(self, batch: torch.Tensor, etas: list[torch.Tensor]) -> torch.Tensor:
        weights, biases = self.parameters[: self.layers], self.parameters[self.layers :]
        dw, db, loss = gradients(weights, biases, self.x[batch], self.y[batch])
        moved = zip(self.parameters, self.velocities, dw + db, self.masked, etas, strict=True)
        for p, v, g, masked, eta in moved:
            v.mul_(self.config.momentum).add_(g).add_(p, alpha=self.config.weight_decay)
            v.masked_fill_(masked, 0)
            p.sub_(eta * v).masked_fill_(masked, 0)
        return loss

    def state(self):
        return replace(
            self.begin,
            network=self._network(self.parameters),
            momentum=self._network(self.velocities),
            step=self.begin.step + self.steps,
        )

    def evaluate(self) -> tuple[np.ndarray, np.ndarray]:
        return self.state().network.evaluate(self.x.cpu().numpy(), self.y.cpu().numpy())

    def _network(self, tensors: list[torch.Tensor]) -> Network:
        arrays = [t.cpu().numpy().copy() for t in tensors]
        return Network(tuple(arrays[: self.layers]), tuple(arrays[self.layers :]))


def _tensors(stack: Stack, device: str) -> list[torch.Tensor]:
    """Weights, then biases, as tensors of their own."""
    arrays = (*stack.weights, *stack.biases)
    return [torch.from_numpy(a).to(device, copy=True) for a in arrays]
