"""Values of units over the plane, and as bytes for a palette of 255 colours and ink."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cubistlib.inspector.specimen import Specimen, logits, one_thread, read_part
from cubistlib.inspector.units import Unit
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.plots.networks import EXTENT
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

    @property
    def ticks(self) -> tuple[str, str, str]:
        """What the lowest, the middle and the highest colour stand for."""
        if self.probability:
            return "0", "0.5", "1"
        return f"{-self.top:.3g}".replace("-", "−"), "0", f"{self.top:.3g}"

    def pixels(self, boundary: bool = False) -> np.ndarray:
        """The map as bytes; with `boundary`, ink where the sign changes."""
        pixels = quantized(self.values, self.top)
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


def quantized(values: np.ndarray, top: float | np.ndarray) -> np.ndarray:
    """Values −top … top as bytes 0 … 254; values beyond as the ends."""
    return np.round(ZERO + ZERO * np.clip(values / top, -1, 1)).astype(np.uint8)


def unit_map(specimen: Specimen, unit: Unit, pre: bool = False, side: int = SIDE) -> Map:
    """One unit over the plane; of the output, the probability of class 1 or, `pre`, the logit."""
    if unit.layer == 0:
        return Map(grid(side)[:, unit.index].reshape(side, side), EXTENT)
    layers = len(specimen.net.weights)
    with one_thread():
        values = np.nan_to_num(logits(until(specimen, unit), grid(side))).reshape(side, side)
    if unit.layer == layers and not pre:
        return Map(np.tanh(values / 2) / 2, 0.5, probability=True)
    if not pre:
        values = np.maximum(values, 0)
    return Map(values, _top(values))


def until(specimen: Specimen, unit: Unit) -> Network:
    """The network whose logit is that unit before its activation; only what it depends on."""
    layer, i = unit.layer, slice(unit.index, unit.index + 1)
    ends = [*specimen.net.weights[: layer - 1], specimen.net.weights[layer - 1][:, i]]
    biases = [*specimen.net.biases[: layer - 1], specimen.net.biases[layer - 1][:, i]]
    kept = [*specimen.masks.weights[: layer - 1], specimen.masks.weights[layer - 1][:, i]]
    # All biases stay: what a unit says without a reader is shown as well.
    masks = Masks(tuple(kept), tuple(np.ones(b.shape, bool) for b in biases))
    return read_part(Network(tuple(ends), tuple(biases)), masks)[0]


def thumbnails(specimen: Specimen, pre: bool, shared: bool, side: int) -> list[np.ndarray]:
    """Every unit small: for each layer from the inputs on, (units, side, side) bytes.

    Each hidden unit is scaled to its own largest value, or all to the largest of them.
    """
    points = grid(side)
    hidden, logit = _values(specimen, points, pre)
    tops = [np.abs(h).max(1, keepdims=True) for h in hidden]
    most = max(top.max() for top in tops)
    tops = [np.where(top > 0, most if shared else top, 1) for top in tops]
    output = quantized(logit, _top(logit)) if pre else quantized(np.tanh(logit / 2), 1)
    found = [quantized(h, top) for h, top in zip(hidden, tops, strict=True)]
    return [m.reshape(-1, side, side) for m in (quantized(points.T, EXTENT), *found, output)]


def shared_top(specimen: Specimen, pre: bool, side: int = 48) -> float:
    """The largest value of all hidden units, on a coarse grid: the scale that they share."""
    hidden, _ = _values(specimen, grid(side), pre)
    return max(_top(h) for h in hidden)


def _values(
    specimen: Specimen, points: np.ndarray, pre: bool
) -> tuple[list[np.ndarray], np.ndarray]:
    """The hidden layers (units, points), before or after the ReLU, and the logit."""
    with one_thread():
        layers = specimen.net.activations(points)
    after = [points.T, *(np.nan_to_num(h[0].T) for h in layers)]
    hidden = after[1:-1]
    if pre:
        parts = zip(specimen.net.weights, specimen.net.biases, after, strict=False)
        hidden = [w[0] @ h + b[0][:, None] for w, b, h in parts][:-1]
    return hidden, after[-1]


@lru_cache(maxsize=8)
def grid(side: int) -> np.ndarray:
    """The points of a map: (side², 2) float32, from the lowest row up."""
    line = np.linspace(-EXTENT, EXTENT, side, dtype=np.float32)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def _top(values: np.ndarray) -> float:
    return float(np.abs(values).max()) or 1.0
