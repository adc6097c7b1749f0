"""OBS, CBS and CHITA, and the curvature they look at, against what is computed another way."""

from itertools import combinations

import numpy as np
import pytest
import torch

from cubistlib import Masks, Network, Task, TrainConfig, testing
from cubistlib.networks.functional import activations, binary_cross_entropy
from cubistlib.pruners.beyond import surgery
from cubistlib.pruners.beyond.cbs import CBS, smallest, swapped
from cubistlib.pruners.beyond.chita import CHITA, largest
from cubistlib.pruners.beyond.obs import OBS
from cubistlib.pruners.controls.random_uniform import Random
from cubistlib.pruners.course import course
from cubistlib.pruners.parts.curvature import (
    Kept,
    fisher,
    gradients,
    hessian,
    in_a_row,
    out_of_rows,
    outer,
)
from cubistlib.pruners.parts.quadratic import inverse, lowest, without
from cubistlib.pruners.parts.removals import Removals

ALL = [OBS, CBS, CHITA]


def doubles(values) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def positive(size: int, seed: int) -> torch.Tensor:
    """Some positive definite matrix."""
    root = doubles(np.random.default_rng(seed).normal(size=(size, size)))
    return root @ root.T + 0.1 * torch.eye(size)


def constrained(values, curvature, gone) -> torch.Tensor:
    """Where ½ dᵀ H d is least with some of values + d at 0, by the equations of what is left."""
    stay = ~gone
    moved = -values * gone
    pull = curvature[stay][:, gone] @ moved[gone]
    moved[stay] = -torch.linalg.solve(curvature[stay][:, stay], pull)
    return values + moved


@pytest.fixture
def few(spiral):
    x, y = spiral
    return x[::250], y[::250]


@pytest.mark.parametrize("hidden, keep", [((3, 4, 5), 30), ((2,), 5), ((3, 2, 4, 3), 35), ((), 2)])
def test_the_curvature_is_that_of_automatic_differentiation(hidden, keep, few):
    net = Network.initialize(hidden, seed=1) if hidden else Network.from_arrays([[[2, -1]]], [[1]])
    masks = Random().masks(net, None, keep, seed=3)
    net, kept = masks.apply(net), Kept.of(masks)
    values = doubles(in_a_row(net)[0, kept.place])
    x, y = map(doubles, few)

    def each(values) -> torch.Tensor:
        """The loss of every row, (rows,), by the library's own forward pass."""
        row = torch.zeros(in_a_row(net).shape[1], dtype=torch.float64)
        parts = row.index_put((torch.tensor(kept.place),), values).split(
            [a.size for a in net.arrays]
        )
        arrays = [part.reshape(a.shape) for part, a in zip(parts, net.arrays, strict=True)]
        layers = len(net.weights)
        logits = activations(arrays[:layers], arrays[layers:], x)[-1][0, 0]
        return binary_cross_entropy(logits, y)

    slopes = torch.autograd.functional.jacobian(each, values)
    torch.testing.assert_close(gradients(kept, values, x, y), slopes.T)
    torch.testing.assert_close(fisher(kept, values, x, y), slopes.T @ slopes / len(x))
    expected = torch.autograd.functional.hessian(lambda v: each(v).mean(), values)
    assert len(kept) == masks.parameters_kept[0] and kept.weights == keep
    torch.testing.assert_close(hessian(kept, values, x, y), expected, rtol=1e-10, atol=1e-14)


def test_the_curvature_is_the_same_in_parts(few, monkeypatch):
    net = Network.initialize((4, 3, 5), seed=2)
    kept = Kept.of(Masks.ones_like(net))
    values = in_a_row(net)[0, kept.place]
    whole = hessian(kept, values, *few)
    monkeypatch.setattr("cubistlib.pruners.parts.curvature.ROWS", 35)
    torch.testing.assert_close(hessian(kept, values, *few), whole)


def test_rows_are_stacks_laid_flat():
    nets = Network.initialize((3, 2), n=3, seed=1)
    rows = in_a_row(nets)
    assert (
        rows.shape == (3, 6 + 6 + 2 + 3 + 2 + 1)
        and (rows[1, :6] == nets.weights[0][1].ravel()).all()
    )
    assert testing.same(out_of_rows(rows, nets), nets)


def test_obs_by_hand():
    """H⁻¹ = [[2, −1], [−1, 2]] / 3, so that rises are 0.75 and 6.75; the other makes up by ½."""
    values, curvature = doubles([1.0, 3.0]), doubles([[2.0, 1.0], [1.0, 2.0]])
    stay, after = OBS(damping=1e-12).cut(values, curvature, 2, 1, None)
    assert stay.tolist() == [False, True]
    torch.testing.assert_close(after, doubles([0.0, 3.5]))
    assert values.tolist() == [1, 3]


