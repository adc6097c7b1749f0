"""From lengths to points: how many wrong points can hide between those that the data has.

On a line of a family a segment of the spiral is met in a short stretch, since the data's points
lie within REACH of their places. A place is surely wrong if the whole stretch is; all data near
surely wrong places are wrong. Moving a change of labels into a stretch makes it right at no
cost, so that the surely wrong places have at least the mass that `lines` computes.

A run of surely wrong places of length l holds l/h − 1 points at least, h their spacing, and l/h
if it reaches an end of its segment. A run that reaches no end has places that may be right on
both its sides, which two edges of the boundary or more fence in, or one where they reach an end:
two edges a run at least. An edge is straight, so that it meets so many segments at most.
"""

import numpy as np

from cubistlib.search.floor.arms import CLEAR, FAR, GRAZE, REACH, Arms
from cubistlib.search.floor.wiring import Wiring

# Segments that a straight line can meet, ends included: `most_met` finds no more.
MET = 16


def most_edges(wiring: Wiring) -> int:
    """A bound on the straight edges of the boundary between the labels.

    Where no unit flips the logit is affine, so that the boundary there is one edge at most, and
    none if no unit of the third layer is on. n lines cut a convex piece of the plane into at
    most 1 + n + n(n − 1)/2, and no two pieces have the same units on.
    """
    first, second, third = (1 + n + n * (n - 1) // 2 for n in wiring.hidden)
    return first * second * min(third, 2 ** len(wiring.third) - 1)


def most_hidden(arms: Arms, edges: int, cuts: int = 0) -> float:
    """At most so many points of mass are surely wrong without a wrong point of the data.

    edges: of the boundary. cuts: lines along which the plane is cut into parts counted apart.
    """
    spacing = (1 / arms.density).min()
    shifted = 2 * REACH * (1 + 1 / GRAZE) / spacing  # of both ends of a run, in points
    ends = 2 * MET * cuts  # of runs at a cut
    return (MET * edges / 2 + ends) * (1 + shifted) + 2 * len(arms.label) * shifted


def most_met(arms: Arms, boxes: int = 3_600) -> int:
    """A bound on how many segments a straight line meets or comes near (CLEAR, raw units)."""
    width = np.pi / boxes
    angle = np.arange(boxes + 1) * width
    normal = np.stack([-np.sin(angle), np.cos(angle)], axis=1)
    ends = normal @ arms.start.T, normal @ arms.end.T
    slack = CLEAR + FAR * width**2
    lower = np.minimum(*ends) - slack
    upper = np.maximum(*ends) + slack
    lower, upper = np.minimum(lower[1:], lower[:-1]), np.maximum(upper[1:], upper[:-1])
    place = np.concatenate([lower, upper], axis=1)
    step = np.concatenate([np.ones_like(lower), -np.ones_like(upper)], axis=1)
    order = np.argsort(place, axis=1, kind="stable")  # who starts where another ends comes first
    return int(np.cumsum(np.take_along_axis(step, order, axis=1), axis=1).max())
