"""Names of units and what they say in numbers: weights in and out, the equation."""

import re
from dataclasses import dataclass

import numpy as np

from cubistlib.inspector.specimen import Specimen
from cubistlib.support.checks import require

OUTPUT = "out"
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


def outgoing(specimen: Specimen, unit: Unit) -> Weights:
    """The kept weights out of a unit with the names of their targets, largest first."""
    if unit.layer == specimen.layers:
        return []
    return _named(specimen, unit.layer, np.s_[0, :, unit.index], unit.layer + 1)


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


def _term(value: float, of: str = "") -> str:
    return f"{'−' if value < 0 else '+'} {abs(value):.3g}{of}"


def _named(specimen: Specimen, matrix: int, part: tuple, layer: int) -> Weights:
    """The kept weights in a part of a matrix, with the names of the units at their other end."""
    values, kept = (of.weights[matrix][part] for of in (specimen.net, specimen.masks))
    order = sorted(np.flatnonzero(kept), key=lambda i: -abs(values[i]))
    return [(Unit(layer, int(i)).name(specimen.layers), float(values[i])) for i in order]