@pytest.mark.parametrize("seed", range(5))
def test_obs_removes_what_a_search_through_all_would(seed):
    """Of all weights the one without which the quadratic's least value is lowest; biases stay."""
    values = doubles(np.random.default_rng(seed).normal(size=6))
    curvature, weights = positive(6, seed), 4

    def rise(out: int) -> float:
        moved = constrained(values, curvature, torch.arange(6) == out) - values
        return float(moved @ curvature @ moved)

    stay, after = OBS(damping=1e-12).cut(values, curvature, weights, weights - 1, None)
    out = min(range(weights), key=rise)
    assert (~stay).nonzero().ravel().tolist() == [out]
    torch.testing.assert_close(after, constrained(values, curvature, ~stay))


@pytest.mark.parametrize("seed", range(3))
def test_several_of_obs_in_a_cut_end_where_all_at_once_would(seed):
    values = doubles(np.random.default_rng(seed).normal(size=9))
    curvature = positive(9, seed)
    stay, after = OBS(damping=1e-12).cut(values, curvature, 7, 3, None)
    assert int(stay.sum()) == 3 + 2 and stay[7:].all()
    torch.testing.assert_close(after, constrained(values, curvature, ~stay))
    torch.testing.assert_close(after, without(values, curvature, ~stay, 1e-12))


@pytest.mark.parametrize("options", [{}, {"diagonal": True}])
def test_obs_with_a_diagonal_hessian_is_obd(options):
    """½ h w² is 2, 0.125, 1.5, 0.5: the second and the last go, and nothing is corrected."""
    values, diagonal = doubles([1, -0.5, 1, 0.5]), doubles([4, 1, 3, 4])
    beside = 0.3 * (torch.ones(4, 4) - torch.eye(4)) if options else 0
    stay, after = OBS(damping=1e-9, **options).cut(values, diagonal.diag() + beside, 4, 2, None)
    assert stay.tolist() == [True, False, True, False]
    assert after.tolist() == [1, 0, 1, 0]


def test_obs_without_correction_leaves_the_others():
    values, curvature = doubles([1.0, 3.0]), doubles([[2.0, 1.0], [1.0, 2.0]])
    _, after = OBS(correct=False).cut(values, curvature, 2, 1, None)
    assert after.tolist() == [0, 3]


def test_an_indefinite_curvature_is_damped():
    """Eigenvalues 3 and −1, a mean size of 1: 0.3 and 0.6 are not enough, 1.2 is."""
    curvature = doubles([[1.0, 2.0], [2.0, 1.0]])
    expected = torch.linalg.inv(curvature + doubles([[1.2, 0], [0, 1.2]]))
    torch.testing.assert_close(inverse(curvature, 0.3), expected)
    assert torch.isfinite(inverse(torch.zeros(2, 2, dtype=torch.float64), 1e-3)).all()


@pytest.mark.parametrize("seed", range(5))
def test_damping_ends_where_one_that_is_doubled_time_and_again_does(seed):
    """Also where what is known of the least eigenvalue spares most of the tries."""
    drawn = doubles(np.random.default_rng(seed).normal(size=(40, 40)))
    curvature = drawn + drawn.T + 5 * seed * torch.eye(40)
    least = float(torch.linalg.eigvalsh(curvature)[0])
    assert least <= lowest(curvature) + 1e-9 and lowest(curvature) < least + 2
    added = 1e-3 * float(curvature.diagonal().abs().mean())
    while added <= -least:
        added *= 2
    expected = torch.linalg.inv(curvature + added * torch.eye(40))
    torch.testing.assert_close(inverse(curvature, 1e-3), expected)


@pytest.mark.parametrize("size", [1, 2, 30])
def test_a_bound_of_the_least_eigenvalue_of_few_or_equal_ones(size):
    for each in (-3.0, -1e200):
        assert lowest(each * torch.eye(size, dtype=torch.float64)) == pytest.approx(each)


@pytest.mark.parametrize("rows", [1, 2, 5, 33])
def test_outer_products_in_parts(rows, monkeypatch):
    monkeypatch.setattr("cubistlib.pruners.parts.curvature.LEAF", 2)
    each = doubles(np.random.default_rng(rows).normal(size=(rows, 7)))
    torch.testing.assert_close(outer(each), each @ each.T)


