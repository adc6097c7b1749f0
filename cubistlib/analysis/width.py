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
    (a decomposition; source: Kitagawa 1955). low, high: the middle 95 % of the same over runs
    weighted at random (Bayesian bootstrap; source: Rubin 1981); in simulations it held the true
    cost nine times of ten where the narrow network has runs of such sizes. Below its smallest
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
        weights, widths = _weights(rng, own["seed"].to_numpy()), own["width"].to_numpy()
        model = own[widths == narrow]
        ruled = _alone(weights[:, widths == narrow])
        curves = {size: _curves(model, size, ruled) for size in sizes if len(model)}
        asked = own["keep"].isin(model["keep"]).to_numpy()
        for width in np.unique(widths[asked]):
            some = asked & (widths == width)
            for size, curve in curves.items():
                told = _cost(own[some], size, curve, _alone(weights[:, some]))
                rows.append((algorithm, width, size, some.sum(), *told))
    return pd.DataFrame(rows, columns=["algorithm", "width", "size", "runs", "cost", "low", "high"])


def _cost(
    runs: pd.DataFrame, size: str, curve: tuple[np.ndarray, np.ndarray], weights: np.ndarray
) -> tuple[float, float, float]:
    """Mean of what curves say at the size of each run less its accuracy, and its interval."""
    at, fitted = curve
    where = runs[size].to_numpy(float)
    expected = np.array([np.interp(where, at, each) for each in fitted])
    mean, *others = ((expected - runs["accuracy"].to_numpy(float)) * weights).sum(1)
    low, high = np.quantile(others, [(1 - CERTAINTY) / 2, (1 + CERTAINTY) / 2])
    return float(mean), float(low), float(high)


def _weights(rng: np.random.Generator, seeds: np.ndarray) -> np.ndarray:
    """Of runs of such seeds, each row: alike, then at random by seed; (1 + RESAMPLES, runs)."""
    known, place = np.unique(seeds, return_inverse=True)
    if len(known) == 1:
        known = place = np.arange(len(seeds))
    drawn = np.vstack([np.ones(len(known)), rng.standard_exponential((RESAMPLES, len(known)))])
    return drawn[:, place]


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
