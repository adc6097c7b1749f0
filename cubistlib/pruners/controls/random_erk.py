"""Random masks with ERK's layer sizes: RigL's start, and the control for what RigL adds."""

from dataclasses import dataclass

from cubistlib.networks import Masks
from cubistlib.pruners.base import AtInitialization
from cubistlib.pruners.parts import erk


@dataclass(frozen=True)
class RandomERK(AtInitialization):
    """k weights at random places, each layer's number in proportion to (in + out)."""

    name = "random_erk"
    control = True

    def masks(self, nets, batches, keep, selection="exact", seed=0) -> Masks:
        self.rule(selection)
        return erk.random_masks(nets, self.check_keep(nets, keep), selection, seed)
