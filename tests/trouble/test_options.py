"""Options of the algorithms beyond the nine: each does what its name says, or is refused.

What cannot go well is said before anything is trained.
"""

import numpy as np
import pytest

from cubistlib import Network, Task, TrainConfig, UserError, cubist_spiral, pruners
from cubistlib.pruners import (
    ACDC,
    CBS,
    CTS,
    DWF,
    LRR,
    LTH,
    OBS,
    Backward,
    Cyclic,
    GraNet,
    PILoT,
    Sculpt,
)  # fmt: skip
from cubistlib.training import backends

BEYOND = [c for c in pruners.available().values() if ".beyond." in c.__module__]
HAM = {"ham": 200.0, "ham_decay": 0.001}

NOTHING = [
    (lambda: ACDC(end=0.0), "acdc: end must be a number > 0 and ≤ 1, got 0.0"),
    (lambda: GraNet(end=0.0), "granet: end must be a number > 0 and ≤ 1, got 0.0"),
    (lambda: LRR(level=0.0), "lrr: level must be a number > 0 and ≤ 1, got 0.0"),
    (lambda: OBS(share=0.0), "obs: share must be a number > 0 and ≤ 1, got 0.0"),
    (lambda: OBS(recover=0.0), "obs: recover must be a number > 0 and ≤ 1, got 0.0"),
    (lambda: CBS(starts=0), "cbs: starts must be a whole number ≥ 1, got 0"),
    (lambda: CBS(damping=1e300), "cbs: damping must be at most 1,000,000,000, got 1e+300"),
    (lambda: CTS(length=0.0), "cts: length must be a number > 0, got 0.0"),
    (lambda: CTS(lr=0.0), "cts: lr must be a number > 0, got 0.0"),
    (lambda: DWF(rate=0.0), "dwf: rate must be a number > 0, got 0.0"),
    (lambda: DWF(spread=11.0), "dwf: spread must be at most 10, got 11.0"),
    (lambda: PILoT(rate=0.0), "pilot: rate must be a number > 0, got 0.0"),
    (lambda: Sculpt(factor=0.5), "sculpt: factor must be a number ≥ 1, got 0.5"),
    (lambda: Sculpt(trainings=0), "sculpt: trainings must be a whole number ≥ 1, got 0"),
]
# Of two epochs of nine steps each.
BEFORE = [
    (ACDC(end=0.05), {}, "acdc: end=0.05 of 18 steps leaves none for a dense phase"),
    (ACDC(), {"epochs": 1, "batch_size": 584}, "acdc: end=0.7 of 1 steps leaves none for a dense"),
    (GraNet(prunings=1), {}, "granet: one pruning in end=0.7 of 18 steps lets no weight come back"),
    (GraNet(end=0.1), {}, "granet: one pruning in end=0.1 of 18 steps lets no weight come back"),
    (
        Backward(trainings=0.5),
        {},
        "backward: 0.5 trainings of 2 epochs are too few, its steps take",
    ),
    (CTS(), HAM, "train: ham goes with SGD alone"),
    (DWF(), HAM, "train: ham goes with SGD alone"),
    (Cyclic(mask="cts"), HAM, "train: ham goes with SGD alone"),
    (Cyclic(rate=1e6), {"lr": 2.0}, "TrainConfig: lr must be at most 1,000,000, got 2000000.0"),
    (OBS(rate=1e6), {"lr": 2.0}, "TrainConfig: lr must be at most 1,000,000, got 2000000.0"),
    (OBS(finish=1e6), {"lr": 2.0}, "TrainConfig: lr must be at most 1,000,000, got 2000000.0"),
]
ODD = {
    "one layer": {"hidden": (16,), "keep": [1, 47, 48]},
    "layers of one unit": {"hidden": (2, 1), "keep": [1, 6, 7]},
    "one epoch": {"epochs": 1},
    "a small rate": {"lr": 0.001},
    "a large rate": {"lr": 10.0},
    "an absurd rate": {"lr": 1e6},
    "three points": {"rows": slice(0, None, 200), "batch_size": 1},
    "one class": {"rows": slice(0, 292)},
}


@pytest.fixture
def task():
    """Makes a task of a thin spiral, or of some of its rows, with other values in its training."""

    def make(rows=slice(None), **changes):
        x, y = cubist_spiral(points=600)
        order = np.argsort(y, kind="stable")[rows] if rows.stop else np.arange(len(y))[rows]
        config = {"lr": 0.1, "epochs": 2, "batch_size": 64} | changes
        return Task(x[order], y[order], TrainConfig(**config))

    return make


# What an option says nothing beside, as its docstring tells: both are one algorithm.
IDLE = [
    (LTH(share=0.3), LTH(share=0.3, rounds=9)),
    (DWF(factors=1), DWF(factors=1, spread=3.0)),
    (Sculpt(trainings=1), Sculpt(trainings=1, factor=5.0, rate=1.0)),
    (Cyclic(trainings=1), Cyclic(trainings=1, rate=1.0)),
    (OBS(diagonal=True), OBS(diagonal=True, correct=False)),
]


@pytest.mark.parametrize(("one", "other"), IDLE, ids=lambda pruner: str(pruner))
def test_what_an_option_says_nothing_beside_is_as_without_it(task, one, other):
    nets, done = Network.initialize((3, 3, 3), n=2, seed=1), []
    for pruner in (one, other):
        mine = task()
        trained = pruner.train(nets, 9, mine)
        done.append((trained, mine.spent))
    (a, spent), (b, spent_too) = done
    assert spent == spent_too
    for left, right in zip(a.network.arrays, b.network.arrays, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize(("made", "sentence"), NOTHING)
def test_what_would_do_nothing_is_refused(made, sentence):
    with pytest.raises(UserError) as refused:
        made()
    assert str(refused.value) == sentence


@pytest.mark.parametrize(("pruner", "changes", "sentence"), BEFORE)
def test_what_cannot_go_well_is_said_before_anything_is_trained(
    task, monkeypatch, pruner, changes, sentence
):
    monkeypatch.setattr(backends, "choose", lambda *_: pytest.fail("trains"))
    with pytest.raises(UserError) as refused:
        pruner.train(Network.initialize((3, 3, 3)), 9, task(**changes))
    assert str(refused.value).startswith(sentence) and "\n" not in str(refused.value)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("algorithm", BEYOND, ids=lambda c: c.name)
@pytest.mark.parametrize("odd", ODD)
def test_odd_tasks_keep_k_and_what_diverges_is_marked(task, algorithm, odd):
    changes = {"hidden": (3, 3, 3), "keep": [1, 9, 27]} | ODD[odd]
    nets = Network.initialize(changes.pop("hidden"), n=3, seed=1)
    keep = np.array(changes.pop("keep"))
    done = algorithm().train(nets, keep, task(**changes))
    np.testing.assert_array_equal(done.masks.weights_kept, keep)
    finite = [np.isfinite(a).reshape(len(a), -1).all(1) for a in done.network.arrays]
    assert (np.all(finite, 0) | done.diverged).all()
