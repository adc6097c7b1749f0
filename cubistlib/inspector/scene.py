"""A network as a layered graph: where units stand, which edges are drawn and how thick."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cubistlib.inspector.maps import thumbnails
from cubistlib.inspector.specimen import Specimen, Survey
from cubistlib.inspector.units import Unit
from cubistlib.inspector.view import View
from cubistlib.networks.connectivity import STATES

TALL = 16  # units one above the other; wider layers stand in several columns
EDGES = 1000  # drawn at most, the thickest
ASPECT = 1.3  # least width of a graph for its height
INPUT, OUTPUT, REMOVED = "input", "output", "removed"
# Half the side of a unit's picture, in cells, by its state; of others 0.4.
HALVES = {STATES[0]: 0.22, REMOVED: 0.06}


@dataclass(frozen=True)
class Edge:
    """From one shown unit to another. share: |w| of the layer's largest; ghost: pruned."""

    source: int
    target: int
    weight: float
    share: float
    ghost: bool = False


@dataclass(frozen=True, eq=False)
class Scene:
    """All that a picture of one network holds, whoever draws it.

    specimen: as shown. survey: of it. base: with all weights of its run and step, which says
    which units have a place, so that none jumps while weights are removed.
    """

    specimen: Specimen
    base: Specimen
    survey: Survey
    view: View

    @cached_property
    def units(self) -> list[Unit]:
        """The units that have a place: all of layers of up to 16, wired ones of wider layers."""
        return [Unit(layer, int(i)) for layer, shown in enumerate(self._shown) for i in shown]

    @cached_property
    def places(self) -> np.ndarray:
        """Where each stands, in cells of width 1: x to the right, y down; (units, 2)."""
        columns = [-(-len(shown) // TALL) for shown in self._shown]
        slack = (self.size[0] - sum(columns)) / (len(columns) - 1)
        found, left = [], 0.0
        for shown, wide in zip(self._shown, columns, strict=True):
            rows = -(-len(shown) // max(wide, 1))
            for i in range(len(shown)):
                found.append((left + i // rows + 0.5, self.size[1] / 2 + i % rows - (rows - 1) / 2))
            left += wide + slack
        return np.array(found)

    @cached_property
    def size(self) -> tuple[float, float]:
        """Width and height in cells."""
        columns = sum(-(-len(shown) // TALL) for shown in self._shown)
        tall = max(3.5, *(min(len(shown), TALL) for shown in self._shown))
        return max(ASPECT * tall, columns + 0.8 * (len(self._shown) - 1)), tall

    @cached_property
    def edges(self) -> list[Edge]:
        """Kept weights, thin ones first; before them, if asked for, the pruned as ghosts."""
        kept: list[Edge] = []
        ghosts: list[Edge] = []
        pairs = zip(self.specimen.net.weights, self.specimen.masks.weights, strict=True)
        for layer, (w, mask) in enumerate(pairs):
            share = np.abs(w[0]) / (np.abs(w[0]).max() or 1.0)
            kept += self._edges(layer, _thickest(mask[0], share), w[0], share)
            if self.view.ghosts:
                ghosts += self._edges(layer, _thickest(~mask[0], share), w[0], share, ghost=True)
        return ghosts[:EDGES] + sorted(kept, key=lambda edge: edge.share)[-EDGES:]

    def _edges(self, layer, pairs, w, share, ghost=False) -> Iterator[Edge]:
        for j, i in pairs:
            ends = self._number.get(Unit(layer, int(i))), self._number.get(Unit(layer + 1, int(j)))
            if None not in ends:
                yield Edge(*ends, float(w[j, i]), float(share[j, i]), ghost)

    @cached_property
    def _number(self) -> dict[Unit, int]:
        return {unit: i for i, unit in enumerate(self.units)}

    @cached_property
    def thumbnails(self) -> np.ndarray:
        """The shown units' maps as bytes: (units, side, side)."""
        side = 48 if len(self.units) <= 64 else 24
        layers = thumbnails(self.specimen, self.view.pre, self.view.shared, side)
        return np.stack([layers[unit.layer][unit.index] for unit in self.units])

    def state(self, unit: Unit) -> str:
        """What a unit is: input, output, one of connectivity.STATES; or removed by folding."""
        if unit.layer in (0, len(self.specimen.net.weights)):
            return OUTPUT if unit.layer else INPUT
        state = STATES[self.survey.states[unit.layer - 1][unit.index]]
        return REMOVED if self.view.effective and state == STATES[0] else state

    def half(self, unit: Unit) -> float:
        """Half the side of a unit's picture, in cells: small where nothing reads it."""
        return HALVES.get(self.state(unit), 0.4)

    @property
    def names(self) -> list[str]:
        """The shown units' names."""
        return [unit.name(len(self.specimen.net.weights)) for unit in self.units]

    @property
    def counts(self) -> dict[str, int]:
        """How many hidden units are in each state, shown or not."""
        every = np.concatenate(self.survey.states)
        return {state: int((every == i).sum()) for i, state in enumerate(STATES)}

    def labels(self) -> list[str]:
        """A sentence a shown unit, for screen readers: name, state, weights in and out."""
        return [
            f"{name}, {self.state(unit)}, {self._wires(unit, -1)} weights in, "
            f"{self._wires(unit, 0)} out"
            for name, unit in zip(self.names, self.units, strict=True)
        ]

    def _wires(self, unit: Unit, side: int) -> int:
        """Kept weights into a unit (side −1) or out of it (0)."""
        layer, masks = unit.layer + side, self.specimen.masks.weights
        if not 0 <= layer < len(masks):
            return 0
        return int(
            (masks[layer][0, :, unit.index] if side == 0 else masks[layer][0, unit.index]).sum()
        )

    @cached_property
    def _shown(self) -> list[np.ndarray]:
        """The units of each layer that have a place."""
        weights = self.base.masks.weights
        shown = [np.arange(self.base.net.sizes[0])]
        for layer, width in enumerate(self.base.net.hidden):
            wired = weights[layer][0].any(1) | weights[layer + 1][0].any(0)
            shown.append(np.flatnonzero(wired) if width > TALL else np.arange(width))
        return [*shown, np.arange(1)]


def _thickest(mask: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Target and source of the thickest of a layer's weights under a mask: (edges, 2)."""
    found = np.argwhere(mask)
    return found[np.argsort(-share[mask], kind="stable")[:EDGES]]
