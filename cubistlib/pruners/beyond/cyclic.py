"""Cyclic training: the same mask trained again and again, each time with a new schedule."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Annotated

import numpy as np

from cubistlib import pruners
from cubistlib.pruners.beyond.repeated import Repeated
from cubistlib.support.types import Count, OneOf, Positive
from cubistlib.training import Trained


def _once() -> list[str]:
    """Every algorithm but those that train again and again as these do, and those run apart."""
    return [
        name
        for name, c in pruners.available().items()
        if not issubclass(c, Repeated) and not c.apart
    ]


Once = Annotated[str, OneOf(_once)]


@dataclass(frozen=True)
class Cyclic(Repeated):
    """Several cycles of the learning rate on one mask.

    Another algorithm prunes and trains. Then its mask trains on from the weights learned, under a
    new optimizer and a new schedule each time, from `rate` times the task's learning rate.
    Source: Gadhikar, Nelaturu & Burkholz 2024 (arXiv 2406.02773), "cyclic training".
    mask: the algorithm, at its own defaults. trainings: how many there are, the algorithm's one
    (of several, its last) among them; of that alone `rate` says nothing.
    Differences from the published form: that is for masks made before training (mask="random_erk",
    "snip", "synflow"), which here are worse than GMP's to begin with, and at the task's rate
    (rate=1), which undoes in networks so small what has been learned (notebook 61).
    """

    name = "cyclic"

    mask: Once = "gmp"
    trainings: Count = 5
    rate: Positive = 0.3

    def in_turn(self, nets, keep, task) -> Iterator[Trained]:
        first, *more = self.levels(nets.size, self.check_keep(nets, keep))
        again = task.variant(rate=self.rate)
        trained = pruners.get(self.mask)().train(nets, first, task)
        yield trained
        yield from self.onward(trained, zip(more, repeat(again)), task)

    def levels(self, total: int, keep: np.ndarray) -> list[np.ndarray]:
        """How many of so many weights are left in every training, (n,) each."""
        return [keep] * self.trainings
