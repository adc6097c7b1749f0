"""A training as checkpoints: the networks and masks at some of its steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from cubistlib.inspector.specimen import Specimen, finite
from cubistlib.networks import Masks, Network
from cubistlib.pruners.task import Task
from cubistlib.studies import Experiment, stacks
from cubistlib.training import Hook, Trained, TrainState

FRAMES = 32
FEW, LARGE = 10, 20_000  # checkpoints of a network with more weights than that


@dataclass(frozen=True, eq=False)
class Film:
    """steps: optimizer steps done. nets, masks: stacks, one a step. accuracy: at the end.

    diverged: later steps are left out, as their parameters are not finite.
    """

    steps: tuple[int, ...]
    nets: Network
    masks: Masks
    accuracy: float | None = None
    diverged: bool = False

    @classmethod
    def of(cls, states: Sequence[TrainState], accuracy: float | None = None) -> "Film":
        """States of one training, in order; of one that diverged those before it did."""
        shown = [state for state in states if finite(state.network)] or states
        nets = Network.concatenate([s.network for s in shown])
        masks = Masks.concatenate([s.masks for s in shown])
        return cls(tuple(s.step for s in shown), nets, masks, accuracy, len(shown) < len(states))

    def nearest(self, step: int | None) -> int:
        """Index of the checkpoint nearest to a step; of the last for None."""
        return -1 if step is None else int(np.abs(np.array(self.steps) - step).argmin())

    def at(self, step: int | None, run: str = "network") -> Specimen:
        """The network of the checkpoint nearest to a step; of the last for None."""
        frame = self.nearest(step)
        return Specimen(self.nets[frame], self.masks[frame], run)


def checkpoints(steps: int, size: int) -> list[int]:
    """When to record a training of so many steps: densely at first, where most happens."""
    count = FEW if size > LARGE else FRAMES
    share = np.linspace(0, 1, count, endpoint=False)
    return sorted({int(step) for step in steps * share**2})


@dataclass(frozen=True)
class Recorder:
    """A training hook that keeps the state at some steps, and passes on to another hook."""

    wanted: Sequence[int]
    inner: Hook | None
    states: list[TrainState] = field(default_factory=list)

    @property
    def steps(self) -> Sequence[int]:
        """Those to record, and those of the other hook."""
        return [*self.wanted, *(self.inner.steps if self.inner else ())]

    def __call__(self, state: TrainState, batch: tuple[np.ndarray, np.ndarray]) -> TrainState:
        if state.step in self.wanted:
            self.states.append(state)
        return self.inner(state, batch) if self.inner and state.step in self.inner.steps else state


@dataclass(frozen=True, eq=False)
class Filmed(Task):
    """A task that keeps the checkpoints of every training done for it, the steps counted on.

    Where one training ends and the next starts, the end is kept.
    """

    states: list[TrainState] = field(default_factory=list)

    def resume(self, state, hook=None, seed=None, stop=None) -> Trained:
        before = self.states[-1].step - state.step if self.states else 0
        wanted = checkpoints(self.steps, state.network.size)[bool(self.states) :]
        end = self.steps if stop is None else stop
        wanted = [step for step in wanted if state.step <= step < end]
        recorder = Recorder(wanted, hook)
        done = super().resume(state, recorder, seed, stop)
        found = [*recorder.states, done.state]
        if self.states and done.state.step == state.step:
            self.states.pop()  # no step was taken: the network as it is now is the end
        self.states.extend(replace(state, step=before + state.step) for state in found)
        return done


def rerun(e: Experiment, x: np.ndarray, y: np.ndarray, masks=None, backend="auto") -> Film:
    """An experiment once more, from its number, with checkpoints.

    masks: the `Masks` of a search's run. Ends with the network of `stacks.train`.
    """
    nets = stacks.initialize([e])
    given = stacks.task_of([e], x, y, backend)
    task = Filmed(**{f.name: getattr(given, f.name) for f in fields(Task) if f.init})
    if masks is not None:
        done = task.train(nets, masks)
    else:
        done = stacks.pruner(e).train(nets, np.array([e.keep]), task)
    return Film.of(task.states, float(done.accuracy[0]))
