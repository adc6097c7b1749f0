"""Trainers behind one interface: the plain PyTorch reference, and faster ones."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Protocol

import numpy as np

from cubistlib.support.types import OneOf, checked


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
    return tuple(_names())[1:]


def _names() -> Iterator[str]:
    """PyTorch is asked for devices, and loaded, by who asks for one of them."""
    yield from ("auto", "fused", "torch")
    from cubistlib.training.backends.torch import accelerators

    yield from (f"torch:{device}" for device in accelerators())


Backend = Annotated[str, OneOf(_names)]


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

    name = checked("backend", Backend, name)
    return partial(TorchTrainer, device=name.partition(":")[2] or "cpu")
