"""The trainer on both backends: recorded runs of the authors' code, schedules, hooks, resuming."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from cubistlib.data import cubist_spiral
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.support.checks import UserError
from cubistlib.support.threads import Stopped, stopped_by
from cubistlib.training import timetable
from cubistlib.training.backends.torch import recorded
from cubistlib.training.loop import TrainConfig, TrainState, resume, train

X, Y = cubist_spiral()
FEW = np.random.default_rng(0).permutation(len(X))[:1000]
x, y = X[FEW], Y[FEW]

NETS = Network.initialize((4, 3), n=3, seed=1)
MASKS = Masks.ones_like(NETS)

both = pytest.mark.parametrize("backend", ["fused", "torch"])


@pytest.fixture(autouse=True, scope="module")
def one_thread_of_pytorch():
    """Small matrices gain nothing from more, and lose much on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def same(a: Network, b: Network) -> bool:
    pairs = zip((*a.weights, *a.biases), (*b.weights, *b.biases), strict=True)
    return all(np.array_equal(p, q, equal_nan=True) for p, q in pairs)


@both
@pytest.mark.parametrize("width", [3, 8, 16])
@pytest.mark.parametrize("run", ["train_dense", "train_snip"])
def test_follows_the_authors_code_for_100_steps(
    backend, width, run, golden, golden_network, golden_masks
):
    nets = golden_network(width)
    dense = run == "train_dense"
    masks = Masks.ones_like(nets) if dense else Masks.from_weights(golden_masks(width, "snip", 15))
    order = np.resize(golden["batch_order"], (100, 128))
    config = TrainConfig(lr=0.1)
    got = train(nets, masks, X, Y, config, order=order, backend=backend, trace=True)
    losses = golden[f"w{width}/{run}/loss"]
    np.testing.assert_allclose(got.batch_losses[:, 0], losses, rtol=0, atol=1e-5)
    for layer in range(4):
        for name, layers in (("weight", got.network.weights), ("bias", got.network.biases)):
            want = golden[f"w{width}/{run}/{name}{layer}"]
            np.testing.assert_allclose(layers[layer][0], want, rtol=1e-4, atol=1e-6)


def test_schedules_by_hand():
    constant = TrainConfig(lr=0.2, epochs=4).learning_rates()
    np.testing.assert_array_equal(constant, [0.2] * 4)
    cosine = TrainConfig(lr=0.2, epochs=4, schedule="cosine").learning_rates()
    np.testing.assert_allclose(cosine, [0.2, 0.1 + np.sqrt(0.005), 0.1, 0.1 - np.sqrt(0.005)])
    step = TrainConfig(lr=0.2, schedule="step").learning_rates()
    np.testing.assert_allclose(step[[0, 14, 15, 29, 30, 49]], [0.2, 0.2, 0.02, 0.02, 0.002, 0.002])


@both
def test_one_weight_by_hand(backend):
    """One input, one unit, one row: two steps of the update rule worked out here."""
    nets = Network.from_arrays([[[1.0]], [[0.5]]], [[0.0], [0.0]])
    masks = Masks.from_weights([[[1]], [[1]]])
    config = TrainConfig(lr=0.1, epochs=2, batch_size=1, momentum=0.5, weight_decay=0.01)
    got = train(nets, masks, np.float32([[2.0]]), np.float32([1.0]), config, backend=backend)
    w, v, b, c, x0 = np.array([1.0, 0.5]), np.zeros(2), np.zeros(2), np.zeros(2), 2.0
    for _ in range(2):
        h = w[0] * x0 + b[0]
        d = 1 / (1 + np.exp(-(w[1] * h + b[1]))) - 1
        v = 0.5 * v + np.array([d * w[1] * x0, d * h]) + 0.01 * w
        c = 0.5 * c + np.array([d * w[1], d]) + 0.01 * b
        w, b = w - 0.1 * v, b - 0.1 * c
    np.testing.assert_allclose([p[0].item() for p in got.network.weights], w, rtol=1e-6)
    np.testing.assert_allclose([p[0].item() for p in got.network.biases], b, rtol=1e-6)
    assert got.accuracy[0] == 1


