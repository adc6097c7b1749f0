"""What an algorithm is: two families, one way to run them.

Scores say how much a weight matters, a selection rule turns scores into masks, a schedule
says how many weights stay when; an algorithm's file holds only its own idea.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from cubistlib.checks import require
from cubistlib.data import batches
from cubistlib.masks import Masks
from cubistlib.network import Network
from cubistlib.selection import Rule, exact
from cubistlib.training import Hook, TrainConfig, Trained, train

SELECTIONS = ("exact", "authors")

Batches = Iterator[tuple[np.ndarray, np.ndarray]]


class Pruner(ABC):
    """A pruning algorithm: a frozen dataclass with a `name` and its hyper-parameters as fields.

    selection is "exact", k weights with ties broken by index, or "authors", the paper's own
    code's rule: `authors_rule` applied to `authors_count`.
    """

    name: ClassVar[str]
    authors_rule: ClassVar[Rule] = staticmethod(exact)

    @abstractmethod
    def train(
        self,
        nets: Network,
        x: np.ndarray,
        y: np.ndarray,
        keep: int | np.ndarray,
        config: TrainConfig | Sequence[TrainConfig],
        *,
        seed: int = 0,
        selection: str = "exact",
        backend: str = "auto",
    ) -> Trained:
        """The networks pruned to `keep` weights (one number, or one a network) and trained."""

    def rule(self, selection: str) -> Rule:
        """The selection rule of that name."""
        require(
            selection in SELECTIONS,
            f"{self.name}: selection must be one of {', '.join(SELECTIONS)}, got {selection!r}",
        )
        return exact if selection == "exact" else type(self).authors_rule

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
        self, nets: Network, batches: Batches, keep: int | np.ndarray, selection: str = "exact"
    ) -> Masks:
        """Masks of `keep` weights for every network of the stack; `nets` is left as it is.

        batches: an iterator of (x, y), shared by the networks of the stack.
        """

    def train(
        self, nets, x, y, keep, config, *, seed=0, selection="exact", backend="auto"
    ) -> Trained:
        masks = self.masks(nets, batches(x, y, seed=seed), keep, selection)
        return train(nets, masks, x, y, config, seed=seed, backend=backend)


class DuringTraining(Pruner):
    """Revises masks while the network is trained."""

    @abstractmethod
    def hook(
        self, nets: Network, keep: int | np.ndarray, steps: int, selection: str = "exact"
    ) -> Hook:
        """What revises the masks in a training of that many steps."""

    def start(self, nets: Network, keep: np.ndarray, seed: int) -> Masks:
        """The masks that training starts from: everything kept."""
        return Masks.ones_like(nets)

    def train(
        self, nets, x, y, keep, config, *, seed=0, selection="exact", backend="auto"
    ) -> Trained:
        keep = self.check_keep(nets, keep)
        first = config if isinstance(config, TrainConfig) else config[0]
        hook = self.hook(nets, keep, first.steps(len(x)), selection)
        masks = self.start(nets, keep, seed)
        return train(nets, masks, x, y, config, seed=seed, backend=backend, hook=hook)


def floor_of_share(total: int, keep: np.ndarray) -> np.ndarray:
    """⌊N · (k / N)⌋ in double precision, as the authors' code rounds it: k or k − 1."""
    return np.array([math.floor(total * (k / total)) for k in keep])
