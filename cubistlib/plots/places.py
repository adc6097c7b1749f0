"""Who is ahead of whom, with what chance leaves of it."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cubistlib.plots.style import INK, NO_RUNS, look, sentence

APART = 0.16  # of a row's height, between its lines


def place_rows(tables: Mapping[str, pd.DataFrame], ax: Axes, mine: str = "") -> Axes:
    """A row a pruner, the first on top: its place, and between which places it lies.

    tables: as `verdict.places` gives them, by the words for what is equal in them, two at most;
    rows stand in the order of the first. mine: the pruner whose name is set in bold.
    """
    first = next(iter(tables.values()), pd.DataFrame({"algorithm": []}))
    names = first["algorithm"].tolist()[::-1]
    if not names:
        return sentence(ax, NO_RUNS)
    for table, shift, filled in zip(tables.values(), (APART, -APART), (True, False), strict=False):
        rows = table.set_index("algorithm")
        for height, name in enumerate(names):
            best, worst, at = rows.loc[name, ["best", "worst", "place"]]
            style = {
                "color": look(name)["color"],
                "mfc": look(name)["color"] if filled else "white",
            }
            ax.plot([best, worst], [height + shift] * 2, color=style["color"], lw=1.4)
            ax.plot(at, height + shift, "o", ms=7, mew=1.6, **style)
    ax.set_yticks(range(len(names)), [look(name)["label"] for name in names])
    for label, name in zip(ax.get_yticklabels(), names, strict=True):
        label.set_fontweight("bold" if name == mine else "normal")
    ax.set(xlim=(0.5, len(names) + 0.5), xlabel=f"place among {len(names)}")
    ax.set_xticks(range(1, len(names) + 1, max(1, len(names) // 10)))
    marks = zip(tables, (INK, "white"), strict=False)
    handles = [Line2D([], [], color=INK, marker="o", mfc=m, label=words) for words, m in marks]
    ax.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return ax
