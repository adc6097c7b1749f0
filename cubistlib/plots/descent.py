"""A search that goes down: all its networks, and one line of descent among them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from cubistlib.plots.results import staircase
from cubistlib.plots.style import (
    AXIS_NAMES,
    NO_RUNS,
    SKY,
    VERMILLION,
    count_axis,
    legend,
    sentence,
    target_lines,
)

CHANCE = 0.51  # a share; networks that answer one class alone are not shown


def descent(
    found: pd.DataFrame,
    line: pd.DataFrame,
    ax: Axes,
    search: pd.DataFrame,
    targets: Sequence[float] = (),
) -> Axes:
    """Accuracy against live parameters, read from right to left, down to the smallest.

    found, line: columns live_parameters and accuracy, of every network and of a line of
    descent. search: `analysis.frontier` by live_parameters, to hold them against.
    """
    found = found[found["accuracy"] > CHANCE]
    if found.empty:
        return sentence(ax, NO_RUNS)
    style: dict[str, Any] = {"s": 12, "color": SKY, "alpha": 0.6, "lw": 0}
    style["label"] = "networks of the beams"
    ax.scatter(found["live_parameters"], 100 * found["accuracy"], **style)
    ax.plot(
        line["live_parameters"],
        100 * line["accuracy"],
        color=VERMILLION,
        marker="o",
        mfc="none",
        label="one line of descent",
    )
    least, most = found["live_parameters"].min(), found["live_parameters"].max()
    within = search[search["live_parameters"].between(least, most)].assign(algorithm="search")
    staircase(within[["algorithm", "live_parameters", "accuracy"]], "search", ax)
    target_lines(ax, targets)
    ax.set(ylabel=AXIS_NAMES["accuracy"], xlim=(most + 3, least - 1))
    return legend(count_axis(ax, "live_parameters"))
