"""Layerwise shuffled masks: does an algorithm choose weights, or only numbers of weights?"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import InstanceOf

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.parts.draws import Seed, streams
from cubistlib.support.types import Allowed


@dataclass(frozen=True)
class Shuffled(Pruner):
    """Another algorithm's masks, the kept weights of each layer moved to random places.

    Trained from the values that `pruner` starts from. Source: Su et al. 2020; Frankle et al.
    2021.
    """

    control = True

    pruner: Annotated[InstanceOf[Pruner], Allowed("a pruner")]

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"{self.pruner.name}_shuffled"

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        nets, masks = self.pruner.ticket(nets, keep, task)
        return nets, shuffle(masks, task.own)


def shuffle(masks: Masks, seed: Seed = 0) -> Masks:
    """Masks with as many weights in each layer, at places drawn anew for each network."""
    weights = [w.copy() for w in masks.weights]
    for i, rng in enumerate(streams("shuffled", seed, len(masks))):
        for w in weights:
            w[i] = rng.permutation(w[i].ravel()).reshape(w[i].shape)
    return Masks.from_weights(weights)
