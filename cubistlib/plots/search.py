"""Figures about a search: f(frame, ax) -> ax."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from cubistlib.plots.style import ACCURACY, AXIS_NAMES, SEQUENTIAL, VERMILLION, legend

# Around what reaches the first, second … target.
FENCES = (
    {"color": "black", "lw": 2.2, "ls": "-"},
    {"color": VERMILLION, "lw": 2.2, "ls": (0, (1, 1))},
)


def structure_map(
    frame: pd.DataFrame, axes: Sequence[Axes], targets: Sequence[float] = ()
) -> Sequence[Axes]:
    """Best accuracy of every structure: one heat map of d1 × d2 a value of d3.

    frame: columns hidden (three widths) and accuracy. Up to width 6 a cell shows its accuracy
    in percent; for more there is a colour bar. targets: accuracies in percent; a line around
    the cells that reach each, solid for the first and dotted for the second.
    """
    best = frame.groupby("hidden")["accuracy"].max() * 100
    widths = sorted({h[0] for h in best.index})
    for d3, ax in zip(widths, axes, strict=True):
        cells = np.array([[best.get((d1, d2, d3), np.nan) for d2 in widths] for d1 in widths])
        image = ax.imshow(cells, vmin=best.min(), vmax=100, origin="lower", cmap=SEQUENTIAL)
        if len(widths) <= 6:
            _write_cells(cells, (best.min() + 100) / 2, ax)
        for target, style in zip(targets, FENCES[: len(targets)], strict=True):
            ax.add_collection(LineCollection(_fence(cells >= target), **style))
        ticks = range(0, len(widths), 1 + len(widths) // 8)
        names = [widths[tick] for tick in ticks]
        ax.set(xticks=ticks, yticks=ticks, xticklabels=names, yticklabels=names)
        ax.set(xlabel="d2", ylabel="d1", title=f"d3 = {d3}")
        ax.label_outer()
        ax.grid(False)
    if len(widths) > 6:
        axes[0].figure.colorbar(image, ax=list(axes), label=ACCURACY, shrink=0.6)
    if len(targets):
        handles = [
            Line2D([], [], **style, label=f"reaches {target:g} %")
            for target, style in zip(targets, FENCES[: len(targets)], strict=True)
        ]
        axes[0].figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return axes


def _fence(cells: np.ndarray) -> list[np.ndarray]:
    """The edges between cells that are true and others, (2, 2) each, in units of cells."""
    wide = np.pad(cells, 1)
    level = np.argwhere(wide[1:] != wide[:-1]) - (0.5, 1.5)
    upright = np.argwhere(wide[:, 1:] != wide[:, :-1]) - (1.5, 0.5)
    ends = [(y, x, y, x + 1) for y, x in level] + [(y, x, y + 1, x) for y, x in upright]
    return [np.array([(x, y), (u, v)]) for y, x, v, u in ends]


def mask_counts(counts: Mapping[str, Mapping[int, int]], ax: Axes) -> Axes:
    """How many masks there are for every number of weights, on a logarithmic scale.

    counts: name of a space -> number of weights -> masks.
    """
    for (name, space), marker in zip(counts.items(), "os^"[: len(counts)], strict=True):
        ax.semilogy(space.keys(), space.values(), marker=marker, ms=5, label=name)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel=AXIS_NAMES["weights_kept"], ylabel="truly different masks")
    return legend(ax)


def _write_cells(cells: np.ndarray, middle: float, ax: Axes) -> None:
    """Each number in its cell, in ink that shows on the cell's colour."""
    for row, column in np.argwhere(np.isfinite(cells)):
        value = cells[row, column]
        ink = "white" if value < middle else "black"
        ax.text(column, row, f"{value:.1f}", ha="center", va="center", color=ink, fontsize=9)
