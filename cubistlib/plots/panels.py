"""A small panel an algorithm: lines over width or k, and what lies about them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cubistlib.plots.style import AXIS_NAMES, INK, NO_RUNS, SCORES, look, sentence, width_axis
from cubistlib.support.checks import require

MARKS = "osD^v"  # of the first line, the second …
NEVER = "beyond"  # of all k that were tried


def line_panels(
    frame: pd.DataFrame, axes: Sequence[Axes], across: str, of: str, name: str, edges: str = ""
) -> Sequence[Axes]:
    """Lines over the width or k, one for each value of the column `line`, light to dark.

    frame: columns algorithm, line, `across` ("width" or one of AXIS_NAMES), `of`, low and high;
    shares. name: of the other axis, which is in percent. edges: what low and high are, for the
    legend, if they are thin lines; else they are a band. Raises ValueError for fewer axes than
    algorithms.
    """
    lines = list(dict.fromkeys(frame["line"]))
    for ax, colour, marker, runs in _parts(frame, axes, lines, across):
        at, style = runs[across].to_numpy(float), {"color": colour, "zorder": 2}
        middle, low, high = (100 * runs[part].to_numpy(float) for part in (of, "low", "high"))
        ax.plot(at, middle, marker=marker, ms=4, lw=1.6, **style)
        if edges:
            ax.plot(at, low, at, high, ls=(0, (1, 1.5)), lw=1.1, **style)
        else:
            ax.fill_between(at, low, high, alpha=0.25, lw=0, **style)
    thin = Line2D([], [], color=INK, ls=(0, (1, 1.5)), lw=1.1, label=edges)
    return _around(frame, axes, across, name, _handles(lines) + [thin] * bool(edges))


def needed_panels(frame: pd.DataFrame, axes: Sequence[Axes]) -> Sequence[Axes]:
    """The k that is needed by width, with its interval as a bar; above the line it is infinite.

    frame: as `analysis.needed` gives it by algorithm and width, with a column `line` that is told
    apart. Raises ValueError for fewer axes than algorithms.
    """
    lines, ends = list(dict.fromkeys(frame["line"])), frame[["needed", "low", "high"]].to_numpy()
    most = ends[np.isfinite(ends)].max(initial=1)
    never = 1.1 * most
    for ax, colour, marker, runs in _parts(frame, axes, lines, "width"):
        shift = 1 + 0.05 * (lines.index(runs["line"].iloc[0]) - (len(lines) - 1) / 2)
        k, low, high = (runs[c].clip(upper=never).to_numpy() for c in ("needed", "low", "high"))
        at, style = shift * runs["width"].to_numpy(float), {"color": colour, "ls": "none", "ms": 5}
        ax.vlines(at, low, high, color=colour, lw=1, alpha=0.6)
        ax.plot(at[k < never], k[k < never], marker=marker, **style)
        ax.plot(at[k >= never], k[k >= never], marker=marker, mfc="white", **style)
    for ax in axes:
        ax.axhline((most + never) / 2, color=INK, lw=0.8, ls=(0, (4, 3)))
        ticks = range(0, int(most) + 1, 10)
        ax.set_yticks([*ticks, never], [*map(str, ticks), NEVER])
    return _around(frame, axes, "width", AXIS_NAMES["keep"], _handles(lines))


def _parts(frame: pd.DataFrame, axes: Sequence[Axes], lines: Sequence[str], across: str) -> Any:
    """(axes, colour, marker, rows) of every line of every algorithm."""
    names = list(dict.fromkeys(frame["algorithm"]))
    require(len(names) <= len(axes), f"plots: {len(names)} algorithms need as many axes")
    for ax, name in zip(axes, names, strict=False):
        ax.set_title(look(name)["label"])
        for line, colour, marker in _looks(lines):
            runs = frame[(frame["algorithm"] == name) & (frame["line"] == line)]
            if len(runs):
                yield ax, colour, marker, runs.sort_values(across)


def _looks(lines: Sequence[str]) -> list[tuple[str, Any, str]]:
    shades = SCORES(np.linspace(0, 1, len(lines)) if len(lines) > 1 else [1.0])
    return [(line, shades[i], MARKS[i % len(MARKS)]) for i, line in enumerate(lines)]


def _handles(lines: Sequence[str]) -> list[Line2D]:
    looks = _looks(lines)
    return [Line2D([], [], color=c, marker=m, ms=5, label=line) for line, c, m in looks]


def _around(
    frame: pd.DataFrame, axes: Sequence[Axes], across: str, name: str, handles: list[Line2D]
) -> Sequence[Axes]:
    """What all panels share: names of the axes, and the legend above."""
    used = frame["algorithm"].nunique()
    for ax in axes[max(1, used) :]:
        ax.set_axis_off()
    if not used:
        return [sentence(ax, NO_RUNS) for ax in axes[:1]]
    for ax in axes[:used]:
        if across == "width":
            width_axis(ax, frame["width"].max())
    figure = axes[0].figure
    figure.supxlabel(AXIS_NAMES[across], fontsize=11)
    figure.supylabel(name, fontsize=11)
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return axes[:used]
