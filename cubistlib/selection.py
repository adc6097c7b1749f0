"""From scores to masks: which weights are kept when k are asked for."""

from collections.abc import Callable, Sequence

import numpy as np

from cubistlib.checks import require

Rule = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(scores (n, N), keep (n,)) → kept (n, N) bool. Larger scores are better."""


def exact(scores: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Exactly `keep` of each row: the largest scores; of equal scores the lower index first."""
    order = np.argsort(-scores, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(scores.shape[1])[None], axis=1)
    return rank < keep[:, None]


def strictly_above(scores: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Scores strictly above the keep-th largest: keep − 1 where no scores tie."""
    return scores > _kth_largest(scores, keep)


def at_least(scores: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Scores no smaller than the keep-th largest: keep where no scores tie, more where they do."""
    return scores >= _kth_largest(scores, keep)


def select(
    scores: Sequence[np.ndarray], keep: int | np.ndarray, rule: Rule = exact
) -> list[np.ndarray]:
    """Masks of the best-scored weights over all layers together.

    scores[l]: (n, out, in), larger is better; NaN ranks last, so that a diverged network
    still gets a mask. keep: weights to keep, one number or one a network.
    Returns a list of (n, out, in) bool. Raises ValueError for keep outside 0 … N.
    """
    shapes = [np.shape(s) for s in scores]
    flat = np.concatenate([np.reshape(s, (shapes[0][0], -1)) for s in scores], axis=1)
    flat = np.where(np.isnan(flat), -np.inf, flat)
    keep = np.broadcast_to(np.asarray(keep), len(flat)).astype(np.int64)
    require(
        (keep >= 0).all() and (keep <= flat.shape[1]).all(),
        f"select: keep must be 0 … {flat.shape[1]}, got {keep.min()} … {keep.max()}",
    )
    kept = rule(flat, keep)
    ends = np.cumsum([np.prod(shape[1:]) for shape in shapes])[:-1]
    return [p.reshape(s) for p, s in zip(np.split(kept, ends, axis=1), shapes, strict=True)]


def _kth_largest(scores: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """The keep-th largest of each row, (n, 1); +inf where keep is 0."""
    descending = -np.sort(-scores, axis=1)
    padded = np.concatenate([np.full((len(scores), 1), np.inf), descending], axis=1)
    return np.take_along_axis(padded, keep[:, None], axis=1)
