"""Which sizes reach a target, how often: what a typical run does, not the best of many."""

import numpy as np
import pandas as pd

from cubistlib.analysis.results import Columns, Size, Target
from cubistlib.analysis.success import CERTAINTY, interval, least_correct, scored
from cubistlib.support.checks import require
from cubistlib.support.types import PositiveShare, Whole, arguments

RESAMPLES = 2000


@arguments
def reached(
    results: pd.DataFrame, target: Target, by: Columns = ("algorithm",), size: Size = "keep"
) -> pd.DataFrame:
    """How many runs of every group and size reach a target, a share.

    by: columns that make a group. size: "keep", or one of COUNTS. Columns by, size, runs,
    successes, rate, and low and high, between which the rate lies with a certainty of 95 % or more
    (see `success.interval`). A run that diverged is one, but no success.
    """
    runs = successes(results, target, by, size)
    table = runs.groupby([*by, size], sort=False)["success"].agg(runs="size", successes="sum")
    table = table.reset_index().sort_values([*by, size], ignore_index=True)
    low, high = interval(table["successes"], table["runs"])
    return table.assign(rate=table["successes"] / table["runs"], low=low, high=high)


@arguments
def needed(
    results: pd.DataFrame,
    target: Target,
    share: PositiveShare = 0.5,
    by: Columns = ("algorithm",),
    size: Size = "keep",
    seed: Whole = 0,
) -> pd.DataFrame:
    """The size from which on that share of the runs reaches a target.

    The rate of success over size is fitted by the closest that nowhere falls (isotonic
    regression, every size weighted by its runs) and read off between sizes on a straight line.
    low, high: the middle 95 % of the same over rates drawn at every size from what its successes
    allow (Jeffreys' beta distribution, which is not certain of a rate that was 0 or 1). In
    simulations it held the true size as often as it says for one half, and nine times of ten for
    a tenth. Columns by, needed, low, high; infinite where even the largest size fails so often;
    where even the smallest does not, `needed` is at most what it says and `low` is 0. Widths or
    other groups are not mixed unless `by` leaves them out.
    """
    rng, rows = np.random.default_rng(seed), []
    runs = successes(results, target, by, size)
    for group, own in runs.groupby([*by], sort=False):
        counts = own.groupby(size)["success"].agg(["size", "sum"])
        sizes, n, k = (np.asarray(v, float) for v in (counts.index, counts["size"], counts["sum"]))
        drawn = rng.beta(k + 0.5, n - k + 0.5, (RESAMPLES, len(n)))
        found = crossing(sizes, drawn, n, share)
        outside = (1 - CERTAINTY) / 2
        low, high = np.quantile(found, [outside, 1 - outside], method="inverted_cdf")
        low = 0.0 if low == sizes[0] else low
        rows.append((*group, float(crossing(sizes, k / n, n, share)), low, high))
    return pd.DataFrame(rows, columns=[*by, "needed", "low", "high"])


def successes(results: pd.DataFrame, target: float, by: Columns, size: str) -> pd.DataFrame:
    """Groups, sizes and whether each run reaches the target.

    Raises ValueError for results that `scored` refuses, or if the size is in `by`.
    """
    require(size not in by, f"analysis: size, {size}, must not be in by as well")
    runs, points = scored(results, *by, size)
    success = runs["correct"] >= least_correct(target, points)
    return runs[[*by, size]].assign(success=success).dropna(subset=size)


def crossing(sizes: np.ndarray, rates: np.ndarray, weights: np.ndarray, share: float) -> np.ndarray:
    """Where the closest rates that nowhere fall reach a share; infinite if they do not.

    sizes: ascending, (n,). rates: at each, (..., n), of which the result is (...). weights: (n,).
    The closest by weighted squares is the slope of the greatest convex line below the sums of
    what the rates exceed the share by; source: Barlow et al. 1972. From the first size on at
    which it is not negative, the line's slopes to both sides are those of its chords.
    """
    excess = (np.asarray(rates, float) - share) * weights
    sums = np.insert(np.cumsum(excess, axis=-1), 0, 0, axis=-1)
    before = np.minimum.accumulate(sums[..., :-1], axis=-1)
    after = np.minimum.accumulate(sums[..., :0:-1], axis=-1)[..., ::-1]
    reaching = after >= before - 1e-12
    first = reaching.argmax(-1)[..., None]
    total = np.insert(np.cumsum(weights), 0, 0.0)
    with np.errstate(invalid="ignore"):  # a chord of no length
        chords = (sums - np.take_along_axis(sums, first, -1)) / (total - total[first])
    place = np.arange(len(total))
    below = -np.where(place < first, chords, -np.inf).max(-1)  # infinite before the smallest size
    above = np.where(place > first, chords, np.inf).min(-1)
    step = np.diff(sizes, prepend=sizes[0])[first[..., 0]]
    part = np.divide(above, above + below, out=np.zeros_like(above), where=np.isfinite(below))
    return np.where(reaching.any(-1), sizes[first[..., 0]] - step * part, np.inf)
