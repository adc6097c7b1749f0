"""The spiral as two broken lines with points strung on them: what the floor is proven for."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cubistlib.data import vertices

GAP, POINTS = 30.0, 50_000  # of the paper's spiral, raw units

# Every point of the data lies within this distance of its place on the arms, in raw units: the
# coordinates are rounded to single precision twice, and 1.8e-5 is the farthest of them.
REACH = 2e-5
# Lines that meet a segment at a smaller sine are not counted as crossing it, nor are lines that
# pass one of its ends at a smaller distance (raw units).
GRAZE, CLEAR = 0.02, 0.01
FAR = 250.0  # raw units: no point of the spiral is farther from the origin


@dataclass(frozen=True, eq=False)
class Arms:
    """The 32 straight segments of the spiral, those of class 0 first, from the centre outwards.

    label: (32,) int64. start, end: (32, 2) float64, raw units. points: (32,) int64, the data's
    points on each, evenly spaced with both ends included.
    """

    label: np.ndarray
    start: np.ndarray
    end: np.ndarray
    points: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """(32,) float64, raw units."""
        return np.linalg.norm(self.end - self.start, axis=1)

    @property
    def density(self) -> np.ndarray:
        """Points a unit of length: one less than there are, over the length. (32,) float64."""
        return (self.points - 1) / self.length

    @property
    def direction(self) -> np.ndarray:
        """Unit vectors from start to end: (32, 2) float64."""
        return (self.end - self.start) / self.length[:, None]


@lru_cache
def arms() -> Arms:
    """The paper's spiral; outer arm class 0, inner arm class 1, as in `cubist_spiral`."""
    corners = [vertices(offset) for offset in (GAP / 2, -GAP / 2)]
    lengths = [np.linalg.norm(np.diff(arm, axis=0), axis=1) for arm in corners]
    counts = [np.floor(POINTS // 2 * each / each.sum()).astype(np.int64) for each in lengths]
    return Arms(
        np.repeat([0, 1], [len(each) for each in counts]),
        np.concatenate([arm[:-1] for arm in corners]),
        np.concatenate([arm[1:] for arm in corners]),
        np.concatenate(counts),
    )
