"""Figures about results: f(frame, ax) -> ax; accuracies and targets are shares."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cubistlib.plots.style import (
    ACCURACY,
    AXIS_NAMES,
    GREY,
    NO_RUNS,
    count_axis,
    guide,
    legend,
    look,
    sentence,
    target_lines,
    width_axis,
)


def frontiers(frame: pd.DataFrame, ax: Axes, targets: Sequence[float] = ()) -> Axes:
    """Best accuracy with at most so many nonzeros, one step curve an algorithm.

    frame: as `analysis.frontiers` gives it; its second column names the count and the axis, which
    takes no frame of another count. A curve ends at the largest size that was tried;
    markers stand where the best improves. The search is drawn above all, in black.
    """
    by = frame.columns[1]
    count_axis(ax, by)
    for name in sorted(frame["algorithm"].unique(), key=lambda name: name == "search"):
        staircase(frame, name, ax, lw=2.4 if name == "search" else 1.6)
    ax.set_ylabel(ACCURACY)
    target_lines(ax, targets)
    return legend(ax)


def staircase(frame: pd.DataFrame, name: str, ax: Axes, **style: Any) -> Axes:
    """One algorithm of a frame that `analysis.frontiers` gives, in its look unless told another."""
    curve = frame[frame["algorithm"] == name]
    better = np.flatnonzero(curve["accuracy"].diff().ne(0)).tolist()
    style = {"drawstyle": "steps-post", "ms": 5, "markevery": better} | look(name) | style
    ax.plot(curve[frame.columns[1]], 100 * curve["accuracy"], **style)
    return ax


def width_curves(frame: pd.DataFrame, ax: Axes, of: str = "accuracy") -> Axes:
    """A figure of every algorithm against the width, which doubles from tick to tick.

    frame: columns algorithm, width and `of`, one of AXIS_NAMES, a share; such as
    `analysis.pathless` gives it.
    """
    for name, curve in frame.groupby("algorithm"):
        ax.plot(curve["width"], 100 * curve[of], lw=1.6, ms=6, **look(name))
    width_axis(ax).set(xlabel=AXIS_NAMES["width"], ylabel=AXIS_NAMES[of])
    return legend(ax)


def accuracy_spread(
    accuracy: Sequence[float], ax: Axes, targets: Sequence[float] = (), median: bool = False
) -> Axes:
    """How many runs ended at which accuracy; targets, and the median if asked for, as lines.

    From 50 % up, which is what guessing gives, or from the worst run if that is below.
    """
    ended = 100 * np.asarray(accuracy, float)
    low = min([50, *np.floor(ended).astype(int)])
    ax.hist(ended, bins=list(range(low, 101)), color=GREY)
    ax.margins(y=0.15)
    ax.set(xlabel=ACCURACY, ylabel="runs", xlim=(low, 100.5))
    target_lines(ax, targets, upright=True)
    if not len(ended):
        return sentence(ax, NO_RUNS)
    if median:
        guide(ax, np.median(ended), "median", upright=True)
    return ax
