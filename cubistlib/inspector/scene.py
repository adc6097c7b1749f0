"""What a picture of one network holds: its graph, and what each unit is."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cubistlib.inspector.specimen import Specimen, Survey
from cubistlib.inspector.units import Unit
from cubistlib.inspector.view import View
from cubistlib.networks import STATES
from cubistlib.plots.graph import DOT, HALF, Edge, Graph
from cubistlib.plots.plane import thumbnails

REMOVED = "removed"
# Half the side of a unit's picture, in cells, where it is not whole.
HALVES = {STATES[0]: 0.22, REMOVED: DOT}
GHOST = 0.5  # width of a removed weight's line


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
    def graph(self) -> Graph:
        """Where the units stand."""
        return Graph.of(self.base.masks)

    @cached_property
    def units(self) -> list[Unit]:
        """The units that have a place."""
        return [Unit(*unit) for unit in self.graph.units]

    @cached_property
    def edges(self) -> list[Edge]:
        """Kept weights, thin ones first; before them, if asked for, the pruned as ghosts."""
        weights, kept = self.specimen.net.weights, self.specimen.masks.weights
        ghosts = self.graph.edges(weights, [~m for m in kept], GHOST) if self.view.ghosts else []
        return ghosts + self.graph.edges(weights, kept)

    @cached_property
    def pictures(self) -> np.ndarray:
        """The shown units' maps, −1 … 1: (units, side, side)."""
        side = 48 if len(self.units) <= 64 else 24
        view = self.view
        return self.graph.take(thumbnails(self.specimen.net, side, view.pre, view.shared))

    def state(self, unit: Unit) -> str:
        """What a unit is: input, output, one of connectivity.STATES; or removed by folding."""
        if unit.layer in (0, self.specimen.layers):
            return "output" if unit.layer else "input"
        state = STATES[self.survey.states[unit.layer - 1][unit.index]]
        return REMOVED if self.view.effective and state == STATES[0] else state

    def half(self, unit: Unit) -> float:
        """Half the side of a unit's picture, in cells: small where nothing reads it."""
        return HALVES.get(self.state(unit), HALF)

    @property
    def names(self) -> list[str]:
        """The shown units' names."""
        return [unit.name(self.specimen.layers) for unit in self.units]

    @property
    def counts(self) -> dict[str, int]:
        """How many hidden units are in each state, shown or not."""
        every = np.concatenate(self.survey.states)
        return {state: int((every == i).sum()) for i, state in enumerate(STATES)}

    def labels(self) -> list[str]:
        """A sentence a shown unit, for screen readers: name, state, weights in and out."""
        kept, ends = [m[0] for m in self.specimen.masks.weights], self.specimen.net.sizes
        into = self.graph.take([np.zeros(ends[0], int), *(m.sum(1) for m in kept)])
        out = self.graph.take([*(m.sum(0) for m in kept), np.zeros(ends[-1], int)])
        return [
            f"{name}, {self.state(unit)}, {i} weights in, {o} out"
            for name, unit, i, o in zip(self.names, self.units, into, out, strict=True)
        ]
