"""What networks are pruned for: the data, how they are trained on it, and what is random in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from cubistlib import data
from cubistlib.networks import Masks, Network
from cubistlib.pruners.parts.draws import Seed
from cubistlib.pruners.parts.selection import Selection
from cubistlib.support.types import Allowed, CountOrAll, OneOrMore, Whole, validated
from cubistlib.training import Hook, TrainConfig, Trained, TrainState, resume
from cubistlib.training.backends import Backend
from cubistlib.training.border import check_config, check_data

if TYPE_CHECKING:
    from cubistlib.training.rule import Maker

# Random points in a batch that a score is computed on. Source: paper, "The nine algorithms".
BATCH = 128


@dataclass(frozen=True, eq=False)
class Task:
    """A training that networks are to be pruned for.

    x (rows, in) float32, y (rows,) of 0 and 1. config: one for the stack, or one a network, as
    in `train`. seed: order of the data and batches, shared by the stack. own_seeds: one a
    network, for what is drawn for it alone (a random mask, new weights); default: from
    (seed, i). selection: from scores to masks, "exact" (k weights) or "authors" (as the
    paper's code counts). backend, threads: as in `resume`. Raises ValueError for what no
    training takes.
    """

    x: np.ndarray
    y: np.ndarray
    config: TrainConfig | Sequence[TrainConfig]
    seed: Whole = 0
    own_seeds: Annotated[OneOrMore[Whole] | None, Allowed("a list of whole numbers ≥ 0")] = None
    selection: Selection = "exact"
    backend: Backend = "auto"
    threads: CountOrAll = None
    _account: list[int] = field(default_factory=lambda: [0], init=False, repr=False)

    def __post_init__(self) -> None:
        validated("task", self)
        x, y = check_data(self.x, self.y)
        plain = {"x": x, "y": y, "config": check_config(self.config)}
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    @property
    def own(self) -> Seed:
        """What a draw for each network alone is seeded by."""
        return self.seed if self.own_seeds is None else self.own_seeds

    @cached_property
    def steps(self) -> int:
        """Optimizer steps of one training."""
        return self.first.steps(len(self.x))

    @property
    def first(self) -> TrainConfig:
        """The first network's configuration; others differ in rate and schedule alone."""
        return self.config if isinstance(self.config, TrainConfig) else self.config[0]

    @property
    def spent(self) -> int:
        """Gradient steps so far, of each network: those of trainings, and batches for scores."""
        return self._account[0]

    def spend(self, steps: int) -> None:
        """Counts what a pruner computes beside trainings and batches, in gradient steps."""
        self._account[0] += steps

    def variant(
        self, among: np.ndarray | slice = slice(None), rate: float = 1.0, **changes: Any
    ) -> "Task":
        """The same task with other trainings, for some networks of the stack, on one account.

        among: which networks, by number. rate: times the learning rate of each. changes: of the
        configuration, as epochs=2. Without seeds of their own, some of the networks draw as the
        first ones of a stack do.
        """
        config = self.config
        if isinstance(config, TrainConfig):
            config = replace(config, lr=rate * config.lr, **changes)
        else:
            some = [config[i] for i in np.arange(len(config))[among]]
            changed = {c: replace(c, lr=rate * c.lr, **changes) for c in set(some)}
            config = [changed[c] for c in some]
        own = self.own_seeds and np.array(self.own_seeds, object)[among].tolist()
        other = replace(self, config=config, own_seeds=own)
        object.__setattr__(other, "_account", self._account)
        return other

    def batches(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Endless random batches (x, y) that scores are computed on."""
        size = min(BATCH, len(self.x))
        for batch in data.batches(self.x, self.y, size=size, seed=self.seed):
            self.spend(1)
            yield batch

    def train(
        self, nets: Network, masks: Masks, hook: Hook | None = None, seed: int | None = None
    ) -> Trained:
        """The networks trained under the masks. seed: of the data's order, if not the task's."""
        return self.resume(TrainState.start(nets, masks), hook, seed)

    def train_by(self, rule: "Maker", nets: Network, **options) -> Trained:
        """The networks, dense, trained by another rule than SGD; as in `training.rule.train_by`."""
        from cubistlib.training.rule import train_by  # which loads the engine

        look = 0 if options.get("teacher") is None else self.first.steps_an_epoch(len(self.x))
        self.spend(self.steps + look)  # what the teacher says of all points
        given = {"seed": self.seed} | options
        return train_by(rule, nets, self.x, self.y, self.config, **given)

    def resume(
        self,
        state: TrainState,
        hook: Hook | None = None,
        seed: int | None = None,
        stop: int | None = None,
    ) -> Trained:
        """The networks trained on from a state, to the step `stop` or the end; as in `train`."""
        self.spend((self.steps if stop is None else stop) - state.step)
        seed = self.seed if seed is None else seed
        where = {"backend": self.backend, "threads": self.threads}
        return resume(
            state,
            self.x,
            self.y,
            self.config,
            hook=hook,
            seed=seed,
            stop=stop,
            **where,  # type: ignore[arg-type]
        )
