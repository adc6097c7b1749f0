"""Who gets there with fewer: algorithms compared by the sizes that they need, over the seeds."""

import numpy as np
import pandas as pd

from cubistlib.analysis.reach import crossing, successes
from cubistlib.analysis.results import Columns, Size, Target
from cubistlib.analysis.success import CERTAINTY
from cubistlib.support.types import PositiveShare, Whole, arguments

RESAMPLES = 1000
FEWEST = 6  # seeds that an interval takes, as that of the sign test does
ENDS = [(1 - CERTAINTY) / 2, (1 + CERTAINTY) / 2]


@arguments
def needed_at_best(
    results: pd.DataFrame,
    target: Target,
    share: PositiveShare = 0.5,
    over: Columns = ("width",),
    size: Size = "keep",
    seed: Whole = 0,
) -> pd.DataFrame:
    """The size from which on that share of an algorithm's runs reaches a target, at its best width.

    over: columns that make the groups of which the best counts; ("algorithm",) for one of all.
    Columns algorithm, over (the best), needed (see `needed`), low and high: the middle 95 % of the
    same over seeds weighted at random, the best chosen anew each time (Bayesian bootstrap; source:
    Rubin 1981). The best is the best as it fell, which flatters a little. Infinite where no group
    gets there; where even the smallest size does, `low` is 0. Of fewer than six seeds the interval
    is without bounds. Results need a column `seed`, since runs of one seed share the order of the
    data.
    """
    best, drawn = _resampled(results, target, share, over, size, seed)
    low, high = np.quantile(drawn[1:], ENDS, axis=0, method="inverted_cdf")
    few = best.pop("seeds") < FEWEST
    low = np.where(few | (low == best.pop("smallest")), 0, low)
    return best.assign(needed=drawn[0], low=low, high=np.where(few, np.inf, high))


@arguments
def needed_leads(
    results: pd.DataFrame,
    target: Target,
    share: PositiveShare = 0.5,
    over: Columns = ("width",),
    size: Size = "keep",
    seed: Whole = 0,
) -> pd.DataFrame:
    """By how much less each algorithm needs than each other one, as `needed_at_best` tells it.

    Columns algorithm, other, lead (what the other needs less what the algorithm needs; missing
    where neither gets there), low and high, the middle 95 % over the same weights of the seeds for
    both, without bounds where either has fewer than six. Where neither gets there in a draw, that
    draw counts as 0. Only where 0 is outside do the runs say who is ahead; each pair by itself, so
    that of twenty that are alike one looks ahead.
    """
    best, drawn = _resampled(results, target, share, over, size, seed)
    one, other = (index.ravel() for index in np.indices((len(best), len(best))))
    one, other = one[one != other], other[one != other]
    with np.errstate(invalid="ignore"):  # infinite both
        lead = drawn[:, other] - drawn[:, one]
    ends = np.quantile(np.where(np.isnan(lead), 0, lead)[1:], ENDS, axis=0, method="inverted_cdf")
    names, few = best["algorithm"].to_numpy(), best["seeds"].to_numpy() < FEWEST
    low, high = np.where(few[one] | few[other], [[-np.inf], [np.inf]], ends)
    told = {"algorithm": names[one], "other": names[other], "lead": lead[0]}
    return pd.DataFrame(told | {"low": low, "high": high})


def _resampled(
    results: pd.DataFrame, target: float, share: float, over: Columns, size: str, seed: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """The best group of each algorithm, its smallest size and its seeds, and what it needs at best.

    The latter (1 + RESAMPLES, algorithms): of the runs as they are, then of weighted seeds.
    """
    groups = ["algorithm", *(name for name in over if name != "algorithm")]
    runs = successes(results, target, [*dict.fromkeys([*groups, "seed"])], size)
    seeds, place = np.unique(runs["seed"], return_inverse=True)
    runs = runs.assign(seed=place)
    rng = np.random.default_rng(seed)
    weights = np.vstack([np.ones(len(seeds)), rng.standard_exponential((RESAMPLES, len(seeds)))])
    rows, drawn = [], []
    for _, own in runs.groupby("algorithm", sort=False):
        parts = [(names, _sizes(part, size, weights, share)) for names, part in own.groupby(groups)]
        first = min(range(len(parts)), key=lambda i: parts[i][1][0])
        rows.append((*parts[first][0], float(own[size].min()), own["seed"].nunique()))
        drawn.append(np.min([found for _, found in parts], axis=0))
    best = pd.DataFrame(rows, columns=[*groups, "smallest", "seeds"])
    return best, np.array(drawn).reshape(-1, len(weights)).T


def _sizes(runs: pd.DataFrame, size: str, weights: np.ndarray, share: float) -> np.ndarray:
    """The size that a group needs, by weights of the seeds, (n, seeds); (n,)."""
    sizes, place = np.unique(runs[size].to_numpy(float), return_inverse=True)
    tried = np.zeros((weights.shape[1], len(sizes)))
    reached, cell = tried.copy(), (runs["seed"].to_numpy(), place)
    np.add.at(tried, cell, 1)
    np.add.at(reached, cell, runs["success"].to_numpy(float))
    return crossing(sizes, weights @ reached / (weights @ tried), tried.sum(0), share)
