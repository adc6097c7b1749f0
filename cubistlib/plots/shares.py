"""How much of what is kept is used, and when how much is kept: two figures about masks."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cubistlib.plots.style import INK, NO_RUNS, guide, legend, look, sentence, width_name
from cubistlib.support.checks import require


def share_rows(frame: pd.DataFrame, axes: Sequence[Axes]) -> Sequence[Axes]:
    """One panel a width, a row an algorithm: what of the kept weights is on a path, and alive.

    frame: as `analysis.kept_shares` gives it, in the order of whose algorithms the rows stand from
    the top. Raises ValueError for fewer axes than widths.
    """
    names, widths = list(dict.fromkeys(frame["algorithm"])), sorted(set(frame["hidden"]))
    require(len(widths) <= len(axes), f"plots: {len(widths)} widths need as many axes")
    for ax, hidden in zip(axes, widths, strict=False):
        rows = frame[frame["hidden"] == hidden].set_index("algorithm")
        for height, name in enumerate(reversed(names)):
            if name in rows.index:
                effective, live = 100 * rows.loc[name, ["effective", "live"]].to_numpy(float)
                colour = look(name)["color"]
                ax.plot([live, effective], [height] * 2, color=colour, lw=1.4)
                ax.plot(effective, height, "o", ms=8, color=colour, mfc="white", mew=1.6)
                ax.plot(live, height, "o", ms=8, color=colour)
        ax.set_yticks(range(len(names)), [look(name)["label"] for name in names[::-1]])
        ax.set(title=f"width {width_name(hidden)}", xlabel="% of the kept weights", xlim=(-2, 103))
        ax.label_outer()
    for ax in axes[max(1, len(widths)) :]:
        ax.set_axis_off()
    if not names:
        return [sentence(ax, NO_RUNS) for ax in axes[:1]]
    marks = {"on a path": "white", "alive": INK}
    handles = [Line2D([], [], color=INK, marker="o", ls="none", mfc=m) for m in marks.values()]
    axes[0].figure.legend(handles, marks, loc="outside upper center", ncols=2)
    return axes


def courses(
    told: Mapping[str, tuple[np.ndarray, np.ndarray]], axes: Sequence[Axes], keep: int
) -> Sequence[Axes]:
    """How many weights each algorithm keeps when: before the first training, and in trainings.

    told: times and weights of `pruners.course` by algorithm; those with one course share a line,
    in the look of the first. axes: two, for the times up to 0 and from 0 on. keep: k, a guide.
    """
    alike: dict[tuple, list[str]] = {}
    for name, (times, left) in told.items():
        alike.setdefault((*times, *left), []).append(name)
    last = max((times[-1] for times, _ in told.values()), default=1)
    for names in alike.values():
        label = ", ".join(look(name)["label"] for name in names)
        line = {"color": look(names[0])["color"], "lw": 1.8, "drawstyle": "steps-post"}
        times, left = told[names[0]]
        for ax, part in zip(axes, (times <= 0, times >= 0), strict=True):
            if part.sum() > 1:
                ax.plot(times[part], left[part], label=label, **line)
    axes[0].set(xlim=(-1, 0.04), xticks=[-1, -0.5, 0], xticklabels=["0", "50", "100"])
    axes[0].set(xlabel="before training: scorings done (%)", ylabel="weights left")
    axes[1].set(xlim=(0, last), xticks=np.arange(last + 1), xlabel="trainings done")
    guide(axes[0], keep, f"k = {keep}"), guide(axes[1], keep)
    return [axes[0], legend(axes[1])]
