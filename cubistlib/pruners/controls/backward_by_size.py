"""Backward elimination by size: what it is worth to ask the data which weight is missed least."""

from dataclasses import dataclass, replace

from cubistlib.pruners.beyond.backward import Backward, Descent
from cubistlib.pruners.parts.selection import exact, shrink
from cubistlib.search.descent.population import connected


@dataclass(frozen=True)
class BackwardBySize(Backward):
    """Backward elimination whose single removals, down to k, take the smallest |w|.

    All else is as there, the swaps too, and what is charged, so that the plan is the same.
    """

    name = "backward_by_size"
    control = True

    def descent(self, nets, keep, task) -> "BySize":
        return BySize(self, nets, keep, task)


class BySize(Descent):
    """A stack on its way down that does not look at the data for a single removal."""

    def _less(self, found, origin):
        self._look(found, origin)
        masks = shrink(found.network, found.masks, found.masks.weights_kept - 1, exact)
        network, masks = connected(found.network, masks)
        return replace(found, network=network, masks=masks)  # scores are not looked at
