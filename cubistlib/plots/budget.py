"""What effort buys: accuracy against all the gradient steps that it took to get there."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from cubistlib.plots.style import ACCURACY, legend, look


def budget_curves(frame: pd.DataFrame, ax: Axes, training: int) -> Axes:
    """The best that is to be expected against its cost, a line with its band an algorithm.

    frame: as `analysis.expected_best` gives it by algorithm. training: steps of one training, in
    which cost is told, on an axis of even ratios.
    """
    for name, curve in frame.groupby("algorithm", sort=False):
        style, cost = look(name), curve["steps"] / training
        every = max(1, len(curve) // 6)
        line: dict[str, Any] = {"lw": 2.4 if name == "search" else 1.6, "ms": 5, "markevery": every}
        ax.plot(cost, 100 * curve["accuracy"], **style, **line)
        band = {"color": style["color"], "alpha": 0.12, "lw": 0}
        ax.fill_between(cost, 100 * curve["low"], 100 * curve["high"], **band)
    ax.set_xscale("log")
    ax.set(xlabel="cost, in trainings", ylabel=ACCURACY)
    return legend(ax)
