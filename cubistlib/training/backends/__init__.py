"""Trainers behind one interface: the plain PyTorch reference, and faster ones."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np

from cubistlib.support.checks import require


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
    from cubistlib.training.backends.torch import accelerators

    return ("fused", "torch", *(f"torch:{device}" for device in accelerators()))


def choose(name: str, threads: int | None = None) -> Callable[..., Trainer]:
    """What makes a trainer of that name; "auto" takes the fastest.

    threads: of the fused trainer; PyTorch has its own setting. Raises ValueError for a name
    that this machine does not have.
    """
    # PyTorch and numba are loaded by who trains, not by who reads results.
    if name in ("auto", "fused"):
        from cubistlib.training.backends.fused import FusedTrainer

        return partial(FusedTrainer, threads=threads)
    from cubistlib.training.backends.torch import TorchTrainer

    names = ("auto", *available())
    require(name in names, f"backend must be one of {', '.join(names)}, got {name!r}")
    return partial(TorchTrainer, device=name.partition(":")[2] or "cpu")
