"""Chances of success: how many trainings reached an accuracy, and what that says of the rate."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from statistics import NormalDist

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.analysis.results import Columns, Target, Targets, once, telling
from cubistlib.networks import numbers
from cubistlib.support.checks import require
from cubistlib.support.types import Whole, arguments

# With which intervals hold the rate, and with which none found rules a rate out.
CERTAINTY = 0.95
DEVIATIONS = NormalDist().inv_cdf((1 + CERTAINTY) / 2)  # of a normal distribution, to either side


@arguments
def column(target: Target) -> str:
    """The name of the column that counts successes at a target, a share: "99.5 %"."""
    return f"{100 * target:g} %"


@arguments
def least_correct(target: Target, points: Whole) -> int:
    """The fewest points that are a share of at least `target`, exactly as it is written."""
    return ceil(Fraction(str(target)) * points)


@arguments
def counts(results: pd.DataFrame, by: Columns, targets: Targets) -> pd.DataFrame:
    """How many trainings reached each target, for every group of results.

    by: columns of results that make a group. targets: accuracies, as shares. Columns `by`,
    trainings, one a target such as "95 %", best (points that the best network has right) and
    points. One that diverged is a training, but no success. Raises ValueError for results that
    `scored` refuses.
    """
    by = list(by)
    runs, points = scored(results, *by)
    table = runs[by].assign(trainings=1, best=runs["correct"], points=points)
    for target in targets:
        table[column(target)] = (runs["correct"] >= least_correct(target, points)).astype("int64")
    names = ["trainings", *map(column, targets), "best", "points"]
    return pooled(table[[*by, *names]], by)


def scored(results: pd.DataFrame, *by: str) -> tuple[pd.DataFrame, int]:
    """Runs with the points that they have right, 0 where one diverged, and of how many points.

    Raises ValueError for results that lack one of these columns, `correct`, `points` or
    `diverged`, or a value in them, are of several numbers of points, or in which a run stands
    twice.
    """
    runs = store.tidied(results, *by, "correct", "points", "diverged")
    telling(runs, "correct")
    once(runs)
    points = runs["points"].unique()
    fit = len(points) <= 1 and not pd.isna(points).any()
    require(fit, "success: results must be of one number of points, and all tell it")
    correct = runs["correct"].where(~runs["diverged"].astype(bool), 0).astype("int64")
    return runs.assign(correct=correct), int(points[0]) if len(points) else 0


@arguments
def pooled(table: pd.DataFrame, by: Columns) -> pd.DataFrame:
    """Counts added up over all that is not in `by`, as `counts` gives them."""
    by = list(by)
    store.having(table, *by)
    most = {"best": "max", "points": "max"}
    every = {n: most.get(n, "sum") for n in table if n in ("trainings", *most) or n.endswith(" %")}
    return table.groupby(by, sort=False, as_index=False).agg(every)


@arguments
def rates(table: pd.DataFrame, targets: Targets) -> pd.DataFrame:
    """The rate of success at each target, with its interval; a row a group and target.

    Columns of the table, and target (a share), successes, rate, low and high; see `interval`.
    Raises ValueError for a target that has not been counted.
    """
    store.having(table, "trainings")
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
    from scipy.special import betaincinv  # loaded by who asks; scipy.stats takes half a second

    k, n = _counted(successes, trainings)
    tail = (1 - CERTAINTY) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(k > 0, betaincinv(k, n - k + 1, tail), 0)
        high = np.where(k < n, betaincinv(k + 1, n - k, 1 - tail), 1)
    return low, high


@arguments
def leads(one: pd.DataFrame, other: pd.DataFrame, by: Columns) -> pd.DataFrame:
    """By how much the rates of success of one table lie above those of another, run by no pairs.

    one, other: as `rates` gives them. by: columns that name what is compared, one row each in
    either. Columns by, successes and trainings of both (the other's end in _other), lead (the
    difference of the two rates), low and high, between which it lies with a certainty of about
    95 %, also where none or all succeed. Source: Newcombe 1998, method 10, of intervals by
    Wilson 1927. Raises ValueError if there are two rows of what is compared, or counts that
    cannot be.
    """
    by = list(by)
    both = _compared(one, by).merge(_compared(other, by), on=by, suffixes=("", "_other"))
    rate, low, high = _wilson(both["successes"], both["trainings"])
    theirs, their_low, their_high = _wilson(both["successes_other"], both["trainings_other"])
    lead = rate - theirs
    below = np.hypot(rate - low, their_high - theirs)
    above = np.hypot(high - rate, theirs - their_low)
    return both.assign(lead=lead, low=lead - below, high=lead + above)


def _compared(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Columns by, and counts of which a rate can be made; one row each."""
    store.having(table, *by, "successes", "trainings")
    require(
        not table.duplicated(by).any(),
        f"success: there must be one row for each of {', '.join(by)}",
    )
    k, n = _counted(table["successes"], table["trainings"], least=1)
    return table[by].assign(successes=k.astype(np.int64), trainings=n.astype(np.int64))


def _counted(
    successes: Sequence[int] | np.ndarray, trainings: Sequence[int] | np.ndarray, least: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64. Raises ValueError unless they are counts that can be, of `least` or more."""
    given = {"successes": successes, "trainings": trainings}
    k, n = (numbers(f"success: {name}", values).astype(float) for name, values in given.items())
    fit = k.shape == n.shape and ((k >= 0) & (k <= n) & (n >= least)).all()
    whole = fit and ((k % 1 == 0) & (n % 1 == 0)).all()
    require(whole, "success: there must be 0 … trainings successes, for each trainings")
    return k, n


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
    n = numbers("seen: trainings", trainings).astype(float)
    require((n >= 0).all(), "seen: trainings must be numbers ≥ 0")
    with np.errstate(divide="ignore"):
        return -np.expm1(np.log1p(-CERTAINTY) / n)
