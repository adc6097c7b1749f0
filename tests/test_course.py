"""When an algorithm keeps how many weights: what is told is what its masks hold."""

import numpy as np
import pytest

from cubistlib import Network, Task, TrainConfig, pruners
from cubistlib.pruners.course import course
from cubistlib.studies.paper import NINE

STEPS = 390  # an epoch of the paper's


class Watched(Task):
    """A task that writes down how many weights each training starts with and each hook leaves."""

    def resume(self, state, hook=None, *rest, **named):
        self.note(state.step, state.masks)
        return super().resume(state, hook and Noting(hook, self), *rest, **named)

    def note(self, step, masks):
        vars(self).setdefault("seen", []).append((step, int(masks.weights_kept[0])))


class Noting:
    """A hook whose revisions are written down."""

    def __init__(self, hook, task):
        self.hook, self.task, self.steps = hook, task, hook.steps

    def __call__(self, state, batch):
        revised = self.hook(state, batch)
        self.task.note(state.step, revised.masks)
        return revised


@pytest.fixture
def watched(spiral):
    return Watched(*spiral, TrainConfig(epochs=1))


@pytest.fixture
def net():
    return Network.initialize((5, 5, 5), seed=3)


@pytest.mark.parametrize("pruner", [pruners.GMP(), pruners.GMP(end=0.5), pruners.OneShot(at=0.25)])
def test_of_pruning_while_training_every_revision_is_told(pruner, net, watched):
    pruner.train(net, 20, watched)
    times, left = course(pruner, net, 20, STEPS)
    np.testing.assert_allclose(times[:-1] * STEPS, [step for step, _ in watched.seen])
    assert left[:-1].tolist() == [kept for _, kept in watched.seen]
    assert (times[-1], left[-1]) == (1, 20)


def test_of_the_lottery_every_training_is_told(net, watched):
    pruners.LTH(rounds=3).train(net, 20, watched)
    times, left = course(pruners.LTH(rounds=3), net, 20, STEPS)
    assert times.tolist() == [0, 1, 2, 3, 4]
    assert left[:-1].tolist() == [kept for _, kept in watched.seen]


def test_of_scores_in_steps_every_step_is_told(net, watched, monkeypatch):
    pruner, seen = pruners.IterSNIP(), []
    scores = pruners.IterSNIP.scores

    def noted(self, nets, masks, batches):
        seen.append(int(masks.weights_kept[0]))
        return scores(self, nets, masks, batches)

    monkeypatch.setattr(pruners.IterSNIP, "scores", noted)
    pruner.masks(net, watched.batches(), 20)
    times, left = course(pruner, net, 20, STEPS)
    assert left[:-2].tolist() == seen and left[-2:].tolist() == [20, 20]
    np.testing.assert_allclose(times, [*np.linspace(-1, 0, 11), 1])


def test_rigl_is_sparse_from_the_start(net):
    times, left = course(pruners.RigL(), net, 20, STEPS)
    assert (times.tolist(), left.tolist()) == ([0, 1], [20, 20])


def test_of_factors_the_second_training_is_told(net, watched):
    pruner = pruners.DWF()
    pruner.train(net, 20, watched)
    times, left = course(pruner, net, 20, STEPS)
    np.testing.assert_allclose((times[1:-1] - 1) * STEPS, [step for step, _ in watched.seen])
    assert left[1:-1].tolist() == [kept for _, kept in watched.seen]
    at_once = course(pruners.DWF(gradual=False), net, 20, STEPS)
    assert [part.tolist() for part in at_once] == [[0, 1, 2], [net.size, 20, 20]]


@pytest.mark.parametrize("name", [*NINE, "magnitude", "random", "one_shot"])
def test_a_course_goes_forward_and_down_to_k(name, net):
    times, left = course(pruners.get(name)(), net, 20, STEPS)
    assert (np.diff(times) >= 0).all() and (np.diff(left) <= 0).all()
    assert times[-1] >= 1 and left[-1] == 20
