"""The look of the series, and its figures about results: f(frame, ax) -> ax."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

# Okabe–Ito hues where they show on white, and two darker ones: told apart with any colour vision,
# and by their markers.
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PURPLE, GREY, WINE, OLIVE = "#56B4E9", "#CC79A7", "#7F7F7F", "#882255", "#8A8A00"

CLASS_COLOURS = (BLUE, VERMILLION)  # class 0 and negative values; class 1 and positive ones
DIVERGING = LinearSegmentedColormap.from_list("cubist", [BLUE, "#FFFFFF", VERMILLION])
SEQUENTIAL = "cividis"

# One colour and one marker an algorithm, everywhere; the search's frontier in black.
LOOKS = {
    "search": ("black", "o"),
    "gmp": (BLUE, "s"),
    "lth": (VERMILLION, "^"),
    "snip": (GREEN, "D"),
    "grasp": (ORANGE, "v"),
    "iter_snip": (SKY, "P"),
    "force": (PURPLE, "X"),
    "synflow": (OLIVE, "<"),
    "prospr": (GREY, ">"),
    "rigl": (WINE, "*"),
}
LABELS = {
    "search": "combinatorial search",
    "gmp": "GMP",
    "lth": "LTH",
    "snip": "SNIP",
    "grasp": "GraSP",
    "iter_snip": "Iter-SNIP",
    "force": "FORCE",
    "synflow": "SynFlow",
    "prospr": "ProsPr",
    "rigl": "RigL",
}
AXIS_NAMES = {
    "parameters_kept": "nonzero parameters (weights and biases)",
    "weights_kept": "nonzero weights",
    "effective_weights": "effective weights (on a path from input to output)",
    "keep": "weights kept, k",
    "accuracy": "accuracy on the spiral (%)",
    "effective": "effective weights (% of kept)",
}
ACCURACY = AXIS_NAMES["accuracy"]


def use_style() -> None:
    """Set the look of every figure that follows: size, resolution, fonts, grid."""
    mpl.rcParams.update(
        {
            "figure.figsize": (7.0, 4.2),
            "figure.dpi": 120,
            "savefig.dpi": 120,
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.labelsize": 11,
            "axes.titlesize": 11,
            "legend.fontsize": 10,
            "legend.frameon": False,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#E6E6E6",
            "grid.linewidth": 0.8,
            "axes.axisbelow": True,
            "image.cmap": SEQUENTIAL,
        }
    )


def look(algorithm: str) -> dict:
    """Colour, marker and label of an algorithm; grey circles for one that is new."""
    colour, marker = LOOKS.get(algorithm, ("#4D4D4D", "o"))
    return {"color": colour, "marker": marker, "label": LABELS.get(algorithm, algorithm)}


def width_style(algorithm: str, hidden: tuple[int, ...], i: int) -> dict:
    """Line style and label of the i-th width of an algorithm, which keeps its colour."""
    label = f"{LABELS.get(algorithm, algorithm)}, width {hidden[0]}"
    return {"ls": ("-", "--", ":", "-.")[i % 4], "label": label}


def frontiers(frame: pd.DataFrame, ax: Axes, targets: Sequence[float] = ()) -> Axes:
    """Best accuracy with at most so many nonzeros, one step curve an algorithm.

    frame: as `analysis.frontiers` gives it. A curve ends at the largest size that was tried;
    markers stand where the best improves. The search is drawn above all, in black.
    """
    by = frame.columns[1]
    for name in sorted(frame["algorithm"].unique(), key=lambda name: name == "search"):
        curve = frame[frame["algorithm"] == name]
        better = np.flatnonzero(curve["accuracy"].diff().ne(0)).tolist()
        style = look(name) | {"lw": 2.4 if name == "search" else 1.6, "markevery": better}
        ax.plot(curve[by], 100 * curve["accuracy"], drawstyle="steps-post", ms=5, **style)
    ax.set(xlabel=AXIS_NAMES[by], ylabel=ACCURACY)
    target_lines(ax, targets)
    return legend(ax)


def accuracy_curves(
    frame: pd.DataFrame,
    ax: Axes,
    targets: Sequence[float] = (),
    frontier: pd.DataFrame | None = None,
) -> Axes:
    """Median accuracy against k, a band from the worst to the best replicate, one curve a width.

    frame: as `analysis.over_seeds` gives it; frontier: of the search, by weights_kept, drawn
    behind over the same range of k.
    """
    if frontier is not None:
        _draw_frontier(frontier, frame["keep"].min(), frame["keep"].max(), ax)
    for i, ((name, hidden), curve) in enumerate(frame.groupby(["algorithm", "hidden"])):
        style = look(name) | width_style(name, hidden, i)
        ax.plot(curve["keep"], 100 * curve["median"], lw=1.8, ms=5, **style)
        band = (100 * curve["low"], 100 * curve["high"])
        ax.fill_between(curve["keep"].astype(float), *band, color=style["color"], alpha=0.13, lw=0)
    ax.set(xlabel=AXIS_NAMES["keep"], ylabel=ACCURACY)
    target_lines(ax, targets)
    return legend(ax)


def width_curves(frame: pd.DataFrame, ax: Axes, of: str = "accuracy") -> Axes:
    """A figure of every algorithm against the width, which doubles from tick to tick.

    frame: as `analysis.by_width` gives it; of: its column "accuracy" or "effective".
    """
    for name, curve in frame.groupby("algorithm"):
        ax.plot(curve["width"], 100 * curve[of], lw=1.6, ms=6, **look(name))
    ticks = [3, 4, 6, 8, 16, 32, 64, 128, 256]
    ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, ticks)
    ax.set(xlabel="width of the hidden layers", ylabel=AXIS_NAMES[of])
    return legend(ax)


def target_lines(ax: Axes, targets: Sequence[float]) -> Axes:
    """Thin labelled lines at target accuracies in percent."""
    for target in targets:
        ax.axhline(target, color="#4D4D4D", lw=0.8, ls=(0, (4, 3)), zorder=1)
        ax.annotate(
            f"{target:g} %",
            (0, target),
            xycoords=("axes fraction", "data"),
            xytext=(3, 2),
            textcoords="offset points",
            fontsize=9,
            color="#4D4D4D",
        )
    return ax


def schedule(steps: Sequence[int], left: Sequence[float], ax: Axes, algorithm: str) -> Axes:
    """Weights left against the training step, as a staircase."""
    ax.step(steps, left, where="post", lw=1.8, color=look(algorithm)["color"])
    ax.set(xlabel="training step", ylabel="weights left")
    return ax


def _draw_frontier(frontier: pd.DataFrame, low: int, high: int, ax: Axes) -> None:
    """The search's best with at most k weights, for k from low to high."""
    best = frontier.set_index("weights_kept")["accuracy"]
    counts = np.arange(low, high + 1)
    accuracy = [100 * best.loc[:k].max() for k in counts]
    style = look("search") | {"marker": None}
    ax.plot(counts, accuracy, drawstyle="steps-post", lw=2.4, zorder=1.5, **style)


