"""Whether what is larger here is larger there: correlation of ranks, and what chance gives."""

import numpy as np
import pandas as pd

from cubistlib.networks import numbers
from cubistlib.support.checks import require

DRAWS = 999


def rank_correlation(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """The mean of the rank correlations within groups, and how often chance gives as much.

    one, other: (groups, values), such as the slopes and the accuracies of the masks of several
    networks. A group in which all are alike counts as 0. The second number is the share of 1,000
    orders, this one and random ones of the values of each group, whose mean is as far from 0.
    Source: Spearman 1904; the permutation test, Fisher 1935. Raises ValueError for other shapes.
    """
    one, other = (numbers("rank_correlation: values", part).astype(float) for part in (one, other))
    finite = not (np.isnan(one).any() or np.isnan(other).any())
    require(finite, "rank_correlation: values must be numbers, NaN has no rank")
    require(
        one.ndim == 2 and one.shape == other.shape and one.size > 0,
        f"rank_correlation: must be two (groups, values) of one shape, "
        f"got {one.shape} and {other.shape}",
    )
    ours, theirs = _standard(one), _standard(other)
    rng = np.random.default_rng(0)
    orders = [theirs, *(rng.permuted(theirs, axis=1) for _ in range(DRAWS))]
    found, *chance = (float((ours * order).sum(1).mean()) for order in orders)
    as_far = 1 + sum(abs(each) >= abs(found) - 1e-12 for each in chance)
    return found, as_far / (DRAWS + 1)


def _standard(values: np.ndarray) -> np.ndarray:
    """Ranks in each row, with mean 0 and length 1; of a row all alike 0."""
    ranks = pd.DataFrame(values).rank(axis=1).to_numpy()
    ranks = ranks - ranks.mean(1, keepdims=True)
    length = np.sqrt((ranks**2).sum(1, keepdims=True))
    return ranks / np.where(length > 0, length, 1)