@both
def test_stopping_and_resuming_changes_nothing(backend):
    nets = Network.initialize((4, 3), n=3, seed=1)
    masks, config = Masks.ones_like(nets), TrainConfig(epochs=3, batch_size=100, schedule="cosine")
    whole = train(nets, masks, x, y, config, seed=5, backend=backend, trace=True)
    state, losses = TrainState.start(nets, masks), []
    for stop in (1, 7, 10, 24, None):
        part = resume(state, x, y, config, seed=5, backend=backend, trace=True, stop=stop)
        state = part.state
        losses.append(part.batch_losses)
    assert state.step == whole.state.step == 30
    assert same(state.network, whole.network) and same(state.momentum, whole.state.momentum)
    np.testing.assert_array_equal(np.concatenate(losses), whole.batch_losses)


@dataclass
class Recorder:
    """A hook that writes down what it is called with and does what `act` says."""

    steps: tuple[int, ...]
    act: object

    def __post_init__(self):
        self.seen = []

    def __call__(self, state, batch):
        self.seen.append((state.step, batch))
        return self.act(state)


@both
def test_a_hook_sees_its_steps_and_batches_and_changes_nothing_unasked(backend):
    nets = Network.initialize((3, 3), n=2, seed=2)
    masks, config = Masks.ones_like(nets), TrainConfig(epochs=2, batch_size=100)
    order = np.random.default_rng(3).integers(0, len(x), (20, 100))
    hook = Recorder((0, 7, 10, 19), lambda state: state)
    plain = train(nets, masks, x, y, config, order=order, backend=backend)
    hooked = train(nets, masks, x, y, config, order=order, backend=backend, hook=hook)
    assert [step for step, _ in hook.seen] == [0, 7, 10, 19]
    for step, (x_batch, y_batch) in hook.seen:
        np.testing.assert_array_equal(x_batch, x[order[step]])
        np.testing.assert_array_equal(y_batch, y[order[step]])
    assert same(plain.network, hooked.network)


@both
def test_a_hook_that_raises_the_step_takes_the_place_of_it(backend):
    nets = Network.initialize((3, 3), seed=2)
    masks, config = Masks.ones_like(nets), TrainConfig(epochs=2, batch_size=100)
    order = np.random.default_rng(3).integers(0, len(x), (20, 100))
    hook = Recorder((4,), lambda state: replace(state, step=state.step + 1))
    hooked = train(nets, masks, x, y, config, order=order, backend=backend, hook=hook, trace=True)
    without = np.delete(order, 4, axis=0)
    plain = train(nets, masks, x, y, config, order=without, backend=backend)
    assert hooked.state.step == 20 and len(hooked.batch_losses) == 19
    assert same(hooked.network, plain.network)


@both
def test_a_hook_revises_masks_for_good(backend):
    nets = Network.initialize((3, 3), n=2, seed=2)
    config = TrainConfig(epochs=2, batch_size=100)
    fewer = Masks.from_weights([np.arange(w.size).reshape(w.shape) % 2 for w in nets.weights])
    hook = Recorder((5,), lambda state: state.revised(fewer))
    got = train(nets, Masks.ones_like(nets), x, y, config, backend=backend, hook=hook)
    assert same(got.network, fewer.apply(got.network))
    assert same(got.state.momentum, fewer.apply(got.state.momentum))
    assert all(np.array_equal(a, b) for a, b in zip(got.masks.weights, fewer.weights, strict=True))


@both
def test_a_diverging_network_does_not_disturb_its_neighbours(backend):
    nets = Network.initialize((3, 3), n=3, seed=6)
    masks = Masks.ones_like(nets)
    calm = TrainConfig(lr=0.1, epochs=3, batch_size=100)
    wild = replace(calm, lr=1e6)
    got = train(nets, masks, x, y, [calm, wild, calm], backend=backend, seed=1)
    np.testing.assert_array_equal(got.diverged, [False, True, False])
    alone = train(nets, masks, x, y, calm, backend=backend, seed=1)
    for i in (0, 2):
        assert same(got.network[i], alone.network[i])
        assert got.accuracy[i] == alone.accuracy[i] and got.loss[i] == alone.loss[i]


