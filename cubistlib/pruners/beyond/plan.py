"""What backward elimination spends its budget on."""

import math
from dataclasses import dataclass

import numpy as np

from cubistlib.support.checks import require

# Shares of the budget: for the race, for dense training, for the way down, and for the last
# training, which is at most half of one. Swaps get what is left.
RACE, DENSE, DOWN, LAST = 0.2, 0.15, 0.5, 0.1

# The length of the race, as a share of a training; how many go down, for a training of the budget.
SHORT, ABREAST = 0.06, 0.8

CHILDREN, SWAPPED = 3, 0.08  # of a round of swaps; their training, as a share of one


@dataclass(frozen=True)
class Plan:
    """How often what is done for each network; lengths of trainings in epochs.

    starts: dense networks that race for `race`. beam: those that go on, for `dense`. coarse:
    prunings by magnitude, fine: removals of one weight; after either a training of `each`.
    swaps: rounds of `children` swapped networks and the unswapped one, trained for `swapped`.
    last: the last training.
    """

    starts: int
    race: int
    beam: int
    dense: int
    coarse: int
    fine: int
    each: int
    swaps: int
    children: int
    swapped: int
    last: int


def plan(
    trainings: float,
    epochs: int,
    weights: int,
    keep: np.ndarray,
    fine: int,
    look: float,
    comparison: float,
) -> Plan:
    """How a budget of so many trainings of `epochs` is spent; no more than that.

    weights: of a dense network. keep: weights to be left, (n,). fine: removals of one weight, at
    most. look: what it costs to look once at the points that removals are ranked on, in epochs;
    comparison: at those that networks are compared on. Raises ValueError where the budget does
    not last for one epoch of everything.
    """
    total, most, least = trainings * epochs, int(keep.max()), int(keep.min())
    race = max(1, round(SHORT * epochs))
    starts = max(1, math.floor(RACE * total / (race + comparison)))
    last = max(1, min(epochs // 2, round(LAST * total)))
    down = min(DOWN * total, total - last - 2 * comparison - 1)  # a dense epoch is left in any case
    coarse, fine, looks = _way_down(down, weights, least, most, fine, look)
    rounds = coarse + fine
    beam = min(starts, max(1, round(ABREAST * trainings)))
    beam = max(1, min(beam, math.floor(down / (rounds + looks))))
    each = max(1, math.floor((down / beam - looks) / max(1, rounds)))
    dense = max(1, math.floor(DENSE * total / beam))
    spent = starts * (race + comparison) if starts > 1 else 0.0
    spent += beam * (dense + rounds * each + looks + (comparison if beam > 1 else 0))
    spent += last + 2 * comparison
    swapped = max(1, round(SWAPPED * epochs))
    swap = (CHILDREN + 1) * swapped + (CHILDREN + 2) * comparison
    swap += (most + 1 + CHILDREN * (most + 2)) * look
    swaps = math.floor(max(0, total - spent) / swap) if least < weights else 0
    spent += swaps * swap
    require(
        spent <= total,
        f"backward: {trainings:g} trainings of {epochs} epochs are too few, "
        f"its steps take {spent:.1f} epochs at least",
    )
    last = min(epochs, last + math.floor(total - spent))
    return Plan(starts, race, beam, dense, coarse, fine, each, swaps, CHILDREN, swapped, last)


def _way_down(
    budget: float, weights: int, least: int, most: int, fine: int, look: float
) -> tuple[int, int, float]:
    """Prunings by magnitude, removals of one weight, and what their looks cost in epochs.

    As many removals as the budget has room for where an epoch follows each; a pruning takes at
    most half of the weights, or more where there are not epochs enough. One look more is for the
    weights that come back where more than k have gone.
    """
    for removals in range(min(fine, weights - least), -1, -1):
        ratio = weights / (least + removals)
        coarse = math.ceil(math.log2(ratio)) if ratio > 1 else 0
        looks = look * (1 + removals * (most + 1) + removals * (removals + 1) / 2)
        if coarse + removals + looks <= budget:
            return coarse, removals, looks
    return max(1, math.floor(budget - look)), 0, look
