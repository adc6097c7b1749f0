"""Trainers behind one interface: the plain PyTorch reference, and faster ones."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np

from cubistlib.backends.fused import FusedTrainer
from cubistlib.backends.torch import TorchTrainer, accelerators
from cubistlib.checks import require


class Trainer(Protocol):
    """Does optimizer steps on the state that it was made with: Trainer(state, x, y, config).

    x (rows, in) and y (rows,) float32, contiguous; the state itself is never written to.
    """

    def advance(self, rows: np.ndarray, rates: np.ndarray, trace: bool) -> np.ndarray | None:
        """One step a row of `rows` (steps, batch), at each network's rate `rates` (n,).

        Returns every batch's loss, (steps, n) float32, if asked to trace.
        """

    def state(self):
        """Where the training stands now, a TrainState."""

    def revise(self, state) -> None:
        """Goes on from another state of networks of the same shape."""

    def evaluate(self) -> tuple[np.ndarray, np.ndarray]:
        """Accuracy and mean loss on all rows of x, as `Network.evaluate` defines them."""


def available() -> tuple[str, ...]:
    """Names that `backend=` takes on this machine, beside "auto"."""
    return ("fused", "torch", *(f"torch:{device}" for device in accelerators()))


def choose(name: str, threads: int | None = None) -> Callable[..., Trainer]:
    """What makes a trainer of that name; "auto" takes the fastest.

    threads: of the fused trainer; PyTorch has its own setting. Raises ValueError for a name
    that this machine does not have.
    """
    names = available()
    require(
        name in ("auto", *names), f"backend must be one of auto, {', '.join(names)}, got {name!r}"
    )
    if name in ("auto", "fused"):
        return partial(FusedTrainer, threads=threads)
    return partial(TorchTrainer, device=name.partition(":")[2] or "cpu")