@both
def test_every_network_has_its_own_rate_and_schedule(backend):
    nets = Network.initialize((3, 3), n=2, seed=6)
    masks = Masks.ones_like(nets)
    one = TrainConfig(lr=0.1, epochs=3, batch_size=100)
    other = replace(one, lr=0.05, schedule="step")
    both_at_once = train(nets, masks, x, y, [one, other], backend=backend)
    for i, config in enumerate((one, other)):
        alone = train(nets[i], masks[i], x, y, config, backend=backend)
        assert all(
            np.allclose(p[i], q[0], rtol=1e-6, atol=1e-8)
            for p, q in zip(both_at_once.network.weights, alone.network.weights, strict=True)
        )


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("schedule", "linear", "one of constant, cosine, step"),
        ("epochs", 0, "a whole number ≥ 1"),
        ("batch_size", 2.5, "a whole number ≥ 1"),
        ("lr", -1, "a number ≥ 0"),
        ("lr", float("inf"), "a number ≥ 0"),
        ("momentum", "0.9", "a number ≥ 0"),
    ],
)
def test_a_config_out_of_range_is_one_sentence(field, value, allowed):
    with pytest.raises(UserError) as error:
        TrainConfig(**{field: value})
    assert str(error.value) == f"TrainConfig: {field} must be {allowed}, got {value!r}"


def test_a_config_holds_plain_numbers():
    config = TrainConfig(lr=1, epochs=np.int64(3), momentum=np.float32(0.5))
    assert repr(config) == repr(TrainConfig(lr=1.0, epochs=3, momentum=0.5))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": x[:, :1]}, "x must be"),
        ({"y": y[:5]}, "y must be"),
        ({"y": y + 1}, "classes 0 and 1"),
        ({"config": [TrainConfig()]}, "1 configs for 2 networks"),
        ({"config": [TrainConfig(), TrainConfig(epochs=3)]}, "lr and schedule alone"),
        ({"config": TrainConfig(batch_size=2000)}, "larger than the 1000 rows"),
        ({"order": np.full((3, 128), 1000)}, "order must be"),
        ({"backend": "abacus"}, "backend must be one of auto, fused, torch"),
        ({"x": None}, r"x must be \(rows, 2\)"),
        ({"x": "abc"}, "x must be an array of numbers, got 'abc'"),
        ({"x": np.where(x > 1, np.nan, x)}, "x must be finite, it holds NaN or infinity"),
        ({"x": [[1, 2], [3]]}, r"x must be an array of numbers, got \[\[1, 2\], \[3\]\]"),
        ({"y": ["in", "out"]}, "y must be an array of numbers"),
        ({"y": np.where(y > 0, np.nan, 0)}, "classes 0 and 1"),
        ({"config": None}, "config must be a TrainConfig, or a list of one a network, got None"),
        ({"config": []}, r"config must be a TrainConfig, .*, got \[\]"),
        ({"config": [0.1, 0.2]}, r"config must be a TrainConfig, .*, got \[0\.1, 0\.2\]"),
        ({"order": [[1, 2], [3]]}, "order must be an array of numbers"),
        ({"order": np.full((3, 128), -1)}, "order must be .* row indices below 1000"),
        ({"order": np.zeros((3, 128))}, "order must be"),
        ({"order": np.zeros(128, int)}, r"order must be .* got shape \(128,\)"),
        ({"stop": -1}, "stop must be a whole number ≥ 0, got -1"),
        ({"stop": 1.5}, "stop must be a whole number ≥ 0, got 1.5"),
        ({"trace": "yes"}, "trace must be true or false, got 'yes'"),
        ({"threads": 0}, "threads must be a whole number 1 … 1,000,000, got 0"),
        (
            {"threads": "2", "backend": "torch"},
            "threads must be a whole number 1 … 1,000,000, got '2'",
        ),
        ({"hook": 3}, "hook must be callable and its `steps` whole numbers, got 3"),
        ({"hook": SimpleNamespace(steps=(1,))}, "hook must be callable"),
    ],
)
def test_bad_input_is_one_sentence(changes, message):
    nets = Network.initialize((3,), n=2)
    arguments = {"x": x, "y": y, "config": TrainConfig()} | changes
    data = [arguments.pop(name) for name in ("x", "y", "config")]
    with pytest.raises(UserError, match=message):
        train(nets, Masks.ones_like(nets), *data, **arguments)


