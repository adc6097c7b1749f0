"""Networks that reach the floor's bounds, in exact numbers; its masks, by brute force."""

import json
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, permutations, product

import pytest

from cubistlib.search.floor import Wiring, changes_along
from cubistlib.support import paths

# Along a line: what units read, the label changes, and numbers that make them. Unit by unit: of
# the first layer a slope and the place of its hinge, of later ones the weights and the bias, of
# the output the weights. An annealing found them.
REACHED = [
    ("x | 0 0 | 0 1", 3, "-14 .39  1.8 -5.8  -2.1 7.2  -2.3 1.4  -35 .47  .49 .42"),
    ("x x | 0 1 | 01", 3, "1 -.7 .8 -.8  -1 .2  .2 .2  2 4 .2  2"),
    ("x | 0 | 0 0 0", 4, "-15 .7  -1.2 19  -8.3 18  -19 60  5.3 -3.2  -7 7.7 21"),
    ("x | 0 0 0 | 012", 4, "-15.2 -.0253  5.21 -1.67  13.6 -.711  -.652 6.93  -8.41 3.31 3.66 8.24"
     "  -9.22"),
    ("x x | 01 | 0 0", 4, "-3.4 -.78 1.8 -1.1  -2.7 -.15 .72  15 -1.6  18 -3.2  19 -49"),
    ("x x x | 012 | 0", 4, "2.5 -.22 -14 .25 1.4 -.072  -15 -.86 22 14  17 -7.1  8.4"),
    ("x | 0 0 | 0 01", 5, "-1.4 .84  -.4 .86  .7 -.14  2.8 -.68  -2.1 -.95 1.7  1.2 6"),
    ("x x | 0 01 | 01", 5, "6 -.26 -12 -.12  .26 -.19  -2.5 -1.1 3.6  1.3 .16 -.22  -.4"),
    ("x | 0 0 | 0 0 1", 5, ".34 -1.1  2.1 -.2  -2.2 .34  6.6 -.48  -2.4 .8  3.1 .31  -.22 -1 .67"),
    ("x | 0 0 | 01 01", 6, "40 .1  -3 5  7 -10  -10 -7 20  3 3 -4  .4 .8"),
    ("x x | 01 01 | 01", 6, "-3.8 .13 2.9 -.16  2.5 6.5 -3.4  -1.8 -2.8 3.6  .48 1.9 23  17"),
]  # fmt: skip


def most_changes(wiring: Wiring, numbers: Iterator[Fraction]) -> int:
    """Label changes from −1 to 1 under the best output bias, in exact numbers."""
    first = [(next(numbers), next(numbers)) for _ in wiring.first]
    later = [
        [([(i, next(numbers)) for i in sorted(row)], next(numbers)) for row in rows]
        for rows in wiring.later
    ]
    output = [next(numbers) for _ in wiring.third]

    def inputs(t: Fraction, depth: int) -> list[Fraction]:
        """What goes into the units of a layer."""
        z = [slope * (t - hinge) for slope, hinge in first]
        for rows in later[:depth]:
            z = [sum(w * max(z[i], 0) for i, w in weights) + bias for weights, bias in rows]
        return z

    places = [Fraction(-1), Fraction(1)]
    for depth in range(3):  # all places where a unit of the layer flips
        for a, b in list(pairwise(places)):
            ends = zip(inputs(a, depth), inputs(b, depth), strict=True)
            places += [a + (b - a) * u / (u - v) for u, v in ends if u * v < 0]
        places = sorted(set(places))
    logits = [sum(w * max(z, 0) for w, z in zip(output, inputs(t, 2), strict=True)) for t in places]
    levels = [(a + b) / 2 for a, b in pairwise(sorted(set(logits)))]
    return max(sum((a > at) != (b > at) for a, b in pairwise(logits)) for at in levels)


@pytest.mark.parametrize("text, changes, numbers", REACHED, ids=[known[0] for known in REACHED])
def test_bounds_on_changes_are_reached(text, changes, numbers):
    """So that none could be lower: a mistake that made one so would be seen."""
    wiring = Wiring.parse(text)
    assert changes_along(wiring, wiring.units) == changes
    assert most_changes(wiring, map(Fraction, numbers.split())) == changes


Mask = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]  # rows as bits


def smallest(mask: Mask) -> Mask:
    """The first of all namings of the hidden units."""

    def named(row: int, order: tuple[int, ...]) -> int:
        return sum(1 << new for new, old in enumerate(order) if row >> old & 1)

    first, second, third = mask
    return min(
        (
            tuple(first[i] for i in p),
            tuple(named(second[j], p) for j in q),
            tuple(sorted(named(row, q) for row in third)),
        )
        for p, q in product(permutations(range(len(first))), permutations(range(len(second))))
    )


def layers(rows: int, columns: int, most: int) -> Iterator[tuple[int, ...]]:
    """All of so many rows, none of them and no column empty, of at most so many ones."""
    found: list[tuple[tuple[int, ...], int]] = [((), 0)]
    for left in reversed(range(rows)):
        found = [
            ((*before, row), ones + row.bit_count())
            for before, ones in found
            for row in range(1, 1 << columns)
            if ones + row.bit_count() + left <= most
        ]
    for matrix, _ in found:
        if all(any(row >> column & 1 for row in matrix) for column in range(columns)):
            yield matrix


def ones(matrix: tuple[int, ...]) -> int:
    return sum(row.bit_count() for row in matrix)


def test_every_mask_of_up_to_twelve_weights_is_published():
    """All matrices; rows sorted where no unit is named before."""
    most, found = 12, defaultdict(set)
    for d1, d2, d3 in product(range(1, most), repeat=3):
        if max(2, d1) + max(d1, d2) + max(d2, d3) + d3 > most:
            continue
        for a in (a for a in layers(d1, 2, most) if list(a) == sorted(a)):
            for b in layers(d2, d1, most - ones(a) - d3):
                left = most - ones(a) - ones(b) - d3
                for c in (c for c in layers(d3, d2, left) if list(c) == sorted(c)):
                    found[ones(a) + ones(b) + ones(c) + d3].add(smallest((a, b, c)))
    published = json.loads((paths.published("frontier") / "floor.json").read_text())
    listed = defaultdict(set)
    for text, weights, *_ in published["masks"]:
        known = Wiring.parse(text)
        rows = (known.first, known.second, known.third)
        bits = [tuple(sum(1 << i for i in row) for row in layer) for layer in rows]
        assert known.weights == weights
        listed[weights].add(smallest((bits[0], bits[1], bits[2])))
    assert found == listed and sum(map(len, listed.values())) == len(published["masks"])
