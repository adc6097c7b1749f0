"""Training a stack of masked networks: train(), resume()."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.support.checks import require
from cubistlib.support.threads import stop_if_asked
from cubistlib.support.types import CountOrAll, Flag, Whole, checked
from cubistlib.training import backends
from cubistlib.training.border import check_config, check_data, check_hook, check_state, revised_by
from cubistlib.training.config import TrainConfig
from cubistlib.training.state import Hook, TrainState
from cubistlib.training.timetable import Timetable


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
    depend on it. Raises ValueError for a state that is past `stop` or whose parts do not fit,
    and for a hook that returns one which does not go on from what it was given.
    """
    check_state("train: state", state)
    inputs, *_, outputs = state.network.sizes
    require(outputs == 1, f"train: networks have one output, the logit; these have {outputs}")
    x, y = check_data(x, y, inputs)
    timetable = Timetable(check_config(config), len(state.network), len(x), seed, order)
    end = (
        timetable.steps
        if stop is None
        else min(checked("train: stop", Whole, stop), timetable.steps)
    )
    require(state.step <= end, f"train: the state is at step {state.step}, past the last, {end}")
    trace, threads = (
        checked("train: trace", Flag, trace),
        checked("train: threads", CountOrAll, threads),
    )
    trainer = backends.choose(backend, threads)(state, x, y, timetable.config)
    revisions = set() if hook is None else check_hook(hook)
    losses: list[np.ndarray | None] = []
    step = state.step
    while step < end:
        stop_if_asked()
        if hook is not None and step in revisions:
            rows = timetable.rows(step, step + 1)[0]
            revised = revised_by(hook, trainer.state(), (x[rows], y[rows]))
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
