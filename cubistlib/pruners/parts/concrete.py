"""Masks that are drawn while they are learned: a logit a weight, and a share that may stay."""

import math

import numpy as np

from cubistlib.pruners.parts.draws import Seed, streams
from cubistlib.support.compiled import compiled
from cubistlib.training.backends.fused import Dense

# Logistic numbers of a network, at least: a step takes a window of them, from a random place on.
POOL = 1 << 16
FIRST, SECOND, TINY = 0.9, 0.999, 1e-8  # of Adam; source: Kingma & Ba 2015
SMOOTH, SLACK = 0.01, 1.1  # of λ, and of how many may stay; source: code of arXiv 2512.07142


class Concrete:
    """A `training.rule.Rule`: weights w m stay what they are but for masks m, whose logits move.

    m = σ((l + z) / τ), z logistic, another window of a pool each step. Adam at the rate `lr`,
    whatever the task's, follows ∂L/∂l + λ ∂(Σ σ(l))/∂l; λ is smoothed towards the quotient of the
    two gradients' norms while Σ σ(l) > 1.1 k, else towards 0. logits: of `rows`' weights, the start
    log(k / (N − k)).
    Source: Maddison, Mnih & Teh 2017 for m; Arora & Teuscher 2025 (arXiv 2512.07142) for λ.
    """

    def __init__(
        self, dense: Dense, frozen: np.ndarray, keep: np.ndarray, steps: int, seed: Seed, lr: float
    ):
        n, places = frozen.shape
        rngs, pool = streams("concrete", seed, n), max(POOL, 2 * places)
        self.noise = np.stack([rng.logistic(size=pool).astype(np.float32) for rng in rngs])
        self.at = np.stack([rng.integers(0, pool - places, steps + 1) for rng in rngs])
        self.dense, self.frozen, self.weights, self.done = dense, frozen, dense.weights, 0
        share = np.clip(keep / dense.like.size, 1e-3, 1 - 1e-3)
        start = np.log(share / (1 - share))[:, None] * np.ones(places)
        self.logits, self.keep = start.astype(np.float32), keep * SLACK
        self.moments, self.lambdas = np.zeros((2, n, places), np.float32), np.full(n, -1.0)
        self.lr, self.masks, self.rows = lr, np.ones_like(frozen), frozen.copy()
        self._draw()

    def step(self, slopes: np.ndarray, rates: np.ndarray) -> None:
        self.done += 1
        learned = self.logits, *self.moments, self.lambdas
        lr = self.lr / (1 - FIRST**self.done)
        root = 1 / math.sqrt(1 - SECOND**self.done)
        _follow(slopes, self.frozen, self.masks, self.weights, self.keep, *learned, lr, root)
        self._draw()

    def scores(self) -> tuple[np.ndarray, ...]:
        """Every weight's logit: an array a layer, (n, out, in)."""
        return self.dense.networks(self.logits).weights

    def _draw(self) -> None:
        at = self.at[:, self.done]
        _draw(self.rows, self.masks, self.frozen, self.weights, self.logits, self.noise, at)


@compiled
def _sigmoid(x):
    return np.float32(1) / (np.float32(1) + math.exp(-x))


@compiled
def _draw(rows, masks, frozen, weights, logits, noise, at):
    for i in range(len(rows)):
        for place in range(rows.shape[1]):
            if weights[i, place]:
                power = np.float32(1.5) * (logits[i, place] + noise[i, at[i] + place])
                masks[i, place] = _sigmoid(power)
                rows[i, place] = frozen[i, place] * masks[i, place]


@compiled
def _follow(slopes, frozen, masks, weights, keep, logits, first, second, lambdas, lr, root):
    n, places = slopes.shape
    spared = np.zeros(places, np.float32)
    for i in range(n):
        staying, task, penalty = 0.0, 0.0, 0.0
        for place in range(places):
            if weights[i, place]:
                m, s = masks[i, place], _sigmoid(logits[i, place])
                slopes[i, place] *= np.float32(1.5) * frozen[i, place] * m * (np.float32(1) - m)
                spared[place] = s * (np.float32(1) - s)
                staying += s
                task += slopes[i, place] ** 2
                penalty += spared[place] ** 2
        aim = math.sqrt(task / max(penalty, 1e-30)) if staying > keep[i] else 0.0
        if lambdas[i] < 0:
            lambdas[i] = aim
        lambdas[i] += SMOOTH * (aim - lambdas[i])
        for place in range(places):
            if weights[i, place]:
                g = slopes[i, place] + lambdas[i] * spared[place]
                first[i, place] += (1 - FIRST) * (g - first[i, place])
                second[i, place] += (1 - SECOND) * (g * g - second[i, place])
                logits[i, place] -= (
                    lr * first[i, place] / (math.sqrt(second[i, place]) * root + TINY)
                )
