"""The fused backend against the reference: odd shapes and masks, stacks, threads, divergence."""

from types import SimpleNamespace

import numba
import numpy as np
import pytest
import torch

from cubistlib.data import cubist_spiral
from cubistlib.networks import functional
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.support import compiled
from cubistlib.support.checks import UserError
from cubistlib.training import backends
from cubistlib.training.backends import fused, kernels
from cubistlib.training.backends.fused import gradients
from cubistlib.training.backends.wiring import pick, put_back, wire
from cubistlib.training.loop import TrainConfig, TrainState, resume, train

X, Y = cubist_spiral()
ORDER = np.random.default_rng(0).integers(0, len(X), (100, 128))
CONFIG = TrainConfig(lr=0.1)


@pytest.fixture(autouse=True, scope="module")
def one_thread_of_pytorch():
    """Small matrices gain nothing from more, and lose much on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def random_masks(nets: Network, keep: int, seed: int = 0) -> Masks:
    """Masks of `keep` weights drawn at random, another draw a network."""
    rng = np.random.default_rng(seed)
    kept = np.zeros((len(nets), nets.size), bool)
    for row in kept:
        row[rng.choice(nets.size, keep, replace=False)] = True
    bounds = np.cumsum([w[0].size for w in nets.weights])[:-1]
    parts = zip(np.split(kept, bounds, axis=1), nets.weights, strict=True)
    return Masks.from_weights([part.reshape(w.shape) for part, w in parts])


def joined_masks(nets: Network, width: int) -> Masks:
    """Only the leading `width` units of every hidden layer, fully joined."""
    weights = [np.zeros(w.shape, bool) for w in nets.weights]
    for w in weights:
        w[:, :width, :width] = True
    return Masks.from_weights(weights)


def parameters(nets: Network) -> list[np.ndarray]:
    return [*nets.weights, *nets.biases]


def assert_same(a, b) -> None:
    """Two trainings that ended in exactly the same place."""
    for name in ("network", "momentum"):
        pairs = zip(
            parameters(getattr(a.state, name)), parameters(getattr(b.state, name)), strict=True
        )
        for p, q in pairs:
            np.testing.assert_array_equal(p, q)
    np.testing.assert_array_equal(a.accuracy, b.accuracy)
    np.testing.assert_array_equal(a.loss, b.loss)


def assert_close_to_reference(nets, masks, x=X, y=Y, order=ORDER, config=CONFIG) -> None:
    options = {"order": order, "trace": True}
    got = train(nets, masks, x, y, config, backend="fused", **options)
    want = train(nets, masks, x, y, config, backend="torch", **options)
    for p, q in zip(parameters(got.network), parameters(want.network), strict=True):
        np.testing.assert_allclose(p, q, rtol=1e-4, atol=1e-4 * max(np.abs(q).max(), 1e-3))
    np.testing.assert_allclose(got.batch_losses, want.batch_losses, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(got.loss, want.loss, rtol=1e-5)
    np.testing.assert_allclose(got.accuracy, want.accuracy, atol=2 / len(x))
    for p, kept in zip(parameters(got.network), [*masks.weights, *masks.biases], strict=True):
        assert (p[~kept] == 0).all()


@pytest.mark.parametrize(
    "hidden", [(1, 1, 1), (3, 3, 3), (7, 3, 3), (2, 16, 1), (16, 16, 16), (5,), (4, 9)]
)
def test_dense_networks_follow_the_reference(hidden):
    nets = Network.initialize(hidden, n=3, seed=1)
    assert_close_to_reference(nets, Masks.ones_like(nets))


@pytest.mark.parametrize(
    ("hidden", "keep"),
    [((1, 1, 1), 4), ((3, 3, 3), 15), ((7, 3, 3), 33), ((16, 16, 16), 60), ((16, 16, 16), 250)],
)
def test_masked_networks_follow_the_reference(hidden, keep):
    nets = Network.initialize(hidden, n=5, seed=2)
    assert_close_to_reference(nets, random_masks(nets, keep))


def test_sparse_wide_networks_follow_the_reference():
    nets = Network.initialize((256, 256, 256), n=2, seed=3)
    weights = [
        a | b
        for a, b in zip(joined_masks(nets, 4).weights, random_masks(nets, 300).weights, strict=True)
    ]
    assert_close_to_reference(nets, Masks.from_weights(weights))


@pytest.mark.parametrize("inputs", [1, 2, 5])
@pytest.mark.parametrize("batch", [1, 7, 100, 128, 129, 300])
def test_any_batch_and_any_number_of_inputs(inputs, batch):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(301, inputs)).astype(np.float32)
    y = (x.sum(1) > 0).astype(np.float32)
    nets = Network.initialize((4, 3), n=2, seed=5, inputs=inputs)
    order = rng.integers(0, len(x), (20, batch))
    config = TrainConfig(lr=0.1, batch_size=batch)
    assert_close_to_reference(nets, Masks.ones_like(nets), x, y, order, config)


def empty(nets: Network) -> Masks:
    return Masks.from_weights([np.zeros(w.shape, bool) for w in nets.weights])


def one_weight(nets: Network) -> Masks:
    weights = [np.zeros(w.shape, bool) for w in nets.weights]
    weights[1][:, 0, 0] = True
    return Masks.from_weights(weights)


def empty_layer(nets: Network) -> Masks:
    """Nothing enters the last hidden layer, so constant units alone reach the output."""
    weights = [np.ones(w.shape, bool) for w in nets.weights]
    weights[2][:] = False
    return Masks.from_weights(weights)


def dead_ends(nets: Network) -> Masks:
    """Half of the last hidden units are not read by the output, their weights only decay."""
    weights = [np.ones(w.shape, bool) for w in nets.weights]
    weights[-1][:, :, ::2] = False
    return Masks.from_weights(weights)


def own_biases(nets: Network) -> Masks:
    """Biases masked by hand, against the usual rule."""
    weights = tuple(np.ones(w.shape, bool) for w in nets.weights)
    return Masks(weights, tuple(np.arange(b.size).reshape(b.shape) % 2 for b in nets.biases))


@pytest.mark.parametrize("case", [empty, one_weight, empty_layer, dead_ends, own_biases])
def test_odd_masks_follow_the_reference(case):
    nets = Network.initialize((3, 4, 3), n=3, seed=6)
    assert_close_to_reference(nets, case(nets))


@pytest.mark.parametrize("backend", ["auto", "fused", "torch"])
def test_more_than_one_output_is_refused(backend):
    nets = Network.initialize((3,), outputs=2)
    with pytest.raises(UserError, match="one output, the logit; these have 2"):
        train(nets, Masks.ones_like(nets), X, Y, CONFIG, backend=backend)


def test_the_engine_is_the_default():
    nets = Network.initialize((3,))
    assert "fused" in backends.available()
    automatic, fused = (
        train(nets, Masks.ones_like(nets), X, Y, CONFIG, order=ORDER[:5], backend=name)
        for name in ("auto", "fused")
    )
    assert_same(automatic, fused)


@pytest.mark.parametrize("threads", [2, 5])
def test_results_do_not_depend_on_threads(threads, monkeypatch):
    monkeypatch.setattr(fused, "WORTH_A_THREAD", 1)
    nets = Network.initialize((5, 4), n=23, seed=7)
    masks = random_masks(nets, 20)
    options = {"order": ORDER, "backend": "fused", "trace": True}
    one = train(nets, masks, X, Y, CONFIG, threads=1, **options)
    other = train(nets, masks, X, Y, CONFIG, threads=threads, **options)
    assert_same(one, other)
    np.testing.assert_array_equal(one.batch_losses, other.batch_losses)


@pytest.mark.parametrize("threads", [0, -1, 1.5])
def test_a_number_of_threads_is_checked(threads):
    nets = Network.initialize((3,))
    with pytest.raises(UserError, match="threads must be a whole number 1 … 1,000,000"):
        train(nets, Masks.ones_like(nets), X, Y, CONFIG, threads=threads)


def test_results_do_not_depend_on_the_stack():
    nets = Network.initialize((5, 4), n=6, seed=7)
    masks = Masks.concatenate([random_masks(nets[:3], 9), Masks.ones_like(nets[3:])])
    stack = train(nets, masks, X, Y, CONFIG, order=ORDER, backend="fused")
    backwards = train(nets[::-1], masks[::-1], X, Y, CONFIG, order=ORDER, backend="fused")
    for i in range(6):
        alone = train(nets[i], masks[i], X, Y, CONFIG, order=ORDER, backend="fused")
        for other, place in ((stack, i), (backwards, 5 - i)):
            assert alone.accuracy[0] == other.accuracy[place]
            assert alone.loss[0] == other.loss[place]
            for p, q in zip(
                parameters(alone.state.momentum), parameters(other.state.momentum), strict=True
            ):
                np.testing.assert_array_equal(p[0], q[place])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_non_finite_values_stay_in_their_network_and_show(value, layer):
    nets = Network.initialize((3, 3), n=3, seed=8)
    masks = Masks.ones_like(nets)
    clean = train(nets, masks, X, Y, CONFIG, order=ORDER[:10], backend="fused")
    state = TrainState.start(nets, masks)
    state.network.weights[layer][1, 0, 0] = value
    spoilt = resume(state, X, Y, CONFIG, order=ORDER[:10], backend="fused")
    np.testing.assert_array_equal(spoilt.diverged, [False, True, False])
    for i in (0, 2):
        for p, q in zip(parameters(clean.network), parameters(spoilt.network), strict=True):
            np.testing.assert_array_equal(p[i], q[i])


def test_evaluation_is_the_networks_own():
    nets = Network.initialize((16, 16, 16), n=4, seed=9, host=(16, 16, 16))
    state = TrainState.start(nets, random_masks(nets, 200))
    trainer = backends.choose("fused")(state, X, Y, CONFIG)
    accuracy, loss = trainer.evaluate()
    want_accuracy, want_loss = state.network.evaluate(X, Y)
    np.testing.assert_allclose(accuracy, want_accuracy, atol=2 / len(X))
    np.testing.assert_allclose(loss, want_loss, rtol=1e-6)


def test_a_logit_of_zero_is_class_0():
    nets = Network.from_arrays([np.zeros((3, 2)), np.zeros((1, 3))], [np.zeros(3), np.zeros(1)])
    trainer = backends.choose("fused")(TrainState.start(nets, Masks.ones_like(nets)), X, Y, CONFIG)
    accuracy, loss = trainer.evaluate()
    assert accuracy[0] == (Y == 0).mean()
    np.testing.assert_allclose(loss, np.log(2), rtol=1e-6)


def test_kept_parameters_are_picked_and_put_back():
    nets = Network.initialize((3, 4), n=5, seed=1)
    masks = random_masks(nets, 9)
    wiring = wire(masks)
    kept = pick(nets, wiring)
    assert ((kept != 0).sum(1) == masks.parameters_kept).all()
    pairs = zip(
        parameters(put_back(kept, wiring, nets)), parameters(masks.apply(nets)), strict=True
    )
    for p, q in pairs:
        np.testing.assert_array_equal(p, q)


@pytest.mark.parametrize("hidden", [(3, 3, 3), (16, 16, 16), (5,)])
def test_gradients_of_masked_weights_too(hidden):
    nets = Network.initialize(hidden, n=3, seed=1)
    nets = random_masks(nets, nets.size // 2).apply(nets)
    x, y = X[ORDER[0]], Y[ORDER[0]]
    got = gradients(nets, x, y)
    weights, biases, _ = functional.gradients(*nets.tensors(), *map(torch.from_numpy, (x, y)))
    for p, q in zip(parameters(got), [*weights, *biases], strict=True):
        np.testing.assert_allclose(p, q, rtol=1e-4, atol=1e-7)
    for p, q in zip(parameters(got[1]), parameters(gradients(nets[1], x, y)), strict=True):
        np.testing.assert_array_equal(p, q)


def test_the_wiring_of_a_small_network_by_hand():
    """2-2-2-1 where unit 1 of layer 1 is read by nothing and unit 0 of layer 2 has no input."""
    masks = Masks.from_weights([[[1, 1], [1, 0]], [[0, 0], [1, 0]], [[1, 1]]])
    wiring = wire(masks)
    # 0 constant, 1 and 2 inputs, 3 = layer 1 unit 0, 4 and 5 = layer 2, 6 = output.
    assert wiring.units[0] == 7
    np.testing.assert_array_equal(wiring.incoming[0, :8], [0, 0, 0, 0, 3, 4, 6, 9])
    np.testing.assert_array_equal(wiring.source[0, :9], [0, 1, 2, 0, 0, 3, 0, 4, 5])
    np.testing.assert_array_equal(wiring.outgoing[0, 4:8] - wiring.outgoing[0, 3], [1, 2, 3, 3])
    # Flat: weights 0 (0-3), biases 0 (4, 5), weights 1 (6-9), biases 1 (10, 11), weights 2, bias 2.
    np.testing.assert_array_equal(wiring.place[0, :10], [4, 0, 1, 10, 11, 8, 14, 12, 13, 2])


@pytest.mark.parametrize("count", [1, 15, 128, 200])
def test_batches_are_filled_up_with_samples_that_weigh_nothing(count):
    columns = np.arange(600, dtype=np.float32).reshape(3, 200)
    rows = np.arange(count, dtype=np.int32)[None]
    batches = np.empty((1, 4, -(-count // kernels.ROW) * kernels.ROW), np.float32)
    kernels.gather(np.ascontiguousarray(columns.T), rows, np.float32(0.25), batches)
    flat = batches[0]
    np.testing.assert_array_equal(flat[:3, :count], columns[:, :count])
    np.testing.assert_array_equal(flat[3], np.where(np.arange(flat.shape[1]) < count, 0.25, 0))
    assert (flat[:3, count:] == columns[:, count - 1 : count]).all()


def test_final_accuracies_are_distributed_as_the_references():
    """Kolmogorov–Smirnov on 60 networks after 300 steps, at the 1 % level."""
    nets = Network.initialize((3, 3, 3), n=60, seed=10)
    order = np.random.default_rng(1).integers(0, len(X), (300, 128))
    a, b = (
        train(nets, Masks.ones_like(nets), X, Y, CONFIG, order=order, backend=name).accuracy
        for name in ("fused", "torch")
    )
    points = np.concatenate([a, b])
    shares = [np.searchsorted(np.sort(s), points, side="right") / len(s) for s in (a, b)]
    assert np.ptp(a) > 0.05
    assert np.abs(shares[0] - shares[1]).max() < 1.63 * np.sqrt(2 / len(a))


def test_exponential_and_logarithm_are_good_to_rounding():
    """A network that passes its input through: its losses are the kernels' own softplus."""
    z = np.concatenate([np.linspace(-70, 70, 2001), [0.0, 1e-6, -1e-6]]).astype(np.float32)
    nets = Network.from_arrays([[[1.0], [-1.0]], [[1.0, -1.0]]], [[0.0, 0.0], [0.0]])
    state = TrainState.start(nets, Masks.ones_like(nets))
    for label in (0.0, 1.0):
        for at in (slice(0, 300), slice(900, 1100), slice(1700, None)):
            points = z[at, None]
            y = np.full(len(points), label, np.float32)
            _, loss = backends.choose("fused")(state, points, y, CONFIG).evaluate()
            exact = np.logaddexp(0, z[at].astype(np.float64)) - label * z[at].astype(np.float64)
            np.testing.assert_allclose(loss[0], exact.mean(), rtol=3e-7, atol=1e-27)


