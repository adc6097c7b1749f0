"""The Cubist Spiral against the golden points, its pieces by hand, batches and orders."""

import numpy as np
import pytest
from golden_files import GOLDEN

import cubistlib as cl
from cubistlib.data import arm, epoch_order, standardize, vertices


def test_spiral_is_the_golden_one(spiral):
    x, y = spiral
    with np.load(GOLDEN / "dataset.npz") as golden:
        np.testing.assert_allclose(x, golden["x"], atol=1e-6, rtol=0)
        np.testing.assert_array_equal(y, golden["y"])
    assert (x.shape, x.dtype, y.dtype) == ((49982, 2), np.float32, np.float32)


def test_first_corner_by_hand():
    angle = np.pi + 1.6 * np.pi / 4
    radius = 10 * angle + np.pi + 15
    expected = [radius * np.cos(angle), radius * np.sin(angle)]
    np.testing.assert_allclose(vertices(15.0)[0], expected)
    assert vertices(15.0).shape == (17, 2)


def test_segments_have_the_published_counts():
    corners = vertices(15.0)
    lengths = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    counts = np.floor(25_000 * lengths / lengths.sum()).astype(int)
    assert (counts[0], counts[-1], counts.sum()) == (831, 2294, 24_991)
    assert len(arm(corners, 25_000)) == 24_991


def test_a_segment_runs_from_far_to_near_with_both_ends():
    points = arm(np.array([[0.0, 0.0], [0.0, 1.0], [3.0, 1.0]]), 8)
    expected = [[0, 1], [0, 0], *([3 - 3 * i / 5, 1] for i in range(6))]
    np.testing.assert_allclose(points, expected, atol=1e-12)


def test_standardize_by_hand():
    expected = np.array([[-1], [0], [1]], np.float32)
    np.testing.assert_allclose(standardize(np.array([[1.0], [3.0], [5.0]])), expected)


def test_other_shapes_and_noise():
    x, y = cl.cubist_spiral(turns=1, sides=6, gap=20, points=3000, noise=1.0, seed=3)
    again, _ = cl.cubist_spiral(turns=1, sides=6, gap=20, points=3000, noise=1.0, seed=3)
    clean, _ = cl.cubist_spiral(turns=1, sides=6, gap=20, points=3000)
    np.testing.assert_array_equal(x, again)
    assert 2900 < len(x) <= 3000 and set(y) == {0, 1}
    assert 0 < np.abs(x - clean).mean() < 0.1


@pytest.mark.parametrize(
    "bad",
    [
        {"turns": 0},
        {"turns": 2.5},
        {"turns": "2"},
        {"gap": "a"},
        {"sides": 2},
        {"gap": -1},
        {"noise": -0.1},
        {"points": 10},
        {"points": 10**9},
        {"turns": 10**12},
        {"sides": 10**400},
        {"gap": 1e39},
        {"gap": 10**400},
        {"noise": 1e308},
        {"noise": 1.0, "seed": -1},
        {"seed": None},
    ],
)
def test_bad_shapes_are_refused_in_one_sentence(bad):
    with pytest.raises(cl.UserError, match=r"^cubist_spiral: [^\n]*$"):
        cl.cubist_spiral(**bad)


def test_batches_are_rows_of_the_data_without_repetition():
    x = np.arange(20, dtype=np.float32).reshape(10, 2)
    y = np.arange(10, dtype=np.float32)
    xb, yb = next(cl.batches(x, y, size=10, seed=1))
    assert sorted(yb) == list(range(10))
    np.testing.assert_array_equal(xb, x[yb.astype(int)])


def test_batches_depend_on_the_seed_alone(spiral):
    def first(seed):
        return next(cl.batches(*spiral, seed=seed))[0]

    np.random.seed(7)
    one = first(4)
    np.testing.assert_array_equal(one, first(4))
    assert not np.array_equal(one, first(5))


def test_epoch_order_is_a_shuffle_with_the_partial_batch_dropped():
    order = epoch_order(rows=50, batch_size=8, epoch=3, seed=0)
    assert order.shape == (6, 8) and order.dtype == np.int32
    assert len(set(order.ravel())) == 48 and order.min() >= 0 and order.max() < 50
    assert not np.array_equal(order, epoch_order(50, 8, epoch=4, seed=0))
    np.testing.assert_array_equal(order, epoch_order(50, 8, epoch=3, seed=0))
