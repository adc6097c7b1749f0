"""Experiments as data, run in stacks, one row of results each."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby, product

import numpy as np
import pandas as pd

from cubistlib import pruners
from cubistlib.connectivity import connectivity
from cubistlib.masks import Masks
from cubistlib.network import Network
from cubistlib.training import TrainConfig, Trained, train

SEARCH = "search"
HOST_WIDTH = 16  # the searches take the leading units of a host of this width


@dataclass(frozen=True)
class Experiment:
    """One training run. Its initialization comes from (study, number) alone.

    algorithm: a pruner's name, or SEARCH. keep, selection: None in a search. mask: number of
    the mask in the search's list. seed: the replicate, which seeds the order of the data and
    the pruner's batches; experiments of one replicate share both (common random numbers).
    """

    study: str
    number: int
    algorithm: str
    hidden: tuple[int, ...]
    config: TrainConfig
    seed: int
    keep: int | None = None
    selection: str | None = None
    mask: int | None = None


def configurations(
    lrs: Iterable[float], schedules: Iterable[str], epochs: int
) -> list[TrainConfig]:
    """Every learning rate under every schedule."""
    return [TrainConfig(lr, schedule, epochs) for lr, schedule in product(lrs, schedules)]


def pruning_experiments(
    study: str,
    algorithm: str,
    widths: Sequence[int],
    keep: Sequence[int],
    configs: Sequence[TrainConfig],
    seeds: int,
    selection: str = "exact",
    depth: int = 3,
) -> list[Experiment]:
    """A pruner at every width, k, configuration and seed; only k below the network's size."""
    found = []
    for width, seed in product(widths, range(seeds)):
        hidden = (width,) * depth
        size = sum(a * b for a, b in zip((2, *hidden), (*hidden, 1), strict=True))
        for k, config in product((k for k in keep if k < size), configs):
            number = len(found)
            found.append(Experiment(study, number, algorithm, hidden, config, seed, k, selection))
    return found


def search_experiments(
    study: str, masks: Sequence[Masks], configs: Sequence[TrainConfig], seeds: int
) -> list[Experiment]:
    """Every mask under every configuration and seed; masks of one structure stay together."""
    grid = product(enumerate(masks), range(seeds), configs)
    return [
        Experiment(study, number, SEARCH, mask.hidden, config, seed, mask=index)
        for number, ((index, mask), seed, config) in enumerate(grid)
    ]


def initialize(experiments: Sequence[Experiment]) -> Network:
    """The networks that experiments of one shape start from, one a row of the stack."""
    return Network.concatenate([_initial(e) for e in experiments])


def run(
    experiments: Sequence[Experiment],
    x: np.ndarray,
    y: np.ndarray,
    masks: Sequence[Masks] = (),
    backend: str = "auto",
) -> pd.DataFrame:
    """Run experiments in stacks of one shape, algorithm and replicate.

    masks: the search's list, of which each search experiment names one by number.
    Returns a frame with the columns of `store.SCHEMA`, in the order of the experiments.
    """
    ordered = sorted(experiments, key=_group)
    frames = []
    for _, group in groupby(ordered, key=_group):
        group = list(group)
        frames.append(rows(group, train_stack(group, x, y, masks, backend)))
    frame = pd.concat(frames, ignore_index=True)
    return frame.sort_values("experiment", ignore_index=True)


def train_stack(
    experiments: Sequence[Experiment],
    x: np.ndarray,
    y: np.ndarray,
    masks: Sequence[Masks] = (),
    backend: str = "auto",
) -> Trained:
    """Experiments of one shape, algorithm, selection and replicate, trained as one stack."""
    first = experiments[0]
    nets, configs = initialize(experiments), [e.config for e in experiments]
    if first.algorithm == SEARCH:
        chosen = Masks.concatenate([masks[e.mask] for e in experiments])
        return train(nets, chosen, x, y, configs, seed=first.seed, backend=backend)
    keep = np.array([e.keep for e in experiments])
    pruner = pruners.get(first.algorithm)()
    options = {"seed": first.seed, "selection": first.selection, "backend": backend}
    return pruner.train(nets, x, y, keep, configs, **options)


def rows(experiments: Sequence[Experiment], done: Trained) -> pd.DataFrame:
    """Results of a stack in the columns of `store.SCHEMA`."""
    frame = pd.DataFrame(
        {
            "study": [e.study for e in experiments],
            "experiment": [e.number for e in experiments],
            "algorithm": [e.algorithm for e in experiments],
            "hidden": [e.hidden for e in experiments],
            "keep": pd.array([e.keep for e in experiments], dtype="Int32"),
            "weights_kept": done.masks.weights_kept,
            "parameters_kept": done.masks.parameters_kept,
            "effective_weights": connectivity(done.masks).effective_weights,
            "lr": [e.config.lr for e in experiments],
            "schedule": [e.config.schedule for e in experiments],
            "epochs": [e.config.epochs for e in experiments],
            "selection": [e.selection for e in experiments],
            "seed": [e.seed for e in experiments],
            "accuracy": done.accuracy,
            "loss": done.loss,
            "diverged": done.diverged,
        }
    )
    return frame.assign(version=version("cubistlib"))


def _initial(experiment: Experiment) -> Network:
    entropy = zlib.crc32(experiment.study.encode())
    seed = np.random.SeedSequence(entropy, spawn_key=(experiment.number,))
    host = (HOST_WIDTH,) * len(experiment.hidden) if experiment.algorithm == SEARCH else None
    return Network.initialize(experiment.hidden, seed=seed, host=host)


def _group(experiment: Experiment) -> tuple:
    e, config = experiment, experiment.config
    shared = (config.epochs, config.batch_size, config.momentum, config.weight_decay)
    return (e.algorithm, e.hidden, e.selection or "", e.seed, shared)
