"""Every replicate as a dot: of algorithms against k, and of variants beside each other."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from cubistlib.plots.style import (
    ACCURACY,
    AXIS_NAMES,
    INK,
    NO_RUNS,
    look,
    sentence,
    target_lines,
    width_name,
)
from cubistlib.support.checks import require

FILLS: tuple[Literal["full", "none"], ...] = (
    "full",
    "none",
)  # of the dots of the first width, the second, and so on
SHIFT, SPREAD = 0.25, 0.3  # dots of a width beside k; of a variant about its row


def replicate_panels(
    frame: pd.DataFrame,
    axes: Sequence[Axes],
    frontier: pd.DataFrame | None = None,
    targets: Sequence[float] = (),
) -> Sequence[Axes]:
    """One small panel an algorithm: every replicate's accuracy a dot at its k, medians a line.

    frame: as `analysis.replicates` gives it; of two widths the dots of the second are hollow and
    its line dashed. frontier: of the search, by weights_kept, drawn behind in black over the same
    range of k. Raises ValueError for fewer axes than algorithms.
    """
    names, widths = list(dict.fromkeys(frame["algorithm"])), sorted(set(frame["hidden"]))
    room = f"plots: {len(names)} algorithms need as many axes, got {len(axes)}"
    require(len(names) <= len(axes), room)
    for ax, name in zip(axes, names, strict=False):
        _behind(frame, frontier, ax)
        for i, hidden in enumerate(widths):
            of_width = frame[(frame["algorithm"] == name) & (frame["hidden"] == hidden)]
            _dots(of_width, i, (i - (len(widths) - 1) / 2) * 2 * SHIFT, ax)
        target_lines(ax, targets)
        ax.set_title(look(name)["label"])
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    for ax in axes[max(1, len(names)) :]:
        ax.set_axis_off()
    if not names:
        return [sentence(ax, NO_RUNS) for ax in axes[:1]]
    return _around(axes, widths, frontier is not None)


def _behind(frame: pd.DataFrame, frontier: pd.DataFrame | None, ax: Axes) -> None:
    """The search's frontier over the k that were tried."""
    if frontier is None:
        return
    best = 100 * frontier.set_index("weights_kept")["accuracy"]
    tried = np.arange(frame["keep"].min(), frame["keep"].max() + 1)
    style = look("search") | {"marker": None, "lw": 1.6, "zorder": 1.5}
    ax.plot(tried, best.reindex(tried, method="ffill"), drawstyle="steps-post", **style)


def _dots(frame: pd.DataFrame, i: int, shift: float, ax: Axes) -> None:
    """The i-th width of an algorithm."""
    if frame.empty:
        return
    style, keep = look(frame["algorithm"].iloc[0]), frame["keep"].astype(float)
    dots: dict[str, Any] = {"color": style["color"], "marker": "o", "ms": 3.5, "mew": 0.8}
    ax.plot(keep + shift, 100 * frame["accuracy"], ls="none", fillstyle=FILLS[i % 2], **dots)
    median = 100 * frame.groupby("keep")["accuracy"].median()
    at = median.index.astype(float) + shift
    ax.plot(at, median, color=style["color"], ls=_line(i), lw=1.6)


def _line(i: int) -> str:
    return ("-", "--", ":", "-.")[i % 4]


def _around(axes: Sequence[Axes], widths: Sequence, search: bool) -> Sequence[Axes]:
    """What all panels share: names of the axes, and the legend above."""
    figure = axes[0].figure
    figure.supxlabel(AXIS_NAMES["keep"], fontsize=11)
    figure.supylabel(ACCURACY, fontsize=11)
    handles = [
        Line2D([], [], color=INK, ls=_line(i), marker="o", ms=4, fillstyle=FILLS[i % 2])
        for i in range(len(widths))
    ]
    names = [f"width {width_name(hidden)}: replicates and median" for hidden in widths]
    if search:
        handles.append(Line2D([], [], **look("search") | {"marker": None}))
        names.append(look("search")["label"])
    figure.legend(handles, names, loc="outside upper center", ncols=len(names))
    return axes


def variant_rows(
    frame: pd.DataFrame, axes: Sequence[Axes], colours: Mapping[str, str] | None = None
) -> Sequence[Axes]:
    """One panel a width, a row a variant: every run's accuracy a dot, the median an upright line.

    frame: rows of results with a column `variant`, in whose order the rows stand from the top.
    All panels have one scale. colours: of variants; those not named are grey. Raises ValueError
    for fewer axes than widths.
    """
    names, widths = list(dict.fromkeys(frame["variant"])), sorted(set(frame["hidden"]))
    require(len(widths) <= len(axes), f"plots: {len(widths)} widths need as many axes")
    for ax, hidden in zip(axes, widths, strict=False):
        for height, name in enumerate(reversed(names)):
            runs = frame[(frame["hidden"] == hidden) & (frame["variant"] == name)]
            accuracy = 100 * runs["accuracy"].to_numpy(float)
            colour = (colours or {}).get(name, INK)
            rows = height + SPREAD * np.linspace(-1, 1, len(accuracy) + 2)[1:-1]
            ax.plot(accuracy, rows, "o", ms=3.5, color=colour, alpha=0.6, mew=0)
            if len(accuracy):
                line = [np.median(accuracy)] * 2
                ax.plot(line, [height - 0.42, height + 0.42], color=colour, lw=2.6)
        ax.set_yticks(range(len(names)), names[::-1])
        ax.set(title=f"width {width_name(hidden)}", xlabel=ACCURACY)
        ax.label_outer()
        ax.set_xlim(_scale(frame))
    for ax in axes[max(1, len(widths)) :]:
        ax.set_axis_off()
    return axes if names else [sentence(ax, NO_RUNS) for ax in axes[:1]]


def _scale(frame: pd.DataFrame) -> tuple[float, float]:
    """Ends of an axis that has room for every accuracy of the table."""
    low, high = 100 * frame["accuracy"].astype(float).agg(["min", "max"])
    return (low - 2, high + 2) if low == low else (0, 100)  # all have diverged
