"""The look of the series: colours, markers, names of axes, lines at targets, legends."""

from collections.abc import Sequence

import matplotlib as mpl
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


def legend(ax: Axes) -> Axes:
    """The legend, outside the data."""
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax
