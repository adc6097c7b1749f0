"""Experiments as data, run in stacks, one row of results each."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from itertools import groupby, pairwise, product

import numpy as np
import pandas as pd

from cubistlib import pruners
from cubistlib.connectivity import connectivity
from cubistlib.masks import Masks
from cubistlib.network import Network, weights_of
from cubistlib.pruners import Pruner
from cubistlib.training import TrainConfig, Trained, train

SEARCH = "search"
HOST_WIDTH = 16  # the searches take the leading units of a host of this width


@dataclass(frozen=True)
class Experiment:
    """One training run. What is random in it comes from (study, number) and the replicate.

    algorithm: a pruner's name, or SEARCH. keep, selection: None in a search. mask: number of
    the mask in the search's list. seed: the replicate, which seeds the order of the data and
    the pruner's batches; experiments of one replicate share both (common random numbers).
    options: fields of the pruner that are not at their defaults, as (name, value) pairs.
    origin: (study, number) of the search's experiment from whose initialization it starts;
    without one it has its own.
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
    options: tuple[tuple[str, bool | float], ...] = ()
    origin: tuple[str, int] | None = None


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
        size = weights_of(hidden)
        for k, config in product((k for k in keep if k < size), configs):
            number = len(found)
            found.append(Experiment(study, number, algorithm, hidden, config, seed, k, selection))
    return found


def search_experiments(
    study: str, masks: Sequence[Masks], configs: Sequence[TrainConfig], seeds: int
) -> list[Experiment]:
    """Every mask under every configuration and seed; masks of one structure stay together."""
    every = range(len(masks) * seeds * len(configs))
    return list(searched(study, masks, configs, seeds, every))


def searched(
    study: str,
    masks: Sequence[Masks],
    configs: Sequence[TrainConfig],
    seeds: int,
    numbers: Iterable[int],
    origin: tuple[str, int] | None = None,
) -> Iterator[Experiment]:
    """Those of these numbers out of `search_experiments`, made without the others."""
    hidden = lru_cache(maxsize=1)(lambda index: masks[index].hidden)
    for number in numbers:
        rest, config = divmod(number, len(configs))
        mask, seed = divmod(rest, seeds)
        yield Experiment(
            study, number, SEARCH, hidden(mask), configs[config], seed, mask=mask, origin=origin
        )


def initialize(experiments: Sequence[Experiment]) -> Network:
    """The networks that experiments of one depth start from, one a row of the stack.

    Narrower ones lie in the leading units of networks as wide as the widest.
    """
    first, n = experiments[0], len(experiments)
    hidden = common_widths(e.hidden for e in experiments)
    hosted = first.algorithm == SEARCH or first.origin is not None
    host = (HOST_WIDTH,) * len(hidden) if hosted else None
    seeds = [_sequence(*(e.origin or (e.study, e.number))) for e in experiments]
    return Network.initialize(hidden, n, seeds, host)


def own_seeds(experiments: Sequence[Experiment]) -> list[int]:
    """Each experiment's seed for what a pruner draws for it alone: masks, new weights."""
    draws = (_sequence(e.study, e.number, 1) for e in experiments)
    return [int(s.generate_state(1, np.uint64)[0]) for s in draws]


def pruner(experiment: Experiment) -> Pruner:
    """The pruning algorithm of an experiment, with its options."""
    return pruners.get(experiment.algorithm)(**dict(experiment.options))


def run(
    experiments: Sequence[Experiment],
    x: np.ndarray,
    y: np.ndarray,
    masks: Sequence[Masks] = (),
    backend: str = "auto",
) -> pd.DataFrame:
    """Run experiments in stacks of one algorithm, replicate and, unless searched, shape.

    masks: the search's list, of which each search experiment names one by number.
    Returns a frame with the columns of `store.SCHEMA`, in the order of the experiments.
    """
    frames = [
        rows(stack, train_stack(stack, x, y, masks, backend)) for stack in stacks(experiments)
    ]
    return pd.concat(frames, ignore_index=True).sort_values("experiment", ignore_index=True)


def stacks(experiments: Iterable[Experiment]) -> list[list[Experiment]]:
    """Experiments in groups that can be trained as one stack each."""
    ordered = sorted(experiments, key=_group)
    return [list(stack) for _, stack in groupby(ordered, key=_group)]


def train_stack(
    experiments: Sequence[Experiment],
    x: np.ndarray,
    y: np.ndarray,
    masks: Sequence[Masks] = (),
    backend: str = "auto",
    threads: int | None = None,
) -> Trained:
    """Experiments of one of `stacks`' groups, trained together; alone each would end the same.

    Searched structures of several widths lie in networks as wide as the widest. threads: as in
    `training.resume`, for a search; a pruner trains with the default.
    """
    first = experiments[0]
    nets, configs = initialize(experiments), [e.config for e in experiments]
    if first.algorithm == SEARCH:
        chosen, options = chosen_masks(experiments, masks), {"backend": backend}
        return train(nets, chosen, x, y, configs, seed=first.seed, threads=threads, **options)
    keep = np.array([e.keep for e in experiments])
    options = {"selection": first.selection, "backend": backend}
    options |= {"seed": first.seed, "own_seeds": own_seeds(experiments)}
    return pruner(first).train(nets, x, y, keep, configs, **options)


def chosen_masks(experiments: Sequence[Experiment], masks: Sequence[Masks]) -> Masks:
    """The masks of a search's experiments as one stack, in networks as wide as the widest."""
    hidden = common_widths(e.hidden for e in experiments)
    numbers, index = np.unique([e.mask for e in experiments], return_inverse=True)
    return Masks.concatenate([_widened(masks[int(i)], hidden) for i in numbers])[index]


def common_widths(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """The smallest widths into which all of these fit."""
    return tuple(map(max, zip(*set(shapes), strict=True)))


def rows(experiments: Sequence[Experiment], done: Trained) -> pd.DataFrame:
    """Results of a stack in the columns of `store.SCHEMA`."""
    frame = pd.DataFrame(
        {
            "study": [e.study for e in experiments],
            "experiment": [e.number for e in experiments],
            "algorithm": [e.algorithm for e in experiments],
            "hidden": [e.hidden for e in experiments],
            "mask": pd.array([e.mask for e in experiments], dtype="Int64"),
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


def _sequence(study: str, *key: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(zlib.crc32(study.encode()), spawn_key=key)


def _widened(masks: Masks, hidden: tuple[int, ...]) -> Masks:
    """The masks in the leading units of a wider structure, whose other units keep nothing."""
    if masks.hidden == hidden:
        return masks
    sizes = (masks.sizes[0], *hidden, masks.sizes[-1])
    weights = [np.zeros((len(masks), out, into), bool) for into, out in pairwise(sizes)]
    for wide, narrow in zip(weights, masks.weights, strict=True):
        wide[:, : narrow.shape[1], : narrow.shape[2]] = narrow
    return Masks.from_weights(weights)


def _group(experiment: Experiment) -> tuple:
    e, config = experiment, experiment.config
    shared = (config.epochs, config.batch_size, config.momentum, config.weight_decay)
    shape = (len(e.hidden),) if e.algorithm == SEARCH else e.hidden
    return (e.algorithm, shape, e.selection or "", e.options, e.seed, shared)
