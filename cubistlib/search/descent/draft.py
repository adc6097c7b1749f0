"""One network while it is changed in place."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Draft:
    """One network while it is changed: views of a stack's arrays, which moves write to.

    weights, kept: a matrix (out, in) a layer; biases, kept_biases: a vector (out,) a layer.
    slopes: ∂L/∂weight of all weights, absent ones too. A move that finds nothing to do leaves
    the draft as it is.
    """

    weights: list[np.ndarray]
    biases: list[np.ndarray]
    kept: list[np.ndarray]
    kept_biases: list[np.ndarray]
    slopes: list[np.ndarray]
    rng: np.random.Generator

    def units(self, layer: int) -> np.ndarray:
        """The units of a layer, 0 the inputs, that are there: all inputs and outputs."""
        if layer in (0, len(self.weights)):
            size = self.weights[0].shape[1] if layer == 0 else len(self.weights[-1])
            return np.arange(size)
        return np.flatnonzero(self.kept[layer - 1].any(1) & self.kept[layer].any(0))

    def is_connected(self) -> bool:
        """Whether every layer has a unit; moves start from nothing less."""
        return all(len(self.units(layer)) for layer in range(len(self.weights)))

    def absent(self, layer: int) -> np.ndarray:
        """Weights that could be between units that are there: (n, 2) of (unit, source)."""
        rows, columns = self.units(layer + 1), self.units(layer)
        rows, columns = np.meshgrid(rows, columns, indexing="ij")
        gone = ~self.kept[layer][rows, columns]
        return np.stack([rows[gone], columns[gone]], 1)

    def set(self, layer: int, unit: int, source: int, value: float) -> None:
        """Puts a weight there, or gives it another value."""
        self.weights[layer][unit, source] = value
        self.kept[layer][unit, source] = True

    def weights_there(self) -> list[tuple[int, int, int]]:
        """(layer, unit, source) of all weights that are kept."""
        return [
            (layer, int(unit), int(source))
            for layer, kept in enumerate(self.kept)
            for unit, source in np.argwhere(kept)
        ]

    def clear(self, layer: int, unit: int, source: int) -> None:
        """Takes a weight out."""
        self.weights[layer][unit, source] = 0
        self.kept[layer][unit, source] = False

    def empty(self, layer: int, unit: int) -> None:
        """Takes a hidden unit out, layer 1 being the first."""
        for array in (self.weights[layer - 1], self.kept[layer - 1]):
            array[unit] = 0
        for array in (self.weights[layer], self.kept[layer]):
            array[:, unit] = 0
        self.biases[layer - 1][unit] = 0
        self.kept_biases[layer - 1][unit] = False

    def hidden_unit(self, least: int = 1) -> tuple[int, int] | None:
        """Some (layer, unit) out of a hidden layer of at least so many units."""
        all_units = [
            (layer, int(unit))
            for layer in range(1, len(self.weights))
            if len(self.units(layer)) >= least
            for unit in self.units(layer)
        ]
        return all_units[self.rng.integers(len(all_units))] if all_units else None

    def vacant(self, layer: int) -> int | None:
        """A unit of a hidden layer of the host that is not there."""
        there = np.zeros(len(self.kept[layer - 1]), bool)
        there[self.units(layer)] = True
        return None if there.all() else int(np.argmin(there))
