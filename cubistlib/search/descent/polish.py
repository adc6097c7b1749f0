"""Polishing, no SGD: fewer points on the wrong side, by one linear programme after another."""

from dataclasses import dataclass

import numpy as np

from cubistlib.networks import Network
from cubistlib.search.descent.margins import Parameters, margins, wrong
from cubistlib.search.descent.population import Data, Population, lived


@dataclass(frozen=True)
class Polish:
    """How hard a network is polished.

    rounds: linear programmes at most. points: of them, each looks at so many at most. radius:
    the trust region at first, relative to each parameter; polishing ends when steps of
    `least` no longer help.
    """

    rounds: int = 60
    points: int = 3000
    radius: float = 0.3
    least: float = 1e-5

    def __call__(
        self, parameters: Parameters, values: np.ndarray, data: Data
    ) -> tuple[np.ndarray, int]:
        """Better values, or the same, and how many points are wrong with them.

        The margins of points that a step could bring over the boundary are linearized; a linear
        programme finds the step with the least sum of how much each is too low, each weighted
        by one over how much it was, so that points which are out of reach are given up. A step
        is taken if fewer points are wrong (Byrd, Gould, Nocedal & Waltz 2003 for the method).
        """
        x, y = data
        radius, offset = self.radius, 0
        logits, slopes = parameters.slopes(values, x)
        errors = wrong(logits, y)
        for _ in range(self.rounds):
            if errors == 0 or radius < self.least:
                break
            step = self._step(margins(logits, y), slopes, y, values, radius, offset)
            tried = [] if step is None else [values + t * step for t in (1.0, 0.5, 0.25)]
            counts = [wrong(parameters.logits(v, x), y) for v in tried]
            if counts and min(counts) < errors:
                chosen = int(np.argmin(counts))
                values, errors = tried[chosen], counts[chosen]
                logits, slopes = parameters.slopes(values, x)
                radius *= (2, 1, 0.5)[chosen]
            else:
                radius, offset = radius / 2.5, offset + 1
        return values, errors

    def all(self, found: Population, data: Data, free: bool = False) -> Population:
        """A population of networks polished one by one, of what then lives in them."""
        parts = [lived(self.one(found[[i]], data), data, free) for i in range(len(found))]
        return Population.concatenate(parts)

    def one(self, found: Population, data: Data) -> Population:
        """A population of one polished, in single precision but scored in double."""
        parameters = Parameters.of(found.masks)
        values, _ = self(parameters, parameters.vector(found.network), data)
        weights, biases = parameters.arrays(values)
        net = Network.from_arrays(weights, biases)
        logits = parameters.logits(parameters.vector(net), data[0])
        margin = margins(logits, data[1])
        correct = np.array([len(margin) - wrong(logits, data[1])])
        loss = np.logaddexp(0, -margin).mean(keepdims=True)
        return Population(net, found.masks, correct, loss, found.configs)

    def _step(self, margin, slopes, y, values, radius, offset) -> np.ndarray | None:
        from scipy.optimize import linprog  # loaded by who polishes, not by who reads results
        from scipy.sparse import eye_array, hstack

        sign = np.where(y > 0.5, 1.0, -1.0)
        room = radius * (np.abs(values) + 0.02)
        scale = np.median(np.abs(margin[margin != 0])) if margin.any() else 0.0
        goal = 0.01 * scale * min(1.0, radius / 0.1)
        near = np.flatnonzero(margin < goal + room @ np.abs(slopes))
        stride = -(-len(near) // self.points)
        some = near[offset % stride :: stride] if stride > 1 else near
        if not len(some) or scale == 0:
            return None
        lack = np.maximum(goal - margin[some], 0)
        price = 1 / (lack + 0.02 * scale)
        g = (slopes[:, some] * sign[some]).T
        n = len(some)
        result = linprog(
            np.concatenate([np.zeros(len(values)), price / price.max()]),
            A_ub=hstack([-g, -eye_array(n)], format="csr"),
            b_ub=margin[some] - goal,
            bounds=[*((-r, r) for r in room), *[(0, None)] * n],
            method="highs-ds",
        )
        return result.x[: len(values)] if result.success else None
