"""What a configuration says for every step of a training: its rows and its rates."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from cubistlib.data import epoch_order
from cubistlib.networks import numbers
from cubistlib.support.checks import require
from cubistlib.support.types import Whole, checked
from cubistlib.training.config import TrainConfig


class Timetable:
    """Which rows and which learning rate every step of a training of n networks uses.

    config: what the configurations share. steps: of the whole training. Raises ValueError
    unless configurations, data and order belong together.
    """

    def __init__(
        self,
        config: TrainConfig | Sequence[TrainConfig],
        n: int,
        data_rows: int,
        seed: int,
        order: np.ndarray | None,
    ):
        configs = [config] * n if isinstance(config, TrainConfig) else list(config)
        require(len(configs) == n, f"train: {len(configs)} configs for {n} networks")
        alike = {replace(c, lr=0, schedule="constant") for c in set(configs)}
        require(len(alike) == 1, "train: configs of one stack may differ in lr and schedule alone")
        self.config, self.data_rows = configs[0], data_rows
        self.seed = checked("train: seed", Whole, seed)
        self.steps_an_epoch = self.config.steps_an_epoch(data_rows)
        self.order, self.steps = order, self.config.steps(data_rows)
        if order is not None:
            self.order = order = numbers("train: order", order)
            size, most = self.config.batch_size, self.steps
            allowed = order.ndim == 2 and np.issubdtype(order.dtype, np.integer)
            allowed = allowed and order.shape[1] == size and 1 <= len(order) <= most
            require(
                allowed and order.min() >= 0 and order.max() < data_rows,
                f"train: order must be (steps 1 … {most}, {size}) row indices below {data_rows}, "
                f"got shape {order.shape}",
            )
            self.steps = len(order)
        rates = {c: c.learning_rates() for c in set(configs)}
        self.epoch_rates = np.stack([rates[c] for c in configs], axis=1)

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
        shuffled = _shuffled if self.data_rows <= MANY_ROWS else _shuffled_large
        rows = shuffled(self.data_rows, self.config.batch_size, epoch, self.seed)
        return rows[start - epoch * self.steps_an_epoch : stop - epoch * self.steps_an_epoch]


# One training's whole order is 10 MB; the next stack of the same seed finds it ready, also where
# the stacks of six seeds take turns: drawing an order takes as long as training few networks.
_shuffled = lru_cache(maxsize=6 * 50)(epoch_order)

# Of more rows only the epoch at hand is kept, since whole orders would take gigabytes.
MANY_ROWS = 100_000
_shuffled_large = lru_cache(maxsize=2)(epoch_order)
