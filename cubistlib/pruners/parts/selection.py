"""From scores to masks: which weights are kept when k are asked for."""

from collections.abc import Callable, Sequence
from typing import Annotated

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.support.checks import require
from cubistlib.support.types import OneOf

SELECTIONS = ("exact", "authors")
Selection = Annotated[str, OneOf(lambda: SELECTIONS)]

Rule = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(scores (n, N), keep (n,)) → kept (n, N) bool. Larger scores are better."""


def exact(scores: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Exactly `keep` of each row: the largest scores; of equal scores the lower index first."""
    threshold = _kth_largest(scores, keep)
    kept = scores >= threshold
    surplus = kept.sum(1) - keep
    tied = np.flatnonzero(surplus > 0)
    if len(tied):
        ties = scores[tied] == threshold[tied]
        number = np.cumsum(ties, axis=1)
        kept[tied] &= ~ties | (number <= number[:, -1:] - surplus[tied, None])
    return kept


def strictly_above(scores: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Scores strictly above the keep-th largest: keep − 1 where no scores tie.

    A weight that may not be chosen (−∞) counts as 0, as the score of a masked weight does:
    where fewer than `keep` are left, every positive score stays.
    """
    threshold = _kth_largest(scores, keep)
    return scores > np.where(np.isneginf(threshold), 0, threshold)


def at_least(scores: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Scores no smaller than the keep-th largest: keep where no scores tie, more where they do."""
    return scores >= _kth_largest(scores, keep)


def select(
    scores: Sequence[np.ndarray],
    keep: int | np.ndarray,
    rule: Rule = exact,
    among: Sequence[np.ndarray] | None = None,
) -> list[np.ndarray]:
    """The weights' masks that keep the best `keep` of each network, all layers together.

    scores[l]: (n, out, in), larger is better; NaN ranks last, so that a diverged network
    still gets a mask. keep: weights to keep, one number or one a network. among[l]: bool,
    (n, out, in), the only weights that may be chosen (default: all).
    Returns a list of (n, out, in) bool. Raises ValueError for keep outside 0 … N.
    """
    shapes, flat = [np.shape(s) for s in scores], _flatten(scores)
    keep = np.broadcast_to(np.asarray(keep), len(flat)).astype(np.int64)
    low, high = keep.min(), keep.max()
    require(
        low >= 0 and high <= flat.shape[1],
        f"select: keep must be 0 … {flat.shape[1]}, got {low} … {high}",
    )
    if among is None:
        kept = rule(_rank_nan_last(flat), keep)
    else:
        kept = _flatten(among)
        # Late in a schedule few weights are left, and only they need to be ranked.
        columns = np.flatnonzero(kept.any(axis=0))
        if len(columns):
            allowed = kept[:, columns]
            kept[:, columns] = allowed & rule(candidates(flat[:, columns], allowed), keep)
    ends = np.cumsum([np.prod(shape[1:]) for shape in shapes])[:-1]
    return [p.reshape(s) for p, s in zip(np.split(kept, ends, axis=1), shapes, strict=True)]


def magnitudes(nets: Network) -> list[np.ndarray]:
    """|w| of every weight: a list of (n, out, in) float32."""
    return [np.abs(w) for w in nets.weights]


def shrink(nets: Network, masks: Masks, keep: np.ndarray, rule: Rule) -> Masks:
    """Masks of the largest |w| among the weights that `masks` still keep."""
    return Masks.from_weights(select(magnitudes(nets), keep, rule, among=masks.weights))


def candidates(scores: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Scores for a rule to choose from: −∞ where it is not allowed to, NaN above that alone."""
    return np.where(allowed, _rank_nan_last(scores), -np.inf)


def _flatten(layers: Sequence[np.ndarray]) -> np.ndarray:
    """All layers of each network in one row: (n, N)."""
    return np.concatenate([np.reshape(a, (len(a), -1)) for a in layers], axis=1)


def _rank_nan_last(scores: np.ndarray) -> np.ndarray:
    """Floating-point scores with NaN, and −∞ beside it, as the lowest finite number."""
    scores = scores if np.issubdtype(scores.dtype, np.floating) else scores.astype(np.float64)
    lowest = np.finfo(scores.dtype).min
    return np.fmax(scores, lowest)


def _kth_largest(scores: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """The keep-th largest of each row, (n, 1); +∞ where keep is 0, −∞ where there are fewer."""
    columns, rows = scores.shape[1], np.arange(len(scores))
    kth = np.sort(scores, axis=1)[rows, np.clip(columns - keep, 0, columns - 1)]
    return np.where(keep < 1, np.inf, np.where(keep > columns, -np.inf, kth))[:, None]
