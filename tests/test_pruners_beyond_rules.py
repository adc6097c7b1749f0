"""Other training rules: hyperbolic-aware minimization, factored weights, learned masks."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cubistlib import Masks, Network, Task, TrainConfig, pruners, train
from cubistlib.data import cubist_spiral
from cubistlib.networks import functional
from cubistlib.pruners.parts.concrete import Concrete
from cubistlib.studies import PruningStudy, SearchStudy
from cubistlib.studies.definition import definition
from cubistlib.training.backends import kernels
from cubistlib.training.backends.fused import Dense, gather

X, Y = cubist_spiral(points=2000)
both = pytest.mark.parametrize("backend", ["fused", "torch"])


def same(one, other) -> bool:
    """Whether two stacks hold the same numbers, to the bit."""
    return all(np.array_equal(p, q) for p, q in zip(one.arrays, other.arrays, strict=True))


def close(one, other, rtol=1e-4) -> None:
    for p, q in zip(one.arrays, other.arrays, strict=True):
        np.testing.assert_allclose(p, q, rtol=rtol, atol=rtol * max(np.abs(q).max(), 1e-3))


@both
def test_a_hyperbolic_step_by_hand(backend):
    """One weight and one bias a layer; three steps, momentum and decay on, the bias never bent."""
    nets = Network.from_arrays([[[0.5]], [[-0.4]]], [[0.3], [0.2]])
    x, y = np.array([[2.0], [2.0]], np.float32), np.array([1, 1], np.float32)
    given = {"batch_size": 1, "momentum": 0.5, "weight_decay": 0.01, "ham": 3.0, "ham_decay": 0.2}
    config, order = TrainConfig(lr=0.1, **given), np.zeros((3, 1), int)
    got = train(nets, Masks.ones_like(nets), x, y, config, order=order, backend=backend)
    w, b, v, c = np.array([0.5, -0.4]), np.array([0.3, 0.2]), np.zeros(2), np.zeros(2)
    for _ in range(3):
        h = w[0] * 2 + b[0]
        d = 1 / (1 + np.exp(-(w[1] * h + b[1]))) - 1
        g, slope = np.array([d * w[1] * 2, d * h]), np.array([d * w[1], d])
        v, c = 0.5 * v + g + 0.01 * w, 0.5 * c + slope + 0.01 * b
        w, b = w - 0.1 * v, b - 0.1 * c
        w = w * np.exp(np.clip(0.1 * (-3 * np.sign(w) * g - 0.2), -5, 5))
    np.testing.assert_allclose([p[0].item() for p in got.network.weights], w, rtol=2e-6)
    np.testing.assert_allclose([p[0].item() for p in got.network.biases], b, rtol=2e-6)


@pytest.mark.parametrize(("alpha", "beta"), [(20, 1e-3), (200, 0), (0, 0.5), (2000, 10)])
def test_both_backends_bend_alike(alpha, beta):
    """Masks with weights that do not reach the output, which β alone bends, and far beyond ±5."""
    nets = Network.initialize((4, 5, 3), n=4, seed=1)
    kept = [np.random.default_rng(2).random(w.shape) < 0.6 for w in nets.weights]
    order = np.random.default_rng(3).integers(0, len(X), (30, 128))
    config = TrainConfig(lr=0.1, ham=alpha, ham_decay=beta)
    masks = Masks.from_weights(kept)
    fused, torch = (
        train(nets, masks, X, Y, config, order=order, backend=b) for b in ("fused", "torch")
    )
    close(fused.network, torch.network, rtol=2e-3 if alpha > 1000 else 1e-4)
    assert same(fused.network, masks.apply(fused.network))
    plain = train(nets, masks, X, Y, replace(config, ham=0.0, ham_decay=0.0), order=order)
    assert not same(fused.network, plain.network)


def test_bent_by_nothing_is_the_plain_step_to_the_bit():
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=80).astype(np.float32) for _ in range(3)]
    plain, bent = ([a.copy() for a in arrays] for _ in range(2))
    rate, factors = np.float32(0.1), np.array([0.9, 5e-4, 0, 0, 5], np.float32)
    kernels.update(*plain, rate, *factors[:2])
    kernels.update_bent(*bent, np.ones(80, np.float32), rate, factors)
    assert all(np.array_equal(p, q) for p, q in zip(plain, bent, strict=True))


def test_the_exponential_of_the_kernels():
    x = np.concatenate([np.linspace(-5, 5, 1001), np.logspace(-8, 0, 100)]).astype(np.float32)
    got = np.array([kernels.exp_less_one(v / np.float32(8)) for v in x])
    np.testing.assert_allclose(got, np.expm1(x.astype(float)), rtol=5e-4, atol=0)
    calm = np.abs(x) < 2
    np.testing.assert_allclose(got[calm], np.expm1(x[calm].astype(float)), rtol=4e-6, atol=0)
    assert kernels.exp_less_one(np.float32(0)) == 0


def test_any_pruner_can_train_by_it():
    nets = Network.initialize((8, 8, 8), n=3, seed=4)
    config = TrainConfig(lr=0.1, epochs=2)
    for pruner in (pruners.GMP(), pruners.LTH(rounds=1), pruners.RigL(delta=5), pruners.SNIP()):
        plain = pruner.train(nets, 20, Task(X, Y, config))
        bent = pruner.train(nets, 20, Task(X, Y, replace(config, ham=20.0)))
        assert (bent.masks.weights_kept == 20).all() and not bent.diverged.any()
        assert not same(plain.network, bent.network)


def test_studies_of_before_are_defined_as_they_were():
    given = {"name": "s", "lrs": [0.1], "schedules": ["cosine"], "epochs": 1}
    masks = (Masks.ones_like(Network.initialize((5, 5, 5))),)
    pruning = PruningStudy(**given, algorithms=["gmp"], widths=[8], keep=[60])
    for study in (pruning, SearchStudy(**given, masks=masks)):
        assert not {"ham", "ham_decay"} & definition(study).keys()
        bent = replace(study, ham=20)
        assert definition(bent) == definition(study) | {"ham": 20.0}
        assert abs(bent.run([0])["loss"] - study.run([0])["loss"]).item() > 1e-4


# Factored weights


def task(epochs: int = 2, lr: float = 0.1, **given) -> Task:
    return Task(X, Y, TrainConfig(lr, "cosine", epochs), seed=3, **given)


def test_one_factor_is_plain_training_to_the_bit():
    nets = Network.initialize((6, 5, 4), n=3, seed=1)
    plain = task().train(nets, Masks.ones_like(nets))
    one = pruners.DWF(factors=1, decay=5e-4, rate=1.0).dense(nets, task())
    assert same(plain.network, one.network) and np.array_equal(plain.loss, one.loss)


def test_three_steps_of_two_factors_by_hand():
    """A network of one unit: v ← μ v + g ω' + λ ω for both factors of a weight, at once."""
    nets = Network.from_arrays([[[0.5]], [[-0.4]]], [[0.3], [0.2]])
    x, y = np.full((3, 1), 2.0, np.float32), np.ones(3, np.float32)
    config = TrainConfig(0.1, epochs=1, batch_size=1, momentum=0.5, weight_decay=0.01)
    got = pruners.DWF(2, decay=0.03, rate=1.0, spread=0.0).dense(nets, Task(x, y, config)).network
    first, second = np.sqrt([0.5, 0.4]) * [1, -1], np.sqrt([0.5, 0.4])
    b, v, u, c = np.array([0.3, 0.2]), np.zeros(2), np.zeros(2), np.zeros(2)
    for _ in range(3):
        w = first * second
        h = w[0] * 2 + b[0]
        d = 1 / (1 + np.exp(-(w[1] * h + b[1]))) - 1
        g, slope = np.array([d * w[1] * 2, d * h]), np.array([d * w[1], d])
        v, u = 0.5 * v + g * second + 0.03 * first, 0.5 * u + g * first + 0.03 * second
        c = 0.5 * c + slope + 0.01 * b
        first, second, b = first - 0.1 * v, second - 0.1 * u, b - 0.1 * c
    np.testing.assert_allclose([p.item() for p in got.weights], first * second, rtol=2e-6)
    np.testing.assert_allclose([p.item() for p in got.biases], b, rtol=2e-6)


