"""What effort buys: accuracies, and shares of runs that reach a target, by what they cost."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cubistlib.plots.style import ACCURACY, NO_RUNS, legend, look, percent, sentence, width_name
from cubistlib.support.checks import require

BESIDE = 0.04  # of two algorithms at one budget, as a power of 10 to either side


def budget_curves(frame: pd.DataFrame, ax: Axes, training: int) -> Axes:
    """The best that is to be expected against its cost, a line with its band an algorithm.

    frame: as `analysis.expected_best` gives it by algorithm. training: steps of one training, in
    which cost is told, on an axis of even ratios.
    """
    for name, curve in frame.groupby("algorithm", sort=False):
        values = (100 * curve[column] for column in ("accuracy", "low", "high"))
        _line(ax, str(name), curve["steps"] / training, *values)
    ax.set(xlabel="cost, in trainings", ylabel=ACCURACY)
    return legend(ax)


def fewest_curves(
    frame: pd.DataFrame, axes: Sequence[Axes], training: int, likely: float = 0.5
) -> Sequence[Axes]:
    """One panel a target: the fewest parameters to be expected against the cost of all runs.

    frame: as `analysis.expected_fewest` gives it by algorithm, for several targets put together.
    A line with its band an algorithm, from where the chance that a run reaches the target is
    `likely` on. training: as in `budget_curves`. Raises ValueError for fewer axes than targets.
    """
    targets, drawn = sorted(set(frame["target"])), frame[frame["chance"] >= likely]
    require(len(targets) <= len(axes), f"plots: {len(targets)} targets need as many axes")
    if drawn.empty:
        return [sentence(ax, NO_RUNS) for ax in axes[:1]]
    top = 1.05 * drawn["fewest"].max()  # of bands whose end is infinite
    for target, ax in zip(targets, axes, strict=False):
        for name in dict.fromkeys(drawn["algorithm"]):
            curve = drawn[(drawn["algorithm"] == name) & (drawn["target"] == target)]
            band = curve["low"], curve["high"].clip(upper=top)
            _line(ax, name, curve["steps"] / training, curve["fewest"], *band)
        ax.set(xlabel="cost, in trainings", ylabel="fewest parameters", title=percent(target))
        ax.set_ylim(0.9 * drawn["low"].min(), top)
        ax.label_outer()
    for ax in axes[len(targets) :]:
        ax.set_axis_off()
    legend(axes[len(targets) - 1])
    return axes


def budget_runs(frame: pd.DataFrame, axes: Sequence[Axes]) -> Sequence[Axes]:
    """One panel a width: every run's accuracy a dot at its budget, and a line through medians.

    frame: columns algorithm, hidden, budget (in trainings) and accuracy (a share). Raises
    ValueError for fewer axes than widths.
    """
    for ax, shift, runs in _panels(frame, axes):
        style = look(runs["algorithm"].iloc[0])
        dots = {"color": style["color"], "marker": "o", "ms": 3, "mew": 0, "alpha": 0.4}
        ax.plot(runs["budget"] * shift, 100 * runs["accuracy"], ls="none", **dots)
        median = 100 * runs.groupby("budget")["accuracy"].median()
        ax.plot(median.index * shift, median, lw=1.8, ms=6, **style)
        ax.set_ylabel(ACCURACY)
    return _around(frame, axes)


def budget_rates(frame: pd.DataFrame, axes: Sequence[Axes], named: bool = True) -> Sequence[Axes]:
    """One panel a width: the share of runs that reach the target, with its interval.

    frame: columns algorithm, hidden, budget (in trainings), target, rate, low and high (shares),
    of one target. named: with a legend. Raises ValueError for fewer axes than widths.
    """
    for ax, shift, rates in _panels(frame, axes):
        at, style = rates["budget"] * shift, look(rates["algorithm"].iloc[0])
        ax.vlines(at, 100 * rates["low"], 100 * rates["high"], color=style["color"], lw=1.4)
        ax.plot(at, 100 * rates["rate"], lw=1.8, ms=6, **style)
        ax.set(ylabel=f"runs with {percent(rates['target'].iloc[0])} (%)", ylim=(-3, 103))
    return _around(frame, axes, named)


def _line(
    ax: Axes, name: str, cost: pd.Series, value: pd.Series, low: pd.Series, high: pd.Series
) -> None:
    """An algorithm's line with its band, over costs at even ratios."""
    style, every = look(name), max(1, len(cost) // 6)
    line: dict[str, Any] = {"lw": 2.4 if name == "search" else 1.6, "ms": 5, "markevery": every}
    ax.plot(cost, value, **style, **line)
    ax.fill_between(cost, low, high, color=style["color"], alpha=0.12, lw=0)
    ax.set_xscale("log")


def _panels(frame: pd.DataFrame, axes: Sequence[Axes]):
    """For every width and algorithm its axes, how far to the side it stands, and its rows."""
    widths, names = sorted(set(frame["hidden"])), list(dict.fromkeys(frame["algorithm"]))
    require(len(widths) <= len(axes), f"plots: {len(widths)} widths need as many axes")
    for ax, hidden in zip(axes, widths, strict=False):
        for i, name in enumerate(names):
            rows = frame[(frame["hidden"] == hidden) & (frame["algorithm"] == name)]
            if len(rows):
                yield ax, 10 ** (BESIDE * (i - (len(names) - 1) / 2)), rows
        ax.set_title(f"width {width_name(hidden)}")


def _around(frame: pd.DataFrame, axes: Sequence[Axes], named: bool = True) -> Sequence[Axes]:
    """What all panels share: both axes, and the legend beside the last."""
    if frame.empty:
        return [sentence(ax, NO_RUNS) for ax in axes[:1]]
    ticks, used = np.unique(frame["budget"]), axes[: frame["hidden"].nunique()]
    for ax in used:
        ax.set_xscale("log")
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.set_xticks([], minor=True)
        ax.set_xlabel("budget (trainings)")
        ax.set_ylim(min(a.get_ylim()[0] for a in used), max(a.get_ylim()[1] for a in used))
        ax.label_outer()
    for ax in axes[len(used) :]:
        ax.set_axis_off()
    if named:
        legend(used[-1])
    return axes
