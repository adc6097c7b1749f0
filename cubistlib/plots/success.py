"""Figures about chances of success: f(frame, ax) -> ax."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cubistlib.plots.style import BLUE, GREEN, INK, ORANGE, VERMILLION, legend, sentence

LOOKS = ((BLUE, "o"), (VERMILLION, "s"), (GREEN, "D"), (ORANGE, "^"), (INK, "v"))
NOTHING = "no count to show yet"
APART = 0.22  # between the marks of one line, in lines


def success_rates(frame: pd.DataFrame, ax: Axes, by: str, named: bool = True) -> Axes:
    """How often trainings succeeded, on a log scale: a line a mask, a mark a value of `by`.

    frame: columns mask (what the line is called), `by`, trainings, successes, rate, low and high,
    as `success.rates` gives them. Bars are the intervals; where nothing succeeded, a hollow mark
    stands at the highest rate that this leaves possible. named: with a legend.
    """
    if frame.empty:
        return sentence(ax, NOTHING)
    lines = {name: line for line, name in enumerate(frame["mask"].unique())}
    left = 10 ** np.floor(np.log10(0.5 / frame["trainings"].max()))
    groups = list(frame.groupby(by, sort=False))
    for i, (name, group) in enumerate(groups):
        colour, marker = LOOKS[i % len(LOOKS)]
        at = group["mask"].map(lines) + APART * (i - (len(groups) - 1) / 2)
        low, high = group["low"].clip(lower=left), group["high"]
        ax.hlines(at, low, high, color=colour, lw=1.4, alpha=0.7)
        some = group["successes"] > 0
        style: dict[str, Any] = {"color": colour, "marker": marker, "ls": "", "ms": 5}
        ax.plot(group["rate"][some], at[some], label=str(name), **style)
        ax.plot(high[~some], at[~some], markerfacecolor="white", **style)
    ax.set(xscale="log", xlim=(left, 1.5), xlabel="trainings that succeed (%)")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{100 * rate:g}"))
    ax.set_yticks([*lines.values()], [*map(str, lines)], fontsize=9)
    ax.set_ylim(len(lines) - 0.4, -0.6)
    return legend(ax) if named else ax
