"""What a pruner does while it trains, removal by removal."""

from dataclasses import dataclass, field

import numpy as np

from cubistlib.networks import Masks
from cubistlib.training import Hook, TrainState


@dataclass(frozen=True, eq=False)
class Revisions:
    """A hook that does what another does, and keeps every revision that removes a weight.

    kept: of each the state before and the masks after, in order.
    """

    hook: Hook
    kept: list[tuple[TrainState, Masks]] = field(default_factory=list)

    @property
    def steps(self):
        """Before which steps it acts: those of the other."""
        return self.hook.steps

    def __call__(self, state: TrainState, batch: tuple[np.ndarray, np.ndarray]) -> TrainState:
        revised = self.hook(state, batch)
        if (revised.masks.weights_kept < state.masks.weights_kept).any():
            self.kept.append((state, revised.masks))
        return revised
