"""The reference trainer: masked SGD in plain PyTorch, on any device."""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock

import numpy as np
import torch

from cubistlib.networks import Network
from cubistlib.networks.functional import gradients
from cubistlib.training.config import STEEPEST

_recording = Lock()


def accelerators() -> list[str]:
    """Devices beside the CPU that this machine's PyTorch can use."""
    return ["cuda"] if torch.cuda.is_available() else []


class TorchTrainer:
    """A `backends.Trainer` on `device`, "cpu" or "cuda".

    A step, for every parameter p with gradient g, velocity v and mask m:
        v ← μ v + g + λ p        p ← p − η v        then v and p are zero where m is
    and, if asked for, for every weight w then
        w ← w exp(clip(−η (α sign(w) g + β), −5, 5))

    A step reads and writes fixed buffers alone, so that on CUDA it can be recorded once and
    launched as a whole. What that gains has not been measured on a GPU yet.
    """

    def __init__(self, state, x, y, config, device: str = "cpu"):
        self.config, self.device = config, device
        self.x, self.y = (torch.from_numpy(a).to(device) for a in (x, y))
        self.layers, n = len(state.network.weights), len(state.network)
        self.parameters, self.velocities, self.masked = (
            [torch.from_numpy(a).to(device, copy=True) for a in stack.arrays]
            for stack in (state.network, state.momentum, state.masks)
        )
        self.batch = torch.zeros(config.batch_size, dtype=torch.int64, device=device)
        self.rates, self.losses = torch.zeros(2, n, device=device)
        self.step = recorded(self._step) if device == "cuda" else self._step
        self.revise(state)

    def revise(self, state) -> None:
        self.begin, self.steps = state, 0
        tensors = (*self.parameters, *self.velocities, *self.masked)
        arrays = state.network.arrays + state.momentum.arrays + state.masks.arrays
        for tensor, array in zip(tensors, arrays, strict=True):
            tensor.copy_(torch.from_numpy(array))
        for masked in self.masked:
            masked.logical_not_()
        for tensor, masked in zip(tensors, 2 * self.masked, strict=False):
            tensor.masked_fill_(masked, 0)

    def advance(self, rows: np.ndarray, rates: np.ndarray, trace: bool) -> np.ndarray | None:
        self.rates.copy_(torch.from_numpy(rates))
        losses = []
        for batch in torch.from_numpy(rows.astype(np.int64)).to(self.device):
            self.batch.copy_(batch)
            self.step()
            if trace:
                losses.append(self.losses.clone())
        self.steps += len(rows)
        return torch.stack(losses).cpu().numpy() if trace else None

    def _step(self) -> None:
        """One optimizer step on the rows in `batch`; leaves every network's loss in `losses`."""
        weights, biases = self.parameters[: self.layers], self.parameters[self.layers :]
        dw, db, losses = gradients(weights, biases, self.x[self.batch], self.y[self.batch])
        self.losses.copy_(losses)
        moved = zip(self.parameters, self.velocities, dw + db, self.masked, strict=True)
        for p, v, g, masked in moved:
            v.mul_(self.config.momentum).add_(g).add_(p, alpha=self.config.weight_decay)
            v.masked_fill_(masked, 0)
            eta = self.rates.reshape(-1, *[1] * (p.ndim - 1))
            p.sub_(eta * v).masked_fill_(masked, 0)
            if self.config.hyperbolic and p.ndim == 3:
                power = -eta * (self.config.ham * p.sign() * g + self.config.ham_decay)
                p.addcmul_(p, power.clamp_(-STEEPEST, STEEPEST).expm1_())

    def evaluate(self) -> tuple[np.ndarray, np.ndarray]:
        return self.state().network.evaluate(self.x.cpu().numpy(), self.y.cpu().numpy())

    def state(self):
        return replace(
            self.begin,
            network=self._network(self.parameters),
            momentum=self._network(self.velocities),
            step=self.begin.step + self.steps,
        )

    def _network(self, tensors: list[torch.Tensor]) -> Network:
        arrays = [t.cpu().numpy().copy() for t in tensors]
        return Network(tuple(arrays[: self.layers]), tuple(arrays[self.layers :]))


def recorded(step: Callable[[], None]) -> Callable[[], None]:
    """`step` as a CUDA graph: one launch in place of a hundred. Runs it while recording.

    One thread records at a time, and what others do on the device meanwhile does not count:
    by default PyTorch would end the recording for that.
    Source: PyTorch, "CUDA semantics", section "CUDA Graphs".
    """
    with _recording:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            step()
    return graph.replay
