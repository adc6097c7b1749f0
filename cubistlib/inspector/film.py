"""A training as checkpoints: the networks and masks at some of its steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cubistlib import experiments
from cubistlib.experiments import SEARCH, Experiment
from cubistlib.inspector.specimen import Specimen
from cubistlib.masks import Masks
from cubistlib.network import Network
from cubistlib.pruners.base import DuringTraining
from cubistlib.training import Hook, Trained, TrainState, train

FRAMES = 32
FEW, LARGE = 10, 20_000  # checkpoints of a network with more weights than that


@dataclass(frozen=True, eq=False)
class Film:
    """steps: optimizer steps done. nets, masks: stacks, one a step.

    accuracy: at the end, where it is known.
    """

    steps: tuple[int, ...]
    nets: Network
    masks: Masks
    accuracy: float | None = None

    @classmethod
    def still(cls, net: Network, masks: Masks) -> "Film":
        """A network of which nothing but its end is known."""
        return cls((0,), net, masks)

    @classmethod
    def of(cls, states: Sequence[TrainState], accuracy: float | None = None) -> "Film":
        """States of one training, in order."""
        nets = Network.concatenate([s.network for s in states])
        masks = Masks.concatenate([s.masks for s in states])
        return cls(tuple(s.step for s in states), nets, masks, accuracy)

    def at(self, step: int | None, title: str = "") -> Specimen:
        """The checkpoint nearest to a step; the last for None."""
        frame = len(self.steps) - 1
        if step is not None:
            frame = int(np.abs(np.array(self.steps) - step).argmin())
        return Specimen(self.nets[frame], self.masks[frame], title)


@dataclass
class Recorder:
    """A training hook that keeps the state at some steps, and passes on to another hook."""

    wanted: Sequence[int]
    inner: Hook | None = None
    states: list[TrainState] = field(default_factory=list)

    @property
    def steps(self) -> Sequence[int]:
        """Those to record, and those of the other hook."""
        return sorted({*self.wanted, *(self.inner.steps if self.inner else ())})

    def __call__(self, state: TrainState, batch: tuple[np.ndarray, np.ndarray]) -> TrainState:
        if state.step in self.wanted:
            self.states.append(state)
        if self.inner and state.step in self.inner.steps:
            return self.inner(state, batch)
        return state


def checkpoints(steps: int, size: int) -> list[int]:
    """When to record a training of so many steps: densely at first, where most happens."""
    count = FEW if size > LARGE else FRAMES
    share = np.linspace(0, 1, count, endpoint=False)
    return sorted({int(step) for step in steps * share**2})


def rerun(experiment: Experiment, x: np.ndarray, y: np.ndarray, masks: Masks | None = None) -> Film:
    """An experiment once more, from its number, with checkpoints; masks: of a search's run.

    Ends with the network of `experiments.train_stack`. Of an algorithm of several trainings
    the checkpoints are their ends, the steps counted on.
    """
    e, nets = experiment, experiments.initialize([experiment])
    if e.algorithm == SEARCH:
        return _filmed(nets, masks, x, y, e)
    pruner, own = experiments.pruner(e), experiments.own_seeds([e])
    given = {"seed": e.seed, "selection": e.selection, "own_seeds": own}
    if hasattr(pruner, "trainings"):
        return _trainings(list(pruner.trainings(nets, x, y, e.keep, e.config, **given)))
    if isinstance(pruner, DuringTraining):
        hook = pruner.hook(nets, e.keep, e.config.steps(len(x)), e.selection)
        return _filmed(nets, pruner.start(nets, e.keep, e.selection, own), x, y, e, hook)
    return _filmed(*pruner.ticket(nets, x, y, e.keep, e.config, **given), x, y, e)


def _trainings(done: Sequence[Trained]) -> Film:
    states = [replace(each.state, step=each.state.step * (i + 1)) for i, each in enumerate(done)]
    return Film.of(states, float(done[-1].accuracy[0]))


def _filmed(
    nets: Network,
    masks: Masks,
    x: np.ndarray,
    y: np.ndarray,
    e: Experiment,
    hook: Hook | None = None,
) -> Film:
    recorder = Recorder(checkpoints(e.config.steps(len(x)), nets.size), hook)
    done = train(nets, masks, x, y, e.config, seed=e.seed, hook=recorder)
    return Film.of([*recorder.states, done.state], float(done.accuracy[0]))
