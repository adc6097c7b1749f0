"""The fewest errors on the spiral if labels change only so often along every line of a family.

Almost every point of the arms lies on one line of the family, so that the errors are the sum
over lines of the errors on a line, and those are at least what the best sequence of labels with
so many changes leaves. A family is cut into boxes of lines that cross the same segments in the
same order; of each segment the least mass that a line of the box sees is taken. So the sums are
lower bounds, not estimates, up to the rounding of double precision.
"""

from dataclasses import dataclass

import numpy as np

from cubistlib.search.floor.arms import CLEAR, FAR, GRAZE, Arms
from cubistlib.support.checks import require


@dataclass(frozen=True)
class Region:
    """A rectangle of the plane, raw units; sides may be infinite."""

    left: float = -np.inf
    right: float = np.inf
    bottom: float = -np.inf
    top: float = np.inf

    def holds(self, places: np.ndarray, margin: np.ndarray) -> np.ndarray:
        """Which of the places (…, 2) lie inside, each by a margin (…)."""
        x, y = places[..., 0], places[..., 1]
        across = (x > self.left + margin) & (x < self.right - margin)
        return across & (y > self.bottom + margin) & (y < self.top - margin)


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines in n boxes, and what all lines of a box cross, in order, at most k segments.

    mass: (n, k) float64, points of the data on that segment, or fewer, between the box's first
    and its last line; 0 where there are fewer than k. label: (n, k). first, last: (n, k, 2),
    where those two lines cross it; margin (n, k): how far off other lines of the box may.
    """

    mass: np.ndarray
    label: np.ndarray
    first: np.ndarray
    last: np.ndarray
    margin: np.ndarray

    @classmethod
    def parallel(cls, arms: Arms, angle: float, width: float = 0.0, step: float = 0.1) -> "Lines":
        """All lines of one direction, an angle against the x axis, or of each of a range.

        width: of the range; what is said holds for every direction from angle to angle + width
        by itself. step: the largest distance of a box's lines, raw units.
        """
        angles = np.array([angle, angle + width / 2, angle + width])
        line = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        start, end = (_cross(line, corner[:, None]) for corner in (arms.start, arms.end))
        sine = np.abs(_cross(line, arms.direction[:, None]))

        # From its lower to its upper end a segment is crossed, whatever the direction.
        slack = CLEAR + FAR * width**2
        lower = np.minimum(start, end).max(1) + slack
        upper = np.maximum(start, end).min(1) - slack
        counted = (sine.min(1) > GRAZE + width) & (lower < upper)
        require(counted.any(), "lines: a range of directions is too wide, cut them into more")
        ends = np.concatenate([lower[counted], upper[counted]])
        offset = np.unique(np.concatenate([ends, np.arange(ends.min(), ends.max(), step)]))
        offset = offset[:, None]
        crossed = counted & (lower <= offset[:-1]) & (offset[1:] <= upper)
        share = (offset - start[:, 1]) / np.where(counted, end[:, 1] - start[:, 1], 1)
        at = arms.start + share[..., None] * (arms.end - arms.start)
        mass = arms.density / np.minimum(1, sine.max(1) + width) * np.diff(offset, axis=0)
        margin = width * FAR / np.where(counted, sine.min(1) - width, 1)
        return cls._sorted(arms, crossed, (at @ line[1])[:-1], mass, at, margin)

    @classmethod
    def _sorted(cls, arms: Arms, crossed, along, mass, at, margin) -> "Lines":
        """From arrays (n, 32); at: (n + 1, 32, 2), of the lines between which the boxes lie."""
        order = np.argsort(np.where(crossed, along, np.inf), axis=1)[:, : crossed.sum(1).max()]

        def sort(values: np.ndarray) -> np.ndarray:
            return np.take_along_axis(values, order, axis=1)

        first, last = (np.take_along_axis(p, order[..., None], axis=1) for p in (at[:-1], at[1:]))
        mass = sort(np.where(crossed, mass, 0))
        return cls(mass, arms.label[order], first, last, CLEAR + margin[order])

    def wrong(self, most: int, region: Region | None = None) -> np.ndarray:
        """At least so many points are wrong if labels change ≤ s times on each line.

        Returns (most + 1,) float64 for s = 0 … most. region: count the points in it alone,
        and the changes in it.
        """
        mass = self.mass
        if region is not None:
            inside = (region.holds(places, self.margin) for places in (self.first, self.last))
            mass = np.where(np.logical_and(*inside), mass, 0)
        return fewest_wrong(mass, self.label, most).sum(0)


def fewest_wrong(mass: np.ndarray, label: np.ndarray, most: int) -> np.ndarray:
    """The least mass of wrong labels along each line, by dynamic programming.

    mass, label: (n, k), what n lines cross, in order; what has no mass costs nothing.
    Returns (n, most + 1): entry s if the given labels change at most s times.
    """
    cost = np.zeros((most + 1, 2, len(mass)))
    ones = (mass * (label == 1)).T.copy()
    zeros = (mass * (label == 0)).T.copy()
    for one, zero in zip(ones, zeros, strict=True):
        cost[1:] = np.minimum(cost[1:], cost[:-1, ::-1])
        cost[:, 0] += one
        cost[:, 1] += zero
    return cost.min(1).T


def directions(arms: Arms, boxes: int, step: float = np.inf) -> list[Lines]:
    """Parallel lines of all directions there are, in so many ranges of them."""
    width = np.pi / boxes
    return [Lines.parallel(arms, i * width, width, step) for i in range(boxes)]


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
