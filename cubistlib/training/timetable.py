"""What a configuration says for every step of a training: its rows and its rates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from cubistlib.data import epoch_order
from cubistlib.support.checks import require
from cubistlib.training.config import TrainConfig


@dataclass(frozen=True)
class Timetable:
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
    def make(
        cls,
        config: TrainConfig | Sequence[TrainConfig],
        n: int,
        data_rows: int,
        seed: int,
        order: np.ndarray | None,
    ) -> "Timetable":
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