@pytest.mark.parametrize("factors", [1, 2, 3, 4])
@pytest.mark.parametrize("spread", [0.0, 0.7])
def test_factors_multiply_to_the_weights_that_every_algorithm_starts_from(factors, spread):
    nets = Network.initialize((5, 4), n=3, seed=2)
    parts = pruners.DWF(factors, spread=spread).split(nets, 0)
    for layer, w in enumerate(nets.weights):
        each = np.stack([part.weights[layer] for part in parts])
        np.testing.assert_allclose(each.prod(0), w, rtol=1e-5)
        even = np.allclose(np.abs(each), np.abs(w) ** (1 / factors), rtol=1e-5)
        assert even == (spread == 0 or factors == 1)


def test_pilot_starts_with_one_between_the_squares():
    nets = Network.initialize((5, 4), n=2, seed=2)
    large, small = pruners.PILoT().split(nets, 0)
    for m, u, w in zip(large.weights, small.weights, nets.weights, strict=True):
        np.testing.assert_allclose(m * u, w, rtol=1e-6)
        np.testing.assert_allclose(m**2 - u**2, 1, rtol=1e-5)
    fall = [pruners.PILoT(decay=0.1, fall=2.0).strength(p) for p in (0, 0.5, 1)]
    np.testing.assert_allclose(fall, [0.1, 0.01, 0.001])