@pytest.mark.parametrize(
    ("nets", "masks", "kinds"),
    [(None, MASKS, "NoneType and Masks"), (NETS, None, "Network and NoneType"), (MASKS, NETS, "")],
)
def test_networks_and_masks_are_what_they_are(nets, masks, kinds):
    with pytest.raises(UserError, match=f"train: takes a Network and Masks, got {kinds}"):
        train(nets, masks, x, y, TrainConfig())


OTHER = Network.initialize((3, 4), n=3, seed=1)
ALONE = {"network": NETS[0]}
WRONG_PARTS = [
    ({"masks": MASKS[:2]}, "masks must be 3 of 2-4-3-1, got 2 of 2-4-3-1"),
    ({"masks": Masks.ones_like(OTHER)}, "masks must be 3 of 2-4-3-1, got 3 of 2-3-4-1"),
    ({"masks": NETS}, "masks must be Masks, got Network"),
    ({"momentum": NETS[[0, 1, 2, 0]]}, "momentum must be 3 of 2-4-3-1, got 4 of 2-4-3-1"),
    ({"momentum": OTHER}, "momentum must be 3 of 2-4-3-1, got 3 of 2-3-4-1"),
    ({"momentum": None}, "momentum must be Network, got NoneType"),
    (ALONE, "masks must be 1 of 2-4-3-1, got 3 of 2-4-3-1"),
    ({"network": MASKS}, "network must be Network, got Masks"),
    ({"step": -1}, "step must be a whole number ≥ 0, got -1"),
    ({"step": 1.5}, "step must be a whole number ≥ 0, got 1.5"),
    ({"step": None}, "step must be a whole number ≥ 0, got None"),
]


@both
@pytest.mark.parametrize(("changes", "sentence"), WRONG_PARTS)
def test_a_state_whose_parts_do_not_fit_is_refused(backend, changes, sentence):
    state = replace(TrainState.start(NETS, MASKS), **changes)
    with pytest.raises(UserError, match=f"^train: state: {sentence}$"):
        resume(state, x, y, TrainConfig(), backend=backend)


@both
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        *(row for row in WRONG_PARTS if "step" not in row[0] and row[0] is not ALONE),
        (ALONE, "network must be 3 of 2-4-3-1, got 1 of 2-4-3-1"),
        ({"step": 4}, "step must be 5 or 6, got 4"),
        ({"step": 7}, "step must be 5 or 6, got 7"),
        ({"step": 5.5}, "step must be a whole number ≥ 0, got 5.5"),
    ],
)
def test_a_hook_that_returns_what_does_not_fit_is_named(backend, changes, sentence):
    hook = Recorder((5,), lambda state: replace(state, **changes))
    with pytest.raises(UserError, match=f"^train: what the hook Recorder returned: {sentence}$"):
        train(NETS, MASKS, x, y, TrainConfig(), hook=hook, backend=backend)


@both
@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        (None, " must be a TrainState, got NoneType"),
        (MASKS, " must be a TrainState, got Masks"),
        (TrainState.start(NETS[:2], MASKS[:2]), ": network must be 3 of 2-4-3-1, got 2 of 2-4-3-1"),
        (
            TrainState.start(OTHER, Masks.ones_like(OTHER)),
            ": network must be 3 of 2-4-3-1, got 3 of 2-3-4-1",
        ),
    ],
)
def test_a_hook_that_returns_something_else_is_named(backend, returned, sentence):
    hook = Recorder((0,), lambda state: returned)
    with pytest.raises(UserError, match=f"^train: what the hook Recorder returned{sentence}$"):
        train(NETS, MASKS, x, y, TrainConfig(), hook=hook, backend=backend)


@pytest.mark.parametrize("state", [None, NETS, {"step": 0}])
def test_what_is_no_state_is_refused(state):
    with pytest.raises(UserError, match=r"^train: state must be a TrainState, got"):
        resume(state, x, y, TrainConfig())


