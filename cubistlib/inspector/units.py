"""Units: their names, what they say in numbers, and their maps over the plane."""

import re
from dataclasses import dataclass

import numpy as np

from cubistlib.inspector.specimen import Specimen, logits, read_part
from cubistlib.networks import Masks, Network
from cubistlib.plots.plane import EXTENT, grid
from cubistlib.support.checks import require

OUTPUT = "out"
SIDE = 512  # of a large map, as in the paper's viewer
LARGEST = 1e30  # of a map's values: float32 still holds their differences
TERMS = 16  # weights written out; a unit of a wide dense network has hundreds

Weights = list[tuple[str, float]]


@dataclass(frozen=True)
class Unit:
    """A place in a network: layer 0 holds the inputs, the last one the output; both from 0."""

    layer: int
    index: int

    @classmethod
    def parse(cls, name: str, sizes: tuple[int, ...]) -> "Unit":
        """The unit of that name in a network of those sizes. Raises ValueError if none is."""
        if name == OUTPUT:
            return cls(len(sizes) - 1, 0)
        match = re.fullmatch(r"(?:x|h([1-9]\d*)\.)([1-9]\d*)", name)
        layer, index = (int(match[1] or 0), int(match[2]) - 1) if match else (-1, -1)
        hidden = len(sizes) - 2
        require(
            0 <= layer <= hidden and index < sizes[layer],
            f"no unit {name!r} in a {'-'.join(map(str, sizes))} network; "
            f"there are x1 … x{sizes[0]}, h1.1 … h{hidden}.{sizes[hidden]} and out",
        )
        return cls(layer, index)

    def name(self, layers: int) -> str:
        """Its name in a network of that many layers of weights: x1, h2.3, out."""
        if self.layer == layers:
            return OUTPUT
        return f"h{self.layer}.{self.index + 1}" if self.layer else f"x{self.index + 1}"


def incoming(specimen: Specimen, unit: Unit) -> Weights:
    """The kept weights into a unit with the names of their sources, largest first."""
    before = unit.layer - 1
    return _named(specimen, before, np.s_[0, unit.index], before) if unit.layer else []


def equation(specimen: Specimen, unit: Unit) -> str:
    """How a unit is computed: "h2.3 = relu(1.2·h1.1 − 0.44·h1.5 + 0.1)"."""
    name = unit.name(specimen.layers)
    if unit.layer == 0:
        return f"{name}: input"
    weights = incoming(specimen, unit)
    parts = [_term(w, f"·{source}") for source, w in weights[:TERMS]]
    if len(weights) > TERMS:
        parts.append(f"+ … {len(weights) - TERMS} more")
    bias = float(specimen.net.biases[unit.layer - 1][0, unit.index])
    if bias or not parts:
        parts.append(_term(bias))
    inner = " ".join(parts).removeprefix("+ ")
    inner = f"−{inner[2:]}" if inner.startswith("− ") else inner
    return f"logit = {inner}" if unit.layer == specimen.layers else f"{name} = relu({inner})"


@dataclass(frozen=True, eq=False)
class Map:
    """Values over [−extent, extent]²: (rows, columns) float32, row 0 the lowest x₂.

    top: the value of the palette's end; white is 0, or one half for a probability.
    """

    values: np.ndarray
    top: float
    extent: float = EXTENT
    probability: bool = False

    @classmethod
    def of(cls, values: np.ndarray, extent: float = EXTENT) -> "Map":
        """Values scaled to the largest of them."""
        return cls(values, float(np.abs(values).max()) or 1.0, extent)

    @property
    def ticks(self) -> tuple[str, str, str]:
        """What the lowest, the middle and the highest colour stand for."""
        if self.probability:
            return "0", "0.5", "1"
        return f"{-self.top:.3g}".replace("-", "−"), "0", f"{self.top:.3g}"


def unit_map(
    specimen: Specimen, unit: Unit, pre: bool = False, side: int = SIDE, extent: float = EXTENT
) -> Map:
    """One unit over the plane; of the output, the probability of class 1 or, `pre`, the logit."""
    points = grid(side, extent)
    if unit.layer == 0:
        return Map(points[:, unit.index].reshape(side, side), extent, extent)
    values = np.nan_to_num(logits(_until(specimen, unit), points)).reshape(side, side)
    values = values.clip(-LARGEST, LARGEST)
    if pre:
        return Map.of(values, extent)
    if unit.layer == specimen.layers:
        return Map(np.tanh(values / 2) / 2, 0.5, extent, probability=True)
    return Map.of(np.maximum(values, 0), extent)


def _until(specimen: Specimen, unit: Unit) -> Network:
    """The network whose logit is that unit before its activation; only what it depends on."""
    layer, i = unit.layer, slice(unit.index, unit.index + 1)

    def cut(arrays):
        return (*arrays[: layer - 1], arrays[layer - 1][:, i])

    net = Network(cut(specimen.net.weights), cut(specimen.net.biases))
    # All biases stay: what a unit says without a reader is shown as well.
    biases = tuple(np.ones(b.shape, bool) for b in net.biases)
    return read_part(net, Masks(cut(specimen.masks.weights), biases))[0]


def _term(value: float, of: str = "") -> str:
    return f"{'−' if value < 0 else '+'} {abs(value):.3g}{of}"


def _named(specimen: Specimen, matrix: int, part: tuple, layer: int) -> Weights:
    """The kept weights in a part of a matrix, with the names of the units at their other end."""
    values, kept = (of.weights[matrix][part] for of in (specimen.net, specimen.masks))
    order = sorted(np.flatnonzero(kept), key=lambda i: -abs(values[i]))
    return [(Unit(layer, int(i)).name(specimen.layers), float(values[i])) for i in order]
