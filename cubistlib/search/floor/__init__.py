"""A floor under the frontier: how few weights no network can do with, proven.

`lines` has the fewest errors on the spiral by label changes along lines, `changes` and `slopes`
how many changes a mask allows, `corners` what masks of two axis-parallel units allow wherever
those lie, `counting` how many errors can hide between the data's points, `proof` and
`certificate` put it together, and `attack` looks for networks that break a bound.
"""

from cubistlib.search.floor.arms import Arms, arms
from cubistlib.search.floor.attack import most_found
from cubistlib.search.floor.changes import changes_along, changes_beside_a_hinge
from cubistlib.search.floor.corners import Corners, changes_at_a_corner
from cubistlib.search.floor.counting import most_edges, most_hidden, most_met
from cubistlib.search.floor.lines import Lines, Region, directions, fewest_wrong
from cubistlib.search.floor.proof import allowed, bounds, floor, needed, wrong_points
from cubistlib.search.floor.slopes import alternations
from cubistlib.search.floor.wiring import Wiring

__all__ = [
    "Arms", "Corners", "Lines", "Region", "Wiring", "allowed", "alternations", "arms", "bounds",
    "changes_along", "changes_at_a_corner", "changes_beside_a_hinge", "directions",
    "fewest_wrong", "floor", "most_edges", "most_found", "most_hidden", "most_met", "needed",
    "wrong_points",
]  # fmt: skip
