"""Training a stack of masked networks: resumable state, hooks, train()."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.support.checks import require
from cubistlib.support.threads import stop_if_asked
from cubistlib.training import backends
from cubistlib.training.config import TrainConfig
from cubistlib.training.timetable import Timetable


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

    @property
    def steps(self) -> Sequence[int]: ...

    def __call__(self, state: TrainState, batch: tuple[np.ndarray, np.ndarray]) -> TrainState: ...


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training returns, n networks.

    accuracy: share of all rows classified rightly, (n,) float64. loss: mean over all rows,
    (n,) float64. diverged: (n,) bool, some parameter or the loss is not finite.
    batch_losses: (steps, n) float32 when asked for with trace=True, else None; a step whose
    place a hook has taken has no row.
    """

    state: TrainState
    accuracy: np.ndarray
    loss: np.ndarray
    diverged: np.ndarray
    batch_losses: np.ndarray | None = None

    def __getitem__(self, index: int | list[int] | np.ndarray) -> "Trained":
        """Some networks of the stack, as a stack; without the traced losses."""
        index = [index] if isinstance(index, int) else index
        s = self.state
        state = TrainState(s.network[index], s.masks[index], s.momentum[index], s.step)
        return Trained(state, self.accuracy[index], self.loss[index], self.diverged[index])

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
    inputs, *_, outputs = state.network.sizes
    require(outputs == 1, f"train: networks have one output, the logit; these have {outputs}")
    x, y = check_data(x, y, inputs)
    timetable = Timetable(config, len(state.network), len(x), seed, order)
    trainer = backends.choose(backend, threads)(state, x, y, timetable.config)
    end = timetable.steps if stop is None else min(stop, timetable.steps)
    revisions = set(hook.steps) if hook else set()
    losses: list[np.ndarray | None] = []
    step = state.step
    while step < end:
        stop_if_asked()
        if hook and step in revisions:
            rows = timetable.rows(step, step + 1)[0]
            revised = hook(trainer.state(), (x[rows], y[rows]))
            trainer.revise(revised)
            if revised.step > step:
                step = revised.step
                continue
        until = min([end, timetable.next_epoch(step), *(s for s in revisions if s > step)])
        losses.append(trainer.advance(timetable.rows(step, until), timetable.rates(step), trace))
        step = until
    traced = [each for each in losses if each is not None]
    state, (accuracy, loss) = trainer.state(), trainer.evaluate()
    finite = [np.isfinite(a).reshape(len(a), -1).all(1) for a in (loss, *state.network.arrays)]
    batch_losses = np.concatenate(traced) if traced else None
    return Trained(state, accuracy, loss, ~np.all(finite, 0), batch_losses)


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
