"""What lives in a network: the same logits on the data, with all that does nothing there gone."""

from dataclasses import dataclass

import numpy as np

from cubistlib.networks.connectivity import fold
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.support.checks import require

# Inputs of two units whose directions differ by less, as an angle, are proportional.
ANGLE = 1e-6


@dataclass(frozen=True)
class Removal:
    """A part that did nothing: of layer 1 … (the output's is the last) a unit, counted from 0.

    why: "zero" (the weight from unit `other` of the layer before is exactly zero), "no path",
    "dead", "constant" or "merged" (into unit `other`, whose input is proportional).
    """

    layer: int
    unit: int
    why: str
    other: int | None = None


@dataclass(frozen=True, eq=False)
class Simplified:
    """n networks in which every unit lives, and what was removed of each, in order.

    network, masks: of the same shape as before; what masks keep is what lives.
    """

    network: Network
    masks: Masks
    removed: tuple[tuple[Removal, ...], ...]

    @property
    def live_weights(self) -> np.ndarray:
        """Weights that live: (n,) int64."""
        return self.masks.weights_kept

    @property
    def live_parameters(self) -> np.ndarray:
        """The same with the biases of units that live, and the output's: (n,) int64."""
        return self.masks.parameters_kept

    @property
    def structures(self) -> list[tuple[int, ...]]:
        """Hidden units that live in each network: (3, 2, 2)."""
        layers = [after.any(1).sum(1).tolist() for after in self.masks.weights[1:]]
        return [tuple(layer[i] for layer in layers) for i in range(len(self.masks))]


def simplify(nets: Network, masks: Masks, x: np.ndarray) -> Simplified:
    """The networks without all that does nothing on the rows x, (rows, in).

    Again and again, until nothing changes: weights that are exactly zero, and parts on no path,
    go; units that are 0 on every row go; units of one value on every row go into the biases of
    the next layer; a unit whose input is another's times a positive number is merged into it.
    The logits on x are those of the masked `nets`, up to rounding. Which units do nothing is
    looked at in single precision, as in training.

    Not seen: that a hidden unit's weights may be scaled against those after it, so that one
    number a unit is free; units that add up to others; points between the rows.
    Raises ValueError for masks or rows that do not fit, and for x that is not finite.
    """
    kinds = isinstance(nets, Network) and isinstance(masks, Masks)
    require(kinds, "simplify: takes a Network, its Masks, and the rows x")
    x = nets.rows(x)
    require(len(x) > 0, "simplify: x must have rows, got none")
    require(np.isfinite(x).all(), "simplify: x must be finite, it holds NaN or infinity")
    net, kept = masks.apply(nets), masks[:]
    removed: list[list[Removal]] = [[] for _ in range(len(net))]
    todo = np.arange(len(net))
    while len(todo):
        one = _Round(net[todo], kept[todo])
        one.without_zeros()
        one.without_paths_that_end()
        one.without_what_stands_still(x)
        one.merged()
        for old, new in zip((*net.arrays, *kept.arrays), one.arrays, strict=True):
            old[todo] = new
        for i, found in zip(todo, one.removed, strict=True):
            removed[i] += found
        todo = todo[[bool(found) for found in one.removed]]
    return Simplified(net, kept, tuple(map(tuple, removed)))


class _Round:
    """Some networks while their parts are removed once, in double precision."""

    def __init__(self, nets: Network, masks: Masks):
        self.nets, self.kept = nets, [w.copy() for w in masks.weights]
        self.removed: list[list[Removal]] = [[] for _ in range(len(nets))]

    @property
    def masks(self) -> Masks:
        return Masks.from_weights(self.kept)

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """Those of the networks, masked, and of their masks."""
        masks = self.masks
        return *masks.apply(self.nets).arrays, *masks.arrays

    def without_zeros(self) -> None:
        for layer, weights in enumerate(self.nets.weights):
            zero = self.kept[layer] & (weights == 0)
            for i, unit, source in np.argwhere(zero):
                self.removed[i].append(Removal(layer + 1, int(unit), "zero", int(source)))
            self.kept[layer] &= ~zero

    def without_paths_that_end(self) -> None:
        before = self._units()
        self.nets, masks = fold(self.nets, self.masks)
        self.kept = list(masks.weights)
        for layer, (was, there) in enumerate(zip(before, self._units(), strict=True), start=1):
            self._note(layer, was & ~there, "no path")

    def without_what_stands_still(self, x: np.ndarray) -> None:
        # numba is loaded by who simplifies, not by who reads results.
        from cubistlib.networks.still import still

        there = self._units()
        biases = [b.astype(np.float64) for b in self.nets.biases]
        for layer, value in enumerate(still(self.nets, x), start=1):
            constant = there[layer - 1] & (value != 0) & ~np.isnan(value)
            of_these = np.where(constant, value, 0)
            biases[layer] += np.einsum("noi,ni->no", self.nets.weights[layer], of_these)
            self._cut(layer, there[layer - 1] & (value == 0), "dead")
            self._cut(layer, constant, "constant")
        self.nets = Network(self.nets.weights, tuple(biases))

    def merged(self) -> None:
        nets = self.masks.apply(self.nets)
        weights = [w.astype(np.float64) for w in nets.weights]
        for layer, connected in enumerate(self._units(), start=1):
            inputs = np.concatenate([weights[layer - 1], nets.biases[layer - 1][:, :, None]], 2)
            size = np.linalg.norm(inputs, axis=2)
            gone = np.zeros_like(connected)
            for i, one, other in _proportional(inputs, size, connected):
                if not gone[i, one] and not gone[i, other]:
                    factor = size[i, other] / size[i, one]
                    weights[layer][i, :, one] += factor * weights[layer][i, :, other]
                    self.kept[layer][i, :, one] |= self.kept[layer][i, :, other]
                    gone[i, other] = True
                    self.removed[i].append(Removal(layer, other, "merged", one))
            self._cut(layer, gone)
        self.nets = Network(tuple(weights), nets.biases)

    def _units(self) -> list[np.ndarray]:
        """Which hidden units have a weight: a list of (n, units) bool."""
        return [
            np.any(into, axis=2) | np.any(out, axis=1)
            for into, out in zip(self.kept[:-1], self.kept[1:], strict=True)
        ]

    def _cut(self, layer: int, units: np.ndarray, why: str = "") -> None:
        """Takes units (n, units) out of a hidden layer."""
        self.kept[layer - 1] &= ~units[:, :, None]
        self.kept[layer] &= ~units[:, None, :]
        if why:
            self._note(layer, units, why)

    def _note(self, layer: int, units: np.ndarray, why: str) -> None:
        for i, unit in np.argwhere(units):
            self.removed[i].append(Removal(layer, int(unit), why))


def _proportional(
    inputs: np.ndarray, size: np.ndarray, connected: np.ndarray
) -> list[tuple[int, int, int]]:
    """(network, unit, later unit) for units of one layer whose inputs point the same way."""
    with np.errstate(invalid="ignore", divide="ignore"):
        way = inputs / size[:, :, None]
    alike = np.matmul(way, way.transpose(0, 2, 1)) > 1 - ANGLE**2 / 2
    pairs = np.triu(alike, 1) & connected[:, :, None] & connected[:, None, :]
    return [(int(i), int(one), int(other)) for i, one, other in np.argwhere(pairs)]