def test_cbs_removes_weights_that_cancel_one_another():
    """The smallest, 0.9 and one of the others, cost more than two whose effects are opposite."""
    values = doubles([1.0, -1.0, 0.9])
    curvature = doubles([[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    rng = np.random.default_rng(0)
    stay, after = CBS(starts=1).cut(values, curvature, 3, 1, rng)
    assert stay.tolist() == [False, False, True] and after.tolist() == [0, 0, pytest.approx(0.9)]


@pytest.mark.parametrize("seed", range(5))
def test_no_swap_is_left_after_cbs(seed):
    curvature, w = positive(8, seed), doubles(np.random.default_rng(seed).normal(size=8))
    between = w[:, None] * curvature * w

    def total(which) -> float:
        return float(between[np.ix_(which, which)].sum())

    start = smallest(w.abs().numpy(), 3, 1, None)
    gone = np.flatnonzero(swapped(between.numpy(), start, 1e-9)).tolist()
    others = [{*gone} - {i} | {j} for i in gone for j in range(8) if j not in gone]
    assert len(gone) == 5 and all(total(gone) <= total(list(each)) + 1e-9 for each in others)
    assert total(gone) <= total(np.flatnonzero(start).tolist())


def test_a_drawn_start_of_cbs_keeps_as_many_of_every_part():
    sizes = np.arange(12.0)
    assert np.flatnonzero(~smallest(sizes, 4, 1, None)).tolist() == [8, 9, 10, 11]
    rng = np.random.default_rng(0)
    drawn = [smallest(sizes, 5, 3, rng) for _ in range(20)]
    assert {int((~gone).sum()) for gone in drawn} == {5}
    assert all(not gone[11] for gone in drawn) and len({str(gone.tolist()) for gone in drawn}) > 5


def test_chita_keeps_the_largest_where_weights_do_not_touch():
    values = doubles([0.1, -3.0, 2.0, 0.5, 7.0])
    stay, after = CHITA().cut(values, torch.eye(5, dtype=torch.float64), 4, 2, None)
    assert stay.tolist() == [False, True, True, False, True]
    assert after.tolist() == [0, -3, 2, 0, 7]


@pytest.mark.parametrize("left, chosen", [(1, [1]), (2, [1, 2]), (3, [1, 2, 4]), (5, range(5))])
def test_of_equal_sizes_the_first_are_the_largest(left, chosen):
    values = np.array([1.0, -3.0, 2.0, 1.0, -2.0, 9.0])  # the last one is a bias
    assert np.flatnonzero(largest(values, 5, left)).tolist() == [*chosen, 5]


@pytest.mark.parametrize("seed", range(5))
def test_chita_ends_in_least_squares_no_worse_than_the_largest_weights(seed):
    values = doubles(np.random.default_rng(seed).normal(size=8))
    curvature = positive(8, seed)
    stay, after = CHITA(damping=1e-12).cut(values, curvature, 6, 2, None)
    torch.testing.assert_close(after, constrained(values, curvature, ~stay))
    assert int(stay.sum()) == 4 and stay[6:].all()
    rises = {}
    for pair in combinations(range(6), 2):
        gone = torch.tensor([i < 6 and i not in pair for i in range(8)])
        moved = constrained(values, curvature, gone) - values
        rises[pair] = float(moved @ curvature @ moved)
    found = tuple(stay[:6].nonzero().ravel().tolist())
    largest = tuple(sorted(values[:6].abs().argsort()[-2:].tolist()))
    plain = values * torch.tensor([i >= 6 or i in largest for i in range(8)]) - values
    assert rises[found] <= float(plain @ curvature @ plain) + 1e-9


@pytest.mark.parametrize("kind", ALL)
def test_cuts_by_hand(kind):
    assert kind().schedule(10, 3) == [8, 7, 6, 5, 4, 3]
    assert kind(share=0.5, single=0).schedule(40, 3) == [20, 10, 5, 3]
    assert kind(share=0.1).schedule(5, 3) == [4, 3] and kind().schedule(5, 5) == []


@pytest.mark.parametrize("kind", ALL)
def test_every_step_is_counted(kind, few):
    """Two trainings, a short one between two cuts, and of both cuts two batches: the Hessian's row
    by row."""
    nets = Network.initialize((3, 3), n=2, seed=1)  # 18 weights, 7 biases
    task = Task(*few, TrainConfig(epochs=3, batch_size=50), backend="torch")
    kind(share=0.5, single=0, batches=2).train(nets, 5, task)  # 18, 9, 5
    whole, epoch = task.steps, task.steps // 3
    if not kind.whole:
        assert task.spent == 2 * whole + epoch + 2 * 2
        return
    second = task.spent - 2 * whole - epoch - 2 * 25
    assert second % 2 == 0 and 9 + 1 <= second // 2 <= 9 + 7  # as many biases as units still have


@pytest.mark.parametrize("kind", ALL)
def test_a_networks_values_hang_on_itself_alone(kind, few):
    nets = Network.initialize((4, 3), n=3, seed=1)
    task = Task(*few, TrainConfig(lr=0.1, epochs=1), own_seeds=[4, 5, 6], backend="torch")
    together = kind(single=1).train(nets, np.array([6, 9, 6]), task)
    alone = kind(single=1).train(nets[1], 9, task.variant(np.array([1])))
    assert testing.same(together.network[1], alone.network)
    assert together.masks.weights_kept.tolist() == [6, 9, 6]


def test_of_too_many_weights_the_smallest_go(few, monkeypatch):
    monkeypatch.setattr(surgery, "MOST", 10)
    seen = []
    monkeypatch.setattr(
        surgery, "hessian", lambda kept, *data: seen.append(kept) or hessian(kept, *data)
    )
    nets = Network.initialize((4, 3), seed=1)  # 23 weights
    task = Task(*few, TrainConfig(epochs=1), backend="torch")
    done = OBS(single=0).train(nets, 6, task)
    assert [kept.weights for kept in seen] == [9, 8, 7] and done.masks.weights_kept == 6
    monkeypatch.setattr(surgery, "MOST", 0)
    dense = task.train(nets, Masks.ones_like(nets)).network
    (_, masks), flat = OBS(share=1).ticket(nets, 6, task), np.abs(in_a_row(dense)[0, :23])
    chosen = in_a_row(masks)[0, :23]
    assert flat[chosen].min() > flat[~chosen].max()


def test_the_course_of_cuts_by_hand():
    """18 weights, 9 and 5: after the dense training, and after a tenth of one more."""
    times, left = course(OBS(share=0.5, single=0), Network.initialize((3, 3)), 5, 100)
    np.testing.assert_allclose(times, [0, 1, 1.1, 2.1])
    assert left.tolist() == [18, 9, 5, 5]
    assert course(OBS(), Network.initialize((3, 3)), 18, 100)[1].tolist() == [18, 18]


def test_removals_one_by_one(few):
    """Foretold by an inverse of another kind, and tried in networks made by hand."""
    net = Network.initialize((4, 3), seed=4)
    masks = Random().masks(net, None, 15, seed=1)
    found, kept = Removals.of(net, masks, *few, damping=50), Kept.of(masks)
    net = masks.apply(net)
    values = in_a_row(net)[0, kept.place].astype(np.float64)
    curvature = hessian(kept, values, *few).numpy()
    damped = curvature + 50 * np.abs(np.diag(curvature)).mean() * np.eye(len(kept))
    inverted = np.linalg.inv(damped)
    before = net.evaluate(*few)[1][0]
    for i in range(15):
        assert found.size[i] == abs(values[i])
        assert found.alone[i] == pytest.approx(curvature[i, i] * values[i] ** 2 / 2)
        assert found.made_up[i] == pytest.approx(values[i] ** 2 / inverted[i, i] / 2)
        moved = values - values[i] / inverted[i, i] * inverted[:, i]
        without_it = [np.where(np.arange(len(kept)) == i, 0, v) for v in (values, moved)]
        real = [found.really_alone[i], found.really_made_up[i]]
        for after, rise in zip(without_it, real, strict=True):
            row = in_a_row(net)
            row[0, kept.place] = after
            assert out_of_rows(row, net).evaluate(*few)[1][0] - before == pytest.approx(
                rise, abs=1e-7
            )


def test_obs_with_a_damping_without_end_removes_the_smallest():
    values, curvature = doubles(np.random.default_rng(0).normal(size=9)), positive(9, 0)
    stay, after = OBS(damping=1e9).cut(values, curvature, 7, 3, None)
    smallest_four = values[:7].abs().argsort()[:4].sort().values
    assert (~stay).nonzero().ravel().tolist() == smallest_four.tolist()
    torch.testing.assert_close(after[stay], values[stay])


@pytest.mark.parametrize("kind", ALL)
def test_networks_of_several_sizes_cost_what_the_dearest_does_alone(kind, few):
    nets = Network.initialize((3, 3), n=2, seed=1)

    def spent(nets, keep):
        task = Task(*few, TrainConfig(epochs=1, batch_size=50), backend="torch")
        kind(single=0, batches=1).train(nets, keep, task)
        return task.spent

    alone = [spent(nets[i], k) for i, k in enumerate((4, 9))]
    assert alone[0] > alone[1] and spent(nets, np.array([4, 9])) == alone[0]
