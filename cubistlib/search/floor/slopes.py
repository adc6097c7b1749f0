"""A sharper bound on label changes along a line: the same walk with the signs of all slopes.

Along a line every unit's input is straight between flips, and its slope is a sum over the units
that it reads and that are on: of a sign that is known if all terms have it, else of either.
A unit goes on only where its slope is positive, off only where it is negative, and labels
change up and down in turn, up only where the logit's slope is positive. Signs of weights are
tried out one and all; their sizes are not looked at, so that this remains a bound.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import product

from cubistlib.search.floor.wiring import NONE, Row, Wiring, subsets

# Of units: what each slope's sign is, 0 where the input is constant.
Signs = tuple[int, ...]
# Of each unit of a layer: the sign with which it reads a unit of the layer before.
Reads = Sequence[dict[int, int]]


def alternations(wiring: Wiring, moving: Row, on: Row = NONE, enough: int | None = None) -> int:
    """A bound on label changes along a line; moving and on as in `changes_along`.

    enough: a bound that is known; no other is looked for once this one cannot be bettered.
    """
    # Units that change there, and what they read of units that do.
    changing = [j for j, read in enumerate(wiring.second) if read & (moving | on)]
    second = [sorted(wiring.second[j] & (moving | on)) for j in changing]
    third = [[n for n, j in enumerate(changing) if j in read] for read in wiring.third]
    third = [read for read in third if read]
    if not third:
        return 0
    # The output reads all of the third layer. With all its signs turned labels change as often.
    free = sum(map(len, (*second, *third))) + len(third) - 1
    best = 0
    for signs in product((1, -1), repeat=free):
        rest = iter((*signs, 1))
        reads = [{unit: next(rest) for unit in read} for read in (*second, *third)]
        output = list(rest)
        best = max(best, _most(reads[: len(second)], reads[len(second) :], output, moving, on))
        if enough is not None and best >= enough:
            break
    return best


def signs_of(terms: Iterable[int]) -> tuple[int, ...]:
    """The signs that a sum may have, given those of its terms."""
    found = {term for term in terms if term}
    return tuple(found) if found else (0,)


def _most(second: Reads, third: Reads, output: Sequence[int], moving: Row, on: Row) -> int:
    """The bound for one choice of signs."""

    def slopes_2(first: Row) -> Callable[[int], tuple[int, ...]]:
        return lambda j: signs_of(sign for i, sign in second[j].items() if i in first)

    def slopes_3(two: Signs, on_2: Row) -> Callable[[int], tuple[int, ...]]:
        return lambda k: signs_of(sign * two[j] for j, sign in third[k].items() if j in on_2)

    @cache
    def piece(first: Row, left: Row, two: Signs, on_2: Row, three: Signs, on_3: Row, last: int):
        """Changes from here on, the last one having been up (1), down (−1) or none (0)."""
        state = (first, left, two, on_2, three, on_3)
        ways = set(signs_of(output[k] * three[k] for k in on_3)) - {0, last}
        return max([beyond(*state, last), *(1 + beyond(*state, way) for way in ways)])

    @cache
    def beyond(first: Row, left: Row, two: Signs, on_2: Row, three: Signs, on_3: Row, last: int):
        """The same after the next flip of a unit, whichever it is."""
        found = [0]
        for k in _flipping(three, on_3):
            found.append(piece(first, left, two, on_2, three, on_3 ^ {k}, last))
        for j in _flipping(two, on_2):
            then, readers = on_2 ^ {j}, {k for k, read in enumerate(third) if j in read}
            for fresh in _redrawn(three, readers, slopes_3(two, then)):
                found.append(piece(first, left, two, then, fresh, on_3, last))
        for i in left:
            now, readers = first ^ {i}, {j for j, read in enumerate(second) if i in read}
            after = {k for k, read in enumerate(third) if read.keys() & readers & on_2}
            for fresh_2 in _redrawn(two, readers, slopes_2(now)):
                for fresh in _redrawn(three, after, slopes_3(fresh_2, on_2)):
                    found.append(piece(now, left - {i}, fresh_2, on_2, fresh, on_3, last))
        return max(found)

    best = 0
    for first in (on | some for some in subsets(moving)):
        for two in product(*map(slopes_2(first), range(len(second)))):
            for on_2 in subsets(frozenset(range(len(second)))):
                for three in product(*map(slopes_3(two, on_2), range(len(third)))):
                    for on_3 in subsets(frozenset(range(len(third)))):
                        best = max(best, piece(first, moving, two, on_2, three, on_3, 0))
    return best


def _flipping(slopes: Signs, on: Row) -> list[int]:
    """The units that may flip next: on if they rise, off if they fall."""
    return [u for u, sign in enumerate(slopes) if sign and (sign > 0) != (u in on)]


def _redrawn(
    slopes: Signs, units: Iterable[int], options: Callable[[int], tuple[int, ...]]
) -> Iterator[Signs]:
    """All signs that slopes may have when those of some units are new."""
    fresh = set(units)
    return product(*(options(u) if u in fresh else (sign,) for u, sign in enumerate(slopes)))
