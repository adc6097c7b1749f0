"""Pictures of data and networks: the spiral, decision regions, weights as a graph, unit maps."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cubistlib.data import vertices
from cubistlib.masks import Masks
from cubistlib.network import Network
from cubistlib.plots import CLASS_COLOURS, DIVERGING

EXTENT = 2.25  # the paper's viewer draws [−2.25, 2.25]²
SPACING = 1.6  # between the layers of a graph, in distances between units
SHOWN = 4000  # points drawn of the 49,982: more only darken the lines


def spiral(x: np.ndarray, y: np.ndarray, ax: Axes, size: float = 2.0) -> Axes:
    """The points of both classes, thinned evenly."""
    rows = np.linspace(0, len(x) - 1, min(SHOWN, len(x))).astype(int)
    for label, colour in enumerate(CLASS_COLOURS):
        shown = rows[y[rows] == label]
        ax.scatter(*x[shown].T, s=size, color=colour, lw=0, label=f"class {label}")
    return _plane(ax)


def construction(ax: Axes, turns: int = 2, sides: int = 8, gap: float = 30.0) -> Axes:
    """The spiral as it is built: rays at equal angles, a corner of each arm on every ray."""
    outer, inner = vertices(gap / 2, turns, sides), vertices(-gap / 2, turns, sides)
    for corner in outer[-sides:]:
        ax.plot([0, corner[0]], [0, corner[1]], color="#D9D9D9", lw=0.8, zorder=0)
    for label, corners in enumerate((outer, inner)):
        style = {"color": CLASS_COLOURS[label], "label": f"class {label}"}
        ax.plot(*corners.T, marker="o", ms=4, lw=1.5, **style)
    ax.set(aspect="equal", xlabel="x₁ (raw units)", ylabel="x₂ (raw units)")
    ax.grid(False)
    return ax


def decision_region(
    net: Network, ax: Axes, x: np.ndarray | None = None, y: np.ndarray | None = None
) -> Axes:
    """Where a network says class 0 and class 1, the boundary, and the points if given."""
    logits = unit_maps(net, resolution=300)[-1][0]
    field = np.where(logits > 0, 1.0, -1.0)
    edges = (-EXTENT, EXTENT, -EXTENT, EXTENT)
    ax.imshow(field, extent=edges, origin="lower", cmap=DIVERGING, vmin=-3, vmax=3, zorder=0)
    if x is not None:
        spiral(x, y, ax)
    return _plane(ax)


def unit_maps(net: Network, resolution: int = 128) -> list[np.ndarray]:
    """Every unit of one network over [−2.25, 2.25]²: a list of (units, rows, columns) float32.

    Hidden layers after the ReLU, the logit last; row 0 is the lowest x₂.
    Source: paper, "The neuron viewer".
    """
    line = np.linspace(-EXTENT, EXTENT, resolution, dtype=np.float32)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    layers = net[0].activations(grid)
    return [h[0].T.reshape(-1, resolution, resolution) for h in layers]


def layered_graph(net: Network, masks: Masks, ax: Axes, thumbnails: bool = True) -> Axes:
    """One network as layers of units: kept weights as lines, units as maps over the plane.

    A line is as thick as its weight is large in its layer; positive weights are solid
    vermillion, negative ones dashed blue. Hidden maps are scaled to their own largest value;
    the output's is the probability of class 1, white at one half.
    """
    net = masks[0].apply(net[0])
    maps = unit_maps(net, 64) if thumbnails else None
    if maps:
        maps[-1] = np.tanh(maps[-1] / 2)
    places = _places(net.sizes)
    for layer, (w, kept) in enumerate(zip(net.weights, masks.weights, strict=True)):
        largest = np.abs(w[0]).max() or 1.0
        for target, source in np.argwhere(kept[0]):
            value = w[0, target, source]
            ends = np.array([places[layer][source], places[layer + 1][target]])
            style = {"color": CLASS_COLOURS[1]} if value > 0 else {"color": CLASS_COLOURS[0]}
            style["ls"] = "-" if value > 0 else (0, (4, 1.5))
            ax.plot(*ends.T, lw=0.6 + 3.4 * abs(value) / largest, zorder=1, **style)
    _draw_inputs(places[0], ax)
    for layer, spots in enumerate(places[1:]):
        for unit, spot in enumerate(spots):
            _draw_unit(spot, maps[layer][unit] if maps else None, ax)
    _sign_legend(ax)
    reach = max(net.sizes) / 2
    ax.set(xlim=(-0.5, places[-1][0][0] + 0.5), ylim=(-reach - 0.2, reach + 0.2), aspect="equal")
    ax.set_axis_off()
    return ax


def _places(sizes: Sequence[int]) -> list[np.ndarray]:
    """Where each unit stands: layers from left to right, units centred, first on top."""
    return [
        np.stack([np.full(units, SPACING * layer), (units - 1) / 2 - np.arange(units)], axis=1)
        for layer, units in enumerate(sizes)
    ]


def _draw_inputs(spots: np.ndarray, ax: Axes) -> None:
    for spot, name in zip(spots, ("x₁", "x₂", "x₃", "x₄"), strict=False):
        ax.text(*spot, name, ha="center", va="center", fontsize=12, zorder=3, bbox=_BOX)


_BOX = {"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": "#4D4D4D"}


def _draw_unit(spot: np.ndarray, field: np.ndarray | None, ax: Axes, half: float = 0.36) -> None:
    box = (spot[0] - half, spot[0] + half, spot[1] - half, spot[1] + half)
    if field is None:
        ax.plot(*spot, "o", ms=14, color="white", markeredgecolor="#4D4D4D", zorder=3)
        return
    top = np.abs(field).max() or 1.0
    ax.imshow(field, extent=box, origin="lower", cmap=DIVERGING, vmin=-top, vmax=top, zorder=2)
    frame = [(box[i], box[j]) for i, j in ((0, 2), (1, 2), (1, 3), (0, 3), (0, 2))]
    ax.plot(*zip(*frame, strict=True), color="#4D4D4D", lw=0.8, zorder=3)


def _sign_legend(ax: Axes) -> None:
    lines = [
        Line2D([], [], color=CLASS_COLOURS[1], lw=2, label="positive weight"),
        Line2D([], [], color=CLASS_COLOURS[0], lw=2, ls=(0, (4, 1.5)), label="negative weight"),
    ]
    ax.legend(handles=lines, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=2)


def _plane(ax: Axes) -> Axes:
    limits = (-EXTENT, EXTENT)
    ax.set(xlim=limits, ylim=limits, aspect="equal", xlabel="x₁", ylabel="x₂")
    ax.grid(False)
    return ax
