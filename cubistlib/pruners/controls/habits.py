"""GMP with a habit changed: what keeping paths, or never revising a sign, is worth."""

from dataclasses import dataclass, replace

import numpy as np

from cubistlib.networks import Masks, Network, connectivity
from cubistlib.pruners.gmp import GMP, GMPHook
from cubistlib.pruners.parts.selection import magnitudes, select
from cubistlib.training import TrainState

LOOK = 10  # steps between looks at the signs; at every step a training takes ten times as long


@dataclass(frozen=True)
class Habits(GMP):
    """GMP, but for what its fields change; without a change GMP to the bit.

    paths: weights on no path from input to output go before all others, so that those that stay
    are on one as long as there are enough. held: no weight revises the sign that it began with; one
    that has crossed zero is set to zero, and stops, before every tenth step, and before every cut.
    Source: the control of what the algorithms that come nearest to the search have in common.
    """

    name = "habits"
    control = True

    paths: bool = False
    held: bool = False

    def hook(self, nets, keep, steps, selection="exact") -> "HabitsHook":
        plain = vars(super().hook(nets, keep, steps, selection))
        start = tuple(np.sign(w) for w in nets.weights) if self.held else ()
        acts = sorted({*range(0, steps, LOOK), *plain["steps"]}) if self.held else plain["steps"]
        return HabitsHook(
            **plain | {"steps": acts}, prunes=plain["steps"], start=start, paths=self.paths
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class HabitsHook(GMPHook):
    """Prunes as GMP does before each of `prunes`, and holds to the signs of `start` if any."""

    prunes: range
    start: tuple[np.ndarray, ...]
    paths: bool

    def __call__(self, state, batch):
        if self.start:
            state = _stopped(state, self.start)
        return super().__call__(state, batch) if state.step in self.prunes else state

    def shrunk(self, nets: Network, masks: Masks, left: np.ndarray) -> Masks:
        if not self.paths:
            return super().shrunk(nets, masks, left)
        on = connectivity(masks).effective.weights
        scores = [np.where(path, w, -1) for path, w in zip(on, magnitudes(nets), strict=True)]
        return Masks.from_weights(select(scores, left, self.rule, among=masks.weights))


def _stopped(state: TrainState, start: tuple[np.ndarray, ...]) -> TrainState:
    """Without the weights, and their momentum, whose sign is not the one of the start."""
    stays = [w * s >= 0 for w, s in zip(state.network.weights, start, strict=True)]
    network, momentum = (
        replace(of, weights=tuple(w * s for w, s in zip(of.weights, stays, strict=True)))
        for of in (state.network, state.momentum)
    )
    return replace(state, network=network, momentum=momentum)
