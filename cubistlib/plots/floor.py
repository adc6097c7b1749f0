"""Figures about the floor: lines over the spiral, errors by label changes, what masks allow."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.patches import Rectangle

from cubistlib.plots.style import BLUE, CLASS_COLOURS, GREY, INK, SEQUENTIAL, guide, percent


def crossings(
    segments: np.ndarray, label: np.ndarray, angle: float, offset: float, ax: Axes
) -> Axes:
    """The spiral's segments, and one of the lines of a direction with the labels it crosses.

    segments: (n, 2, 2), ends in raw units. label: (n,). angle: of the lines, radians. offset:
    of the marked line from the origin, raw units.
    """
    colours = [CLASS_COLOURS[kind] for kind in label]
    ax.add_collection(LineCollection(list(segments), colors=colours, linewidths=2))
    along, normal = (
        np.array([np.cos(angle), np.sin(angle)]),
        np.array([-np.sin(angle), np.cos(angle)]),
    )
    reach = 1.05 * np.abs(segments).max()
    for shift in np.linspace(-reach, reach, 15):
        ends = shift * normal + 1.5 * reach * np.array([-along, along])
        ax.plot(*ends.T, color=GREY, lw=0.5, zorder=0)
    ends = offset * normal + 1.5 * reach * np.array([-along, along])
    ax.plot(*ends.T, color=INK, lw=1.5, zorder=1)
    start, end = segments[:, 0] @ normal - offset, segments[:, 1] @ normal - offset
    hit = start * end < 0
    share = (start / (start - end))[hit, None]
    at = segments[hit, 0] + share * (segments[hit, 1] - segments[hit, 0])
    ax.scatter(
        at[:, 0],
        at[:, 1],
        c=[colours[i] for i in np.flatnonzero(hit)],
        s=40,
        edgecolor="white",
        zorder=3,
    )
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xlabel="x (raw units)")
    ax.set_ylabel("y (raw units)")
    ax.grid(False)
    return ax


def errors_by_changes(shares: Sequence[float], ax: Axes, targets: Sequence[float] = ()) -> Axes:
    """The fewest errors (%) by label changes along lines; dashed, what accuracies allow.

    shares: of wrong points, for 0, 1, 2 … changes. targets: accuracies, as shares.
    """
    ax.bar(range(len(shares)), 100 * np.asarray(shares), color=BLUE, width=0.7)
    for i, share in enumerate(shares):
        if share > 0:
            ax.text(i, 100 * share, f"{100 * share:.1f}", ha="center", va="bottom", fontsize=9)
    for target in targets:
        guide(ax, 100 * (1 - target))
        words = f"allowed at {percent(target)}"
        ax.text(len(shares) - 0.5, 100 * (1 - target), words, ha="right", va="bottom", color=INK)
    ax.set(xlabel="label changes along each line, at most", ylabel="wrong points, at least (%)")
    ax.set_xticks(range(len(shares)))
    ax.grid(axis="x", visible=False)
    return ax


def ceilings(masks: pd.DataFrame, points: int, ax: Axes, targets: Sequence[float] = ()) -> Axes:
    """The accuracy (%) that no network of a mask exceeds, a dot a mask, by its weights.

    masks: columns weights and wrong, of `points`. targets: accuracies, as shares.
    """
    ceiling = 100 * (1 - masks["wrong"] / points)
    for weights, group in ceiling.groupby(masks["weights"]):
        spread = np.linspace(-0.3, 0.3, len(group)) if len(group) > 1 else np.zeros(1)
        ax.scatter(weights + spread, np.sort(group), s=9, color=BLUE, linewidths=0, zorder=2)
    best = ceiling.groupby(masks["weights"]).max()
    ax.step(best.index, best, where="mid", color="black", lw=1.5, zorder=3)
    for target in targets:
        guide(ax, 100 * target, percent(target))
    ax.set(xlabel="nonzero weights", ylabel="accuracy, at most (%)")
    ax.set_xticks(sorted(set(masks["weights"])))
    return ax


def boxes(sides: np.ndarray, wrong: Sequence[float], segments: np.ndarray, ax: Axes) -> Axes:
    """Boxes of the plane shaded by the share of points (%) that must be wrong in each.

    sides: (n, 4), left, right, bottom, top, raw units; what is infinite ends with the picture.
    wrong: shares. segments: (m, 2, 2), the spiral, drawn on top.
    """
    reach = 1.15 * np.abs(segments).max()
    left, right, bottom, top = np.clip(sides, -reach, reach).T
    drawn = [
        Rectangle((x, y), w, h)
        for x, y, w, h in zip(left, bottom, right - left, top - bottom, strict=True)
    ]
    patches = PatchCollection(drawn, cmap=SEQUENTIAL, edgecolor="white", linewidth=0.6)
    patches.set_array(100 * np.asarray(wrong))
    ax.add_collection(patches)
    ax.add_collection(LineCollection(list(segments), colors="white", linewidths=1))
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.set(xlabel="x of the corner (raw units)", ylabel="y of the corner (raw units)")
    ax.figure.colorbar(patches, ax=ax, label="wrong points, at least (%)", shrink=0.8)
    ax.grid(False)
    return ax
