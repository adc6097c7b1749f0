"""What effort buys: the best of so many runs that is to be expected, and what those cost."""

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.analysis.results import Columns, Target, converged, counting
from cubistlib.support.checks import require
from cubistlib.support.types import Count, Whole, arguments

POINTS = 200  # numbers of runs at which the best is told, few first, at even ratios
INTERVAL = (0.025, 0.975)
TOLD = ("runs", "steps", "accuracy", "low", "high")


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
        n = np.unique(np.geomspace(1, len(own), POINTS).round().astype(int))
        redrawn = rng.multinomial(len(own), counts / len(own), size=resamples)
        low, high = np.quantile([_best(values, c, n) for c in redrawn], INTERVAL, axis=0)
        told = {"runs": n, "steps": n * own["steps"].mean(), "accuracy": _best(values, counts, n)}
        group = pd.DataFrame([names] * len(n), columns=[*by])
        parts.append(pd.concat([group, pd.DataFrame(told | {"low": low, "high": high})], axis=1))
    none = pd.DataFrame(columns=[*by, *TOLD]).astype(dict.fromkeys(TOLD, float))
    return pd.concat(parts, ignore_index=True) if parts else none


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


def _crossing(steps: pd.Series, accuracy: pd.Series, target: float) -> float:
    """Where a rising curve reaches a target, on an axis of even ratios; infinite if nowhere."""
    reached, cost = accuracy.to_numpy(float), np.log(steps.to_numpy(float))
    if not (reached >= target).any():
        return np.inf
    at = int(np.argmax(reached >= target))
    around = slice(max(0, at - 1), at + 1)
    return float(np.exp(np.interp(target, reached[around], cost[around])))


def _best(values: np.ndarray, counts: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The expected largest of n values, drawn with replacement from so many of each; ascending."""
    below = np.cumsum(counts) / counts.sum()
    chances = np.diff(below[None] ** n[:, None], axis=1, prepend=0)
    return chances @ values
