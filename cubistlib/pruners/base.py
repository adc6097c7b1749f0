"""What an algorithm is: two families, one way to run them.

Scores say how much a weight matters, a selection rule turns scores into masks, a schedule
says how many weights stay when; an algorithm's file holds only its own idea.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.parts.draws import Seed
from cubistlib.pruners.parts.selection import Rule, Selection, exact
from cubistlib.pruners.task import Task
from cubistlib.support.checks import require
from cubistlib.support.types import checked, validated
from cubistlib.training import Hook, Trained

Batches = Iterator[tuple[np.ndarray, np.ndarray]]


class Pruner(ABC):
    """A pruning algorithm: a frozen dataclass with a `name` and its hyper-parameters as fields.

    Fields hold what their annotations say, from `support.types` or int, float, bool and str;
    anything else raises ValueError.
    control: True for what no one would propose, but every comparison needs. authors_rule: what
    selection="authors" uses in place of exactly k weights with ties broken by index: the rule
    of the paper's own code. inexact: why an algorithm may keep another number than k; empty if
    it never does. apart: True where what a training costs hangs on k, so that the networks of a
    stack of results have one k. beside: True where what a network is charged hangs on those
    beside it, so that a row is made again with all of its stack.
    """

    name: ClassVar[str]
    control: ClassVar[bool] = False
    inexact: ClassVar[str] = ""
    apart: ClassVar[bool] = False
    beside: ClassVar[bool] = False

    @staticmethod
    def authors_rule(scores: np.ndarray, keep: np.ndarray) -> np.ndarray:
        """As in `selection.Rule`."""
        return exact(scores, keep)

    @abstractmethod
    def ticket(self, nets: Network, keep: int | np.ndarray, task: Task) -> tuple[Network, Masks]:
        """The networks and masks of `keep` weights (one number, or one a network) to train."""

    def train(self, nets: Network, keep: int | np.ndarray, task: Task) -> Trained:
        """The networks pruned and trained; arguments as in `ticket`.

        A plain training from the ticket, unless the algorithm prunes while it trains: then
        its last masks over the values that its networks started from are its ticket.
        """
        return task.train(*self.ticket(nets, keep, task))

    def __post_init__(self) -> None:
        named = type(self).name  # a property where it is made of another's
        validated(named if isinstance(named, str) else type(self).__name__, self)

    def rule(self, selection: str) -> Rule:
        """The selection rule of that name."""
        selection = checked(f"{self.name}: selection", Selection, selection)
        return exact if selection == "exact" else self.authors_rule

    def check_keep(self, nets: Network, keep: int | np.ndarray) -> np.ndarray:
        """`keep` as one number a network, (n,) int64; refused outside 1 … all weights."""
        keep = np.asarray(keep)
        require(
            np.issubdtype(keep.dtype, np.integer) and keep.shape in ((), (len(nets),)),
            f"{self.name}: keep must be a whole number or one a network, got {keep!r}",
        )
        require(
            (keep >= 1).all() and (keep <= nets.size).all(),
            f"{self.name}: keep must be 1 … {nets.size} (the weights of a "
            f"{'-'.join(map(str, nets.sizes))} network), got {keep.min()} … {keep.max()}",
        )
        return np.broadcast_to(keep, len(nets)).astype(np.int64)


class AtInitialization(Pruner):
    """Gives masks for a network before it is trained."""

    @abstractmethod
    def masks(
        self,
        nets: Network,
        batches: Batches,
        keep: int | np.ndarray,
        selection: str = "exact",
        seed: Seed = 0,
    ) -> Masks:
        """Masks of `keep` weights for every network of the stack; `nets` is left as it is.

        batches: an iterator of (x, y), shared by the networks of the stack. seed: for what is
        drawn at random; most algorithms draw nothing.
        """

    def prepare(self, nets: Network, seed: Seed = 0) -> Network:
        """The networks that are scored, and trained from: `nets`, unless it re-initializes."""
        return nets

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        nets = self.prepare(nets, task.own)
        return nets, self.masks(nets, task.batches(), keep, task.selection, task.own)


class DuringTraining(Pruner):
    """Revises masks while the network is trained."""

    @abstractmethod
    def hook(
        self, nets: Network, keep: int | np.ndarray, steps: int, selection: str = "exact"
    ) -> Hook:
        """What revises the masks in a training of that many steps."""

    def start(
        self, nets: Network, keep: int | np.ndarray, selection: str = "exact", seed: Seed = 0
    ) -> Masks:
        """The masks that training starts from: everything kept."""
        return Masks.ones_like(nets)

    def train(self, nets, keep, task) -> Trained:
        hook = self.hook(nets, keep, task.steps, task.selection)
        return task.train(nets, self.start(nets, keep, task.selection, task.own), hook)

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        return nets, self.train(nets, keep, task).masks
