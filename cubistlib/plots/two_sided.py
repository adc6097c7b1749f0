"""The frontier from both sides: what was found, and what no network can do."""

from collections.abc import Mapping
from typing import Any

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
    search, parameters kept by accuracy. floor: parameters that accuracies, rising shares, need by
    proof: hatched is where no network can be.
    """
    own_scale(ax)
    shown = frame[frame["accuracy"] >= least]
    for name in (n for n in (*RULERS, "search") if (shown["algorithm"] == n).any()):
        staircase(shown, name, ax, lw=1.6)
    marks = paper or {}
    if marks:
        ax.plot(list(marks.values()), [100 * at for at in marks], **PAPER)
    by = frame.columns[1]
    tops = shown.groupby("algorithm")["accuracy"].idxmax()
    low, high = shown[by].min() - MARGIN, shown.loc[tops, by].max() + MARGIN
    _impossible(ax, floor or {}, low)
    ax.set(xlim=(low, high), ylim=(100 * least, None), ylabel=ACCURACY)
    return legend(count_axis(ax, by))


def _impossible(ax: Axes, floor: Mapping[float, int], low: float) -> None:
    """Hatches what lies at or above a target with fewer parameters than it needs."""
    style: dict[str, Any] = {"facecolor": "none", "edgecolor": GREY, "hatch": "///", "lw": 0}
    style["label"] = "impossible, by proof"
    ends = [*list(floor)[1:], 1.01]
    for (target, count), above in zip(floor.items(), ends, strict=False):
        sizes = [min(low, count - 1) - 1, count - 0.5]
        ax.fill_between(sizes, 100 * target, 100 * above, **style)
        style["label"] = None
