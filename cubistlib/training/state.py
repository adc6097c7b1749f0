"""Where a training stands, and what may revise it between steps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.support.checks import require


@dataclass(frozen=True, eq=False)
class TrainState:
    """Where a training stands: enough to go on from, with a result identical to not stopping.

    step: optimizer steps done. momentum: the velocities, in the shape of the network.
    Masked entries of network and momentum count as zero.
    """

    network: Network
    masks: Masks
    momentum: Network
    step: int = 0

    @classmethod
    def start(cls, nets: Network, masks: Masks) -> "TrainState":
        """The state before the first step. Raises ValueError unless masks and networks fit."""
        kinds = type(nets).__name__, type(masks).__name__
        allowed = isinstance(nets, Network) and isinstance(masks, Masks)
        require(allowed, f"train: takes a Network and Masks, got {kinds[0]} and {kinds[1]}")
        return cls(masks.apply(nets), masks, Network.zeros_like(nets))

    def revised(self, masks: Masks) -> "TrainState":
        """The same state under other masks; what they remove is zero from here on."""
        network, momentum = masks.apply(self.network), masks.apply(self.momentum)
        return replace(self, masks=masks, network=network, momentum=momentum)


class Hook(Protocol):
    """Something that revises masks between steps.

    steps: before which steps it acts, counted from 0. Called with the state and the batch
    (x, y) of the step about to be done, it returns a state of networks of the same shapes; one
    whose `step` it has raised by one takes the place of that optimizer step.
    """

    @property
    def steps(self) -> Sequence[int]: ...

    def __call__(self, state: TrainState, batch: tuple[np.ndarray, np.ndarray]) -> TrainState: ...
