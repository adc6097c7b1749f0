"""Training a stack of masked networks: configuration, schedules, resumable state, train()."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np

from cubistlib import backends
from cubistlib.checks import require
from cubistlib.data import epoch_order
from cubistlib.masks import Masks
from cubistlib.network import Network

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
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            require(
                whole and value >= 1,
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


@dataclass(frozen=True, eq=False)
class TrainState:
    """Where a training stands: enough to go on from, with a result identical to not stopping.

    step: optimizer steps done. momentum: the velocities, in the shape of the network.
    Masked entries of network and momentum are zero.
    """

    network: Network
    masks: Masks
    momentum: Network
    step: int = 0

    @classmethod
    def start(cls, nets: Network, masks: Masks) -> "TrainState":
        """The state before the first step."""
        return cls(masks.apply(nets), masks, Network.zeros_like(nets))

    def revised(self, masks: Masks) -> "TrainState":
        """The same state under other masks; what they remove is zero from here on."""
        network, momentum = masks.apply(self.network), masks.apply(self.momentum)
        return replace(self, masks=masks, network=network, momentum=momentum)


class Hook(Protocol):
    """Something that revises masks between steps.

    steps: before which steps it acts, counted from 0. Called with the state and the batch
    (x, y) of the step about to be done, it returns a state; one whose `step` it has raised by
    one takes the place of that optimizer step.
    """

    steps: Sequence[int]

    def __call__(self, state: TrainState, batch: tuple[np.ndarray, np.ndarray]) -> TrainState: ...


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training returns, n networks.

    accuracy: share of all rows classified rightly, (n,) float64. loss: mean over all rows,
    (n,) float64. diverged: (n,) bool, some parameter or the loss is not finite.
    batch_losses: (steps, n) float32 when asked for with trace=True, else None.
    """

    state: TrainState
    accuracy: np.ndarray
    loss: np.ndarray
    diverged: np.ndarray
    batch_losses: np.ndarray | None = None

    @property
    def network(self) -> Network:
        """The trained networks, masked entries zero."""
        return self.state.network

    @property
    def masks(self) -> Masks:
        """The masks at the end (a hook may have revised them)."""
        return self.state.masks


def train(
    nets: Network,
    masks: Masks,
    x: np.ndarray,
    y: np.ndarray,
    config: TrainConfig | Sequence[TrainConfig],
    **options,
) -> Trained:
    """Masked SGD with momentum on binary cross-entropy, all networks of the stack at once.

    x (rows, in) float32, y (rows,) of 0 and 1. config: one for the stack, or one a network
    that differ in `lr` and `schedule` alone. Options, as in `resume`: seed, backend, order,
    hook, stop, trace, threads. The order of the data comes from `seed` and is shared by the
    networks of the stack (common random numbers). `nets` and `masks` are left as they are.
    """
    return resume(TrainState.start(nets, masks), x, y, config, **options)


def resume(
    state: TrainState,
    x: np.ndarray,
    y: np.ndarray,
    config: TrainConfig | Sequence[TrainConfig],
    *,
    seed: int = 0,
    backend: str = "auto",
    order: np.ndarray | None = None,
    hook: Hook | None = None,
    stop: int | None = None,
    trace: bool = False,
    threads: int | None = None,
) -> Trained:
    """Train on from `state`; with the same arguments it ends as if it had never stopped.

    backend: "auto", or a name of `backends.available()`. order: explicit row indices
    (steps, batch_size) instead of a shuffle from `seed`. hook: revises masks between steps.
    stop: the step to stop before (default: the end). trace: also return every batch's loss.
    threads: how many the fused backend may use (default: all usable cores); results do not
    depend on it.
    """
    x, y = check_data(x, y, state.network.sizes[0])
    plan = Plan.make(config, len(state.network), len(x), seed, order)
    trainer = backends.choose(backend, state.network, threads)(state, x, y, plan.config)
    end = plan.steps if stop is None else min(stop, plan.steps)
    revisions, losses = set(hook.steps) if hook else set(), []
    step = state.step
    while step < end:
        if step in revisions:
            rows = plan.rows(step, step + 1)[0]
            revised = hook(trainer.state(), (x[rows], y[rows]))
            trainer.revise(revised)
            if revised.step > step:
                step = revised.step
                continue
        until = min([end, plan.next_epoch(step), *(s for s in revisions if s > step)])
        losses.append(trainer.advance(plan.rows(step, until), plan.rates(step), trace))
        step = until
    return _finish(trainer, np.concatenate(losses) if trace and losses else None)


def _finish(trainer: backends.Trainer, batch_losses: np.ndarray | None) -> Trained:
    """Accuracy, loss and divergence where the trainer stands."""
    state, (accuracy, loss) = trainer.state(), trainer.evaluate()
    parameters = (*state.network.weights, *state.network.biases)
    finite = [np.isfinite(p).reshape(len(p), -1).all(1) for p in parameters]
    return Trained(state, accuracy, loss, ~(np.isfinite(loss) & np.all(finite, 0)), batch_losses)


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
            shape = (order.shape[0], first.batch_size)
            allowed = order.ndim == 2 and order.shape == shape
            allowed = allowed and 1 <= len(order) <= total
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


def check_data(x: np.ndarray, y: np.ndarray, inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """x as (rows, inputs) float32 and y as (rows,) float32 of 0 and 1, or one clear sentence."""
    x, y = np.ascontiguousarray(x, np.float32), np.ascontiguousarray(y, np.float32)
    require(
        x.ndim == 2 and x.shape[1] == inputs,
        f"train: x must be (rows, {inputs}) for this network, got shape {x.shape}",
    )
    require(y.shape == (len(x),), f"train: y must be ({len(x)},) as x, got shape {y.shape}")
    require(np.isin(y, (0, 1)).all(), "train: y may hold only the classes 0 and 1")
    return x, y
