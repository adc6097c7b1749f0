"""Pictures over the plane: its grid, what units say there, and the points of both classes."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from cubistlib.data import vertices
from cubistlib.networks import Network
from cubistlib.plots.style import CLASS_COLOURS, DIVERGING
from cubistlib.support.threads import one_thread

EXTENT = 2.25  # the paper's viewer draws [−2.25, 2.25]²
SHOWN = 2000  # points drawn of a class's 24,991: more only darken the lines
WRONG = 1500  # points drawn of those that a network gets wrong


def extent_of(x: np.ndarray) -> float:
    """Half the side of the square drawn of points: the viewer's, or more if some lie beyond."""
    far = float(np.abs(x).max(initial=0))
    return EXTENT if far <= EXTENT else math.ceil(105 * far) / 100


@lru_cache(maxsize=8)
def grid(side: int, extent: float = EXTENT) -> np.ndarray:
    """The points of a map over [−extent, extent]²: (side², 2) float32, from the lowest row up."""
    line = np.linspace(-extent, extent, side, dtype=np.float32)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def unit_maps(
    net: Network, resolution: int = 128, pre: bool = False, extent: float = EXTENT
) -> list[np.ndarray]:
    """Every unit of one network over [−extent, extent]²: a list of (units, rows, columns) float32.

    Hidden layers after the ReLU, or before it if `pre`; the logit last; row 0 is the lowest x₂.
    Source: paper, "The neuron viewer".
    """
    points = grid(resolution, extent)
    with one_thread():
        layers = [h[0].T for h in net[0].activations(points)]
    if pre:
        parts = zip(net.weights, net.biases, [points.T, *layers], strict=False)
        with np.errstate(over="ignore", invalid="ignore"):  # just before a training diverges
            layers = [w[0] @ h + b[0][:, None] for w, b, h in parts]
    return [h.reshape(-1, resolution, resolution) for h in layers]


def thumbnails(
    net: Network, side: int = 64, pre: bool = False, shared: bool = False, extent: float = EXTENT
) -> list[np.ndarray]:
    """Every unit as a small map, −1 … 1: (units, side, side) of each layer, the inputs first.

    A hidden unit is scaled to its own largest value, or all to the largest of them if `shared`;
    the output is its probability of class 1, 0 at one half, or its scaled logit if `pre`.
    """
    *hidden, logit = (np.nan_to_num(layer) for layer in unit_maps(net, side, pre, extent))
    tops = [np.abs(layer).max((1, 2), keepdims=True) for layer in hidden]
    if shared:
        tops = [np.full_like(top, max(t.max() for t in tops)) for top in tops]
    inputs = grid(side).T.reshape(-1, side, side) / EXTENT  # the same whatever the extent
    output = logit / (np.abs(logit).max() or 1.0) if pre else np.tanh(logit / 2)
    scaled = [h / np.where(top > 0, top, 1) for h, top in zip(hidden, tops, strict=True)]
    return [inputs, *scaled, output]


def thinned(rows: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the rows, evenly spread."""
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)]


def spiral(
    x: np.ndarray, y: np.ndarray, ax: Axes, size: float = 2.0, extent: float = EXTENT
) -> Axes:
    """The points of both classes, thinned evenly, with a white rim that shows on maps."""
    shown = [thinned(x[y == label], SHOWN) for label in range(len(CLASS_COLOURS))]
    _scatter(np.concatenate(shown), ax, s=4 * size, color="white", lw=0)
    for label, points in enumerate(shown):
        _scatter(points, ax, s=size, color=CLASS_COLOURS[label], lw=0, label=f"class {label}")
    return _plane(ax, extent)


def wrong_points(points: np.ndarray, ax: Axes) -> Axes:
    """Crosses on the points that a network gets wrong, thinned evenly."""
    return _scatter(thinned(points, WRONG), ax, s=9, marker="x", color="black", lw=0.8)


def draw_map(
    values: np.ndarray, ax: Axes, top: float, boundary: bool = False, extent: float = EXTENT
) -> Axes:
    """Values over the plane, white at 0, full colour at ±top; a line at 0 with `boundary`."""
    shades: dict[str, Any] = {"cmap": DIVERGING, "vmin": -top, "vmax": top}
    box = (-extent, extent, -extent, extent)
    ax.imshow(values, extent=box, origin="lower", zorder=0, **shades)
    if boundary and values.min() < 0 < values.max():
        ax.contour(values, [0], extent=box, origin="lower", colors="black", linewidths=1)
    return _plane(ax, extent)


def decision_region(net: Network, ax: Axes, x: np.ndarray, y: np.ndarray) -> Axes:
    """Where a network says class 0 and class 1, in pale colours, and the points x, y."""
    draw_map(np.where(unit_maps(net, 300)[-1][0] > 0, 1.0, -1.0), ax, top=3)
    return spiral(x, y, ax)


def construction(ax: Axes, turns: int = 2, sides: int = 8, gap: float = 30.0) -> Axes:
    """The spiral as it is built: rays at equal angles, a corner of each arm on every ray."""
    outer, inner = vertices(gap / 2, turns, sides), vertices(-gap / 2, turns, sides)
    for corner in outer[-sides:]:
        ax.plot([0, corner[0]], [0, corner[1]], color="#D9D9D9", lw=0.8, zorder=0)
    for label, corners in enumerate((outer, inner)):
        name, colour = f"class {label}", CLASS_COLOURS[label]
        ax.plot(*corners.T, marker="o", ms=4, lw=1.5, color=colour, label=name)
    ax.set(aspect="equal", xlabel="x₁ (raw units)", ylabel="x₂ (raw units)")
    ax.grid(False)
    return ax


def _scatter(points: np.ndarray, ax: Axes, **style: Any) -> Axes:
    ax.scatter(points[:, 0], points[:, 1], **style)
    return ax


def _plane(ax: Axes, extent: float) -> Axes:
    far = math.floor(extent) or extent
    ticks = (-2, -1, 0, 1, 2) if extent == EXTENT else (-far, 0, far)
    limits = (-extent, extent)
    ax.set(xlim=limits, ylim=limits, xticks=ticks, yticks=ticks, aspect="equal")
    ax.set(xlabel="x₁", ylabel="x₂")
    ax.grid(False)
    return ax