def test_what_decays_factors_makes_weights_sparse():
    """More of it, and more factors at the same size, leave fewer weights that are not near 0."""
    nets = Network.initialize((8, 8, 8), n=4, seed=5)

    def left(pruner) -> int:
        found = pruner.dense(nets, task(epochs=20)).network
        return sum((np.abs(w) > 1e-3).sum() for w in found.weights)

    plain = left(pruners.DWF(factors=1, decay=5e-4, rate=0.5))
    mild, strong = (left(pruners.DWF(decay=d, rate=0.5)) for d in (1e-3, 2e-2))
    assert strong < mild < plain


@pytest.mark.parametrize("kind", [pruners.DWF, pruners.PILoT])
def test_factored_training_keeps_the_largest_at_once_or_by_and_by(kind):
    nets, keep = Network.initialize((8, 8, 8), n=2, seed=6), np.array([9, 30])
    found = kind().dense(nets, task()).network
    given = task()
    done = kind(gradual=False).train(nets, keep, given)
    assert given.spent == 2 * given.steps and done.masks.weights_kept.tolist() == [9, 30]
    for i in range(2):
        sizes = np.concatenate([np.abs(w[i]).ravel() for w in found.weights])
        kept = np.concatenate([m[i].ravel() for m in done.masks.weights])
        assert sizes[kept].min() > sizes[~kept].max()
    given = task()
    assert same(
        kind().train(nets, keep, given).network, pruners.GMP().train(found, keep, task()).network
    )
    assert given.spent == 2 * given.steps


# Learned masks


