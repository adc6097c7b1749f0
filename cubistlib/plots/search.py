"""Figures about a search: f(frame, ax) -> ax."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from cubistlib import store
from cubistlib.plots.style import (
    ACCURACY,
    AXIS_NAMES,
    BLUE,
    NO_RUNS,
    SEQUENTIAL,
    VERMILLION,
    legend,
    percent,
    sentence,
)

INKS = ("black", VERMILLION, BLUE)
NUMBERED = 6  # widths up to which there is room for a number in every cell


def structure_map(
    frame: pd.DataFrame, axes: Sequence[Axes], targets: Sequence[float] = ()
) -> Sequence[Axes]:
    """Best accuracy of every structure: one heat map of d1 × d2 a value of d3.

    frame: columns hidden (three widths) and accuracy. Up to width 6 a cell shows its accuracy
    in percent; for more there is a colour bar. targets: accuracies, as shares; a line around
    the cells that reach each, solid for the first, of ever longer dashes for the others.
    """
    if frame.empty:
        return [sentence(ax, NO_RUNS) for ax in axes]
    best = store.tidied(frame, "hidden", "accuracy").groupby("hidden")["accuracy"].max()
    low, widths = best.min(), sorted({hidden[0] for hidden in best.index})
    for d3, ax in zip(widths, axes, strict=True):
        cells = np.array([[best.get((d1, d2, d3), np.nan) for d2 in widths] for d1 in widths])
        shades = {"vmin": 100 * low, "vmax": 100, "cmap": SEQUENTIAL, "origin": "lower"}
        image = ax.imshow(100 * cells, **shades)
        if len(widths) <= NUMBERED:
            _write_cells(100 * cells, 50 * (low + 1), ax)
        fences = [_fence(i, target, cells) for i, target in enumerate(targets)]
        for fence in fences:
            ax.add_collection(fence)
        ticks = range(0, len(widths), 1 + len(widths) // 8)
        names = [widths[tick] for tick in ticks]
        ax.set(xticks=ticks, yticks=ticks, xticklabels=names, yticklabels=names)
        ax.set(xlabel="d2", ylabel="d1", title=f"d3 = {d3}")
        ax.label_outer()
        ax.grid(False)
    if len(widths) > NUMBERED:
        axes[0].figure.colorbar(image, ax=list(axes), label=ACCURACY, shrink=0.6)
    if fences:
        axes[0].figure.legend(handles=fences, loc="outside upper center", ncols=len(fences))
    return axes


def _fence(i: int, target: float, cells: np.ndarray) -> LineCollection:
    """The line around the cells that reach the i-th target."""
    colour, dashes = INKS[i % len(INKS)], (0, (2 * i - 1, 1)) if i else "-"
    label = f"reaches {percent(target)}"
    return LineCollection(_edges(cells >= target), color=colour, ls=dashes, lw=2.2, label=label)


def _edges(cells: np.ndarray) -> list:
    """The edges between cells that are true and others, two ends (x, y) each, in cells."""
    wide = np.pad(cells, 1)
    level = np.argwhere(wide[1:] != wide[:-1]) - (0.5, 1.5)
    upright = np.argwhere(wide[:, 1:] != wide[:, :-1]) - (1.5, 0.5)
    lines = [[(x, y), (x + 1, y)] for y, x in level]
    return lines + [[(x, y), (x, y + 1)] for y, x in upright]


def mask_counts(counts: Mapping[str, Mapping[int, int]], ax: Axes) -> Axes:
    """How many masks there are for every number of weights, on a logarithmic scale.

    counts: name of a space -> number of weights -> masks.
    """
    looks = zip(cycle(INKS), cycle("os^Dv"), strict=False)
    for (name, space), (colour, marker) in zip(counts.items(), looks, strict=False):
        ax.semilogy(space.keys(), space.values(), color=colour, marker=marker, ms=5, label=name)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel=AXIS_NAMES["weights_kept"], ylabel="truly different masks")
    return legend(ax, "no mask to show")


def _write_cells(cells: np.ndarray, middle: float, ax: Axes) -> None:
    """Each number in its cell, in ink that shows on the cell's colour."""
    for row, column in np.argwhere(np.isfinite(cells)):
        value = cells[row, column]
        ink = "white" if value < middle else "black"
        ax.text(column, row, f"{value:.1f}", ha="center", va="center", color=ink, fontsize=9)
