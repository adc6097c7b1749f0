"""The frontier from both sides: what was found, and what no network can do."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cubistlib.plots.gap import PAPER, own_scale
from cubistlib.plots.results import staircase
from cubistlib.plots.style import ACCURACY, GREY, RULERS, count_axis, legend

MARGIN = 3  # parameters beside the smallest and the largest network that is shown


def two_sided(
    frame: pd.DataFrame,
    ax: Axes,
    paper: Mapping[float, int] | None = None,
    floor: Mapping[float, int] | None = None,
    least: float = 0.7,
) -> Axes:
    """Best accuracy with at most so many nonzeros: the sparsest networks known, and the search.

    frame: as `analysis.frontiers` gives it; accuracies below `least` are not shown. paper: of its
    search, parameters kept by accuracy. floor: parameters that an accuracy, a share, needs by
    proof: hatched is where no network can be.
    """
    own_scale(ax)
    shown = frame[frame["accuracy"] >= least]
    for name in (*RULERS, "search"):
        staircase(shown, name, ax, lw=1.6)
    marks = paper or {}
    if marks:
        ax.plot(list(marks.values()), [100 * at for at in marks], **PAPER)
    by = frame.columns[1]
    tops = shown.groupby("algorithm")["accuracy"].idxmax()
    low, high = shown[by].min() - MARGIN, shown.loc[tops, by].max() + MARGIN
    for i, (target, count) in enumerate(sorted((floor or {}).items())):
        _impossible(ax, target, count, low, "impossible, by proof" if i == 0 else None)
    ax.set(xlim=(low, high), ylim=(100 * least, None), ylabel=ACCURACY)
    return legend(count_axis(ax, by))


def _impossible(ax: Axes, target: float, count: int, low: float, label: str | None) -> None:
    """Hatches what lies at or above a target with fewer parameters than a count."""
    sizes = np.array([min(low, count - 1) - 1, count - 0.5])
    style: dict[str, Any] = {"facecolor": "none", "edgecolor": GREY, "hatch": "///", "lw": 0.5}
    ax.fill_between(sizes, 100 * target, 101, label=label, **style)
