"""Values of units over the plane, and as bytes for a palette of 255 colours and ink."""

from dataclasses import dataclass

import numpy as np

from cubistlib.inspector.specimen import Specimen, logits, read_part
from cubistlib.inspector.units import Unit
from cubistlib.networks import Masks, Network
from cubistlib.plots.plane import EXTENT, grid
from cubistlib.plots.style import DIVERGING

ZERO, INK = 127, 255  # bytes of the value 0, and of a decision boundary
SIDE = 512  # of a large map, as in the paper's viewer


@dataclass(frozen=True, eq=False)
class Map:
    """Values over [−2.25, 2.25]²: (rows, columns) float32, row 0 the lowest x₂.

    top: the value of the palette's end; white is 0, or one half for a probability.
    """

    values: np.ndarray
    top: float
    probability: bool = False

    @classmethod
    def of(cls, values: np.ndarray) -> "Map":
        """Values scaled to the largest of them."""
        return cls(values, float(np.abs(values).max()) or 1.0)

    @property
    def ticks(self) -> tuple[str, str, str]:
        """What the lowest, the middle and the highest colour stand for."""
        if self.probability:
            return "0", "0.5", "1"
        return f"{-self.top:.3g}".replace("-", "−"), "0", f"{self.top:.3g}"

    def pixels(self, boundary: bool = False) -> np.ndarray:
        """The map as bytes; with `boundary`, ink where the sign changes."""
        pixels = quantized(self.values / self.top)
        if boundary:
            right = self.values > 0
            change = np.zeros_like(right)
            change[:-1] |= right[1:] != right[:-1]
            change[:, :-1] |= right[:, 1:] != right[:, :-1]
            pixels[change] = INK
        return pixels


def palette() -> np.ndarray:
    """The colours of the bytes: (256, 3) uint8; 127 is white, 255 black."""
    colours = DIVERGING.resampled(INK)(np.arange(INK))[:, :3]
    return np.vstack([np.round(255 * colours), [[0, 0, 0]]]).astype(np.uint8)


def quantized(values: np.ndarray) -> np.ndarray:
    """Values −1 … 1 as bytes 0 … 254; values beyond as the ends."""
    return np.round(ZERO + ZERO * np.clip(values, -1, 1)).astype(np.uint8)


def unit_map(specimen: Specimen, unit: Unit, pre: bool = False, side: int = SIDE) -> Map:
    """One unit over the plane; of the output, the probability of class 1 or, `pre`, the logit."""
    if unit.layer == 0:
        return Map(grid(side)[:, unit.index].reshape(side, side), EXTENT)
    values = np.nan_to_num(logits(until(specimen, unit), grid(side))).reshape(side, side)
    if pre:
        return Map.of(values)
    if unit.layer == specimen.layers:
        return Map(np.tanh(values / 2) / 2, 0.5, probability=True)
    return Map.of(np.maximum(values, 0))


def until(specimen: Specimen, unit: Unit) -> Network:
    """The network whose logit is that unit before its activation; only what it depends on."""
    layer, i = unit.layer, slice(unit.index, unit.index + 1)

    def cut(arrays):
        return (*arrays[: layer - 1], arrays[layer - 1][:, i])

    net = Network(cut(specimen.net.weights), cut(specimen.net.biases))
    # All biases stay: what a unit says without a reader is shown as well.
    biases = tuple(np.ones(b.shape, bool) for b in net.biases)
    return read_part(net, Masks(cut(specimen.masks.weights), biases))[0]
