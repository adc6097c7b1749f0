"""Other training rules: hyperbolic-aware minimization, factored weights, learned masks."""

from dataclasses import replace

import numpy as np
import pytest

from cubistlib import Masks, Network, Task, TrainConfig, pruners, train
from cubistlib.data import cubist_spiral
from cubistlib.studies import PruningStudy, SearchStudy
from cubistlib.studies.definition import definition
from cubistlib.training.backends import kernels

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
