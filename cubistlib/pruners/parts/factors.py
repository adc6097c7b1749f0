"""Weights as products of factors, each trained by itself: what decays them makes weights sparse."""

from collections.abc import Callable, Sequence

import numpy as np

from cubistlib.networks import Network
from cubistlib.support.compiled import compiled
from cubistlib.training.backends.fused import Dense


class Factors:
    """A `training.rule.Rule`: every weight is ∏ ω_d, a bias is itself; SGD on all of these.

    v_d ← μ v_d + ∂L/∂w ∏_{e≠d} ω_e + λ ω_d,   ω_d ← ω_d − η v_d.

    factors: networks whose weights are the ω_d, (n, out, in) each; biases are the first one's.
    decay: λ at a share 0 … 1 of the training. Biases decay by `bias_decay`.
    """

    def __init__(
        self,
        dense: Dense,
        factors: Sequence[Network],
        steps: int,
        decay: Callable[[float], float],
        momentum: float,
        bias_decay: float,
    ):
        self.steps, self.done, self.decay = steps, 0, decay
        first, *others = (dense.rows(each) for each in factors)
        # The further factors of what is no weight are 1 and stay so.
        others = [np.where(dense.weights, each, np.float32(1)) for each in others]
        self.factors = np.stack([first, *others])
        self.velocities = np.zeros_like(self.factors)
        self.weights, self.biases = dense.weights, bias_decay * (1 - dense.weights)
        self.moved = np.stack([np.ones_like(first), *[dense.weights] * len(others)])
        self.momentum, self.room = np.float32(momentum), np.empty(first.shape[1], np.float32)
        self.rows = self.factors.prod(axis=0)

    def step(self, slopes: np.ndarray, rates: np.ndarray) -> None:
        decay = np.float32(self.decay(self.done / self.steps))
        self.done += 1
        both = self.weights, self.biases
        _step(
            self.rows,
            self.factors,
            self.velocities,
            self.moved,
            *both,
            slopes,
            rates,
            self.momentum,
            decay,
            self.room,
        )


@compiled
def _step(rows, factors, velocities, moved, weights, biases, slopes, rates, momentum, decay, room):
    depth, n, places = factors.shape
    for i in range(n):
        for d in range(depth):
            for place in range(places):
                room[place] = slopes[i, place] * moved[d, i, place]
            for e in range(depth):
                if e != d:
                    for place in range(places):
                        room[place] *= factors[e, i, place]
            for place in range(places):
                share = decay * weights[i, place]
                if d == 0:
                    share += biases[i, place]
                v = momentum * velocities[d, i, place] + room[place]
                velocities[d, i, place] = v + share * factors[d, i, place]
        for place in range(places):
            rows[i, place] = 1
        for d in range(depth):
            for place in range(places):
                factors[d, i, place] -= rates[i] * velocities[d, i, place]
                rows[i, place] *= factors[d, i, place]
