"""Random masks: the control for every algorithm that looks at anything."""

from dataclasses import dataclass

import numpy as np

from cubistlib.networks import Masks
from cubistlib.pruners.base import AtInitialization
from cubistlib.pruners.parts.draws import streams
from cubistlib.pruners.parts.selection import select


@dataclass(frozen=True)
class Random(AtInitialization):
    """k weights drawn with equal chances from the whole network."""

    name = "random"
    control = True

    def masks(self, nets, batches, keep, selection="exact", seed=0) -> Masks:
        keep, rule = self.check_keep(nets, keep), self.rule(selection)
        rngs = streams("random", seed, len(nets))
        scores = [np.stack([rng.random(w.shape[1:]) for rng in rngs]) for w in nets.weights]
        return Masks.from_weights(select(scores, keep, rule))