def test_compiled_code_works_where_nothing_can_be_kept(monkeypatch):
    def no_folder(cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return numba.njit(**options)

    monkeypatch.setattr(compiled, "njit", no_folder)
    assert compiled.compiled(lambda a: a + 1)(2) == 3


def test_compiling_is_said_once(capsys):
    announcement = compiled._Announcement()
    for module in ("elsewhere", *["cubistlib.training.backends.kernels"] * 2):
        function = SimpleNamespace(__module__=module)
        data = {"dispatcher": SimpleNamespace(py_func=function)}
        announcement.on_start(SimpleNamespace(data=data))
    assert capsys.readouterr().err.count("compiling the training engine") == 1


def test_one_compilation_serves_every_shape():
    for hidden, inputs, batch in (((3,), 1, 128), ((4, 2), 2, 200), ((5, 1, 5), 3, 60)):
        nets = Network.initialize(hidden, n=2, inputs=inputs)
        x = np.ones((300, inputs), np.float32)
        y = np.arange(300) % 2
        config = TrainConfig(epochs=1, batch_size=batch)
        train(nets, Masks.ones_like(nets), x, y, config, trace=inputs == 2)
    for kernel in (kernels.gather, kernels.advance, kernels.evaluate):
        assert len(kernel.signatures) == 1
