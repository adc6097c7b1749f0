"""The look of the series: colours, markers, names of axes, lines at targets, legends."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from cubistlib.support.checks import require

# Okabe–Ito hues where they show on white, and two darker ones: told apart with any colour vision,
# and by their markers.
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PURPLE, GREY, WINE, OLIVE = "#56B4E9", "#CC79A7", "#7F7F7F", "#882255", "#8A8A00"
INK = "#4D4D4D"  # frames, guides and their words

CLASS_COLOURS = (BLUE, VERMILLION)  # class 0 and negative values; class 1 and positive ones
DIVERGING = LinearSegmentedColormap.from_list("cubist", [BLUE, "#FFFFFF", VERMILLION])
SEQUENTIAL = "cividis"
# Of lines on white: from large to small, without the pale third that would not be seen.
SCORES = LinearSegmentedColormap.from_list(
    "scores", mpl.colormaps[SEQUENTIAL](np.linspace(0.68, 0, 256))
)

# A name, one colour and one marker an algorithm, everywhere; the search's frontier in black.
LOOKS = {
    "search": ("combinatorial search", "black", "o"),
    "gmp": ("GMP", BLUE, "s"),
    "lth": ("LTH", VERMILLION, "^"),
    "snip": ("SNIP", GREEN, "D"),
    "grasp": ("GraSP", ORANGE, "v"),
    "iter_snip": ("Iter-SNIP", SKY, "P"),
    "force": ("FORCE", PURPLE, "X"),
    "synflow": ("SynFlow", OLIVE, "<"),
    "prospr": ("ProsPr", GREY, ">"),
    "rigl": ("RigL", WINE, "*"),
}
# Algorithms after the paper's, which no figure shows all together: hues again, other markers.
LATER = {
    "backward": ("backward", OLIVE, "p"),
    "lrr": ("LRR", WINE, "h"),
    "cyclic": ("cyclic", GREEN, "p"),
    "sculpt": ("SCULPT", GREY, "p"),
    "obs": ("OBS", ORANGE, "h"),
    "cbs": ("CBS", PURPLE, "h"),
    "chita": ("CHITA", BLUE, "h"),
    "dwf": ("DWF", VERMILLION, "h"),
    "pilot": ("PILoT", SKY, "h"),
    "acdc": ("AC/DC", GREY, "d"),
    "granet": ("GraNet", SKY, "d"),
    "cts": ("CTS", PURPLE, "d"),
}
# The frontiers that the search is held to: in black as it is, but hollow, and not solid.
RULERS = {
    "sparsest_sgd": ("sparsest by SGD", "o", (0, (4, 1.5))),
    "sparsest": ("sparsest at all", "s", (0, (1, 1))),
}
LABELS = {name: label for name, (label, *_) in (LOOKS | LATER | RULERS).items()}
AXIS_NAMES = {
    "parameters_kept": "parameters kept (weights and biases)",
    "effective_parameters": "parameters on a path (weights and biases)",
    "live_parameters": "parameters that live (weights and biases)",
    "weights_kept": "weights kept",
    "effective_weights": "weights on a path from input to output",
    "live_weights": "weights that live",
    "keep": "weights kept, k",
    "width": "width of the hidden layers",
    "accuracy": "accuracy on the spiral (%)",
    "effective": "weights on a path (% of kept)",
    "live": "weights that live (% of kept)",
    "pathless": "masks without any path (%)",
}
ACCURACY = AXIS_NAMES["accuracy"]
NO_RUNS = "no run to show: there is none, or all diverged"


def use_style() -> None:
    """Set the look of every figure that follows: size, resolution, fonts, grid."""
    mpl.rc("figure", figsize=(7.0, 4.2), dpi=120)
    mpl.rc("figure.constrained_layout", use=True)
    mpl.rc("savefig", dpi=120)
    mpl.rc("font", size=11)
    mpl.rc("axes", labelsize=11, titlesize=11, grid=True, axisbelow=True)
    mpl.rc("axes.spines", top=False, right=False)
    mpl.rc("grid", color="#E6E6E6", linewidth=0.8)
    mpl.rc("legend", fontsize=10, frameon=False)
    mpl.rc("image", cmap=SEQUENTIAL)


def look(algorithm: str) -> dict:
    """Colour, marker and label of an algorithm; grey circles for one that is new.

    Of the frontiers of `RULERS` also the line, and the marker's white filling.
    """
    if algorithm in RULERS:
        label, marker, line = RULERS[algorithm]
        return {"color": "black", "marker": marker, "mfc": "white", "ls": line, "label": label}
    label, colour, marker = (LOOKS | LATER).get(algorithm, (algorithm, INK, "o"))
    return {"color": colour, "marker": marker, "label": label}


def width_name(hidden: Sequence[int]) -> str:
    """The paper's "width" where all layers are as wide, else all widths: "3" or "7-3-3"."""
    return str(hidden[0]) if len(set(hidden)) == 1 else "-".join(map(str, hidden))


def count_axis(ax: Axes, by: str) -> Axes:
    """Name the horizontal axis after a count; refused where it has the name of another one."""
    name = AXIS_NAMES[by]
    there = ax.get_xlabel() or name
    require(there == name, f"plots: {name} cannot share an axis with {there}")
    ax.set_xlabel(name)
    return ax


def width_axis(ax: Axes, widest: int = 256) -> Axes:
    """Widths along the horizontal axis up to the widest, which doubles from tick to tick."""
    ticks = [4, *(tick for tick in (8, 16, 32, 64, 128, 256) if tick <= widest)]
    ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    return ax


def percent(share: float) -> str:
    """A share as a person reads it: 0.995 is "99.5 %"."""
    return f"{100 * share:g} %"


def target_lines(ax: Axes, targets: Sequence[float], upright: bool = False) -> Axes:
    """Thin labelled lines at target accuracies, which are shares, over an axis in percent."""
    for target in targets:
        guide(ax, 100 * target, percent(target), upright)
    return ax


def guide(ax: Axes, value: float, label: str = "", upright: bool = False) -> Axes:
    """A thin line at a value of the vertical axis, or `upright` of the other, with its name."""
    line: dict[str, Any] = {"color": INK, "lw": 0.8, "ls": (0, (4, 3)), "zorder": 1}
    words: dict[str, Any] = {"color": INK, "fontsize": 9, "va": "top" if upright else "bottom"}
    if upright:
        ax.axvline(value, **line)
        ax.text(value, 0.99, f"{label} ", ha="right", transform=ax.get_xaxis_transform(), **words)
    else:
        ax.axhline(value, **line)
        ax.text(0.005, value, label, transform=ax.get_yaxis_transform(), **words)
    return ax


def legend(ax: Axes, nothing: str = NO_RUNS) -> Axes:
    """The legend, outside the data; where nothing has been drawn, a sentence in its place."""
    if not ax.get_legend_handles_labels()[0]:
        return sentence(ax, nothing)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def sentence(ax: Axes, words: str) -> Axes:
    """Words in the middle of an axes in which there is nothing to see."""
    ax.text(
        0.5, 0.5, words, color=INK, fontsize=9, ha="center", va="center", transform=ax.transAxes
    )
    return ax
