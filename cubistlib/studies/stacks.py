"""Experiments run in stacks of networks that are trained side by side, one row of results each."""

import zlib
from collections.abc import Iterable, Sequence
from functools import partial
from importlib.metadata import version
from itertools import groupby

import numpy as np
import pandas as pd

from cubistlib import pruners
from cubistlib.networks import Masks, Network, connectivity, simplify
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.controls.reinitialized import Reinitialized
from cubistlib.pruners.controls.shuffled import Shuffled
from cubistlib.pruners.controls.ticket import Ticket
from cubistlib.pruners.task import Task
from cubistlib.search.masks import common_widths, widened
from cubistlib.studies.experiment import HOST_WIDTH, SEARCH, Experiment
from cubistlib.training import Trained

# What may be done to a pruner's masks before they are trained.
CONTROLS = {"ticket": Ticket, "shuffled": Shuffled, "reinitialized": Reinitialized}

# Options by which the number of trainings hangs on k, so that a stack has one k alone.
APART = {"share"}


def initialize(experiments: Sequence[Experiment]) -> Network:
    """The networks that experiments of one depth start from, one a row of the stack.

    Narrower ones lie in the leading units of networks as wide as the widest.
    """
    first, n = experiments[0], len(experiments)
    hidden = common_widths(e.hidden for e in experiments)
    hosted = first.algorithm == SEARCH or first.origin is not None
    host = (HOST_WIDTH,) * len(hidden) if hosted else None
    seeds = [_sequence(*(e.origin or e.sequence)) for e in experiments]
    fresh = Network.initialize(hidden, n, seeds, host)
    if first.inherited is None:
        return fresh
    parents = [e.mask for e in experiments if e.mask is not None]
    return first.inherited.start(fresh, parents, _own_sequences(experiments))


def own_seeds(experiments: Sequence[Experiment]) -> list[int]:
    """Each experiment's seed for what a pruner draws for it alone: masks, new weights."""
    return [int(s.generate_state(1, np.uint64)[0]) for s in _own_sequences(experiments)]


def pruner(experiment: Experiment) -> Pruner:
    """The pruning algorithm of an experiment, with its options, or a control on its masks."""
    plain = pruners.get(experiment.algorithm)(**dict(experiment.options))
    return CONTROLS[experiment.control](plain) if experiment.control else plain


def stacks(experiments: Iterable[Experiment]) -> list[list[Experiment]]:
    """Experiments in groups that can be trained as one stack each."""
    experiments = list(experiments)
    names = {e.algorithm for e in experiments} - {SEARCH}
    group = partial(_group, {name for name in names if pruners.get(name).apart})
    return [list(stack) for _, stack in groupby(sorted(experiments, key=group), key=group)]


def train(experiments: Sequence[Experiment], task: Task, masks: Sequence[Masks] = ()) -> Trained:
    """Experiments of one of `stacks`' groups, trained together on their task.

    masks: the search's list, of which each search experiment names one by number; structures
    of several widths lie in networks as wide as the widest.
    """
    first, nets = experiments[0], initialize(experiments)
    if first.algorithm == SEARCH:
        return task.train(nets, chosen_masks(experiments, masks))
    return pruner(first).train(nets, np.array([e.keep for e in experiments]), task)


def task_of(
    experiments: Sequence[Experiment], x: np.ndarray, y: np.ndarray, backend="auto", threads=None
) -> Task:
    """What a stack's networks are trained on, and how."""
    first, configs = experiments[0], [e.config for e in experiments]
    own, rule = tuple(own_seeds(experiments)), first.selection or "exact"
    return Task(x, y, configs, first.seed, own, rule, backend, threads)


def chosen_masks(experiments: Sequence[Experiment], masks: Sequence[Masks]) -> Masks:
    """The masks of a search's experiments as one stack, in networks as wide as the widest."""
    hidden = common_widths(e.hidden for e in experiments)
    numbers, index = np.unique([e.mask for e in experiments], return_inverse=True)
    return Masks.concatenate([widened(masks[int(i)], hidden) for i in numbers])[index]


def rows(
    experiments: Sequence[Experiment], done: Trained, x: np.ndarray, steps: int
) -> pd.DataFrame:
    """Results of a stack in the columns of `store.SCHEMA`.

    x: the data that it was trained on. steps: that each network has taken in all.
    """
    effective, live = connectivity(done.masks), simplify(done.network, done.masks, x)
    frame = pd.DataFrame(
        {
            "study": [e.study for e in experiments],
            "experiment": [e.number for e in experiments],
            "algorithm": [e.title for e in experiments],
            "hidden": [e.hidden for e in experiments],
            "mask": pd.array([e.mask for e in experiments], dtype="Int64"),
            "keep": pd.array([e.keep for e in experiments], dtype="Int32"),
            "weights_kept": done.masks.weights_kept,
            "parameters_kept": done.masks.parameters_kept,
            "effective_weights": effective.effective_weights,
            "effective_parameters": effective.effective_parameters,
            "live_weights": live.live_weights,
            "live_parameters": live.live_parameters,
            "lr": [e.config.lr for e in experiments],
            "schedule": [e.config.schedule for e in experiments],
            "epochs": [e.config.epochs for e in experiments],
            "selection": [e.selection for e in experiments],
            "seed": [e.seed for e in experiments],
            "steps": steps,
            "correct": np.rint(done.accuracy * len(x)).astype(np.int32),
            "points": len(x),
            "accuracy": done.accuracy,
            "loss": done.loss,
            "diverged": done.diverged,
        }
    )
    return frame.assign(version=version("cubistlib"), network=None)


def _own_sequences(experiments: Sequence[Experiment]) -> list[np.random.SeedSequence]:
    """What is drawn from for each experiment alone, apart from its initialization."""
    return [_sequence(*e.sequence, 1) for e in experiments]


def _sequence(study: str, *key: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(zlib.crc32(study.encode()), spawn_key=key)


def _group(apart: set[str], experiment: Experiment) -> tuple:
    e, config = experiment, experiment.config
    rule = (config.momentum, config.weight_decay, config.ham, config.ham_decay)
    shared = (config.epochs, config.batch_size, rule)
    shape = (len(e.hidden),) if e.algorithm == SEARCH else e.hidden
    alone = e.keep if e.algorithm in apart or APART & dict(e.options).keys() else None
    return (e.title, shape, e.selection or "", e.options, e.seed, shared, alone)
