"""The floor: for every mask of few weights, how many points it must get wrong."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from math import ceil

import numpy as np
import pandas as pd

from cubistlib.networks.network import weights_of
from cubistlib.search.canonical import connected_masks
from cubistlib.search.floor.arms import Arms
from cubistlib.search.floor.changes import changes_beside_a_hinge
from cubistlib.search.floor.corners import changes_at_a_corner
from cubistlib.search.floor.counting import most_edges, most_hidden
from cubistlib.search.floor.lines import directions
from cubistlib.search.floor.wiring import Wiring

MOST = 9  # label changes: no line sees more
NOT = -1  # of masks that the corners say nothing of

Goals = Sequence[float]


def needed(arms: Arms, ranges: int = 3_600) -> np.ndarray:
    """Mass that is surely wrong if labels change ≤ s times on all lines of some direction.

    Returns (10,) float64 for s = 0 … 9, in points, least over directions; the more ranges these
    are cut into, the sharper.
    """
    return np.min([lines.wrong(MOST) for lines in directions(arms, ranges)], axis=0)


def bounds(weights: Iterable[int]) -> pd.DataFrame:
    """What each connected mask of so many weights allows: one row a mask, up to relabelling.

    mask: as in `Wiring`; weights; parameters. beside: label changes on lines of some direction.
    corner: those where an x-unit and a y-unit, the whole first layer, are on; −1 for other
    masks. edges: straight ones, of the boundary between the labels.
    """
    rows = []
    for count in weights:
        for mask in (mask for masks in connected_masks(count) for mask in masks):
            wiring = Wiring.of(mask)
            corner = changes_at_a_corner(wiring)
            rows.append(
                {
                    "mask": str(wiring),
                    "weights": wiring.weights,
                    "parameters": wiring.parameters,
                    "beside": changes_beside_a_hinge(wiring),
                    "corner": NOT if corner is None else corner,
                    "edges": most_edges(wiring),
                }
            )
    return pd.DataFrame(rows)


def wrong_points(masks: pd.DataFrame, beside: Goals, corner: Goals, arms: Arms) -> np.ndarray:
    """At least so many points of the data does any network of each mask get wrong: (n,) int64.

    masks: as from `bounds`. beside: mass that is surely wrong by changes, as from `needed`.
    corner: the same for corners, as proven by `Corners`; nothing is known beyond its end.
    """
    found = []
    for row in masks.itertuples():
        wrong = _at(beside, row.beside) - most_hidden(arms, row.edges)
        if row.corner != NOT:
            wrong = max(wrong, _at(corner, row.corner) - most_hidden(arms, row.edges, cuts=4))
        found.append(max(0, ceil(wrong - 1e-6)))  # rounding is far below 1e-6 of a point
    return np.array(found, np.int64)


def _at(mass: Goals, changes: int) -> float:
    return mass[changes] if changes < len(mass) else 0.0


def allowed(target: float, points: int) -> int:
    """Wrong points of so many with which the accuracy still is `target`, a share."""
    return int((1 - Fraction(str(target))) * points)


def floor(masks: pd.DataFrame, wrong: np.ndarray, target: float, points: int) -> tuple[int, int]:
    """Fewest weights, and fewest parameters, of what no bound excludes at a target accuracy.

    masks: all of up to so many weights; of more weights nothing is excluded.
    """
    left = masks[wrong <= allowed(target, points)]
    beyond = int(masks["weights"].max()) + 1
    parameters = [*left["parameters"], least_parameters(beyond)]
    return int(min([*left["weights"], beyond])), int(min(parameters))


def least_parameters(weights: int) -> int:
    """Fewest parameters of any connected mask of so many weights or more.

    Three hidden layers of h units in all hold only so many weights, and each unit has a bias.
    """
    units = 3
    while max(map(weights_of, _structures(units))) < weights:
        units += 1
    return weights + units + 1


def _structures(units: int) -> list[tuple[int, ...]]:
    """Three hidden layers of so many units in all."""
    return [h for h in product(range(1, units - 1), repeat=3) if sum(h) == units]
