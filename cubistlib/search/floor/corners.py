"""Masks whose first layer is one unit that reads x and one that reads y, for every place of them.

The hinges of the two cut the plane into four quadrants at a corner, wherever it lies. Where
neither is on the label is constant; where one is on it is a function of that input; where both
are, a second-layer unit is affine, and along its hinge labels change only so often. The errors
of the four add up. The corner's places are cut into boxes; of each quadrant what belongs to it
for all corners of a box is counted.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise, product

import numpy as np

from cubistlib.search.floor.arms import Arms
from cubistlib.search.floor.changes import changes_along
from cubistlib.search.floor.lines import Lines, Region, directions
from cubistlib.search.floor.wiring import NONE, Wiring
from cubistlib.support.checks import UserError

SMALLEST = 0.2  # raw units: boxes are not halved below
STEP = 4.0  # raw units, of the lines of a range of directions


def changes_at_a_corner(wiring: Wiring) -> int | None:
    """A bound on label changes, where both units are on, along lines of some direction.

    Those along the hinge of a second-layer unit, the best one. None for other masks.
    """
    if set(wiring.first) != {frozenset({0}), frozenset({1})} or len(wiring.first) != 2:
        return None
    found = []
    for j in range(len(wiring.second)):
        second = tuple(NONE if j == k else read for k, read in enumerate(wiring.second))
        found.append(changes_along(replace(wiring, second=second), NONE, wiring.units))
    return min(found)


@dataclass(frozen=True)
class Quadrant:
    """The plane to the right of a corner (or left) and above it (or below)."""

    right: bool
    above: bool
    corner: tuple[float, float]

    @property
    def region(self) -> Region:
        x, y = self.corner
        across = (x, np.inf) if self.right else (-np.inf, x)
        upwards = (y, np.inf) if self.above else (-np.inf, y)
        return Region(*across, *upwards)


@dataclass(frozen=True, eq=False)
class Corners:
    """The fewest errors with a corner somewhere in a box.

    changes: as `changes_at_a_corner` has it. ranges: into how many directions are cut.
    """

    arms: Arms
    changes: int
    ranges: int = 180

    @cached_property
    def upright(self) -> Lines:
        return Lines.parallel(self.arms, np.pi / 2)

    @cached_property
    def level(self) -> Lines:
        return Lines.parallel(self.arms, 0.0)

    @cached_property
    def directions(self) -> list[Lines]:
        return directions(self.arms, self.ranges, STEP)

    def wrong(self, box: Region) -> float:
        """At least such a mass of points is wrong, wherever in the box the corner lies."""
        return min(self._facing(box, (x, y)) for x, y in product((True, False), repeat=2))

    def _facing(self, box: Region, way: tuple[bool, bool]) -> float:
        """The same if the x-unit is on to the right (or the left), the y-unit above (below)."""
        total = 0.0
        for right, above in product((True, False), repeat=2):
            corner = (box.right if right else box.left, box.top if above else box.bottom)
            on = (right == way[0], above == way[1])
            total += self._in_quadrant(Quadrant(right, above, corner), on)
        return total

    @lru_cache(None)  # noqa: B019  (quadrants are shared by boxes)
    def _in_quadrant(self, quadrant: Quadrant, on: tuple[bool, bool]) -> float:
        """In one quadrant, given for each unit whether it is on there."""
        region, most = quadrant.region, self.changes
        if on == (True, True):
            return min(float(lines.wrong(most, region)[most]) for lines in self.directions)
        # A function of x is constant along upright lines, one of y along level ones.
        constant = [self.upright] * on[0] + [self.level] * on[1] or [self.upright, self.level]
        return max(float(lines.wrong(0, region)[0]) for lines in constant)

    def prove(self, goal: float) -> list[tuple[Region, float]]:
        """Boxes that cover all places of the corner, in each of which `goal` points are wrong.

        Each with what `wrong` gives for it. Raises ValueError if some box cannot be had.
        """
        proven, todo = [], _first_boxes(self.arms)
        while todo:
            box = todo.pop()
            wrong = self.wrong(box)
            if wrong >= goal:
                proven.append((box, wrong))
            else:
                todo += _halves(box)
        return proven


def _first_boxes(arms: Arms) -> list[Region]:
    """Nine: one around the spiral, and what lies around that."""
    places = np.concatenate([arms.start, arms.end])
    low, high = (places.min(0) - 1).tolist(), (places.max(0) + 1).tolist()
    across, upwards = (
        list(pairwise([-np.inf, a, b, np.inf])) for a, b in zip(low, high, strict=True)
    )
    return [Region(*x, *y) for x in across for y in upwards]


def _halves(box: Region) -> list[Region]:
    """A box cut in two across its longer side; no side that is infinite is cut."""
    width, height = (
        side if np.isfinite(side) else 0.0 for side in (box.right - box.left, box.top - box.bottom)
    )
    if max(width, height) < SMALLEST:
        raise UserError(f"corners: no proof that a corner in {box} leaves so many errors")
    if width >= height:
        middle = (box.left + box.right) / 2
        return [replace(box, right=middle), replace(box, left=middle)]
    middle = (box.bottom + box.top) / 2
    return [replace(box, top=middle), replace(box, bottom=middle)]