@pytest.mark.parametrize("steps", [None, [1.5], ["1"], [[1]]])
def test_a_hook_acts_before_whole_numbers_of_steps(steps):
    with pytest.raises(UserError, match="hook must be callable and its `steps` whole numbers"):
        train(NETS, MASKS, x, y, TrainConfig(), hook=Recorder(steps, lambda state: state))


def test_a_training_does_not_go_back():
    state = TrainState(NETS, MASKS, Network.zeros_like(NETS), step=5)
    with pytest.raises(UserError, match=r"^train: the state is at step 5, past the last, 3$"):
        resume(state, x, y, TrainConfig(batch_size=100), stop=3)
    with pytest.raises(UserError, match=r"^train: the state is at step 5, past the last, 4$"):
        resume(state, x, y, TrainConfig(batch_size=100), order=np.zeros((4, 100), int))
    there = resume(state, x, y, TrainConfig(batch_size=100), stop=5)
    assert there.state.step == 5 and same(there.network, NETS)


@both
def test_what_masked_entries_hold_counts_for_nothing(backend):
    fewer = Masks.from_weights([np.arange(w.size).reshape(w.shape) % 2 for w in NETS.weights])
    config = TrainConfig(epochs=1, batch_size=100)
    dirty = TrainState(NETS, fewer, Network.of(np.ones_like, NETS))
    clean = dirty.revised(fewer)
    for stop in (0, 1, None):
        one, other = (resume(s, x, y, config, backend=backend, stop=stop) for s in (dirty, clean))
        assert same(one.network, other.network) and same(one.state.momentum, other.state.momentum)
        assert same(one.network, fewer.apply(one.network))


def test_the_arguments_are_left_as_they_are():
    nets = Network.initialize((3, 3), seed=6)
    masks = Masks.ones_like(nets)
    before = nets[0]
    state = TrainState.start(nets, masks)
    config = TrainConfig(epochs=1, batch_size=100)
    resume(state, x, y, config)
    assert same(nets, before) and same(state.network, before) and state.step == 0


def test_cuda_graphs_are_recorded_one_at_a_time_and_apart_from_other_threads(monkeypatch):
    """By stand-ins: no device is needed to see what is asked of PyTorch."""
    under_way, seen = [], []

    @contextmanager
    def graph(recording, **options):
        under_way.append(recording)
        seen.append((len(under_way), options))
        time.sleep(0.02)
        yield
        under_way.remove(recording)

    stream = SimpleNamespace(wait_stream=lambda other: None)
    monkeypatch.setattr(torch.cuda, "Stream", lambda: stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda aside: nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: SimpleNamespace(replay="replay"))
    monkeypatch.setattr(torch.cuda, "graph", graph)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(recorded, [lambda: None] * 4)) == ["replay"] * 4
    assert seen == [(1, {"capture_error_mode": "thread_local"})] * 4


def test_a_training_ends_soon_after_it_is_asked_to_stop():
    event, nets = threading.Event(), Network.initialize((3,), seed=0)

    class Asks:
        steps = (25,)

        def __call__(self, state, batch):
            event.set()
            return state

    config = TrainConfig(epochs=50, batch_size=16)
    with stopped_by(event), pytest.raises(Stopped):
        train(nets, Masks.ones_like(nets), x, y, config, hook=Asks())
    train(nets, Masks.ones_like(nets), x, y, config)  # outside nobody is asked


def test_orders_of_many_rows_are_the_same_though_they_are_not_kept(monkeypatch):
    x, y = cubist_spiral(points=600)
    nets = Network.initialize((3, 3), n=2)
    config = TrainConfig(epochs=3, batch_size=16)
    kept = train(nets, Masks.ones_like(nets), x, y, config, seed=5)
    monkeypatch.setattr(timetable, "MANY_ROWS", 10)
    again = train(nets, Masks.ones_like(nets), x, y, config, seed=5)
    assert timetable._shuffled_large.cache_info().misses >= 3
    for one, other in zip(kept.network.weights, again.network.weights, strict=True):
        assert np.array_equal(one, other)
