"""Bounds on label changes along lines: by hand, told a second time, and attacked."""

from itertools import permutations, product

import numpy as np
import pytest

import cubistlib as cl
from cubistlib.search import connected_masks
from cubistlib.search.floor import (
    Wiring,
    alternations,
    changes_along,
    changes_at_a_corner,
    changes_beside_a_hinge,
    most_edges,
    most_found,
)
from cubistlib.search.floor.changes import composed, walk, zeros
from cubistlib.search.floor.wiring import NONE, subsets

wiring = Wiring.parse

SMALL = [
    Wiring.of(m) for weights in (5, 6, 7, 8) for masks in connected_masks(weights) for m in masks
]


def test_wiring_by_hand():
    weights = [[[1, 0], [0, 1]], [[1, 1]], [[1], [1], [1]], [[1, 1, 1]]]
    known = Wiring.of(cl.Masks.from_weights([np.array(w, bool) for w in weights]))
    assert known == wiring("x y | 01 | 0 0 0") and str(known) == "x y | 01 | 0 0 0"
    assert (known.hidden, known.weights, known.parameters) == ((2, 1, 3), 10, 17)
    assert all(wiring(str(small)) == small for small in SMALL)
    weights[0] = [[1, 0], [1, 0]]
    with pytest.raises(cl.UserError, match="an input and a reader"):
        Wiring.of(cl.Masks.from_weights([np.array(w, bool) for w in weights]))
    with pytest.raises(cl.UserError, match="three hidden layers"):
        Wiring.of(cl.Masks.ones_like(cl.Network.initialize((3, 3))))


def test_the_sign_of_a_sum_of_hinges_changes_so_often():
    assert [zeros(n) for n in range(5)] == [0, 1, 2, 4, 5]
    t = np.linspace(-3, 3, 801)
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 4):
        a, b, w = rng.normal(size=(3, 600, n, 1))
        values = (w * np.maximum(a * t + b, 0)).sum(1)
        assert count(values - values[:, rng.integers(0, 801, 1)] + 1e-4).max() <= zeros(n)
    # Three, reached: down, up, down and up again, by hinges that face right, right and left.
    slopes = -1.0, 2.0, -0.5, 1.0
    down_up = np.interp(t, [-3, -1, 0, 2, 3], np.cumsum([0, 2 * -1.0, 2.0, 2 * -0.5, 1.0]))
    assert count((down_up + 0.5)[None])[0] == zeros(3) and len(slopes) == 4


def count(values):
    """Strict changes of sign along rows."""
    return (np.diff(values > 0, axis=1)).sum(1)


@pytest.mark.parametrize(
    "text, beside",
    [
        ("xy | 0 | 0", 0),
        ("x y | 01 | 0", 1),
        ("x y | 01 | 0 0 0", 4),
        ("x y | 01 01 | 01 01", 6),
        ("x x y | 012 | 0", 1),
    ],
)
def test_changes_beside_a_hinge_by_hand(text, beside):
    assert changes_beside_a_hinge(wiring(text)) == beside


def test_composition_by_hand():
    three = wiring("xy x y | 012 | 0 0")
    assert composed(three, 0, three.units) == 4 * 2
    assert composed(three, 0, frozenset({0})) == 1 * 2
    assert composed(three, 0, frozenset({0}), frozenset({1})) == 2 * 2
    assert composed(three, 0, NONE, frozenset({1})) == 1 * 2


def test_at_a_corner_by_hand():
    assert changes_at_a_corner(wiring("x y | 01 | 0 0 0")) == 0
    assert changes_at_a_corner(wiring("x y | 01 01 | 01 01")) == 2
    assert changes_at_a_corner(wiring("xy y | 01 | 0")) is None
    assert changes_at_a_corner(wiring("x x y | 012 | 0")) is None


def told_again(known, moving, on):
    """`walk` from its words alone: all orders, state by state, from the left to the right."""
    best = 0
    second = range(len(known.second))
    for order, some in product(permutations(sorted(moving)), subsets(moving)):
        # Of every state of the second layer and who may flip still: the changes so far.
        def may(j, first):
            return bool(known.second[j] & first)

        first = on | some
        states = {
            (s, frozenset(j for j in second if may(j, first))): 0
            for s in subsets(frozenset(second))
        }
        for flip in (None, *order):
            if flip is not None:
                first = first ^ {flip}
                entered = {}
                for (s, free), so_far in states.items():
                    free = frozenset(
                        j
                        for j in second
                        if (j in free or flip in known.second[j]) and may(j, first)
                    )
                    entered[s, free] = max(entered.get((s, free), 0), so_far)
                states = entered
            passed = {}
            for (s, free), so_far in states.items():
                for flipped in (
                    p for n in range(len(free) + 1) for p in permutations(sorted(free), n)
                ):
                    now, total = set(s), so_far
                    for j in (None, *flipped):
                        now ^= {j} - {None}
                        live = {j for j in now if may(j, first)}
                        total += zeros(sum(1 for read in known.third if read & live))
                    key = frozenset(now), free - set(flipped)
                    passed[key] = max(passed.get(key, 0), total)
            states = passed
            best = max(best, *states.values())
    return best


@pytest.mark.parametrize("known", SMALL, ids=str)
def test_the_walk_told_a_second_time(known):
    for moving in subsets(known.units):
        for on in subsets(known.units - moving):
            assert walk(known, moving, on) == told_again(known, moving, on)


