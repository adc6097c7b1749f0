"""How often labels can change along a line, by the mask alone, whatever the parameters are.

Counted are strict changes of sign, which stay when all weights and biases are moved a little: so
no two units are taken to flip at one place, no slope to be zero that need not be, and no logit
where a unit flips. A label, logit > 0, changes as often as the sign of the logit less a little.
"""

from functools import cache

from cubistlib.search.floor.slopes import alternations
from cubistlib.search.floor.wiring import NONE, Row, Wiring, subsets

FEW = 3  # changes that leave so many errors that a sharper bound would hardly say more


def zeros(hinges: int) -> int:
    """How often c + Σ w relu(a t + b) can change its sign along t, with so many summands.

    A piece between hinges is straight and crosses zero once at most. With one hinge or two some
    piece is level, or the slopes are y, x + y, x, whose signs do not alternate twice.
    """
    return hinges if hinges <= 2 else hinges + 1


def changes_beside_a_hinge(wiring: Wiring) -> int:
    """A bound on label changes along lines of some direction, which the weights choose.

    Lines along the hinge of a first-layer unit see no change of it, nor of others that read the
    same input alone, whose hinges are parallel to it. The best of them counts.
    """
    moving = set()
    for i, read in enumerate(wiring.first):
        alike = {j for j in wiring.units if wiring.first[j] == read and len(read) == 1}
        moving.add(wiring.units - alike - {i})
    return min(changes_along(wiring, units) for units in moving)


def changes_along(wiring: Wiring, moving: Row, on: Row = NONE) -> int:
    """A bound on label changes along a line, or along a part of one.

    moving: the first-layer units that may flip there. on: those that are on all along it and
    change. All others are constant. The least of three bounds; `slopes` has the third.
    """
    bound = walk(wiring, moving, on)
    changing = [j for j, read in enumerate(wiring.second) if read & (moving | on)]
    if len(changing) == 1:
        bound = min(bound, composed(wiring, changing[0], moving, on))
    return min(bound, alternations(wiring, moving, on, bound)) if bound > FEW else bound


def composed(wiring: Wiring, unit: int, moving: Row, on: Row = NONE) -> int:
    """The bound if one second-layer unit alone changes along the line.

    The logit is F(relu(g)): F changes its sign at so many values, and g takes each so often.
    """
    read, after = wiring.second[unit], sum(unit in read for read in wiring.third)
    flips = len(read & moving)
    return (flips + 1 if read & on else zeros(flips)) * zeros(after)


def walk(wiring: Wiring, moving: Row, on: Row = NONE) -> int:
    """The bound from going along the line, from one flip of a unit to the next.

    Each moving first-layer unit flips once. From one flip of a unit that it reads to the next a
    second-layer unit is straight: it flips once at most, and not at all if all it reads is
    constant. Between two flips of those, third-layer units are straight: with m of them that
    change, labels change zeros(m) times. The largest sum over all starts and all orders.
    """
    readers = {i: frozenset(j for j, r in enumerate(wiring.second) if i in r) for i in moving}

    def changing(first: Row) -> Row:
        return frozenset(j for j, read in enumerate(wiring.second) if read & first)

    @cache
    def here(first: Row, second: Row) -> int:
        alive = second & changing(first)
        return zeros(sum(bool(read & alive) for read in wiring.third))

    @cache
    def onwards(first: Row, second: Row, left: Row, straight: Row) -> int:
        """From where these units are on. left: first-layer units that may flip still. straight:
        second-layer units that may flip before one that they read does."""
        ways = [onwards(first, second ^ {j}, left, straight - {j}) for j in straight]
        for i in left:
            then = first ^ {i}
            fresh = (straight | readers[i]) & changing(then)
            ways.append(onwards(then, second, left - {i}, fresh))
        return here(first, second) + max(ways, default=0)

    starts = [on | some for some in subsets(moving)]
    second = frozenset(range(len(wiring.second)))
    return max(onwards(a, b, moving, changing(a)) for a in starts for b in subsets(second))
