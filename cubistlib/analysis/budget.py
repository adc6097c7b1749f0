"""What effort buys: the best of so many runs that is to be expected, and what those cost."""

from typing import Annotated

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.analysis.results import Columns, Size, Target, converged, counting, once
from cubistlib.support import types
from cubistlib.support.checks import require
from cubistlib.support.types import Count, Whole, arguments

POINTS = 200  # numbers of runs at which the best is told, few first, at even ratios
Steps = Annotated[Whole, types.AtMost(10**15)]  # of as many trainings as anybody may ask for
INTERVAL = (0.025, 0.975)
TOLD = ("runs", "steps", "accuracy", "low", "high")
FEWEST = ("target", "runs", "steps", "chance", "fewest", "low", "high")


@arguments
def expected_best(
    results: pd.DataFrame, by: Columns = ("algorithm",), resamples: Count = 200, seed: Whole = 0
) -> pd.DataFrame:
    """The best accuracy to be expected of n runs of each group, n from 1 to as many as there are.

    by: columns that make a group. Columns by, runs (n), steps (that so many runs take in the
    mean), accuracy (a share, of the best of n runs drawn with replacement from those that there
    are), low and high: between these lies 95 % of what resamples of the runs give (bootstrap). It
    tells nothing of luckier runs than those that there are. A run that diverged does not count.
    Source: Dodge et al. 2019, eq. 8. Raises ValueError for results without steps.
    """
    require(not {*by} & {*TOLD}, f"expected_best: by must have none of {', '.join(TOLD)}")
    runs = converged(counting(store.tidied(results, *by), "steps"))
    rng, parts = np.random.default_rng(seed), []
    for names, own in runs.groupby([*by], sort=False):
        values, counts = np.unique(own["accuracy"].to_numpy(float), return_counts=True)
        n = _numbers(len(own))
        redrawn = rng.multinomial(len(own), counts / len(own), size=resamples)
        low, high = np.quantile([_best(values, c, n) for c in redrawn], INTERVAL, axis=0)
        told = {"runs": n, "steps": n * own["steps"].mean(), "accuracy": _best(values, counts, n)}
        parts.append(_named(by, names, told | {"low": low, "high": high}))
    return _together(parts, by, TOLD)


@arguments
def expected_fewest(
    results: pd.DataFrame,
    target: Target,
    by: Columns = ("algorithm",),
    size: Size = "live_parameters",
    resamples: Count = 200,
    seed: Whole = 0,
) -> pd.DataFrame:
    """The fewest parameters to be expected with which one of n runs reaches a target, a share.

    size: how they are counted, of COUNTS, or keep. by, runs, steps, resamples: as in
    `expected_best`, but that a run that diverged counts, as one that misses. Columns by, target,
    runs (n), steps, chance (that any of n runs drawn with replacement reaches the target), fewest
    (expected where one does: of those that reach it the smallest), low and high: between these lie
    95 % of resamples, infinite where none of a resample's runs reaches it. All three are infinite
    where none of all runs does. Raises ValueError for results without steps.
    """
    require(not {*by} & {*FEWEST}, f"expected_fewest: by must have none of {', '.join(FEWEST)}")
    results = counting(store.tidied(results, *by), "steps", size)
    once(results)
    rng, parts = np.random.default_rng(seed), []
    diverged = results["diverged"].astype(bool)
    sizes = results[size].astype(float).where((results["accuracy"] >= target) & ~diverged, np.inf)
    for names, own in results.assign(reached=sizes).groupby([*by], sort=False):
        values, counts = np.unique(own["reached"].to_numpy(), return_counts=True)
        n = _numbers(len(own))
        redrawn = rng.multinomial(len(own), counts / len(own), size=resamples)
        each = [_fewest(values, c, n)[1] for c in redrawn]
        low, high = np.quantile(each, INTERVAL, axis=0, method="inverted_cdf")
        chance, fewest = _fewest(values, counts, n)
        told = {"target": target, "runs": n, "steps": n * own["steps"].mean(), "chance": chance}
        parts.append(_named(by, names, told | {"fewest": fewest, "low": low, "high": high}))
    return _together(parts, by, FEWEST)