def by_breadth(known, moving, on):
    """`alternations` from its words: every state that can be reached, breadth first."""
    second = [dict.fromkeys(read & (moving | on), 0) for read in known.second]
    third = [{j: 0 for j in read if second[j]} for read in known.third]
    slots = [(reads, source) for reads in (*second, *third) for source in sorted(reads)]
    best = 0
    for signs in product((1, -1), repeat=len(slots) + len(third)):
        for (reads, source), sign in zip(slots, signs, strict=False):
            reads[source] = sign
        out = signs[len(slots) :]

        def options(terms):
            terms = {t for t in terms if t}
            return terms or {0}

        def all_slopes(first, two, s2, keep2=None, keep3=None, second=second, third=third):
            """All pairs of slopes; keep: those of units whose sources are as they were."""
            twos = [
                {keep2[j]}
                if keep2 and j in keep2
                else options(v for i, v in reads.items() if i in first)
                for j, reads in enumerate(second)
            ]
            for chosen in product(*twos) if two is None else [two]:
                threes = [
                    {keep3[k]}
                    if keep3 and k in keep3
                    else options(v * chosen[j] for j, v in reads.items() if j in s2)
                    for k, reads in enumerate(third)
                ]
                yield from ((chosen, three) for three in product(*threes))

        layer = set()
        for some, s2, s3 in product(
            subsets(moving),
            subsets(frozenset(range(len(second)))),
            subsets(frozenset(range(len(third)))),
        ):
            for two, three in all_slopes(on | some, None, s2):
                layer.add((on | some, moving, two, s2, three, s3, 0, 0, True))
        seen = set(layer)
        while layer:
            following = set()
            for first, left, two, s2, three, s3, last, changes, entered in layer:
                best = max(best, changes)
                moves = []
                for way in options(out[k] * three[k] for k in s3) - {0, last} if entered else ():
                    moves.append((first, left, two, s2, three, s3, way, changes + 1, False))
                for k, slope in enumerate(three):
                    if slope == (-1 if k in s3 else 1):
                        moves.append((first, left, two, s2, three, s3 ^ {k}, last, changes, True))
                for j, slope in enumerate(two):
                    if slope == (-1 if j in s2 else 1):
                        keep = {k: three[k] for k in range(len(third)) if j not in third[k]}
                        for _, fresh in all_slopes(first, two, s2 ^ {j}, None, keep):
                            moves.append(
                                (first, left, two, s2 ^ {j}, fresh, s3, last, changes, True)
                            )
                for i in left:
                    keep2 = {j: two[j] for j in range(len(second)) if i not in second[j]}
                    keep3 = {
                        k: three[k]
                        for k in range(len(third))
                        if not any(j in s2 and j not in keep2 for j in third[k])
                    }
                    for chosen, fresh in all_slopes(first ^ {i}, None, s2, keep2, keep3):
                        moves.append(
                            (first ^ {i}, left - {i}, chosen, s2, fresh, s3, last, changes, True)
                        )
                following.update(m for m in moves if m not in seen)
                seen.update(moves)
            layer = following
    return best


@pytest.mark.parametrize("text", ["xy | 0 | 0", "x y | 01 | 0", "xy | 0 0 | 01", "x y | 0 1 | 01"])
def test_slopes_told_a_second_time(text):
    known = wiring(text)
    for moving in subsets(known.units):
        for on in subsets(known.units - moving):
            assert alternations(known, moving, on) == by_breadth(known, moving, on)


@pytest.mark.parametrize("known", SMALL[::2], ids=str)
def test_signs_of_slopes_never_allow_more_than_the_walk(known):
    for i in known.units:
        assert alternations(known, known.units - {i}) <= walk(known, known.units - {i})


@pytest.mark.parametrize(
    "text",
    [
        "x y | 01 | 0 0",
        "xy | 0 0 | 0 1",
        "x y | 0 1 | 01",
        "x y | 01 01 | 01",
        "xy x y | 01 2 | 01",
    ],
)
def test_no_network_is_found_that_breaks_a_bound(text):
    known = wiring(text)
    for i in known.units:
        moving = known.units - {i}
        assert most_found(known, moving, tries=60, rounds=25) <= changes_along(known, moving)
        assert most_found(known, moving, frozenset({i}), 60, 25) <= changes_along(
            known, moving, frozenset({i})
        )


def test_small_bounds_are_reached():
    for text in ("xy | 0 | 0", "x y | 01 | 0", "x y | 01 | 0 0"):
        known = wiring(text)
        assert most_found(known, seed=1) == changes_along(known, known.units)


def test_six_changes_where_the_bound_says_six():
    """Made by hand; hill climbing finds four. Both second-layer units change, none is fixed."""
    t = np.linspace(-1, 20, 20_001)
    u1, u2 = np.maximum(1.5 - t, 0), np.maximum(t - 0.7, 0)
    z1 = -0.5 + u1 + 0.1 * u2
    z2 = 1.68 - 1.2 * u1 - 0.8 * u2
    logit = 1 - np.maximum(z1, 0) - np.maximum(z2, 0)
    assert count(logit[None])[0] == 6
    assert alternations(wiring("x y | 01 01 | 01 01"), NONE, frozenset({0, 1})) == 6


def test_regions_are_no_more_than_edges_allow():
    """Patterns of units that are on, over a fine grid, for networks at random."""
    rng = np.random.default_rng(5)
    grid = np.stack(np.meshgrid(*[np.linspace(-4, 4, 160)] * 2), -1).reshape(-1, 2)
    for known in SMALL:
        h, seen = grid, []
        inputs = 2
        for rows in (known.first, known.second, known.third):
            kept = np.array([[i in row for i in range(inputs)] for row in rows])
            h = np.maximum(
                h @ (kept * rng.normal(size=kept.shape)).T + rng.normal(size=len(rows)), 0
            )
            seen.append(h > 0)
            inputs = len(rows)
        alive = seen[2].any(1)  # elsewhere the logit is constant
        assert len(np.unique(np.concatenate(seen, axis=1)[alive], axis=0)) <= most_edges(known)
