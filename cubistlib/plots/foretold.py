"""What a rule foretells against what comes of it, every case a dot."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cubistlib.plots.style import BLUE, INK, VERMILLION, sentence
from cubistlib.support.checks import require

LEAST = 1e-7  # rises below it are drawn at it; single precision tells none


def foretold(
    frame: pd.DataFrame, axes: Sequence[Axes], guided: Sequence[str] = ()
) -> Sequence[Axes]:
    """One panel a rule: by how much the loss rises against what is foretold, log-log.

    frame: columns rule, foretold, real and chosen (bool), which is marked. guided: rules that
    foretell the rise itself, with a line where they are right. Raises ValueError for fewer axes
    than rules.
    """
    rules = list(dict.fromkeys(frame["rule"]))
    require(len(rules) <= len(axes), f"plots: {len(rules)} rules need as many axes")
    if not rules:
        return [sentence(ax, "no network to show: all diverged") for ax in axes[:1]]
    for ax, rule in zip(axes, rules, strict=False):
        dots = frame[frame["rule"] == rule]
        said, real = (
            np.maximum(dots[part].to_numpy(float), LEAST) for part in ("foretold", "real")
        )
        ax.plot(said, real, "o", ms=3.5, color=BLUE, alpha=0.35, mew=0)
        marked = dots["chosen"].to_numpy(bool)
        ax.plot(said[marked], real[marked], "D", ms=6, mfc="none", color=VERMILLION, mew=1.5)
        if rule in guided:
            ends = [LEAST, max(said.max(), real.max())]
            ax.plot(ends, ends, color=INK, lw=1, ls=(0, (4, 3)), zorder=0)
        ax.set(
            xscale="log", yscale="log", title=rule, xlabel="foretold" if rule in guided else rule
        )
        ax.label_outer()
    axes[0].set_ylabel("the loss really rises by")
    return axes[: len(rules)]
