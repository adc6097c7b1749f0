"""Polishing: values that put more points right, by linear programmes of the margins."""

import numpy as np
from hypothesis import given, settings
from populations import DATA, SEEDS, by_hand, population, right
from populations import some as some_networks

from cubistlib.search.descent.margins import Parameters, wrong
from cubistlib.search.descent.polish import Aim, Polish, Way, reach, some


def test_polishing_puts_a_boundary_right():
    """Two classes on either side of a line; the network's line is turned and moved away."""
    x = np.random.default_rng(0).normal(size=(2000, 2)).astype(np.float32)
    y = (x[:, 0] + 0.5 * x[:, 1] > 0.3).astype(np.float32)
    nets, masks = by_hand([[[0.9, 0.6]], [[1.0]], [[1.0]], [[1.0]]], [[3.0], [0.1], [0.1], [-3.8]])
    parameters = Parameters.of(masks)
    values = parameters.vector(nets)
    before = wrong(parameters.logits(values, x), y)
    polished, errors = Polish()(parameters, values, (x, y), np.random.default_rng(0))
    assert before > 100 and errors <= 2
    assert wrong(parameters.logits(polished, x), y) == errors


@settings(deadline=None, derandomize=True, max_examples=5)
@given(SEEDS)
def test_polishing_never_makes_worse(seed):
    nets, masks = some_networks(seed, n=2)
    before = population(nets, masks)
    after = Polish(rounds=3, points=100, hops=1).all(before, DATA, np.random.default_rng(0))
    assert (after.correct >= before.correct - 1).all()  # counted in single precision before


def test_what_is_polished_is_counted_as_it_is_in_the_end():
    """Units that are merged give logits that are rounded otherwise; all points are close to 0."""
    first = [[0.3, 0.7], [0.39, 0.91]]
    nets, masks = by_hand([first, [[1.1, 0.7]], [[1.0]], [[1.0]]], [[0, 0], [0], [0], [-1.0]])
    a = np.random.default_rng(0).uniform(0.1, 0.9, 2000)
    slope = right_slope(nets)
    x = np.stack([a / slope[0], (1 - a) / slope[1]], 1).astype(np.float32)
    parameters = Parameters.of(masks)
    y = (parameters.logits(parameters.vector(nets), x) > 0).astype(np.float32)
    before = population(nets, masks)
    after = Polish(rounds=0).all(before, (x, y), np.random.default_rng(0))
    assert after.masks.weights_kept[0] == 5  # one unit of two is left
    assert after.correct[0] == right(after.network, (x, y)) < right(nets, (x, y)) == len(x)
    assert after.correct.dtype == np.int64
    z = after.network.logits(x)[0].astype(float)
    assert np.isclose(after.loss[0], np.logaddexp(0, np.where(y > 0.5, -z, z)).mean())


def test_what_is_lacking_by_hand():
    aim, margin = Aim(goal=1.0, lenience=0.5), np.array([2.0, 1.0, 0.5, -1.0])
    np.testing.assert_allclose(aim.lack(margin), [0, 0, 0.5, 2])
    assert np.isclose(aim.total(margin), np.log(2) + np.log(5))
    np.testing.assert_allclose(aim.prices(margin), [2, 2, 1, 0.4])


@settings(deadline=None, derandomize=True, max_examples=50)
@given(SEEDS)
def test_priced_lacks_lie_above_the_total_and_touch_it(seed):
    """So that what makes them smaller makes the total smaller."""
    rng = np.random.default_rng(seed)
    aim = Aim(goal=abs(rng.normal()), lenience=10 ** rng.uniform(-4, 1))
    here, there = rng.normal(size=(2, 30))
    priced = aim.prices(here) @ (aim.lack(there) - aim.lack(here))
    assert aim.total(there) <= aim.total(here) + priced + 1e-9


def test_some_of_many_points_stand_for_all():
    points = np.arange(100, 110)
    for offset in range(4):
        chosen, counts = some(points, 4, offset)
        assert chosen.tolist() == points[offset % 3 :: 3].tolist() and set(counts) == {3.0}
    every, counts = some(points, 10, 7)
    assert every.tolist() == points.tolist() and set(counts) == {1.0}
    assert all(len(part) == 0 for part in some(points[:0], 5, 1))


def test_aims_become_less_lenient_by_the_scale_of_the_logits():
    aims = list(Way(goal=0.1, lenience=0.4, narrower=0.5).aims(np.array([-2.0, 2.0, 5.0])))
    assert [aim.lenience for aim in aims[:3]] == [0.8, 0.4, 0.2]
    assert {aim.goal for aim in aims} == {0.2} and aims[-1].lenience > 0
    assert list(Way().aims(np.zeros(3))) == []


def test_polishing_goes_through_worse_to_better(witnesses):
    """More steps never give more wrong points than fewer, and in the end there are far fewer."""
    errors, rng = [], np.random.default_rng(0)
    for witness in witnesses:
        parameters = Parameters.of(witness.masks)
        values = parameters.vector(witness.network)
        by_rounds = [Polish(rounds=r)(parameters, values, DATA, rng)[1] for r in (0, 1, 4, 12, 30)]
        assert by_rounds[0] == wrong(parameters.logits(values, DATA[0]), DATA[1])
        assert (np.diff(by_rounds) <= 0).all()
        errors.append((by_rounds[0], by_rounds[-1]))
    start, end = np.sum(errors, axis=0)
    assert start > 40 and end < 0.9 * start


def right_slope(nets):
    """∂(logit)/∂input where all units are above 0."""
    slope = np.ones((1, 1))
    for w in reversed(nets.weights):
        slope = slope @ w[0].astype(float)
    return slope[0]


def test_how_far_margins_move_does_not_hang_on_the_points_beside_them():
    """As sums of BLAS do, and so on its threads, which share the points out."""
    rng = np.random.default_rng(0)
    room, slopes = rng.random(40), rng.normal(size=(40, 1003))
    whole = reach(room, slopes)
    np.testing.assert_allclose(whole, room @ np.abs(slopes), rtol=1e-12)
    for part in (slice(0, 1), slice(0, 501), slice(501, 1003), slice(1002, 1003)):
        np.testing.assert_array_equal(reach(room, slopes[:, part]), whole[part])
