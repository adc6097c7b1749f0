"""The gap to the sparsest networks, legible for ten algorithms: small panels, dots in rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cubistlib.plots.results import staircase
from cubistlib.plots.style import (
    ACCURACY,
    AXIS_NAMES,
    NO_RUNS,
    RULERS,
    count_axis,
    legend,
    look,
    percent,
    sentence,
)
from cubistlib.support.checks import require

# Accuracies in percent. From KNEE up a point is drawn so many times as tall as below.
LOW, KNEE, STRETCH = 50, 99, 16
TICKS = (50, 60, 70, 80, 90, 95, 99, 99.5, 100)
BEYOND, ABOVE = "#E4E4E4", "#FFF4D6"  # where no ruler has a network; from KNEE up

PAPER_ROW = "the paper's search,\nby parameters kept"
PAPER: dict[str, Any] = {"label": PAPER_ROW.replace("\n", " "), "marker": "D", "ls": "none"}
PAPER |= {"mfc": "white", "color": "black", "ms": 6}
DOTS = "oDs^v"  # of the first target, the second …


def small_panels(
    frame: pd.DataFrame, axes: Sequence[Axes], paper: Mapping[float, int] | None = None
) -> Sequence[Axes]:
    """One small panel a pruner: its best accuracy with at most so many nonzeros.

    frame: as `analysis.frontiers` gives it. The search and the sparsest networks known are drawn
    in every panel; grey is where none of these has a network, whatever the pruner has. From 99 %
    up the scale is another. paper: of its search, parameters kept by accuracy, a share, as marks
    that the legend names. Raises ValueError for fewer axes than pruners.
    """
    rulers = [name for name in (*RULERS, "search") if (frame["algorithm"] == name).any()]
    pruners = [name for name in frame["algorithm"].unique() if name not in rulers]
    room = f"plots: {len(pruners)} pruners need as many axes, got {len(axes)}"
    require(len(pruners) <= len(axes), room)
    for ax, name in zip(axes, pruners, strict=False):
        own_scale(ax)
        _shade(frame[frame["algorithm"].isin(rulers)], ax)
        staircase(frame, name, ax, lw=2.6, ms=6)
        for ruler in rulers:
            staircase(frame, ruler, ax, lw=1.4 if ruler == "search" else 1.1, ms=3.5)
        if paper:
            ax.plot(list(paper.values()), [100 * at for at in paper], **PAPER)
        ax.set_title(look(name)["label"])
    for ax in axes[max(1, len(pruners)) :]:
        ax.set_axis_off()
    if not pruners:
        return [sentence(ax, NO_RUNS) for ax in axes[:1]]
    return _around(axes[: len(pruners)], frame.columns[1], rulers)


def own_scale(ax: Axes) -> Axes:
    """Accuracies in percent from 50 to 100, of which those from 99 up have a scale of their own."""
    ax.set_yscale("function", functions=(_drawn, _read))
    ax.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS], fontsize=8.5)
    ax.set_ylim(LOW - 1, 100 + 2 / STRETCH)
    ax.axhspan(KNEE, 101, color=ABOVE, lw=0, zorder=0)
    return ax


def fewest(
    table: pd.DataFrame,
    ax: Axes,
    by: str = "parameters_kept",
    paper: Mapping[float, int] | None = None,
) -> Axes:
    """A row of dots an algorithm: the fewest nonzeros with which it reached each target.

    table: as `analysis.smallest` gives it for one count, named `by`. The rows are in the order of
    the first target; who reached none has none. paper: as for `small_panels`, a row of its own.
    """
    targets = [name for name in table.columns if name.endswith("%")]
    rows = table.set_index("algorithm")[targets]
    rows.loc[PAPER_ROW] = {percent(at): count for at, count in (paper or {}).items()}
    rows = rows.dropna(how="all").sort_values(targets)
    count_axis(ax, by)
    for height, (name, counts) in enumerate(rows.iloc[::-1].iterrows()):
        there, style = counts.dropna().astype(int), look(str(name))
        ax.plot(there, [height] * len(there), color=style["color"], lw=1)
        for target, count in there.items():
            marker = DOTS[targets.index(target) % len(DOTS)]
            ax.plot(count, height, marker, ms=8, color=style["color"], mfc=style.get("mfc"))
    ax.set_yticks(range(len(rows)), [look(name)["label"] for name in rows.index[::-1]])
    for i, target in enumerate(targets):
        ax.plot([], [], DOTS[i % len(DOTS)], color="black", label=f"reaches {target}")
    return legend(ax) if len(rows) else sentence(ax, NO_RUNS)


def _around(axes: Sequence[Axes], by: str, rulers: Sequence[str]) -> Sequence[Axes]:
    """What all panels share: names of the axes, and the legend above."""
    figure = axes[0].figure
    figure.supxlabel(AXIS_NAMES[by], fontsize=11)
    figure.supylabel(f"{ACCURACY}; from {KNEE} up on a scale of its own", fontsize=11)
    handles = [Line2D([], [], **look(ruler)) for ruler in rulers]
    if any(line.get_label() == PAPER["label"] for line in axes[0].lines):
        handles.append(Line2D([], [], **PAPER))
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    return axes


def _shade(frame: pd.DataFrame, ax: Axes) -> None:
    """Grey above the best that any algorithm of the frame has reached."""
    if frame.empty:
        return
    best = frame.groupby(frame.columns[1])["accuracy"].max().cummax()
    sizes = [0, *best.index, 2 * best.index[-1]]
    level = 100 * np.array([0, *best, best.iloc[-1]])
    ax.fill_between(sizes, level, 101, step="post", color=BEYOND, lw=0, zorder=0.5)


def _drawn(accuracy: np.ndarray) -> np.ndarray:
    """Height of an accuracy in a panel; `_read` goes back."""
    return np.where(accuracy <= KNEE, accuracy, KNEE + STRETCH * (accuracy - KNEE))


def _read(height: np.ndarray) -> np.ndarray:
    return np.where(height <= KNEE, height, KNEE + (height - KNEE) / STRETCH)
