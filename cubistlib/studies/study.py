"""Studies: numbered tables of experiments that are data, never written out."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from inspect import signature
from itertools import product
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import InstanceOf

from cubistlib.data import cubist_spiral
from cubistlib.networks import Masks, weights_of
from cubistlib.studies import stacks
from cubistlib.studies.experiment import HOST_WIDTH, Experiment
from cubistlib.support import types
from cubistlib.support.checks import UserError, require
from cubistlib.support.threads import one_thread
from cubistlib.training import TrainConfig, Trained
from cubistlib.training.backends import Backend
from cubistlib.training.config import Schedule

# Networks of a shard have at most so many weights together, so that what a kill can lose stays
# a minute or two of work; the widest ones are shards of their own.
SHARD_WEIGHTS = 1 << 18

SPIRAL = tuple(signature(cubist_spiral).parameters)
SpiralArgument = Annotated[
    tuple[Annotated[str, types.OneOf(lambda: SPIRAL)], types.Integer | types.Number],
    types.Allowed(f"a pair (name, number), the name one of {', '.join(SPIRAL)}"),
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
    ham, ham_decay: of every training, as in `TrainConfig`; rows have no columns of them, since a
    study has one of each, which its definition, `study.json` beside the results, tells.
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
    ham: types.Rate = 0.0
    ham_decay: types.Rate = 0.0

    def __post_init__(self) -> None:
        types.validated("study", self)
        if self.spiral:
            names = [name for name, _ in self.spiral]
            once = f"study: spiral must give an argument once, got {types.brief(self.spiral)}"
            require(len(set(names)) == len(names), once)
            self.data  # noqa: B018 – which says itself what it allows

    def start(self) -> tuple[str, int] | None:
        """(study, number) of the experiment whose initialization all of this study's take."""
        if self.origin is None:
            return None
        if self.origin.experiment is None:
            raise UserError(f"{self.name} starts from {self.origin.study}: see sweep.resolved")
        return self.origin.study, self.origin.experiment

    @property
    def configs(self) -> list[TrainConfig]:
        """Every learning rate under every schedule."""
        plain = [TrainConfig(*given, self.epochs) for given in product(self.lrs, self.schedules)]
        return [replace(c, ham=self.ham, ham_decay=self.ham_decay) for c in plain]

    @abstractmethod
    def __len__(self) -> int:
        """How many experiments the study has."""

    def experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        """The experiments of these numbers, in their order.

        Raises ValueError for a number it does not have.
        """
        size = len(self)
        return self._experiments([self._checked(number, size) for number in numbers])

    @abstractmethod
    def _experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        """The experiments of these numbers, which it has."""

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
        number = self._checked(number, len(self))
        return bisect_right([shard.start for shard in self.shards], number) - 1

    def _checked(self, number: int, size: int) -> int:
        number = types.checked(f"{self.name}: experiment", types.Integer, number)
        require(
            0 <= number < size,
            f"{self.name} has the experiments 0 … {size - 1}, there is no {number}",
        )
        return number

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
        kind = types.OneOrMore[types.Integer]
        numbers = types.checked(f"{self.name}: experiments", kind, numbers)
        if not self.hangs_on_shard:
            return self.run_together(numbers)
        shards = sorted({self.shard_of(number) for number in numbers})
        frame = pd.concat([self.run_together(self.shards[shard]) for shard in shards])
        return frame[frame["experiment"].isin(numbers)].reset_index(drop=True)

    def run_together(self, numbers: Sequence[int]) -> pd.DataFrame:
        """These experiments' results as those of one shard."""
        self.shard_of(min(numbers)), self.shard_of(max(numbers))
        x, y = self.data
        chosen = self.experiments(numbers)
        with one_thread():
            frames = [self._run_stack(stack, x, y) for stack in stacks.stacks(chosen)]
        return pd.concat(frames, ignore_index=True).sort_values("experiment", ignore_index=True)

    def _run_stack(self, stack: list[Experiment], x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
        # A worker has one core, on which threads of the engine would be in each other's way.
        task = stacks.task_of(stack, x, y, self.backend, threads=1)
        done = stacks.train(stack, task, self._masks)
        return stacks.rows(stack, done, x, task.spent)

    def train(self, number: int) -> Trained:
        """One experiment's network, trained once more, in full; that of its row but for halving."""
        shard = self.shards[self.shard_of(number)]
        beside = self.experiments(shard if self.backend.startswith("torch") else [number])
        stack = next(s for s in stacks.stacks(beside) if number in [e.number for e in s])
        with one_thread():
            done = stacks.train(stack, stacks.task_of(stack, *self.data, self.backend), self._masks)
        return done[[e.number for e in stack].index(number)]

    @property
    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """x and y that its networks are trained on."""
        return _data(self.spiral)

    def replay(self, number: int) -> pd.DataFrame:
        """One experiment's row, identical to what a sweep gives."""
        return self.run([number])


def fit_host(name: str, widths: tuple[int, ...]) -> None:
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
def _data(spiral: tuple[tuple[str, float], ...]) -> tuple[np.ndarray, np.ndarray]:
    return cubist_spiral(**dict(spiral))  # type: ignore[arg-type]
