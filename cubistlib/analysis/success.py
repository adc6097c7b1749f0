"""Chances of success: how many trainings reached an accuracy, and what that says of the rate."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from statistics import NormalDist

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.support.checks import require

# With which intervals hold the rate, and with which none found rules a rate out.
CERTAINTY = 0.95
DEVIATIONS = NormalDist().inv_cdf((1 + CERTAINTY) / 2)  # of a normal distribution, to either side


def column(target: float) -> str:
    """The name of the column that counts successes at a target, a share: "99.5 %"."""
    return f"{100 * target:g} %"


def least_correct(target: float, points: int) -> int:
    """The fewest points that are a share of at least `target`, exactly as it is written."""
    require(0 <= target <= 1, f"success: a target is a share such as 0.95, got {target:g}")
    return ceil(Fraction(str(target)) * points)


def counts(results: pd.DataFrame, by: Sequence[str], targets: Sequence[float]) -> pd.DataFrame:
    """How many trainings reached each target, for every group of results.

    by: columns of results that make a group. targets: accuracies, as shares. Columns `by`,
    trainings, one a target such as "95 %", best (points that the best network has right) and
    points. One that diverged is a training, but no success. Raises ValueError for results that
    lack `correct` and `points`, or are of several numbers of points.
    """
    by = list(by)
    runs = store.tidied(results, *by, "correct", "points", "diverged")
    require(runs["points"].nunique() <= 1, "success: results must be of one number of points")
    correct = runs["correct"].where(~runs["diverged"].astype(bool), 0).astype("int64")
    table = runs[by].assign(trainings=1, best=correct, points=runs["points"].astype("int64"))
    for target in targets:
        least = least_correct(target, int(runs["points"].max())) if len(runs) else 0
        table[column(target)] = (correct >= least).astype("int64")
    names = ["trainings", *map(column, targets), "best", "points"]
    return pooled(table[[*by, *names]], by)


def pooled(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Counts added up over all that is not in `by`, as `counts` gives them."""
    by = list(by)
    most = {"best": "max", "points": "max"}
    every = {n: most.get(n, "sum") for n in table if n in ("trainings", *most) or n.endswith(" %")}
    return table.groupby(by, sort=False, as_index=False).agg(every)


def rates(table: pd.DataFrame, targets: Sequence[float]) -> pd.DataFrame:
    """The rate of success at each target, with its interval; a row a group and target.

    Columns of the table, and target (a share), successes, rate, low and high; see `interval`.
    Raises ValueError for a target that has not been counted.
    """
    missing = [column(target) for target in targets if column(target) not in table]
    require(not missing, f"success: {', '.join(missing)} has not been counted")
    parts = [table.assign(target=target, successes=table[column(target)]) for target in targets]
    none = table.head(0).assign(target=0.0, successes=0)
    every = pd.concat(parts, ignore_index=True) if parts else none
    low, high = interval(every["successes"], every["trainings"])
    return every.assign(rate=every["successes"] / every["trainings"], low=low, high=high)


def interval(
    successes: Sequence[int] | np.ndarray, trainings: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest rates that so many successes allow, by Clopper and Pearson.

    Whatever the rate is, the interval holds it with a certainty of 95 % or more. Source:
    Clopper & Pearson 1934. Raises ValueError for more successes than trainings.
    """
    from scipy.stats import beta  # loaded by who asks: it takes half a second

    k, n = (np.asarray(values, float) for values in (successes, trainings))
    require(((k >= 0) & (k <= n)).all(), "success: there must be 0 … trainings successes")
    tail = (1 - CERTAINTY) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(k > 0, beta.ppf(tail, k, n - k + 1), 0)
        high = np.where(k < n, beta.ppf(1 - tail, k + 1, n - k), 1)
    return low, high


def leads(one: pd.DataFrame, other: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """By how much the rates of success of one table lie above those of another, run by no pairs.

    one, other: as `rates` gives them. by: columns that name what is compared, one row each in
    either. Columns by, successes and trainings of both (the other's end in _other), lead (the
    difference of the two rates), low and high, between which it lies with a certainty of about
    95 %, also where none or all succeed. Source: Newcombe 1998, method 10, of intervals by
    Wilson 1927. Raises ValueError if there are two rows of what is compared.
    """
    by, counted = list(by), ["successes", "trainings"]
    twice = one.duplicated(by).any() or other.duplicated(by).any()
    require(not twice, f"success: there must be one row for each of {', '.join(by)}")
    both = one[by + counted].merge(other[by + counted], on=by, suffixes=("", "_other"))
    rate, low, high = _wilson(both["successes"], both["trainings"])
    theirs, their_low, their_high = _wilson(both["successes_other"], both["trainings_other"])
    lead = rate - theirs
    below = np.hypot(rate - low, their_high - theirs)
    above = np.hypot(high - rate, theirs - their_low)
    return both.assign(lead=lead, low=lead - below, high=lead + above)


def _wilson(successes: pd.Series, trainings: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """The rate, and the lowest and highest that are no further from it than chance carries."""
    n, rate = trainings.astype(float), successes / trainings
    middle, widening = rate + DEVIATIONS**2 / (2 * n), 1 + DEVIATIONS**2 / n
    reach = DEVIATIONS * np.sqrt(rate * (1 - rate) / n + (DEVIATIONS / (2 * n)) ** 2)
    return rate, (middle - reach) / widening, (middle + reach) / widening


def seen(trainings: int | np.ndarray | pd.Series) -> np.ndarray:
    """The rate from which so many trainings would have had a success with a certainty of 95 %.

    What "none found" rules out: 1 − 0.05^(1/trainings), about 3 / trainings; 1 for no training.
    Where masks that were tried equally often have rates of their own, it holds for their mean:
    at one mean, a success is the likelier the more the rates differ.
    """
    n = np.array(trainings, float)
    with np.errstate(divide="ignore"):
        return -np.expm1(np.log1p(-CERTAINTY) / n)
