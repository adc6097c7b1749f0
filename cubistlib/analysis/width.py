"""What width costs: how much better narrow networks of the same size are."""

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.analysis.results import COUNTS, Size, converged, counting, once
from cubistlib.analysis.success import CERTAINTY
from cubistlib.support.types import ListOf, Whole, Width, arguments

RESAMPLES = 2000
GUESS = 0.5  # the accuracy of a network of which nothing is left


@arguments
def width_cost(
    results: pd.DataFrame, narrow: Width, sizes: ListOf[Size] = ("keep",), seed: Whole = 0
) -> pd.DataFrame:
    """By how much runs are less accurate than those of a narrow network of the same size.

    narrow: the width to which the others are held. sizes: what is the same, "keep" or some of
    COUNTS. The mean accuracy of the narrow network's runs over size, made to nowhere fall
    (isotonic regression), is read off at the size of every run; the cost is the mean difference.
    The runs are the same for every size: those of a k that the narrow network was asked for, too.
    So a cost at equal k is that at equal effective size and what fewer weights on a path cost
    (a decomposition; source: Kitagawa 1955). low, high: the middle of the same over seeds weighted
    at random (Bayesian bootstrap; source: Rubin 1981), as much of it as for so few seeds makes
    95 % (expanded percentiles; source: Hesterberg 2015). Below the narrow network's smallest runs
    there is a straight line from a guess with nothing. Columns algorithm, width, size, runs, cost,
    low and high; differences of shares.
    """
    counts = [size for size in sizes if size in COUNTS]
    results = counting(
        store.tidied(results, "algorithm", "width", "keep", "seed"), "width", *counts
    )
    once(results)
    runs, rng, rows = converged(results.dropna(subset="keep")), np.random.default_rng(seed), []
    for algorithm, own in runs.groupby("algorithm", sort=False):
        alike, widths = _alike(own["seed"].to_numpy()), own["width"].to_numpy()
        weights = _weights(rng, alike)
        model = own[widths == narrow]
        ruled = _alone(weights[:, widths == narrow])
        curves = {size: _curves(model, size, ruled) for size in sizes if len(model)}
        asked = own["keep"].isin(model["keep"]).to_numpy()
        for width in np.unique(widths[asked]):
            some = asked & (widths == width)
            middle = _middle(len(np.unique(alike[some])))
            for size, curve in curves.items():
                told = _cost(own[some], size, curve, _alone(weights[:, some]), middle)
                rows.append((algorithm, width, size, some.sum(), *told))
    return pd.DataFrame(rows, columns=["algorithm", "width", "size", "runs", "cost", "low", "high"])


def _cost(
    runs: pd.DataFrame,
    size: str,
    curve: tuple[np.ndarray, np.ndarray],
    weights: np.ndarray,
    middle: np.ndarray,
) -> tuple[float, float, float]:
    """Mean of what curves say at the size of each run less its accuracy, and its interval."""
    at, fitted = curve
    where = runs[size].to_numpy(float)
    expected = np.array([np.interp(where, at, each) for each in fitted])
    mean, *others = ((expected - runs["accuracy"].to_numpy(float)) * weights).sum(1)
    low, high = np.quantile(others, middle)
    return float(mean), float(low), float(high)


def _alike(seeds: np.ndarray) -> np.ndarray:
    """Of each run a number that those share whose luck is one: its seed's, or its own."""
    known, place = np.unique(seeds, return_inverse=True)
    return place if len(known) > 1 else np.arange(len(seeds))


def _weights(rng: np.random.Generator, alike: np.ndarray) -> np.ndarray:
    """Of runs, each row: all the same, then at random by what is alike; (1 + RESAMPLES, runs)."""
    count = alike.max(initial=-1) + 1
    drawn = np.vstack([np.ones(count), rng.standard_exponential((RESAMPLES, count))])
    return drawn[:, alike]


def _middle(count: int) -> np.ndarray:
    """The two quantiles between which lies what so many independent values make certain.

    A resample of few varies less than the mean of as many does, and has not Student's tails.
    """
    from scipy.special import ndtr, stdtrit  # loaded by who asks; scipy.stats takes half a second

    if count < 2:
        return np.array([0.0, 1.0])
    reach = stdtrit(count - 1, (1 + CERTAINTY) / 2) * np.sqrt((count + 1) / (count - 1))
    return ndtr([-reach, reach])


def _alone(weights: np.ndarray) -> np.ndarray:
    """The weights of some of the runs, each row with the sum 1."""
    return weights / weights.sum(1, keepdims=True)


def _curves(runs: pd.DataFrame, size: str, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sizes from 0 on, (n,), and the mean accuracy there that nowhere falls, (weightings, n)."""
    from scipy.optimize import isotonic_regression  # loaded by who asks: it takes half a second

    at, place = np.unique(runs[size].to_numpy(float), return_inverse=True)
    of_size = np.eye(len(at))[place]
    mass = weights @ of_size
    means = (weights * runs["accuracy"].to_numpy(float)) @ of_size / mass
    fitted = [isotonic_regression(m, weights=w).x for m, w in zip(means, mass, strict=True)]
    if at[0] == 0:
        return at, np.array(fitted)
    return np.insert(at, 0, 0), np.insert(fitted, 0, GUESS, axis=1)
