"""A view as a static figure: for pages without a kernel, for print, for export."""

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from cubistlib.inspector import maps, units
from cubistlib.inspector.maps import Map
from cubistlib.inspector.model import Model, map_title
from cubistlib.inspector.scene import Scene
from cubistlib.inspector.view import View
from cubistlib.plots.networks import EXTENT
from cubistlib.plots.style import CLASS_COLOURS, GREY

EDGES = (-EXTENT, EXTENT, -EXTENT, EXTENT)
COLOURS = ListedColormap(maps.palette() / 255)
FRAME = "#4D4D4D"
WRONG = 1500  # points drawn


def figure(model: Model, view: View) -> Figure:
    """The graph and the unit's large map; with a network beside, both and the difference."""
    fig = Figure(figsize=(11, 8 if view.beside else 5.2), layout="constrained", facecolor="white")
    FigureCanvasAgg(fig)
    if not view.beside:
        left, right = fig.subplots(1, 2, width_ratios=[1.35, 1])
        draw_graph(model.scene(view), left)
        _unit(model, view, right)
    else:
        other = model.beside(view)
        above, below = fig.subfigures(2, 1, height_ratios=[1.15, 1])
        for each, ax in zip((view, other), above.subplots(1, 2), strict=True):
            draw_graph(model.scene(each), ax)
        axes = below.subplots(1, 3)
        for each, ax in zip((view, other), axes, strict=False):
            _unit(model, each, ax)
        draw_map(model.difference(view), axes[2])
        axes[2].set_title("left minus right", fontsize=10)
    fig.supxlabel("\n".join(model.summaries(view)), fontsize=8.5)
    return fig


def draw_graph(scene: Scene, ax: Axes) -> Axes:
    """Units as small maps, weights as lines: solid vermillion if positive, dashed blue if not."""
    wide, tall = scene.size
    lines = [(scene.places[edge.source], scene.places[edge.target]) for edge in scene.edges]
    ax.add_collection(LineCollection(lines, zorder=1, **_styles(scene)))
    for unit, name, (x, y), thumbnail in zip(
        scene.units, scene.names, scene.places, scene.thumbnails, strict=True
    ):
        half = scene.half(unit)
        box = (x - half, x + half, y + half, y - half)
        ax.imshow(thumbnail, extent=box, origin="lower", cmap=COLOURS, vmin=0, vmax=255, zorder=2)
        _draw_frame(box, scene.state(unit), name == scene.view.unit, ax)
    ax.set(xlim=(-0.1, wide + 0.1), ylim=(tall + 0.1, -0.1), aspect="equal")
    ax.set_axis_off()
    accuracy = f"{scene.survey.accuracy:.2%}"
    ax.set_title(f"{scene.specimen.title}: {accuracy}", fontsize=10)
    return ax


def draw_map(found: Map, ax: Axes, boundary: bool = False, bar: bool = True) -> Axes:
    """A large map, with its colour bar."""
    ax.imshow(found.pixels(boundary), extent=EDGES, origin="lower", cmap=COLOURS, vmin=0, vmax=255)
    if bar:
        colours = ScalarMappable(cmap=ListedColormap(COLOURS.colors[:-1]))
        place = ax.inset_axes((1.03, 0, 0.04, 1))
        ax.figure.colorbar(colours, cax=place).set_ticks([0, 0.5, 1], labels=found.ticks)
    ax.set(xlabel="x₁", ylabel="x₂", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
    ax.grid(False)
    return ax


def _draw_frame(box: tuple, state: str, chosen: bool, ax: Axes) -> None:
    """A unit's frame: broken if the unit only stands by, heavy if it is the chosen one."""
    left, right, bottom, top = box
    broken = {"constant": (0, (3, 2)), "dead": (0, (1, 2))}
    style = {"color": "black", "lw": 2.4} if chosen else {"color": FRAME, "lw": 0.7}
    corners = (left, right, right, left, left), (top, top, bottom, bottom, top)
    ax.plot(*corners, ls=broken.get(state, "-"), zorder=3, **style)


def _unit(model: Model, view: View, ax: Axes) -> None:
    """A unit's map with the points; the output's with its boundary and the wrong points."""
    output = view.unit == units.OUTPUT
    draw_map(model.map(view), ax, boundary=output)
    x, y = model.points()
    for label, colour in enumerate(CLASS_COLOURS):
        ax.plot(*x[y == label].T, ".", ms=3, mew=0, color="white")
        ax.plot(*x[y == label].T, ".", ms=1.4, mew=0, color=colour, zorder=2.1)
    if output:
        wrong = model.scene(view).survey.wrong
        drawn = wrong[:: -(-len(wrong) // WRONG) or 1]
        ax.plot(*model.x[drawn].T, "x", color="black", ms=3, mew=0.8, zorder=2.2)
    ax.set_title(map_title(view), fontsize=10)


def _styles(scene: Scene) -> dict:
    """Colours, widths and dashes of all edges."""
    colours = [GREY if e.ghost else CLASS_COLOURS[e.weight > 0] for e in scene.edges]
    dashes = [
        (0, (1, 2)) if e.ghost else "-" if e.weight > 0 else (0, (3, 1.2)) for e in scene.edges
    ]
    widths = [0.5 if e.ghost else 0.6 + 3.4 * e.share for e in scene.edges]
    return {"colors": colours, "linestyles": dashes, "linewidths": widths}
