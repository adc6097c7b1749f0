"""The fewest errors on the spiral by label changes along lines, held against the points."""

from itertools import product

import numpy as np
import pytest

import cubistlib as cl
from cubistlib.search.floor import Lines, Region, arms, directions, fewest_wrong, most_hidden
from cubistlib.search.floor.arms import FAR, REACH
from cubistlib.search.floor.counting import MET, most_met

SPIRAL = arms()
TOTAL = (SPIRAL.points - 1).sum()


def places():
    """Where the data's points belong, raw units, in their order: (49982, 2)."""
    strung = [
        np.linspace(end, start, count)
        for start, end, count in zip(SPIRAL.start, SPIRAL.end, SPIRAL.points, strict=True)
    ]
    return np.concatenate(strung)


def raw(x):
    """The data's points in raw units, from what `standardize` did to them."""
    before = places().astype(np.float32).astype(np.float64)
    return x.astype(np.float64) * before.std(0, ddof=1) + before.mean(0)


def test_the_points_lie_at_their_places(spiral):
    x, y = spiral
    assert np.linalg.norm(raw(x) - places(), axis=1).max() < REACH
    assert (np.repeat(SPIRAL.label, SPIRAL.points) == y).all()
    assert np.linalg.norm(places(), axis=1).max() < FAR


def test_segments_stand_apart_but_for_their_corners():
    """So that no line meets two stretches, a thousandth long, out of order."""
    along = np.linspace(0, 1, 200)[:, None]
    ends = zip(SPIRAL.start, SPIRAL.end, strict=True)
    drawn = [start + along * (end - start) for start, end in ends]
    for (i, one), (j, other) in product(enumerate(drawn), repeat=2):
        if i < j and not (j == i + 1 and SPIRAL.label[i] == SPIRAL.label[j]):
            assert np.linalg.norm(one[:, None] - other, axis=2).min() > 5
    turn = np.einsum("ni,ni->n", SPIRAL.direction[1:], SPIRAL.direction[:-1])
    assert np.delete(turn, 15).min() > 0.6  # a corner turns by some 50° at most


def test_the_fewest_wrong_are_those_of_the_best_labels():
    rng = np.random.default_rng(0)
    mass, label = rng.random((40, 7)), rng.integers(0, 2, (40, 7))
    given = np.array(list(product((0, 1), repeat=7)))
    changes = (given[:, 1:] != given[:, :-1]).sum(1)
    cost = ((given[:, None] != label) * mass).sum(2)
    best = [cost[changes <= most].min(0) for most in range(5)]
    np.testing.assert_allclose(fewest_wrong(mass, label, 4), np.transpose(best))


@pytest.mark.parametrize("degrees", [10, 37, 90, 155])
def test_lines_see_the_points(spiral, degrees):
    """The same from the points themselves, sorted into strips that are as narrow as few."""
    x, y = spiral
    angle = np.radians(degrees)
    along, across = (
        np.array([np.cos(angle), np.sin(angle)]),
        np.array([-np.sin(angle), np.cos(angle)]),
    )
    strip = np.floor(raw(x) @ across / 0.25).astype(int)
    order = np.lexsort([raw(x) @ along, strip])
    strip, seen = strip[order] - strip.min(), y[order].astype(int)
    place = np.arange(len(seen)) - np.searchsorted(strip, strip)
    label, mass = (np.zeros((strip.max() + 1, place.max() + 1)) for _ in range(2))
    label[strip, place], mass[strip, place] = seen, 1
    counted = fewest_wrong(mass, label, 9).sum(0)
    lines = Lines.parallel(SPIRAL, angle)
    proven = lines.wrong(9)
    # Strips leave corners more freedom; flat segments are left out of the bound.
    assert (proven <= counted + 0.01 * TOTAL).all() and (proven >= counted - 0.025 * TOTAL).all()
    assert 0.8 * TOTAL < lines.mass.sum() <= TOTAL


def test_ranges_of_directions_hold_for_each_of_them():
    ranges = directions(SPIRAL, 90)
    for angle in np.random.default_rng(1).uniform(0, np.pi, 12):
        exact = Lines.parallel(SPIRAL, angle).wrong(6)
        assert (ranges[int(angle / np.pi * 90)].wrong(6) <= exact + 1e-6).all()


def test_parts_of_the_plane_leave_no_more_errors_than_the_whole():
    lines = Lines.parallel(SPIRAL, 0.7)
    for x in (-60.0, 3.0, 80.0):
        parts = [lines.wrong(6, Region(right=x)), lines.wrong(6, Region(left=x))]
        assert (sum(parts) <= lines.wrong(6) + 1e-6).all() and parts[0][0] + parts[1][0] > 0
    np.testing.assert_allclose(lines.wrong(6, Region()), lines.wrong(6))


def test_a_line_meets_few_segments():
    assert most_met(SPIRAL) <= MET
    rng = np.random.default_rng(2)
    angle, offset = rng.uniform(0, np.pi, 5000), rng.uniform(-150, 150, 5000)
    normal = np.stack([-np.sin(angle), np.cos(angle)])
    sides = [corner @ normal > offset for corner in (SPIRAL.start, SPIRAL.end)]
    assert (sides[0] != sides[1]).sum(0).max() == 10


def test_what_hides_between_the_points_is_little(spiral):
    """Wrong mass on the arms without wrong points, for edges at random."""
    x, y = spiral
    rng = np.random.default_rng(3)
    fine = 20
    strung, label = [], []
    for i, count in enumerate(SPIRAL.points):
        share = (np.arange((count - 1) * fine) + 0.5) / ((count - 1) * fine)
        strung.append(SPIRAL.start[i] + share[:, None] * (SPIRAL.end[i] - SPIRAL.start[i]))
        label.append(np.full(len(share), SPIRAL.label[i]))
    strung, label = np.concatenate(strung), np.concatenate(label)
    for edges in (2, 6, 20):
        # Bands between parallel lines are of class 1: so many straight edges in all.
        normal = rng.normal(size=2)
        cuts = np.sort(rng.uniform(-150, 150, edges) * np.linalg.norm(normal))
        mass = ((np.searchsorted(cuts, strung @ normal) % 2) != label).sum() / fine
        wrong = ((np.searchsorted(cuts, raw(x) @ normal) % 2) != y).sum()
        assert mass - wrong <= most_hidden(SPIRAL, edges)


def test_ranges_that_are_too_wide_are_one_sentence():
    with pytest.raises(cl.UserError, match="too wide, cut them into more"):
        directions(SPIRAL, 3)
