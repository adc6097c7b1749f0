"""LRR: train, prune the smallest weights, rewind nothing but the learning rate, repeat."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cubistlib.networks import Masks
from cubistlib.pruners.beyond.repeated import Repeated
from cubistlib.pruners.task import Task
from cubistlib.support.checks import require
from cubistlib.support.types import Positive, PositiveShare, Share, at_least
from cubistlib.training import TrainConfig, Trained


@dataclass(frozen=True)
class LRR(Repeated):
    """Learning-rate rewinding: iterative magnitude pruning that keeps what was learned.

    The dense network is trained. Then, level by level, the share `share` of the smallest |w| goes,
    or a single weight where 2k or fewer are left, and the rest trains on under a new optimizer and
    a new schedule, from `rate` times the task's learning rate.
    Source: Renda, Frankle & Carbin 2020, "learning rate rewinding".
    trainings: what all of it may cost, in trainings of the task. level: the length of one between
    the first and the last, a share of a training, one epoch at least; these two are in full.
    Differences from the published form: there each level is a training in full, and k says how
    many there are. Here the budget does: where there are more levels than trainings, several go
    at once; where fewer, the same level is trained several times. There the rate is the task's
    again (rate=1); here that undoes in networks so small what has been learned (notebook 61).
    """

    name = "lrr"

    share: Share = 0.2
    trainings: at_least(2) = 5  # type: ignore[valid-type]
    level: PositiveShare = 0.1
    rate: Positive = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 < self.share < 1, f"lrr: share must be between 0 and 1, got {self.share}")

    def in_turn(self, nets, keep, task) -> Iterator[Trained]:
        keep, _ = self.check_keep(nets, keep), self.rule(task.selection)
        epochs, prunings = self.timetable(_epochs(task))
        short, last = task.variant(rate=self.rate, epochs=epochs), task.variant(rate=self.rate)
        first = task.train(nets, Masks.ones_like(nets))
        yield first
        left = self.schedule(nets.size, keep, prunings)
        trainers = [short] * (prunings - 1) + [last]
        yield from self.onward(first, zip(left, trainers, strict=True), task)

    def timetable(self, epochs: int) -> tuple[int, int]:
        """Epochs of a short training, and how many prunings, of a task of so many epochs."""
        short = max(1, math.floor(self.level * epochs))
        return short, (self.trainings - 2) * epochs // short + 1

    def schedule(self, total: int, keep: np.ndarray, prunings: int) -> np.ndarray:
        """How many of so many weights are left after each of the prunings: (prunings, n) int64.

        Each network's levels, shared out evenly.
        """
        left = np.empty((prunings, len(keep)), np.int64)
        for i, k in enumerate(keep.tolist()):
            levels = np.array(self.levels(total, k))
            left[:, i] = levels[-(-np.arange(1, prunings + 1) * len(levels) // prunings) - 1]
        return left

    def levels(self, total: int, keep: int) -> list[int]:
        """How many weights each level leaves, from the first that prunes down to `keep`."""
        left = [total]
        while left[-1] > keep:
            some = round(self.share * left[-1]) if left[-1] > 2 * keep else 1
            left.append(max(keep, left[-1] - max(1, some)))
        return left[1:] or [keep]


def _epochs(task: Task) -> int:
    config = task.config
    return config.epochs if isinstance(config, TrainConfig) else config[0].epochs
