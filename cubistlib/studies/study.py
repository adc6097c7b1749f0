"""Studies: numbered tables of experiments that are data, never written out."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import torch

from cubistlib.data import cubist_spiral
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import weights_of
from cubistlib.studies import arguments, experiment, halving, stacks
from cubistlib.studies.experiment import Experiment, configurations
from cubistlib.support.checks import require
from cubistlib.training.loop import TrainConfig

# Networks of a shard have at most so many weights together, so that what a kill can lose stays
# a minute or two of work; the widest ones are shards of their own.
SHARD_WEIGHTS = 1 << 18


@dataclass(frozen=True)
class Origin:
    """The initialization that a study starts from: that of the best network of a search.

    study: the search. target: the accuracy in percent that it reaches with the fewest
    parameters. experiment: its number; None until it has been looked up.
    """

    study: str
    target: float
    experiment: int | None = None


@dataclass(frozen=True, kw_only=True)
class Study(ABC):
    """A table of experiments, of which any row is made when it is asked for.

    name: names its results; with an experiment's number it seeds the run. lrs, schedules,
    seeds: everything is run under each rate, schedule and replicate. spiral: arguments of
    `cubist_spiral`, as pairs. shard: most experiments in a shard, the unit of work and recovery.
    """

    name: str
    lrs: tuple[float, ...]
    schedules: tuple[str, ...]
    epochs: int = 50
    seeds: int = 1
    origin: Origin | None = None
    spiral: tuple[tuple[str, float], ...] = ()
    backend: str = "auto"
    shard: int = 256

    def __post_init__(self) -> None:
        self._set(arguments.common(self))
        require(
            self.origin is None or isinstance(self.origin, Origin),
            f"study: origin must be an Origin, got {self.origin!r}",
        )
        configurations(self.lrs, self.schedules, self.epochs)  # which looks at the rates

    def _set(self, values: dict[str, Any]) -> None:
        """Puts arguments in their plain form in place."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def start(self) -> tuple[str, int] | None:
        """(study, number) of the experiment whose initialization all of this study's take."""
        if self.origin is None:
            return None
        require(
            self.origin.experiment is not None,
            f"{self.name} starts from the best network of {self.origin.study}: finish that first",
        )
        return self.origin.study, self.origin.experiment

    @property
    def configs(self) -> list[TrainConfig]:
        """Every learning rate under every schedule."""
        return configurations(self.lrs, self.schedules, self.epochs)

    @abstractmethod
    def __len__(self) -> int:
        """How many experiments the study has."""

    @abstractmethod
    def experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        """The experiments of these numbers, in their order."""

    @property
    def shards(self) -> list[range]:
        """The numbers of each shard's experiments; they follow from the study alone."""
        return _shards(self)

    @abstractmethod
    def stretches(self) -> list[tuple[int, int, int]]:
        """(first, stop, experiments a shard) for stretches of like experiments."""

    def _shard_size(self, hidden: tuple[int, ...]) -> int:
        return max(1, min(self.shard, SHARD_WEIGHTS // weights_of(hidden)))

    def shard_of(self, number: int) -> int:
        """The shard that an experiment is in. Raises ValueError for a number it does not have."""
        require(
            0 <= number < len(self),
            f"{self.name} has the experiments 0 … {len(self) - 1}, there is no {number}",
        )
        return bisect_right([shard.start for shard in self.shards], number) - 1

    def run(self, numbers: Sequence[int]) -> pd.DataFrame:
        """These experiments' results, with the columns of `store.SCHEMA`."""
        x, y = _data(self.spiral)
        chosen = self.experiments(numbers)
        frames = [self._run_stack(stack, x, y) for stack in stacks.stacks(chosen)]
        return pd.concat(frames, ignore_index=True).sort_values("experiment", ignore_index=True)

    def _run_stack(self, stack: list[Experiment], x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
        # A worker has one core, on which threads of the engine would be in each other's way.
        options = {"masks": getattr(self, "masks", ()), "backend": self.backend}
        done = stacks.train(stack, x, y, **options, threads=1)
        return stacks.rows(stack, done)

    def replay(self, number: int) -> pd.DataFrame:
        """One experiment's row, identical to what a sweep gives."""
        self.shard_of(number)
        _one_torch_thread()
        return self.run([number])


@dataclass(frozen=True, kw_only=True)
class PruningStudy(Study):
    """Algorithms at every width and k; arguments as in `experiment.pruning_experiments`.

    options: (algorithm, field, value) for what is not at an algorithm's default; the value
    "lr" stands for the learning rate of the run.
    """

    algorithms: tuple[str, ...]
    widths: tuple[int, ...]
    keep: tuple[int, ...]
    selection: str = "exact"
    options: tuple[tuple[str, str, bool | float | str], ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set(arguments.pruning(self))

    def __len__(self) -> int:
        return len(self.table)

    @property
    def table(self) -> list[Experiment]:
        """All experiments in order, without their origin."""
        return _pruning_table(self)

    def experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        start = self.start()
        return [replace(self.table[number], origin=start) for number in numbers]

    def stretches(self) -> list[tuple[int, int, int]]:
        table = self.table
        kinds = [(e.algorithm, e.hidden, e.seed) for e in table]
        starts = [i for i, kind in enumerate(kinds) if i == 0 or kind != kinds[i - 1]]
        bounds = zip(starts, [*starts[1:], len(kinds)], strict=True)
        return [(a, b, self._shard_size(table[a].hidden)) for a, b in bounds]


@dataclass(frozen=True, kw_only=True)
class SearchStudy(Study):
    """Every mask of a list under every configuration and replicate.

    rungs: successive halving within each shard and replicate, (epochs, share) pairs: after so
    many epochs that share of the networks, those of lowest loss, goes on. See `halving`.
    """

    masks: Sequence[Masks]
    rungs: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set(arguments.search(self))
        halving.check(self.rungs, self.epochs)

    def __len__(self) -> int:
        return len(self.masks) * self.seeds * len(self.lrs) * len(self.schedules)

    def experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        grid = self.masks, self.configs, self.seeds
        return list(experiment.searched(self.name, *grid, numbers, self.start()))

    def stretches(self) -> list[tuple[int, int, int]]:
        last = self.masks[-1].hidden  # the widest where a list has several
        return [(0, len(self), self._shard_size(last))]

    def _run_stack(self, stack: list[Experiment], x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
        if self.rungs:
            return halving.run(stack, x, y, self.masks, self.rungs, self.backend)
        return super()._run_stack(stack, x, y)

    def replay(self, number: int) -> pd.DataFrame:
        if not self.rungs:
            return super().replay(number)
        frame = run_shard(self, self.shard_of(number))  # who goes on hangs on the others
        return frame[frame["experiment"] == number].reset_index(drop=True)


def run_shard(study: Study, shard: int) -> pd.DataFrame:
    """A shard's results: what a worker does, wherever it is."""
    _one_torch_thread()
    return study.run(study.shards[shard])


def _one_torch_thread() -> None:
    """PyTorch's sums depend on its number of threads; results must not."""
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)


@lru_cache(maxsize=16)
def _shards(study: Study) -> list[range]:
    return [
        range(start, min(start + size, stop))
        for first, stop, size in study.stretches()
        for start in range(first, stop, size)
    ]


@lru_cache(maxsize=4)
def _pruning_table(study: PruningStudy) -> list[Experiment]:
    grid = study.widths, study.keep, study.configs, study.seeds, study.selection
    table: list[Experiment] = []
    for algorithm in study.algorithms:
        asked = [(field, value) for name, field, value in study.options if name == algorithm]
        for e in experiment.pruning_experiments(study.name, algorithm, *grid):
            options = tuple((field, e.config.lr if v == "lr" else v) for field, v in asked)
            table.append(replace(e, number=len(table), options=options))
    return table


@lru_cache(maxsize=4)
def _data(spiral: tuple[tuple[str, float], ...]) -> tuple[np.ndarray, np.ndarray]:
    return cubist_spiral(**dict(spiral))
