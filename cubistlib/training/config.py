"""How networks are trained: the configuration and its schedules."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from cubistlib.support.checks import require
from cubistlib.support.types import Count, OneOf, Rate, Size, validated

SCHEDULES = ("constant", "cosine", "step")
Schedule = Annotated[str, OneOf(lambda: SCHEDULES)]

STEEPEST = 5.0  # a hyperbolic step multiplies by e⁵ at most


@dataclass(frozen=True)
class TrainConfig:
    """How a network is trained; the paper's values as defaults.

    lr: initial learning rate (the paper uses 0.05, 0.1 and, for pruning, 0.2).
    schedule: "constant"; "cosine" to 0 over the epochs; "step": ×0.1 at 30 % and at 60 % of
    the epochs (15 and 30 of 50). Rates change an epoch, not a step.
    weight_decay acts on weights and biases. Source: paper, "Training".
    ham, ham_decay: α and β of hyperbolic-aware minimization; with both 0, the paper's SGD. After
    every step of rate η each weight, no bias, is multiplied by exp(clip(−η (α sign(w) g + β), ±5)),
    where g is the slope of the loss that the step used, without momentum and weight decay. So a
    weight that the slope drives through 0 leaves it fast, and signs are learned more easily.
    Source: Jacobs et al. 2025 (arXiv 2506.02630), who take α = 200 and β = 0.001.
    Raises ValueError for values out of range or of the wrong type.
    """

    lr: Rate = 0.05
    schedule: Schedule = "constant"
    epochs: Count = 50
    batch_size: Size = 128
    momentum: Rate = 0.9
    weight_decay: Rate = 5e-4
    ham: Rate = 0.0
    ham_decay: Rate = 0.0

    def __post_init__(self) -> None:
        validated("TrainConfig", self)

    @property
    def hyperbolic(self) -> bool:
        """Whether a hyperbolic step follows every step of SGD."""
        return self.ham > 0 or self.ham_decay > 0

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
