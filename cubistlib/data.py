"""The Cubist Spiral: two interleaved spiral arms made of straight segments, one class an arm."""

from collections.abc import Iterator

import numpy as np

from cubistlib.support.checks import require
from cubistlib.support.types import Count, Rate, Size, Whole, at_least, checked

MOST_POINTS = 10_000_000  # which take some 500 MB while they are made


def vertices(offset: float, turns: int = 2, sides: int = 8) -> np.ndarray:
    """Corners of one arm, from the centre outwards.

    Angles run over `turns` turns from π, are turned by 1.6 sectors, and the radius grows
    linearly with the angle: r = 10 θ + π + offset.

    Returns (turns · sides + 1, 2) float64, in the spiral's raw units (not standardized).
    Source: paper, section on the Cubist Spiral.
    """
    angles = np.linspace(np.pi, np.pi + 2 * np.pi * turns, turns * sides + 1)
    angles += 1.6 * 2 * np.pi / sides
    radius = 10 * angles + np.pi + offset
    return radius[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def arm(corners: np.ndarray, points: int) -> np.ndarray:
    """Points evenly spaced on the segments between `corners`, each segment's ends included.

    A segment gets its share of `points` by length, rounded down, and runs from its far
    corner back to its near one. Returns (at most `points`, 2) float64, raw units.
    """
    lengths = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    counts = np.floor(points * lengths / lengths.sum()).astype(int)
    segments = zip(corners[1:], corners[:-1], counts, strict=True)
    return np.concatenate([np.linspace(far, near, count) for far, near, count in segments])


def standardize(points: np.ndarray) -> np.ndarray:
    """Each column centred and divided by its standard deviation (n − 1); float32."""
    points = points.astype(np.float32).astype(np.float64)
    return ((points - points.mean(0)) / points.std(0, ddof=1)).astype(np.float32)


def cubist_spiral(
    turns: int = 2,
    sides: int = 8,
    gap: float = 30.0,
    points: int = 50_000,
    noise: float = 0.0,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """The data set that the paper fits; training set and test set are the same.

    turns, sides: full turns of an arm, straight sides in a turn. gap: radial distance between the
    two arms, raw units. points: so many are asked for over both arms; rounding down loses a few.
    noise: standard deviation of Gaussian noise on both coordinates, from `seed`, raw units.

    Returns x (n, 2) float32, standardized, and y (n,) float32 of 0 (outer arm) and 1
    (inner arm), class 0 first. The defaults give the paper's 49,982 points.
    Raises ValueError for a count below 1, a negative gap, noise or seed, or too few points,
    and for more of anything than a machine would do.
    """
    turns = checked("cubist_spiral: turns", Count, turns)
    sides = checked("cubist_spiral: sides", at_least(3), sides)
    points = checked("cubist_spiral: points", at_least(16 * turns * sides, MOST_POINTS), points)
    gap = checked("cubist_spiral: gap", Rate, gap)
    noise = checked("cubist_spiral: noise", Rate, noise)
    seed = checked("cubist_spiral: seed", Whole, seed)
    arms = [arm(vertices(offset, turns, sides), points // 2) for offset in (gap / 2, -gap / 2)]
    x = np.concatenate(arms)
    if noise > 0:
        x = x + np.random.default_rng(seed).normal(scale=noise, size=x.shape)
    y = np.repeat(np.array([0, 1], np.float32), [len(a) for a in arms])
    return standardize(x), y


def batches(
    x: np.ndarray, y: np.ndarray, size: int = 128, seed: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless batches of `size` rows drawn at random without repetition within a batch."""
    size = checked("batches: size", Size, size)
    require(size <= len(x), f"batches: size must be 1 … {len(x)}, got {size}")
    rng = np.random.default_rng(checked("batches: seed", Whole, seed))
    while True:
        rows = rng.choice(len(x), size, replace=False, shuffle=False)
        yield x[rows], y[rows]


def epoch_order(rows: int, batch_size: int, epoch: int, seed: int) -> np.ndarray:
    """Row indices of one shuffled epoch, (steps, batch_size) int32; the partial batch is dropped.

    Epoch e of a seed is always the same, whatever came before: training can resume anywhere.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch,)))
    steps = rows // batch_size
    order = rng.permutation(rows)[: steps * batch_size]
    return order.reshape(steps, batch_size).astype(np.int32)
