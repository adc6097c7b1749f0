"""Units that do nothing, marked where a network is drawn: constant ones hatched, dead crossed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from cubistlib.networks import STATES, Network
from cubistlib.plots.style import INK

DEAD, CONSTANT, LIVE = (STATES.index(name) for name in ("dead", "constant", "live"))
HATCH = "////"
CROSS = "black"


def of_layers(net: Network, hidden: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The first network's states of `unit_states`, inputs and output among them as live."""
    ends = [np.full(net.sizes[i], LIVE) for i in (0, -1)]
    return [ends[0], *(states[0] for states in hidden), ends[1]]


def mark(
    states: np.ndarray, places: np.ndarray, halves: np.ndarray, ax: Axes, small: float = 0.1
) -> Axes:
    """Marks units by their state, (units,); places: (units, 2), halves: half their sizes.

    Those smaller than `small`, which keep no weight, are left as they are.
    """
    units = [*zip(states, places, halves, strict=True)]
    box: dict[str, Any] = {"facecolor": "none", "edgecolor": INK, "hatch": HATCH, "lw": 0.8}
    for _, (x, y), half in (u for u in units if u[0] == CONSTANT and u[2] > small):
        ax.add_patch(Rectangle((x - half, y - half), 2 * half, 2 * half, zorder=4, **box))
    lines = []
    for _, (x, y), half in (u for u in units if u[0] == DEAD and u[2] > small):
        left, right, low, high = x - half, x + half, y - half, y + half
        lines += [[(left, low), (right, high)], [(left, high), (right, low)]]
    ax.add_collection(LineCollection(lines, colors=CROSS, linewidths=1.4, zorder=4))
    return ax


def samples() -> list[Artist]:
    """What the legend shows of the marks."""
    cross: dict[str, Any] = {"ls": "none", "marker": "x", "ms": 9, "color": CROSS}
    hatched = Patch(facecolor="white", edgecolor=INK, hatch=HATCH, label="constant unit")
    return [hatched, Line2D([], [], label="dead unit", **cross)]
