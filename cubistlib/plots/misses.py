"""Why pruning misses: the weight that goes, how long a good mask fits, what each miss lacks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cubistlib.networks import Masks, Network
from cubistlib.plots.graph import Graph, layered_graph
from cubistlib.plots.style import GREEN, ORANGE, SKY, VERMILLION, legend, look, sentence
from cubistlib.plots.success import LOOKS, NOTHING

# What a run came to, with its colour, from the left.
ENDS = {
    "reached": ("reaches the target", GREEN),
    "inside": ("misses it, a known good mask inside", ORANGE),
    "none": ("misses it, none known inside", "#D9D9D9"),
}


def removal(
    net: Network, masks: Masks, gone: Sequence[np.ndarray], ax: Axes, inside: Masks | None = None
) -> Axes:
    """A network as `layered_graph` draws it, with the weights marked that are about to go.

    gone[l]: (1, out, in) bool, these weights, black and crossed. inside: masks; kept weights
    outside of them are dotted grey.
    """
    layered_graph(net, masks, ax, effective=inside, legend=False)
    if ax.texts and not ax.images:  # a sentence, of a network that has diverged
        return ax
    graph = Graph.of(masks[0])
    for edge in graph.edges(net.weights, gone):
        ends = graph.places[[edge.source, edge.target]]
        ax.plot(*ends.T, color="black", lw=2, zorder=1.5)
        ax.plot(*ends.mean(0), "x", color="black", ms=11, mew=2.5, zorder=4)
    return ax


def choices(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Every weight that may go: how large it is, what its loss would cost, what would still fit.

    frame: columns size (|w|), loss (without it, before training on), fits (whether a known good
    mask still does) and gone (whether it is the one that goes).
    """
    kinds = {True: ("a known good mask still fits", SKY), False: ("none fits any more", VERMILLION)}
    for fits, (label, colour) in kinds.items():
        some = frame[frame["fits"] == fits]
        face = colour if fits else "white"
        style: dict[str, Any] = {"color": colour, "mfc": face, "mew": 1.6, "ms": 8, "ls": ""}
        ax.plot(some["size"], some["loss"], "o" if fits else "s", label=label, **style)
    gone = frame[frame["gone"]]
    ax.plot(
        gone["size"], gone["loss"], "x", color="black", ms=13, mew=2.2, label="the one that goes"
    )
    ax.set(xlabel="size of the weight, |w|", ylabel="loss without it")
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.5, 1), fontsize=9)
    return ax


def still_open(frame: pd.DataFrame, ax: Axes) -> Axes:
    """In how many networks a known good mask still fits, from right to left as weights go.

    frame: columns who (what the line is called), weights (left), rate, low and high, shares.
    Bands are the intervals.
    """
    if frame.empty:
        return sentence(ax, NOTHING)
    for (who, rows), (colour, marker) in zip(frame.groupby("who", sort=False), LOOKS, strict=False):
        rows = rows.sort_values("weights")
        ax.fill_between(
            rows["weights"], 100 * rows["low"], 100 * rows["high"], color=colour, alpha=0.2, lw=0
        )
        ax.plot(
            rows["weights"], 100 * rows["rate"], color=colour, marker=marker, ms=4, label=str(who)
        )
    ax.set(xlabel="weights left", ylabel="networks in which\na known good mask fits (%)")
    ax.set(xlim=(frame["weights"].max() + 0.5, frame["weights"].min() - 0.5), ylim=(-2, 102))
    return legend(ax)


def ends(frame: pd.DataFrame, axes: Sequence[Axes]) -> Sequence[Axes]:
    """What became of each algorithm's runs: one panel a value of `panel`, a bar an algorithm.

    frame: columns panel (its title), algorithm, and the counts reached, inside and none of
    `ENDS`, in the order in which panels and, from the top, bars stand.
    """
    axes, names = list(axes), list(dict.fromkeys(frame["algorithm"]))
    panels = list(frame.groupby("panel", sort=False))
    for ax, (panel, rows) in zip(axes, panels, strict=False):
        rows = rows.set_index("algorithm").reindex(names)
        shares = 100 * rows[[*ENDS]].div(rows[[*ENDS]].sum(axis=1), axis=0)
        left = np.zeros(len(names))
        for column, (label, colour) in ENDS.items():
            ax.barh(range(len(names)), shares[column], left=left, color=colour, label=label)
            left = left + shares[column].fillna(0).to_numpy()
        ax.set_yticks(range(len(names)), [look(name)["label"] for name in names])
        ax.set(title=panel, xlabel="% of the runs", ylim=(len(names) - 0.4, -0.6))
        ax.set(xlim=(0, 100), xticks=range(0, 100, 20))
        ax.grid(axis="y", visible=False)
        ax.label_outer()
    for ax in axes[len(panels) :]:
        ax.set_axis_off()
    if not names:
        return [sentence(axes[0], NOTHING)]
    axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return axes
