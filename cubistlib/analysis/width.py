"""What width costs: how much better narrow networks of the same size are."""

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.analysis.order import FEWEST
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
    95 % (expanded percentiles; source: Hesterberg 2015), without bounds of fewer than six. Below
    the narrow network's smallest runs there is a straight line from a guess with nothing. Columns
    algorithm, width, size, runs, cost, low and high; differences of shares.
    """
    counts = [size for size in sizes if size in COUNTS]
    results = counting(
        store.tidied(results, "algorithm", "width", "keep", "seed"), "width", *counts
    )
    once(results)
    runs, rng, rows = converged(results.dropna(subset="keep")), np.random.default_rng(seed), []
    for algorithm, own in runs.groupby("algorithm", sort=False):
        luck, widths = _luck(own["seed"].to_numpy()), own["width"].to_numpy()
        weights = _weights(rng, luck.max(initial=-1) + 1)
        model = widths == narrow
        if not model.any():
            continue
        curves = {size: _curves(own[model], size, luck[model], weights) for size in sizes}
        asked = own["keep"].isin(own["keep"][model]).to_numpy()
        for width in np.unique(widths[asked]):
            some = asked & (widths == width)
            for size in sizes:
                told = _cost(own[some], size, curves[size], luck[some], weights)
                rows.append((algorithm, width, size, some.sum(), *told))
    return pd.DataFrame(rows, columns=["algorithm", "width", "size", "runs", "cost", "low", "high"])


def _cost(
    runs: pd.DataFrame,
    size: str,
    curves: tuple[np.ndarray, np.ndarray],
    luck: np.ndarray,
    weights: np.ndarray,
) -> tuple[float, float, float]:
    """Mean of what curves say at the size of each run less its accuracy, and its interval."""
    at, fitted = curves
    where = runs[size].to_numpy(float)
    read = np.array([np.interp(where, at, point) for point in np.eye(len(at))]).T
    expected = (_summed(read, luck, weights) * fitted).sum(1)
    had = _summed(runs["accuracy"].to_numpy(float), luck, weights)
    mean, *others = (expected - had) / _summed(np.ones(len(runs)), luck, weights)
    seeds = len(np.unique(luck))
    if seeds < FEWEST:
        return float(mean), -np.inf, np.inf
    low, high = np.quantile(others, _middle(seeds))
    return float(mean), float(low), float(high)


def _luck(seeds: np.ndarray) -> np.ndarray:
    """Of each run a number that those share whose luck is one: its seed's, or its own."""
    known, place = np.unique(seeds, return_inverse=True)
    return place if len(known) > 1 else np.arange(len(seeds))


def _weights(rng: np.random.Generator, count: int) -> np.ndarray:
    """Of what is alike in luck, each row: all the same, then at random; (1 + RESAMPLES, count)."""
    return np.vstack([np.ones(count), rng.standard_exponential((RESAMPLES, count))])


def _summed(values: np.ndarray, luck: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted sums of what runs have, (runs, …), by each row of weights; (weightings, …)."""
    sums = np.zeros((weights.shape[1], *values.shape[1:]))
    np.add.at(sums, luck, values)
    return weights @ sums


def _middle(count: int) -> np.ndarray:
    """The two quantiles between which lies what so many independent values make certain.

    A resample of few varies less than the mean of as many does, and has not Student's tails.
    """
    from scipy.special import ndtr, stdtrit  # loaded by who asks; scipy.stats takes half a second

    reach = stdtrit(count - 1, (1 + CERTAINTY) / 2) * np.sqrt((count + 1) / (count - 1))
    return ndtr([-reach, reach])


def _curves(
    runs: pd.DataFrame, size: str, luck: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sizes from 0 on, (n,), and the mean accuracy there that nowhere falls, (weightings, n)."""
    at, place = np.unique(runs[size].to_numpy(float), return_inverse=True)
    of_size = np.eye(len(at))[place]
    mass = _summed(of_size, luck, weights)
    total = _summed(of_size * runs["accuracy"].to_numpy(float)[:, None], luck, weights)
    fitted = _rising(total / mass, mass)
    if at[0] == 0:
        return at, fitted
    return np.insert(at, 0, 0), np.insert(fitted, 0, GUESS, axis=1)


def _rising(shares: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Each row made to nowhere fall; all as one, each row above all that come before it."""
    from scipy.optimize import isotonic_regression  # loaded by who asks: it takes half a second

    above = 2.0 * np.arange(len(shares))[:, None]
    risen = isotonic_regression((shares + above).ravel(), weights=weights.ravel()).x
    return risen.reshape(shares.shape) - above