def test_slopes_of_imitation_against_autograd():
    nets, teacher = (Network.initialize((5, 4), n=3, seed=s) for s in (1, 2))
    x = X[:100]
    dense = Dense(nets)
    batch = gather(np.column_stack([x, Y[:100]]), np.arange(100)[None], 0.01)
    goals = np.zeros((3, batch.shape[2]), np.float32)
    goals[:, :100] = teacher.logits(x)
    got = dense.networks(dense.slopes(dense.rows(nets), batch, goals))
    parameters = [torch.from_numpy(a.copy()).requires_grad_() for a in nets.arrays]
    z = functional.activations(parameters[:3], parameters[3:], torch.from_numpy(x))[-1][:, 0]
    own, theirs = (
        torch.distributions.Bernoulli(logits=v) for v in (z, torch.from_numpy(teacher.logits(x)))
    )
    torch.distributions.kl_divergence(own, theirs).mean(1).sum().backward()
    for p, q in zip(got.arrays, parameters, strict=True):
        np.testing.assert_allclose(p, q.grad.numpy(), rtol=2e-4, atol=1e-7)


def test_two_steps_of_concrete_masks_against_numpy():
    """Adam on the task's slope and the penalty's, the latter as long as the former's norm says."""
    nets, keep = Network.initialize((3, 2), n=2, seed=1), np.array([2, 12])
    dense = Dense(nets)
    learned = Concrete(dense, dense.rows(nets), keep, steps=2, seed=0, lr=0.1)
    at = dense.weights > 0
    assert np.allclose(learned.logits[0], np.log(2 / 12)) and dense.like.size == 14
    first = second = np.zeros(at.shape)
    lambdas = None
    for step in (1, 2):
        m, logits = learned.masks.astype(float), learned.logits.astype(float)
        power = (logits + [z[a : a + logits.shape[1]] for z, a in _taken(learned)]) / (2 / 3)
        np.testing.assert_allclose(m[at], (1 / (1 + np.exp(-power)))[at], rtol=1e-5)
        np.testing.assert_allclose(learned.rows[at], (learned.frozen * m)[at], rtol=1e-6)
        slopes = np.random.default_rng(step).normal(size=logits.shape).astype(np.float32)
        g = np.where(at, slopes * learned.frozen * m * (1 - m) * 1.5, 0)
        s = np.where(at, 1 / (1 + np.exp(-logits)), 0)
        spared = s * (1 - s)
        aim = np.sqrt((g**2).sum(1) / (spared**2).sum(1)) * (s.sum(1) > 1.1 * keep)
        lambdas = aim if lambdas is None else 0.99 * lambdas + 0.01 * aim
        g = g + lambdas[:, None] * spared
        first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g**2
        ahead = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        learned.step(slopes, np.ones(2, np.float32))
        np.testing.assert_allclose(
            learned.logits[at], (logits - 0.1 * ahead)[at], rtol=1e-3, atol=1e-4
        )


def _taken(learned: Concrete):
    """Each network's pool of noise, and from where in it the masks at hand took theirs."""
    return zip(learned.noise, learned.at[:, learned.done], strict=True)


def test_cts_finds_the_weights_that_matter():
    """Of networks that are sparse but for weights of no consequence it keeps the others."""
    nets = Network.initialize((6, 6), n=3, seed=7)
    large = [np.zeros(w.shape, bool) for w in nets.weights]
    for layer in large:
        layer[:, :3, :3] = True
    weights = [np.where(m, 4 * w, 1e-3 * w) for m, w in zip(large, nets.weights, strict=True)]
    nets = Network(tuple(weights), nets.biases)
    masks, given = Masks.from_weights(large), task(epochs=20)
    pruner = pruners.CTS(early=0.0, length=2.0)
    _, found = pruner.ticket(nets, masks.weights_kept, given)
    epoch = given.first.steps_an_epoch(len(X))
    assert given.spent == 40 * epoch + epoch, "and a look of the teacher at every point"
    wrong = sum((a != b).sum() for a, b in zip(found.weights, masks.weights, strict=True))
    assert wrong <= 0.2 * masks.weights_kept.sum()


def test_cts_counts_what_it_trains():
    nets, given = Network.initialize((6, 6), n=2, seed=7), task(epochs=4)
    pruners.CTS(early=0.5, length=0.75).train(nets, 9, given)
    epoch = given.first.steps_an_epoch(len(X))
    assert given.spent == 2 * epoch + (1 + 3) * epoch + 4 * epoch
