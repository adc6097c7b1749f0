"""Pictures of data and networks: the spiral, decision regions, weights as a graph, unit maps."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D

from cubistlib.data import vertices
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.plots.style import CLASS_COLOURS, DIVERGING, GREY, SEQUENTIAL

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


def layered_graph(
    net: Network,
    masks: Masks,
    ax: Axes,
    effective: Masks | None = None,
    thumbnails: bool = True,
    legend: bool = True,
) -> Axes:
    """One network as layers of units: kept weights as lines, units as maps over the plane.

    A line is as thick as its weight is large in its layer; positive weights are solid
    vermillion, negative ones dashed blue; with `effective`, kept weights outside it are dotted
    grey. Hidden maps are scaled to their own largest value; the output's is the probability
    of class 1, white at one half. A unit without kept weights is a small circle.
    """
    net, masks = masks[0].apply(net[0]), masks[0]
    places = _places(net.sizes)
    for layer, (w, kept) in enumerate(zip(net.weights, masks.weights, strict=True)):
        largest = np.abs(w[0]).max() or 1.0
        for target, source in np.argwhere(kept[0]):
            style = _sign_style(w[0, target, source], largest)
            if effective is not None and not effective.weights[layer][0, target, source]:
                style = {"color": GREY, "ls": ":", "lw": 1.2}
            _draw_edge(places, layer, target, source, ax, **style)
    maps = unit_maps(net, 64) if thumbnails else None
    _draw_units(places, ax, maps, _wired(masks))
    if legend:
        _sign_legend(ax, idle=effective is not None)
    return _frame(net.sizes, places, ax)


def score_graph(net: Network, scores: Sequence[np.ndarray], ax: Axes, label: str = "score") -> Axes:
    """One network with every weight coloured by its score: dark and thick is important.

    scores[l]: (n, out, in) of which the first is drawn; label: what the colour bar says.
    """
    places = _places(net.sizes)
    top = max(s[0].max() for s in scores)
    colours = ScalarMappable(Normalize(0, top), cmap=f"{SEQUENTIAL}_r")
    for layer, score in enumerate(scores):
        for target, source in np.ndindex(score.shape[1:]):
            value = score[0, target, source]
            style = {"color": colours.to_rgba(value), "lw": 0.6 + 3.4 * value / (top or 1.0)}
            _draw_edge(places, layer, target, source, ax, zorder=1 + value / (top or 1.0), **style)
    _draw_units(places, ax, unit_maps(net, 64), _wired(Masks.ones_like(net[0])))
    ax.figure.colorbar(colours, ax=ax, label=label, shrink=0.7)
    return _frame(net.sizes, places, ax)


def _draw_edge(
    places: Sequence[np.ndarray], layer: int, target: int, source: int, ax: Axes, **style
) -> None:
    ends = np.array([places[layer][source], places[layer + 1][target]])
    ax.plot(*ends.T, **{"zorder": 1, **style})


def _sign_style(value: float, largest: float) -> dict:
    width = 0.6 + 3.4 * abs(value) / largest
    if value > 0:
        return {"color": CLASS_COLOURS[1], "ls": "-", "lw": width}
    return {"color": CLASS_COLOURS[0], "ls": (0, (4, 1.5)), "lw": width}


def _wired(masks: Masks) -> list[np.ndarray]:
    """Which units of each layer but the inputs keep any weight, in or out; the output always."""
    out = [w[0].any(0) for w in masks.weights[1:]] + [np.ones(masks.sizes[-1], bool)]
    return [w[0].any(1) | read for w, read in zip(masks.weights, out, strict=True)]


def _draw_units(
    places: Sequence[np.ndarray],
    ax: Axes,
    maps: list[np.ndarray] | None,
    wired: Sequence[np.ndarray],
) -> None:
    """Inputs as circles, wired units as maps (or dots without maps), others as small circles."""
    for spot, number in zip(places[0], "₁₂₃₄₅₆₇₈₉", strict=False):
        box = {"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": "#4D4D4D"}
        ax.text(*spot, f"x{number}", ha="center", va="center", fontsize=12, zorder=4, bbox=box)
    for layer, spots in enumerate(places[1:]):
        is_output = layer == len(places) - 2
        for unit, spot in enumerate(spots):
            if maps is None or not wired[layer][unit]:
                size = 14 if wired[layer][unit] else 5
                ax.plot(*spot, "o", ms=size, color="white", markeredgecolor="#4D4D4D", zorder=3)
            elif is_output:
                _draw_map(spot, np.tanh(maps[layer][unit] / 2), 1.0, ax)
            else:
                _draw_map(spot, maps[layer][unit], maps[layer][unit].max() or 1.0, ax)


def _frame(sizes: Sequence[int], places: Sequence[np.ndarray], ax: Axes) -> Axes:
    reach = max(sizes) / 2
    ax.set(xlim=(-0.5, places[-1][0][0] + 0.5), ylim=(-reach - 0.2, reach + 0.2), aspect="equal")
    ax.set_axis_off()
    return ax


def _places(sizes: Sequence[int]) -> list[np.ndarray]:
    """Where each unit stands: layers from left to right, units centred, first on top."""
    return [
        np.stack([np.full(units, SPACING * layer), (units - 1) / 2 - np.arange(units)], axis=1)
        for layer, units in enumerate(sizes)
    ]


def _draw_map(spot: np.ndarray, field: np.ndarray, top: float, ax: Axes, half=0.36) -> None:
    """One unit's map, white at 0, full colour at ±top, in a thin frame around its place."""
    box = (spot[0] - half, spot[0] + half, spot[1] - half, spot[1] + half)
    ax.imshow(field, extent=box, origin="lower", cmap=DIVERGING, vmin=-top, vmax=top, zorder=2)
    frame = [(box[i], box[j]) for i, j in ((0, 2), (1, 2), (1, 3), (0, 3), (0, 2))]
    ax.plot(*zip(*frame, strict=True), color="#4D4D4D", lw=0.8, zorder=3)


def _sign_legend(ax: Axes, idle: bool) -> None:
    positive, negative = _sign_style(1, 3), _sign_style(-1, 3)
    lines = [
        Line2D([], [], **positive, label="positive weight"),
        Line2D([], [], **negative, label="negative weight"),
    ]
    if idle:
        lines.append(Line2D([], [], color=GREY, ls=":", lw=1.5, label="on no path"))
    ax.legend(handles=lines, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=len(lines))


def _plane(ax: Axes) -> Axes:
    limits = (-EXTENT, EXTENT)
    ax.set(xlim=limits, ylim=limits, aspect="equal", xlabel="x₁", ylabel="x₂")
    ax.grid(False)
    return ax
