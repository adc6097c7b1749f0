"""Studies: numbered tables of experiments that are data, never written out."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from inspect import signature
from itertools import product
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field, InstanceOf

from cubistlib import pruners
from cubistlib.data import cubist_spiral
from cubistlib.networks import Masks, weights_of
from cubistlib.pruners import Algorithm
from cubistlib.pruners.base import Selection
from cubistlib.search import MaskList
from cubistlib.search.masks import common_widths
from cubistlib.studies import experiment, halving, stacks
from cubistlib.studies.experiment import HOST_WIDTH, Experiment, configurations
from cubistlib.support import types
from cubistlib.support.checks import UserError, require
from cubistlib.support.threads import one_thread
from cubistlib.training import TrainConfig, Trained, backends
from cubistlib.training.config import Schedule

# Networks of a shard have at most so many weights together, so that what a kill can lose stays
# a minute or two of work; the widest ones are shards of their own.
SHARD_WEIGHTS = 1 << 18

SPIRAL = tuple(signature(cubist_spiral).parameters)
Backend = Annotated[str, types.OneOf(lambda: ("auto", *backends.available()))]
SpiralArgument = Annotated[
    tuple[Annotated[str, types.OneOf(lambda: SPIRAL)], types.Integer | types.Number],
    types.Allowed(f"a pair (name, number), the name one of {', '.join(SPIRAL)}"),
]
Option = Annotated[
    tuple[types.Text, types.Text, types.Plain], types.Allowed("a triple (algorithm, field, value)")
]
Rung = Annotated[tuple[types.Count, types.Share], types.Allowed("a pair (epochs ≥ 1, share 0 … 1)")]
OneMask = Annotated[InstanceOf[Masks], Field(max_length=1), types.Allowed("one network's masks")]
SearchedMasks = Annotated[
    InstanceOf[MaskList] | types.OneOrMore[OneMask],
    Field(union_mode="left_to_right"),  # which does not look into a list that is made on demand
    types.Allowed("a list of one or more, each one network's masks"),
]


@dataclass(frozen=True)
class Origin:
    """The initialization that a study starts from: that of the best network of a search.

    study: the search. target: the accuracy, a share, that it reaches with the fewest
    parameters. experiment: its number; None until it has been looked up.
    """

    study: types.Name
    target: types.Share
    experiment: Annotated[types.Whole | None, types.Allowed("a whole number ≥ 0")] = None

    def __post_init__(self) -> None:
        types.validated("origin", self)


@dataclass(frozen=True, kw_only=True)
class Study(ABC):
    """A table of experiments, of which any row is made when it is asked for.

    name: names its results; with an experiment's number it seeds the run. lrs, schedules,
    seeds: everything is run under each rate, schedule and replicate. spiral: arguments of
    `cubist_spiral`, as pairs. shard: most experiments in a shard, the unit of work and recovery.
    """

    name: types.Name
    lrs: types.OneOrMore[types.Rate]
    schedules: types.OneOrMore[Schedule]
    epochs: types.Count = 50
    seeds: types.Count = 1
    origin: Annotated[InstanceOf[Origin] | None, types.Allowed("an Origin")] = None
    spiral: types.AnyNumber[SpiralArgument] = ()
    backend: Backend = "auto"
    shard: types.Count = 256

    def __post_init__(self) -> None:
        types.validated("study", self)
        if self.spiral:
            _data(self.spiral)  # which says itself what it allows

    def start(self) -> tuple[str, int] | None:
        """(study, number) of the experiment whose initialization all of this study's take."""
        if self.origin is None:
            return None
        if self.origin.experiment is None:
            search = self.origin.study
            raise UserError(f"{self.name} starts from the best of {search}: finish that first")
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

    @property
    def _masks(self) -> Sequence[Masks]:
        """Those that its experiments name by number."""
        return ()

    @property
    def hangs_on_shard(self) -> bool:
        """Whether a result hangs on which experiments are trained beside it.

        PyTorch sums batched products in an order that changes with the size of the stack.
        """
        return self.backend.startswith("torch")

    def run(self, numbers: Sequence[int]) -> pd.DataFrame:
        """These experiments' results, with the columns of `store.SCHEMA`, as a sweep gives them."""
        if not self.hangs_on_shard:
            return self.run_together(numbers)
        shards = sorted({self.shard_of(number) for number in numbers})
        frame = pd.concat([self.run_together(self.shards[shard]) for shard in shards])
        return frame[frame["experiment"].isin(numbers)].reset_index(drop=True)

    def run_together(self, numbers: Sequence[int]) -> pd.DataFrame:
        """These experiments' results as those of one shard."""
        x, y = _data(self.spiral)
        chosen = self.experiments(numbers)
        with one_thread():
            frames = [self._run_stack(stack, x, y) for stack in stacks.stacks(chosen)]
        return pd.concat(frames, ignore_index=True).sort_values("experiment", ignore_index=True)

    def _run_stack(self, stack: list[Experiment], x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
        # A worker has one core, on which threads of the engine would be in each other's way.
        done = stacks.train(stack, x, y, self._masks, self.backend, threads=1)
        return stacks.rows(stack, done)

    def train(self, number: int) -> Trained:
        """One experiment's network, trained once more, in full."""
        self.shard_of(number)
        chosen = self.experiments([number])
        return stacks.train(chosen, *_data(self.spiral), self._masks, self.backend)

    def replay(self, number: int) -> pd.DataFrame:
        """One experiment's row, identical to what a sweep gives."""
        self.shard_of(number)
        return self.run([number])


@dataclass(frozen=True, kw_only=True)
class PruningStudy(Study):
    """Algorithms at every width and k; arguments as in `experiment.pruning_experiments`.

    options: (algorithm, field, value) for what is not at an algorithm's default; the value
    "lr" stands for the learning rate of the run.
    """

    algorithms: types.OneOrMore[Algorithm]
    widths: types.OneOrMore[types.Count]
    keep: types.OneOrMore[types.Count]
    selection: Selection = "exact"
    options: types.AnyNumber[Option] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.origin is not None:
            _fit_host("widths", self.widths)
        most = weights_of((max(self.widths),) * 3)
        require(
            min(self.keep) < most,
            f"study: keep must have a k below {most}, the weights of the widest, got {self.keep}",
        )
        for option in self.options:
            algorithm, field, _ = option
            require(
                algorithm in self.algorithms and field in pruners.get(algorithm).fields(),
                f"study: options must name one of its algorithms and a field of it, got {option}",
            )
        for algorithm, lr in product(self.algorithms, self.lrs):
            pruners.get(algorithm)(**dict(self.options_of(algorithm, lr)))

    def options_of(self, algorithm: str, lr: float) -> tuple[tuple[str, Any], ...]:
        """(field, value) of what is not at an algorithm's default, in a run at that rate."""
        asked = [(field, value) for name, field, value in self.options if name == algorithm]
        return tuple((field, lr if value == "lr" else value) for field, value in asked)

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

    masks: SearchedMasks
    rungs: types.AnyNumber[Rung] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        _fit_host("masks", self.widest)
        require(len(self.masks) > 0, f"study: masks must not be empty, {self.masks!r} is")
        halving.check(self.rungs, self.epochs)

    @property
    def widest(self) -> tuple[int, ...]:
        """The smallest hidden widths into which every mask fits."""
        if isinstance(self.masks, MaskList):
            return self.masks.widest
        return common_widths(mask.hidden for mask in self.masks)

    def __len__(self) -> int:
        return len(self.masks) * self.seeds * len(self.lrs) * len(self.schedules)

    def experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        grid = self.masks, self.configs, self.seeds
        return list(experiment.searched(self.name, *grid, numbers, self.start()))

    def stretches(self) -> list[tuple[int, int, int]]:
        return [(0, len(self), self._shard_size(self.widest))]

    def _run_stack(self, stack: list[Experiment], x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
        if self.rungs:
            return halving.run(stack, x, y, self.masks, self.rungs, self.backend)
        return super()._run_stack(stack, x, y)

    @property
    def _masks(self) -> Sequence[Masks]:
        return self.masks

    @property
    def hangs_on_shard(self) -> bool:
        return bool(self.rungs) or super().hangs_on_shard  # who goes on hangs on the others


def _fit_host(name: str, widths: tuple[int, ...]) -> None:
    """Refuses widths that the host, whose leading units are taken, does not have."""
    require(
        max(widths, default=0) <= HOST_WIDTH,
        f"study: {name} must fit into width {HOST_WIDTH}, the host's, got {widths}",
    )


def run_shard(study: Study, shard: int) -> pd.DataFrame:
    """A shard's results: what a worker does, wherever it is."""
    return study.run_together(study.shards[shard])


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
        for e in experiment.pruning_experiments(study.name, algorithm, *grid):
            options = study.options_of(algorithm, e.config.lr)
            table.append(replace(e, number=len(table), options=options))
    return table


@lru_cache(maxsize=4)
def _data(spiral: tuple[tuple[str, float], ...]) -> tuple[np.ndarray, np.ndarray]:
    return cubist_spiral(**dict(spiral))  # type: ignore[arg-type]
