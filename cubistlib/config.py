"""How networks are trained: configuration, schedules, and what they say for every step."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from cubistlib.checks import is_whole, require
from cubistlib.data import epoch_order

SCHEDULES = ("constant", "cosine", "step")


@dataclass(frozen=True)
class TrainConfig:
    """How a network is trained; the paper's values as defaults.

    lr: initial learning rate (the paper uses 0.05, 0.1 and, for pruning, 0.2).
    schedule: "constant"; "cosine" to 0 over the epochs; "step": ×0.1 at 30 % and at 60 % of
    the epochs (15 and 30 of 50). Rates change an epoch, not a step.
    weight_decay acts on weights and biases. Source: paper, "Training".
    Raises ValueError for values out of range or of the wrong type.
    """

    lr: float = 0.05
    schedule: str = "constant"
    epochs: int = 50
    batch_size: int = 128
    momentum: float = 0.9
    weight_decay: float = 5e-4

    def __post_init__(self) -> None:
        require(
            self.schedule in SCHEDULES,
            f"TrainConfig: schedule must be one of {', '.join(SCHEDULES)}, got {self.schedule!r}",
        )
        for name in ("epochs", "batch_size"):
            value = getattr(self, name)
            require(
                is_whole(value),
                f"TrainConfig: {name} must be a whole number ≥ 1, got {value!r}",
            )
        for name in ("lr", "momentum", "weight_decay"):
            value = getattr(self, name)
            number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
            require(
                number and 0 <= value < math.inf,
                f"TrainConfig: {name} must be a number ≥ 0, got {value!r}",
            )

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
        return np.full(self.epochs, float(self.lr))


@dataclass(frozen=True)
class Plan:
    """Which rows and which learning rate every step of a training uses.

    epoch_rates: (epochs, n) float64, one column a network.
    """

    config: TrainConfig
    epoch_rates: np.ndarray
    steps_an_epoch: int
    data_rows: int
    seed: int
    order: np.ndarray | None

    @classmethod
    def make(cls, config, n: int, data_rows: int, seed: int, order: np.ndarray | None) -> "Plan":
        """Checks that configurations, data and order belong together."""
        configs = [config] * n if isinstance(config, TrainConfig) else list(config)
        require(len(configs) == n, f"train: {len(configs)} configs for {n} networks")
        alike = {replace(c, lr=0, schedule="constant") for c in configs}
        require(len(alike) == 1, "train: configs of one stack may differ in lr and schedule alone")
        first = configs[0]
        total = first.steps(data_rows)
        if order is not None:
            order = np.asarray(order)
            allowed = order.ndim == 2 and np.issubdtype(order.dtype, np.integer)
            allowed = allowed and order.shape[1] == first.batch_size and 1 <= len(order) <= total
            allowed = allowed and order.min() >= 0 and order.max() < data_rows
            require(
                allowed,
                f"train: order must be (steps 1 … {total}, "
                f"{first.batch_size}) row indices below {data_rows}, got shape {order.shape}",
            )
        rates = {c: c.learning_rates() for c in set(configs)}
        columns = np.stack([rates[c] for c in configs], axis=1)
        return cls(first, columns, first.steps_an_epoch(data_rows), data_rows, seed, order)

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        if self.order is not None:
            return len(self.order)
        return self.config.steps(self.data_rows)

    def rates(self, step: int) -> np.ndarray:
        """Every network's learning rate at a step: (n,) float64."""
        return self.epoch_rates[step // self.steps_an_epoch]

    def next_epoch(self, step: int) -> int:
        """The first step of the epoch after that of `step`."""
        return (step // self.steps_an_epoch + 1) * self.steps_an_epoch

    def rows(self, start: int, stop: int) -> np.ndarray:
        """Row indices of steps start … stop − 1 of one epoch: (steps, batch_size) int32."""
        if self.order is not None:
            return self.order[start:stop]
        epoch = start // self.steps_an_epoch
        rows = _shuffled(self.data_rows, self.config.batch_size, epoch, self.seed)
        return rows[start - epoch * self.steps_an_epoch : stop - epoch * self.steps_an_epoch]


# One training's whole order is 10 MB; the next stack of the same seed finds it ready.
_shuffled = lru_cache(maxsize=64)(epoch_order)
