"""Figures about chances of success: f(frame, ax) -> ax."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cubistlib.plots.style import BLUE, GREEN, INK, ORANGE, VERMILLION, legend, sentence

LOOKS = ((BLUE, "o"), (VERMILLION, "s"), (GREEN, "D"), (ORANGE, "^"), (INK, "v"))
Look = dict[str, Any]
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
    left = 10 ** np.floor(np.log10(0.5 / frame["trainings"].max()))
    for name, group, at, style in _marks(frame, by):
        low, high = group["low"].clip(lower=left), group["high"]
        ax.hlines(at, low, high, color=style["color"], lw=1.4, alpha=0.7)
        some = group["successes"] > 0
        ax.plot(group["rate"][some], at[some], label=name, **style)
        ax.plot(high[~some], at[~some], markerfacecolor="white", **style)
    ax.set(xscale="log", xlim=(left, 1.5), xlabel="trainings that succeed (%)")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{100 * rate:g}"))
    return _lines(frame, ax, named)


def success_leads(frame: pd.DataFrame, ax: Axes, by: str, named: bool = True) -> Axes:
    """By how many points some succeed more often than others: a line a mask, a mark a `by`.

    frame: columns mask, `by`, lead, low and high, as `success.leads` gives them. Bars are the
    intervals; right of the upright line succeeds what is compared, left of it the other.
    """
    if frame.empty:
        return sentence(ax, NOTHING)
    for name, group, at, style in _marks(frame, by):
        ax.hlines(at, 100 * group["low"], 100 * group["high"], color=style["color"], lw=1.4)
        ax.plot(100 * group["lead"], at, label=name, **style)
    ax.axvline(0, color=INK, lw=0.8)
    ax.set_xlabel("difference of the shares that succeed (points)")
    return _lines(frame, ax, named)


def _marks(frame: pd.DataFrame, by: str) -> Iterator[tuple[str, pd.DataFrame, pd.Series, Look]]:
    """For every value of `by` its name, rows, heights and look."""
    lines = {name: line for line, name in enumerate(frame["mask"].unique())}
    groups = list(frame.groupby(by, sort=False))
    for i, (name, group) in enumerate(groups):
        colour, marker = LOOKS[i % len(LOOKS)]
        at = group["mask"].map(lines) + APART * (i - (len(groups) - 1) / 2)
        yield str(name), group, at, {"color": colour, "marker": marker, "ls": "", "ms": 5}


def _lines(frame: pd.DataFrame, ax: Axes, named: bool) -> Axes:
    """The masks' names, from the top."""
    names = [str(name) for name in frame["mask"].unique()]
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.set_ylim(len(names) - 0.4, -0.6)
    return legend(ax) if named else ax
