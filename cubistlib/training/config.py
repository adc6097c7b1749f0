"""How networks are trained: the configuration and its schedules."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from cubistlib.support.checks import require
from cubistlib.support.types import Count, OneOf, Rate, Size, validated

SCHEDULES = ("constant", "cosine", "step")
Schedule = Annotated[str, OneOf(lambda: SCHEDULES)]


@dataclass(frozen=True)
class TrainConfig:
    """How a network is trained; the paper's values as defaults.

    lr: initial learning rate (the paper uses 0.05, 0.1 and, for pruning, 0.2).
    schedule: "constant"; "cosine" to 0 over the epochs; "step": ×0.1 at 30 % and at 60 % of
    the epochs (15 and 30 of 50). Rates change an epoch, not a step.
    weight_decay acts on weights and biases. Source: paper, "Training".
    Raises ValueError for values out of range or of the wrong type.
    """

    lr: Rate = 0.05
    schedule: Schedule = "constant"
    epochs: Count = 50
    batch_size: Size = 128
    momentum: Rate = 0.9
    weight_decay: Rate = 5e-4

    def __post_init__(self) -> None:
        validated("TrainConfig", self)

    def steps_an_epoch(self, rows: int) -> int:
        """Full batches in an epoch over that many rows; at least one."""
        require(
            self.batch_size <= rows,
            f"train: batch_size {self.batch_size} is larger than the {rows} rows",
        )
        return rows // self.batch_size

    def steps(self, rows: int) -> int:
        """Optimizer steps of the whole training on that many rows."""
        return self.epochs * self.steps_an_epoch(rows)

    def learning_rates(self) -> np.ndarray:
        """The rate of every epoch: (epochs,) float64."""
        epoch = np.arange(self.epochs)
        if self.schedule == "cosine":
            return self.lr * (1 + np.cos(np.pi * epoch / self.epochs)) / 2
        if self.schedule == "step":
            drops = (epoch >= 0.3 * self.epochs).astype(int) + (epoch >= 0.6 * self.epochs)
            return self.lr * 0.1**drops
        return np.full(self.epochs, self.lr)
