"""A network as a layered graph: where units stand, which lines run between them, how it looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle

from cubistlib.networks import Masks, Network
from cubistlib.plots import plane, states
from cubistlib.plots.style import CLASS_COLOURS, DIVERGING, GREY, INK, SCORES, sentence

TALL = 16  # units one above the other; wider layers stand in several columns
LINES = 1000  # drawn at most, the thickest
ASPECT = 1.3  # least width of a graph for its height
OFF_PATH = 1.2  # width of the line of a weight that is on no path
HALF, CIRCLE, DOT = 0.4, 0.14, 0.06  # half a unit's size in cells: as a map, without, unused
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Edge(NamedTuple):
    """From one shown unit to another. share: |w| of the layer's largest.

    faint: width of a dotted grey line, 0 for one that shows the weight's sign and share.
    """

    source: int
    target: int
    weight: float
    share: float
    faint: float = 0.0


@dataclass(frozen=True, eq=False)
class Graph:
    """Where a network's units stand; shown: of each layer, inputs first, those with a place."""

    shown: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, masks: Masks) -> "Graph":
        """All units of layers of up to 16, of wider ones those that keep a weight."""
        return cls(tuple(np.flatnonzero(used | (len(used) <= TALL)) for used in wired(masks)))

    @cached_property
    def units(self) -> list[tuple[int, int]]:
        """Layer and index of every shown unit."""
        return [(layer, int(i)) for layer, shown in enumerate(self.shown) for i in shown]

    @cached_property
    def size(self) -> tuple[float, float]:
        """Width and height in cells."""
        tall = max(3.5, *(min(len(shown), TALL) for shown in self.shown))
        return max(ASPECT * tall, sum(self._columns) + 0.8 * (len(self.shown) - 1)), tall

    @cached_property
    def places(self) -> np.ndarray:
        """Where each stands, in cells of width 1: x to the right, y down; (units, 2)."""
        (width, tall), columns = self.size, self._columns
        slack = (width - sum(columns)) / (len(columns) - 1)
        found, left = [], 0.5
        for shown, wide in zip(self.shown, columns, strict=True):
            rows = -(-len(shown) // max(wide, 1))
            column, row = np.divmod(np.arange(len(shown)), max(rows, 1))
            found.append(np.stack([left + column, tall / 2 + row - (rows - 1) / 2], axis=1))
            left += wide + slack
        return np.concatenate(found)

    @property
    def _columns(self) -> list[int]:
        return [-(-len(shown) // TALL) for shown in self.shown]

    def take(self, layers: Iterable[np.ndarray]) -> np.ndarray:
        """Of what every unit has, layer by layer with the inputs first, that of the shown ones."""
        return np.concatenate([h[s] for h, s in zip(layers, self.shown, strict=True)])

    def edges(
        self, weights: Sequence[np.ndarray], masks: Sequence[np.ndarray], faint: float = 0.0
    ) -> list[Edge]:
        """The kept weights between shown units, thin ones first; of very many the thickest."""
        found, start = [], 0
        for layer, (w, kept) in enumerate(zip(weights, masks, strict=True)):
            part = np.ix_(self.shown[layer + 1], self.shown[layer])
            values, kept, end = w[0][part], kept[0][part], start + part[1].size
            share = np.abs(values) / (np.abs(w[0]).max() or 1.0)
            thickest = np.argsort(-share[kept], kind="stable")[:LINES]
            for j, i in np.argwhere(kept)[thickest].tolist():
                pair = float(values[j, i]), float(share[j, i])
                found.append(Edge(start + i, end + j, *pair, faint))
            start = end
        return sorted(found, key=lambda edge: edge.share)[-LINES:]


def wired(masks: Masks) -> list[np.ndarray]:
    """Which units of each layer keep a weight, in or out; inputs and output count always."""
    ends = [np.ones(masks.sizes[i], bool) for i in (0, -1)]
    hidden = [into[0].any(1) | out[0].any(0) for into, out in pairwise(masks.weights)]
    return [ends[0], *hidden, ends[1]]


def layered_graph(
    net: Network,
    masks: Masks,
    ax: Axes,
    effective: Masks | None = None,
    thumbnails: bool = True,
    legend: bool = True,
    idle: Sequence[np.ndarray] | None = None,
) -> Axes:
    """One network as layers of units: kept weights as lines, units as maps over the plane.

    A line is as thick as its weight is large in its layer; positive weights are solid
    vermillion, negative ones dashed blue; with `effective`, kept weights outside it are dotted
    grey. Hidden maps are scaled to their own largest value; the output's is the probability
    of class 1, white at one half. A unit without kept weights is small. Of layers wider than
    16 only units that keep a weight have a place, of more than 1000 weights the thickest.
    idle: of `unit_states`; constant units are hatched, dead ones crossed. Of a network that has
    diverged there is a sentence.
    """
    net, masks = masks[0].apply(net[0]), masks[0]
    if not _finite([*net.weights, *net.biases]):
        return _diverged(ax)
    graph, path = Graph.of(masks), (effective or masks).weights
    off = [kept & ~on for kept, on in zip(masks.weights, path, strict=True)]
    draw_edges(graph, graph.edges(net.weights, off, OFF_PATH) + graph.edges(net.weights, path), ax)
    pictures = graph.take(plane.thumbnails(net)) if thumbnails else None
    halves = np.where(graph.take(wired(masks)), HALF if thumbnails else CIRCLE, DOT)
    draw_units(graph, halves, ax, pictures)
    if idle is not None:
        states.mark(graph.take(states.of_layers(net, idle)), graph.places, halves, ax)
    if legend:
        handles = samples(off_path=effective is not None, idle=idle is not None)
        below = (0.5, 0.02)
        ax.legend(handles=handles, loc="upper center", bbox_to_anchor=below, ncols=len(handles))
    return ax


def score_graph(net: Network, scores: Sequence[np.ndarray], ax: Axes, label: str = "score") -> Axes:
    """One network with every weight coloured by its score: dark and thick is important.

    scores[l]: (n, out, in) of which the first is drawn; label: what the colour bar says.
    Of a network that has diverged there is a sentence.
    """
    if not _finite([*net[0].weights, *(s[0] for s in scores)]):
        return _diverged(ax)
    masks = Masks.ones_like(net[0])
    graph, top = Graph.of(masks), max(s[0].max() for s in scores) or 1.0
    edges = sorted(graph.edges(scores, masks.weights), key=lambda edge: edge.weight)
    values = np.array([edge.weight for edge in edges])
    colours = ScalarMappable(Normalize(0, top), cmap=SCORES)
    draw_edges(graph, edges, ax, color=colours.to_rgba(values), lw=0.6 + 3.4 * values / top)
    draw_units(graph, [HALF] * len(graph.units), ax, graph.take(plane.thumbnails(net)))
    ax.figure.colorbar(colours, ax=ax, label=label, shrink=0.7)
    return ax


def draw_edges(graph: Graph, edges: Sequence[Edge], ax: Axes, **style) -> None:
    """Lines, solid vermillion for positive weights, dashed blue for negative, if not as given."""
    lines = [graph.places[[edge.source, edge.target]] for edge in edges]
    looks = [_line(edge) for edge in edges]
    style = style or {key: [look[key] for look in looks] for key in ("color", "ls", "lw")}
    ax.add_collection(LineCollection(lines, zorder=1, **style))


def draw_units(
    graph: Graph,
    halves: Iterable[float],
    ax: Axes,
    pictures: np.ndarray | None = None,
    frames: Sequence[dict] = (),
) -> None:
    """Units in their frames, each `half` its size, as maps of −1 … 1 or, without, as circles."""
    for n, ((layer, index), (x, y), half) in enumerate(
        zip(graph.units, graph.places, halves, strict=True)
    ):
        style = {"edgecolor": INK, "lw": 0.8, "zorder": 3} | (frames[n] if frames else {})
        if pictures is None:
            ax.add_patch(Circle((x, y), half, facecolor="white", **style))
        else:
            box, corner = (x - half, x + half, y + half, y - half), (x - half, y - half)
            shades: dict[str, Any] = {"cmap": DIVERGING, "vmin": -1, "vmax": 1}
            ax.imshow(pictures[n], extent=box, origin="lower", zorder=2, **shades)
            ax.add_patch(Rectangle(corner, 2 * half, 2 * half, facecolor="none", **style))
        if layer == 0:
            name = f"x{index + 1}".translate(SUBSCRIPTS)
            ax.text(x - half - 0.1, y, name, ha="right", va="center", fontsize=11)
    wide, tall = graph.size
    ax.set(xlim=(-0.4, wide + 0.1), ylim=(tall + 0.1, -0.1), aspect="equal")
    ax.set_axis_off()


def _finite(arrays: Iterable[np.ndarray]) -> bool:
    return all(np.isfinite(array).all() for array in arrays)


def _diverged(ax: Axes) -> Axes:
    ax.set_axis_off()
    return sentence(ax, "diverged: its parameters are not finite")


def _line(edge: Edge) -> dict:
    if edge.faint:
        return {"color": GREY, "ls": (0, (1, 2)), "lw": edge.faint}
    dashes = "-" if edge.weight > 0 else (0, (4, 1.5))
    return {"color": CLASS_COLOURS[edge.weight > 0], "ls": dashes, "lw": 0.6 + 3.4 * edge.share}


def samples(off_path: bool, idle: bool) -> list[Artist]:
    """What a legend shows of lines and, where they are marked, of idle units."""
    edges = {"positive weight": Edge(0, 0, 1, 1 / 3), "negative weight": Edge(0, 0, -1, 1 / 3)}
    if off_path:
        edges["on no path"] = Edge(0, 0, 1, 1, OFF_PATH)
    lines = [Line2D([], [], **_line(edge), label=name) for name, edge in edges.items()]
    return [*lines, *(states.samples() if idle else [])]
