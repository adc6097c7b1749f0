"""The course of an algorithm: how many weights it keeps when."""

from functools import singledispatch

import numpy as np

from cubistlib import pruners
from cubistlib.networks import Network
from cubistlib.pruners.base import DuringTraining, Pruner
from cubistlib.pruners.beyond.acdc import ACDC
from cubistlib.pruners.beyond.cyclic import Cyclic
from cubistlib.pruners.beyond.factored import Factored
from cubistlib.pruners.beyond.lrr import LRR
from cubistlib.pruners.beyond.surgery import Surgery
from cubistlib.pruners.controls.one_shot import OneShot
from cubistlib.pruners.gmp import GMP
from cubistlib.pruners.lth import LTH
from cubistlib.pruners.scored import Scored

Course = tuple[np.ndarray, np.ndarray]


@singledispatch
def course(pruner: Pruner, net: Network, keep: int, steps: int) -> Course:
    """When how many weights are left, for one network: times and weights, both (changes,).

    A time counts trainings of `steps` steps; from −1 to 0 is what comes before the first, by the
    share of the scorings done. Weights are those from that time on; the last time is the end of
    the last training. Of an algorithm that is not known here that prunes while it trains only
    start and end are told.
    """
    return np.array([-1.0, 0.0, 1.0]), np.array([net.size, keep, keep])


@course.register
def _(pruner: Scored, net: Network, keep: int, steps: int) -> Course:
    left = pruner.schedule(net.size, np.array([keep]))[:, 0]
    times = np.linspace(-1, 0, len(left) + 1)
    return np.array([*times, 1.0]), np.array([net.size, *left, keep])


@course.register
def _(pruner: DuringTraining, net: Network, keep: int, steps: int) -> Course:
    start = int(pruner.start(net, keep).weights_kept[0])
    return np.array([0.0, 1.0]), np.array([start, keep])


@course.register
def _(pruner: GMP | OneShot, net: Network, keep: int, steps: int) -> Course:
    hook = pruner.hook(net, keep, steps)
    left = [int(hook.weights_left(net.size, s / hook.last if s else 1.0)[0]) for s in hook.steps]
    return np.array([0.0, *(s / steps for s in hook.steps), 1.0]), np.array([net.size, *left, keep])


@course.register
def _(pruner: LTH, net: Network, keep: int, steps: int) -> Course:
    left = pruner.schedule(net.size, np.array([keep]))[:, 0]
    ends = 1 + (1 - pruner.early) * np.arange(len(left) + 1)
    return np.array([0.0, *ends]), np.array([net.size, *left, keep])


@course.register
def _(pruner: ACDC, net: Network, keep: int, steps: int) -> Course:
    changes = pruner.hook(net, keep, steps).steps
    left = np.resize([keep, net.size], len(changes))
    return np.array([0.0, *(s / steps for s in changes), 1.0]), np.array([net.size, *left, keep])


@course.register
def _(pruner: LRR, net: Network, keep: int, steps: int) -> Course:
    """As if epochs could be of any length."""
    prunings = int((pruner.trainings - 2) / pruner.level + 1e-9) + 1
    left = pruner.schedule(net.size, np.array([keep]), prunings)[:, 0]
    ends = 1 + pruner.level * np.arange(prunings)
    return np.array([0.0, *ends, ends[-1] + 1]), np.array([net.size, *left, keep])


@course.register
def _(pruner: Cyclic, net: Network, keep: int, steps: int) -> Course:
    first, *more = (int(left[0]) for left in pruner.levels(net.size, np.array([keep])))
    times, left = course(pruners.get(pruner.mask)(), net, first, steps)
    ends = times[-1] + np.arange(1, len(more) + 1)
    return np.array([*times, *ends]), np.array([*left[:-1], *more, keep])


@course.register
def _(pruner: Surgery, net: Network, keep: int, steps: int) -> Course:
    left = pruner.schedule(net.size, keep)
    times = 1 + pruner.recover * np.arange(len(left))
    end = times[-1] + 1 if left else 2.0
    return np.array([0.0, *times, end]), np.array([net.size, *left, keep])


@course.register
def _(pruner: Factored, net: Network, keep: int, steps: int) -> Course:
    if not pruner.gradual:
        return np.array([0.0, 1.0, 2.0]), np.array([net.size, keep, keep])
    times, left = course(GMP(), net, keep, steps)
    return np.array([0.0, *(1 + times)]), np.array([net.size, *left])