@arguments
def cost_to_reach(best: pd.DataFrame, target: Target, by: Columns = ("algorithm",)) -> pd.DataFrame:
    """Steps from which on the best run of each group is expected to reach an accuracy, a share.

    best: as `expected_best` gives it. Columns by, steps, low and high, where the interval's upper
    and lower end reach it, between two numbers of runs by the ratio of their costs; infinite where
    all runs together do not, and the first run where one is enough.
    """
    store.having(best, *by, "steps", "accuracy", "low", "high")
    told = best[["steps", "accuracy", "low", "high"]].dtypes.map(pd.api.types.is_numeric_dtype)
    require(best.empty or told.all(), "cost_to_reach: takes what `expected_best` gives, numbers")
    parts, costs = [], ["steps", "low", "high"]
    for names, curve in best.groupby([*by], sort=False):
        ends = {"steps": "accuracy", "low": "high", "high": "low"}
        first = {n: _crossing(curve["steps"], curve[end], target) for n, end in ends.items()}
        parts.append(dict(zip(by, names, strict=True)) | first)
    table = pd.DataFrame(parts, columns=[*by, *costs]).astype(dict.fromkeys(costs, float))
    return table


@arguments
def fewest_within(fewest: pd.DataFrame, steps: Steps, by: Columns = ("algorithm",)) -> pd.DataFrame:
    """What is to be expected of as many runs as so many steps pay for, of each group and target.

    fewest: as `expected_fewest` gives it, of one target or of several. Its row of the largest
    number of runs that take no more than `steps`; none of a group of which one run takes more, or
    of which no run is as likely to reach the target as not.
    """
    store.having(fewest, *by, *FEWEST)
    told = fewest[["runs", "steps", "chance"]]
    sound = told.dtypes.map(pd.api.types.is_numeric_dtype).all() and told.notna().all(axis=None)
    require(fewest.empty or sound, "fewest_within: takes what `expected_fewest` gives, numbers")
    paid = fewest[fewest["steps"] <= steps]
    last = paid.loc[paid.groupby([*by, "target"], sort=False)["runs"].idxmax()]
    return last[last["chance"] >= 0.5].reset_index(drop=True)


def _crossing(steps: pd.Series, accuracy: pd.Series, target: float) -> float:
    """Where a rising curve reaches a target, on an axis of even ratios; infinite if nowhere."""
    reached, cost = accuracy.to_numpy(float), np.log(steps.to_numpy(float))
    if not (reached >= target).any():
        return np.inf
    at = int(np.argmax(reached >= target))
    around = slice(max(0, at - 1), at + 1)
    return float(np.exp(np.interp(target, reached[around], cost[around])))


def _numbers(runs: int) -> np.ndarray:
    """The numbers of runs at which the best is told, up to so many."""
    return np.unique(np.geomspace(1, runs, POINTS).round().astype(int))


def _named(by: Columns, names: tuple, told: dict) -> pd.DataFrame:
    """What is told of a group, with its names in front of every row."""
    table = pd.DataFrame(told)
    return pd.concat([pd.DataFrame([names] * len(table), columns=[*by]), table], axis=1)


def _together(parts: list[pd.DataFrame], by: Columns, columns: tuple[str, ...]) -> pd.DataFrame:
    none = pd.DataFrame(columns=[*by, *columns]).astype(dict.fromkeys(columns, float))
    return pd.concat(parts, ignore_index=True) if parts else none


def _fewest(values: np.ndarray, counts: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of n runs drawn from so many of each size, ascending, infinite for one that misses.

    The chance that one reaches, and the expected smallest of those that do; infinite for none.
    """
    reach = np.isfinite(values)
    above = 1 - np.cumsum(counts[reach]) / counts.sum()  # chances that a run is larger or misses
    chances = -np.diff(above[None] ** n[:, None], axis=1, prepend=1)
    chance = chances.sum(1)
    with np.errstate(invalid="ignore"):
        fewest = chances @ values[reach] / chance
    return chance, np.where(chance > 0, fewest, np.inf)


def _best(values: np.ndarray, counts: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The expected largest of n values, drawn with replacement from so many of each; ascending."""
    below = np.cumsum(counts) / counts.sum()
    chances = np.diff(below[None] ** n[:, None], axis=1, prepend=0)
    return chances @ values
