"""The whole proof as one table that can be published and checked."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cubistlib.search.floor.arms import Arms, arms
from cubistlib.search.floor.corners import Corners
from cubistlib.search.floor.lines import Region
from cubistlib.search.floor.proof import bounds, floor, needed, wrong_points

TARGETS = (0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 1.0)
# Mass to be proven wrong, in points, at corners with 0, 1 and 2 changes.
GOALS = (6_000.0, 3_200.0, 1_100.0)
MOST_WEIGHTS = 12
SIDES = ("left", "right", "bottom", "top")


def make(
    most_weights: int = MOST_WEIGHTS, ranges: int = 3_600, goals: Sequence[float] = GOALS
) -> dict[str, Any]:
    """The certificate: what lines and corners prove, all masks with their bounds, the floor.

    most_weights: masks of 5 … so many; 12 take some minutes. ranges: as for `needed`. goals: as
    `GOALS`.
    """
    spiral = arms()
    beside = needed(spiral, ranges)
    corners = []
    for changes, goal in enumerate(goals):
        boxes = Corners(spiral, changes).prove(goal)
        rows = [[*map(_plain, vars(box).values()), round(wrong, 3)] for box, wrong in boxes]
        corners.append({"changes": changes, "goal": goal, "boxes": rows})
    masks = bounds(range(5, most_weights + 1))
    masks["wrong"] = wrong_points(masks, beside.tolist(), goals, spiral)
    return {
        "points": int(spiral.points.sum()),
        "beside": np.round(beside, 3).tolist(),
        "corners": corners,
        "floor": floors(masks, spiral),
        "columns": list(masks.columns),
        "masks": masks.to_numpy().tolist(),
    }


def floors(masks: pd.DataFrame, spiral: Arms) -> list[dict[str, Any]]:
    """For each target, a share, the fewest weights and parameters that are not excluded."""
    points, found = int(spiral.points.sum()), []
    for target in TARGETS:
        weights, parameters = floor(masks, masks["wrong"].to_numpy(), target, points)
        found.append({"target": target, "weights": weights, "parameters": parameters})
    return found


def text(certificate: dict[str, Any]) -> str:
    """The certificate as JSON, a row a line."""
    parts = []
    for name, value in certificate.items():
        if isinstance(value, list) and value and isinstance(value[0], list | dict):
            rows = ",\n  ".join(json.dumps(row) for row in value)
            parts.append(f"{json.dumps(name)}: [\n  {rows}\n]")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def table(certificate: dict[str, Any]) -> pd.DataFrame:
    """Its masks, with the columns of `bounds` and `wrong`."""
    return pd.DataFrame(certificate["masks"], columns=certificate["columns"])


def regions(rows: Sequence[Sequence[float | None]]) -> list[Region]:
    """The boxes of a certificate's rows; a side that is None is infinite."""
    ends = (-np.inf, np.inf, -np.inf, np.inf)
    return [
        Region(*(end if side is None else side for side, end in zip(row[:4], ends, strict=True)))
        for row in rows
    ]


def cover(boxes: Sequence[Region]) -> bool:
    """Whether the boxes leave no place of the plane out, up to their sides."""
    across = sorted({side for box in boxes for side in (box.left, box.right)})
    upwards = sorted({side for box in boxes for side in (box.bottom, box.top)})
    if not {-np.inf, np.inf} <= set(across) & set(upwards):
        return False
    left, right, bottom, top = (np.array([getattr(b, side) for b in boxes]) for side in SIDES)
    low, high = np.array(across[:-1])[:, None, None], np.array(across[1:])[:, None, None]
    below, above = np.array(upwards[:-1])[:, None], np.array(upwards[1:])[:, None]
    inside = (left <= low) & (high <= right) & (bottom <= below) & (above <= top)
    return bool(inside.any(2).all())


def _plain(side: float) -> float | None:
    return float(side) if np.isfinite(side) else None
