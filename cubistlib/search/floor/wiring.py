"""Which unit reads which, as sets of units: all that the bounds on labels ask of a mask."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cubistlib.networks import Masks
from cubistlib.support.checks import require

Row = frozenset[int]
NONE: Row = frozenset()


@dataclass(frozen=True)
class Wiring:
    """What each unit of the three hidden layers reads; the output reads the whole third layer.

    first[i] holds inputs (0 is x, 1 is y), second[j] units of the first layer, third[k] units
    of the second.
    """

    first: tuple[Row, ...]
    second: tuple[Row, ...]
    third: tuple[Row, ...]

    @classmethod
    def of(cls, masks: Masks) -> "Wiring":
        """The wiring of one connected mask of three hidden layers.

        Raises ValueError for other depths and for masks with a part that lies on no path: such
        a network does what one with fewer weights does (`cl.fold`).
        """
        require(len(masks) == 1 and len(masks.sizes) == 5, "floor: one mask, three hidden layers")
        layers = [w[0] for w in masks.weights]
        whole = all(w.any(0).all() and w.any(1).all() for w in layers)
        require(whole, "floor: every unit must have an input and a reader")
        return cls(*(tuple(map(_row, w)) for w in layers[:3]))

    @classmethod
    def parse(cls, text: str) -> "Wiring":
        """That of what `str` gives."""
        first, second, third = (layer.split() for layer in text.split("|"))
        rows = [[frozenset(map("xy".index, row)) for row in first]]
        rows += [[frozenset(map(int, row)) for row in layer] for layer in (second, third)]
        return cls(*map(tuple, rows))

    @property
    def hidden(self) -> tuple[int, int, int]:
        return len(self.first), len(self.second), len(self.third)

    @property
    def units(self) -> Row:
        """Those of the first layer."""
        return frozenset(range(len(self.first)))

    @property
    def weights(self) -> int:
        """How many weights the mask keeps, those of the output among them."""
        return len(self.third) + sum(map(len, (*self.first, *self.second, *self.third)))

    @property
    def parameters(self) -> int:
        """The same with a bias for every unit, the output among them."""
        return self.weights + sum(self.hidden) + 1

    def __str__(self) -> str:
        """As in "x y | 01 01 | 0 1 1": what each unit of each layer reads."""
        layers = [["".join("xy"[i] for i in sorted(row)) for row in self.first]]
        layers += [["".join(map(str, sorted(row))) for row in rows] for rows in self.later]
        return " | ".join(map(" ".join, layers))

    @property
    def later(self) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
        return self.second, self.third


def _row(kept: np.ndarray) -> Row:
    return frozenset(np.flatnonzero(kept).tolist())


def subsets(units: Row) -> Iterator[Row]:
    """All sets of some of these units."""
    found = [frozenset[int]()]
    for unit in sorted(units):
        found += [each | {unit} for each in found]
    return iter(found)
