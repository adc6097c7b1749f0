"""Units that are used, moved to the front of narrower layers and back again."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cubistlib.networks import Masks, Network


@dataclass(frozen=True, eq=False)
class Leading:
    """Where the units of narrower networks lie in wide ones, each network for itself.

    units: of each layer, inputs and outputs included, the numbers in the wide one, (n, narrow).
    sizes: units in every layer of the wide one.
    """

    units: tuple[np.ndarray, ...]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, masks: Masks, weights: int) -> "Leading":
        """Layers that have room for all units on a path of masks that keep at most `weights`.

        Such a unit reads a weight and another reads it, so that there are at most half as many.
        """
        used = [w.any(2) & after.any(1) for w, after in pairwise(masks.weights)]
        orders = [np.argsort(~u, axis=1, kind="stable")[:, : max(1, weights // 2)] for u in used]
        first, last = (np.tile(np.arange(masks.sizes[i]), (len(masks), 1)) for i in (0, -1))
        return cls((first, *orders, last), masks.sizes)

    def __getitem__(self, index: np.ndarray) -> "Leading":
        """Those of some networks of the stack, one of them as often as it is named."""
        return Leading(tuple(units[index] for units in self.units), self.sizes)

    def narrow(self, nets: Network, masks: Masks) -> tuple[Network, Masks]:
        """Wide networks and masks with those units alone."""
        biases = [b[place] for b, place in zip(nets.biases, self._units(), strict=True)]
        values, kept = (
            [w[place] for w, place in zip(stack.weights, self._weights(), strict=True)]
            for stack in (nets, masks)
        )
        return Network(tuple(values), tuple(biases)), Masks.from_weights(kept)

    def wide(self, nets: Network, masks: Masks) -> tuple[Network, Masks]:
        """Narrow networks and masks where they lie in the wide ones, all else zero."""
        n, into, out = len(nets), self.sizes[:-1], self.sizes[1:]
        biases = [np.zeros((n, o), np.float32) for o in out]
        for wide, place, narrow in zip(biases, self._units(), nets.biases, strict=True):
            wide[place] = narrow
        values, kept = (
            [np.zeros((n, o, i), w.dtype) for o, i, w in zip(out, into, stack.weights, strict=True)]
            for stack in (nets, masks)
        )
        for all_of, stack in ((values, nets), (kept, masks)):
            for wide, place, narrow in zip(all_of, self._weights(), stack.weights, strict=True):
                wide[place] = narrow
        return Network(tuple(values), tuple(biases)), Masks.from_weights(kept)

    def _units(self):
        """Of each layer but the inputs the index of its units in an array (n, units)."""
        n = np.arange(len(self.units[0]))[:, None]
        return [(n, rows) for rows in self.units[1:]]

    def _weights(self):
        """Of each layer the index of its weights in an array (n, out, in)."""
        n = np.arange(len(self.units[0]))[:, None, None]
        return [(n, rows[:, :, None], columns[:, None]) for columns, rows in pairwise(self.units)]
