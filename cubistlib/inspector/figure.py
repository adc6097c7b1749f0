"""A view as a static figure, for pages without a kernel and for print; and as a file."""

import io
import json
from textwrap import fill

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from cubistlib.inspector import units
from cubistlib.inspector.model import Model, Scene, map_title, scene_title
from cubistlib.inspector.units import Map
from cubistlib.inspector.view import View
from cubistlib.plots import graph, plane
from cubistlib.plots.style import DIVERGING, sentence
from cubistlib.support.checks import require

KINDS = "png", "svg", "json"
# Frames of units that only stand by, and of the chosen one.
FRAMES = {"constant": {"ls": (0, (3, 2))}, "dead": {"ls": (0, (1, 2))}}
CHOSEN = {"edgecolor": "black", "lw": 2.4}
LINE = 150  # letters of a summary, of which the figure's width has room for some more


def figure(model: Model, view: View) -> Figure:
    """The graph and the unit's large map; with a network beside, both and the difference."""
    fig = Figure(figsize=(11, 8 if view.beside else 5.2), layout="constrained", facecolor="white")
    FigureCanvasAgg(fig)
    if view.beside:
        above, below = fig.subfigures(2, 1, height_ratios=[1.15, 1], squeeze=False)[:, 0]
        graphs, (*maps, last) = above.subplots(1, 2), below.subplots(1, 3)
        _difference(model, view, last)
    else:
        graphs, maps = fig.subplots(1, 2, width_ratios=[1.35, 1], squeeze=False).T
    for each, left, right in zip(model.views(view), graphs, maps, strict=True):
        draw_graph(model.scene(each), left)
        _unit(model, each, right)
    fig.supxlabel("\n".join(fill(text, LINE) for text in model.summaries(view)), fontsize=8.5)
    return fig


def draw_graph(scene: Scene, ax: Axes) -> None:
    """Units as small maps, weights as lines: solid vermillion if positive, dashed blue if not."""
    graph.draw_edges(scene.graph, scene.edges, ax)
    frames = [
        FRAMES.get(scene.state(unit), {}) | (CHOSEN if name == scene.view.unit else {})
        for unit, name in zip(scene.units, scene.names, strict=True)
    ]
    halves = [scene.half(unit) for unit in scene.units]
    graph.draw_units(scene.graph, halves, ax, scene.pictures, frames)
    ax.set_title(scene_title(scene), fontsize=9)


def draw_map(found: Map, ax: Axes, boundary: bool = False, bar: bool = True) -> Axes:
    """A large map, with its colour bar."""
    plane.draw_map(found.values, ax, found.top, boundary, found.extent)
    if bar:
        place = ax.inset_axes((1.03, 0, 0.04, 1))
        colours = ax.figure.colorbar(ScalarMappable(cmap=DIVERGING), cax=place)
        colours.set_ticks([0, 0.5, 1], labels=found.ticks)
    return ax


def _unit(model: Model, view: View, ax: Axes) -> None:
    """A unit's map with the points; the output's with its boundary and the wrong points."""
    output = view.unit == units.OUTPUT
    draw_map(model.map(view), ax, boundary=output)
    plane.spiral(model.x, model.y, ax, size=1.5, extent=model.extent)
    if output:
        plane.wrong_points(model.scene(view).survey.wrong, ax)
    ax.set_title(map_title(view), fontsize=10)


def _difference(model: Model, view: View, ax: Axes) -> None:
    found = model.difference(view)
    if found is None:
        ax.set_axis_off()
        sentence(ax, f"no difference: {view.unit} is no unit of both structures")
    else:
        draw_map(found, ax)
        ax.set_title("left minus right", fontsize=10)


def encoded(model: Model, view: View, kind: str, dpi: int = 150) -> bytes:
    """The view as "png", "svg" or "json"; the same view gives the same bytes."""
    require(kind in KINDS, f"inspect: exports are {', '.join(KINDS)}, got {kind!r}")
    if kind == "json":
        return json.dumps(values(model, view), indent=1).encode()
    buffer = io.BytesIO()
    dated = {"Date": None} if kind == "svg" else None
    with mpl.rc_context({"svg.hashsalt": "cubist"}):
        figure(model, view).savefig(buffer, format=kind, dpi=dpi, metadata=dated)
    return buffer.getvalue()


def values(model: Model, view: View) -> dict:
    """The network and what is shown of it, as plain values.

    weights[l]: rows of (out, in), biases[l], masks[l]: `Network.from_arrays(weights, biases)`
    and `Masks.from_weights(masks)` give the network back; bias_masks[l]: which biases count.
    """
    scene = model.scene(view)
    net, masks = scene.specimen.net, scene.specimen.masks
    return {
        "view": str(view),
        "title": scene.specimen.title,
        "accuracy": scene.survey.accuracy,
        "wrong": len(scene.survey.wrong),
        "weights_kept": scene.specimen.weights_kept,
        "effective_weights": int(scene.specimen.paths.effective_weights[0]),
        "live_weights": scene.survey.live_weights,
        "parameters_kept": int(masks.parameters_kept[0]),
        "effective_parameters": int(scene.specimen.paths.effective_parameters[0]),
        "live_parameters": scene.survey.live_parameters,
        "states": scene.counts,
        "units": [
            {"name": name, "state": scene.state(u), "equation": units.equation(scene.specimen, u)}
            for name, u in zip(scene.names, scene.units, strict=True)
        ],
        "weights": [w[0].tolist() for w in net.weights],
        "biases": [b[0].tolist() for b in net.biases],
        "masks": [m[0].astype(int).tolist() for m in masks.weights],
        "bias_masks": [m[0].astype(int).tolist() for m in masks.biases],
    }