def accuracy_spread(
    accuracy: Sequence[float], ax: Axes, targets: Sequence[float] = (), median: bool = False
) -> Axes:
    """How many runs ended at which accuracy (a share); targets in percent as upright lines.

    median: a line there too.
    """
    percent = 100 * np.asarray(accuracy)
    ax.hist(percent, bins=np.arange(50, 101, 1), color=GREY)
    ax.margins(y=0.15)
    ax.set(xlabel=ACCURACY, ylabel="runs", xlim=(50, 100.5))
    lines = {f"{target:g} %": target for target in targets}
    if median:
        lines["median"] = np.median(percent)
    for label, place in lines.items():
        ax.axvline(place, color="black", lw=0.8, ls=(0, (4, 3)))
        ax.annotate(
            label,
            (place, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-3, -3),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=9,
        )
    return ax


def effective_share(results: pd.DataFrame, ax: Axes) -> Axes:
    """Mean share of the kept weights that lie on a path, against k, one curve a width."""
    share = 100 * results["effective_weights"] / results["weights_kept"]
    cells = share.groupby([results["algorithm"], results["hidden"], results["keep"]]).mean()
    for i, ((name, hidden), curve) in enumerate(cells.groupby(["algorithm", "hidden"])):
        style = look(name) | width_style(name, hidden, i)
        ax.plot(curve.index.get_level_values("keep"), curve, lw=1.8, ms=5, **style)
    ax.set(xlabel=AXIS_NAMES["keep"], ylabel=AXIS_NAMES["effective"], ylim=(0, 103))
    return legend(ax)


def legend(ax: Axes) -> Axes:
    """The legend, outside the data."""
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax
