"""Polishing: values that put more points right, by linear programmes of the margins."""

import numpy as np
from hypothesis import given, settings
from populations import DATA, SEEDS, by_hand, population, right, some

from cubistlib.search.descent.margins import Parameters, wrong
from cubistlib.search.descent.polish import Polish, reach


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
    nets, masks = some(seed, n=2)
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
