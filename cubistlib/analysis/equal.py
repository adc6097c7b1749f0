"""Luck at equal numbers of runs: what a ruler would have shown with as few as others had."""

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.analysis.reach import successes
from cubistlib.analysis.results import Columns, Size, Target, counting
from cubistlib.analysis.success import CERTAINTY
from cubistlib.support.checks import require
from cubistlib.support.types import Count, Whole, arguments

DRAWS = 10_000
OWN = "runs", "successes", "fewest"  # columns of what is a group's own
TOLD = {"median": 0.5, "low": (1 - CERTAINTY) / 2, "high": (1 + CERTAINTY) / 2}


@arguments
def at_equal_runs(
    results: pd.DataFrame,
    ruler: pd.DataFrame,
    target: Target,
    by: Columns = ("algorithm",),
    size: Size = "weights_kept",
    times: Count = 1,
    seed: Whole = 0,
) -> pd.DataFrame:
    """How often, and at how small a size, a ruler would get there with as few runs as each group.

    ruler: runs such as the search's, of which there are many. by: columns that make a group.
    Of every size that both have tried as many runs of the ruler are drawn as the group has, from
    a resample of the ruler's (bootstrap), so that what few successes say of a rate counts, too;
    times: so many for each, where one of the group's costs more. It tells nothing of luckier runs
    than those that there are. Columns by; runs (of those sizes; 0 where they have none in common),
    successes and fewest (the smallest size with one, infinite if there is none) of the group; and
    of the draws median, low and high of the latter two, 95 % of them from low to high:
    successes_median, …, fewest_high. Where a group lies outside, chance does not tell why.
    """
    require(not {*by} & {*OWN}, f"at_equal_runs: by must have none of {', '.join(OWN)}")
    given, rows = successes(results, target, by, size), []
    ruled = _counts(successes(ruler, target, [], size), size)
    for group, own in given.groupby([*by], sort=False):
        both = _counts(own, size).merge(ruled, left_index=True, right_index=True)
        rows.append([*group, *_told(both, times, seed)])
    names = [f"{what}_{end}" for what in OWN[1:] for end in TOLD]
    return pd.DataFrame(rows, columns=[*by, *OWN, *names])


@arguments
def at_best_setting(results: pd.DataFrame, target: Target) -> pd.DataFrame:
    """The runs of the learning rate and schedule at which the largest share reaches a target.

    Of equal ones those that sort first. A ruler that has runs of many settings is so held to
    others that were run at the best of theirs.
    """
    runs = counting(store.tidied(results, "lr", "schedule"))
    told = runs[["lr", "schedule"]].notna().all(axis=None)
    require(told, "at_best_setting: every run must tell its lr and schedule")
    reached = runs["accuracy"].ge(target) & ~runs["diverged"].astype(bool)
    setting = [runs["lr"], runs["schedule"]]
    share = reached.groupby(setting).transform("mean")
    best = runs[share == share.max()].sort_values(["lr", "schedule"], kind="stable").head(1)
    return runs.merge(best[["lr", "schedule"]])


def _counts(runs: pd.DataFrame, size: str) -> pd.DataFrame:
    """Of every size, ascending, how many runs there are and how many succeed."""
    return runs.groupby(size)["success"].agg(runs="size", successes="sum")


def _told(both: pd.DataFrame, times: int, seed: int) -> list[float]:
    """A group's runs, successes and fewest, and what draws of the ruler give of the latter two.

    both: by size, `_counts` of the group, then of the ruler.
    """
    rng, sizes = np.random.default_rng(seed), both.index.to_numpy(float)
    runs, own, ruler, ruled = both.to_numpy(int).T
    resampled = rng.binomial(ruler, ruled / ruler, (DRAWS, len(both))) / ruler
    drawn = rng.binomial(times * runs, resampled)
    draws = drawn.sum(1), _fewest(drawn, sizes)
    told = [np.quantile(of, [*TOLD.values()], method="inverted_cdf") for of in draws]
    return [runs.sum(), own.sum(), *_fewest(own[None], sizes), *np.concatenate(told)]


def _fewest(successes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The smallest of ascending sizes with a success, infinite if there is none; (n,)."""
    return np.where(successes > 0, sizes, np.inf).min(1, initial=np.inf)
