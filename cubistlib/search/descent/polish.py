"""Polishing, no SGD: fewer points on the wrong side, by one linear programme after another."""

from dataclasses import dataclass, replace

import numpy as np

from cubistlib.networks import Network
from cubistlib.search.descent.margins import Parameters, margins, scores, wrong
from cubistlib.search.descent.population import Data, Population, lived

# Added to a parameter's size, to which its trust region is relative.
LEAST_SIZE = 0.02


@dataclass(frozen=True)
class Way:
    """How steps are found; a way that no longer helps is followed by another.

    points: that a linear programme looks at, at most. radius: the trust region at first,
    relative to each parameter. goal: the margin to reach, and lenience: the lack of margin that
    halves a point's weight, both relative to the median margin.
    """

    points: int = 3000
    radius: float = 0.3
    goal: float = 0.01
    lenience: float = 0.02

    @classmethod
    def drawn(cls, points: int, rng: np.random.Generator) -> "Way":
        """Some way with up to so many points."""
        return cls(
            points=int(points * rng.choice([0.3, 0.6, 1])),
            radius=10 ** rng.uniform(-2, -0.3),
            goal=10 ** rng.uniform(-3, -1),
            lenience=10 ** rng.uniform(-2.5, 0),
        )

    def step(self, margin, slopes, values, radius: float, offset: int) -> np.ndarray | None:
        """The step within the trust region after which margins lack least, linearly.

        margin: (n,); slopes: ∂margin/∂parameter (p, n). Every point that could come over the
        boundary is looked at, or every few along the data from `offset` on. Each counts by one
        over how much it lacks before, so that points out of reach are given up.
        """
        from scipy.optimize import linprog  # loaded by who polishes, not by who reads results
        from scipy.sparse import eye_array, hstack

        scale = np.median(np.abs(margin[margin != 0])) if margin.any() else 0.0
        room = radius * (np.abs(values) + LEAST_SIZE)
        goal = self.goal * scale * min(1.0, radius / 0.1)
        near = np.flatnonzero(margin < goal + reach(room, slopes))
        stride = max(1, -(-len(near) // self.points))
        near = near[offset % stride :: stride]
        if not len(near) or scale == 0:
            return None
        price = 1 / (np.maximum(goal - margin[near], 0) + self.lenience * scale)
        moved, n = slopes[:, near].T * room, len(near)
        result = linprog(
            np.concatenate([np.zeros(len(values)), price / price.max()]),
            A_ub=hstack([-moved, -eye_array(n)], format="csr"),
            b_ub=margin[near] - goal,
            bounds=[*[(-1, 1)] * len(values), *[(0, None)] * n],
            method="highs-ds",
        )
        return result.x[: len(values)] * room if result.success else None


def reach(room: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """How far margins move at most, linearly, if each parameter moves by its room: (n,).

    room: (p,). slopes: (p, n). Added up in order, since what BLAS gives may depend on its threads.
    """
    total = np.zeros(slopes.shape[1])
    for most, slope in zip(room, slopes, strict=True):
        total += most * np.abs(slope)
    return total


@dataclass(frozen=True)
class Polish:
    """How hard a network is polished.

    rounds: linear programmes of a descent, at most; it ends when steps of `least`, relative to
    each parameter, no longer help. points: that each looks at. hops: further descents, each
    from the best values so far changed a little, in another way (basin hopping; Wales & Doye
    1997).
    """

    rounds: int = 60
    points: int = 3000
    least: float = 1e-5
    hops: int = 0

    def all(
        self, found: Population, data: Data, rng: np.random.Generator, free: bool = False
    ) -> Population:
        """A population polished one by one; what then lives in them, in single precision.

        They are scored in double precision, as they are in the end.
        """
        nets = []
        for i in range(len(found)):
            parameters = Parameters.of(found.masks[i])
            values, _ = self(parameters, parameters.vector(found.network[i]), data, rng)
            nets.append(Network.from_arrays(*parameters.arrays(values)))
        after = lived(replace(found, network=Network.concatenate(nets)), data, free)
        correct, loss = scores(after.network, after.masks, data)
        return replace(after, correct=correct, loss=loss)

    def __call__(
        self, parameters: Parameters, values: np.ndarray, data: Data, rng: np.random.Generator
    ) -> tuple[np.ndarray, int]:
        """Better values, or the same, and how many points are wrong with them."""
        values, errors = self._descent(parameters, values, data, Way(self.points))
        for _ in range(self.hops):
            if errors == 0:
                break
            which = rng.random(len(values)) < rng.choice([0.1, 0.3, 1])
            size = 10 ** rng.uniform(-3, -1)
            start = values * np.exp(size * which * rng.normal(size=len(values)))
            tried = self._descent(parameters, start, data, Way.drawn(self.points, rng))
            if tried[1] <= errors:
                values, errors = tried
        return values, errors

    def _descent(
        self, parameters: Parameters, values: np.ndarray, data: Data, way: Way
    ) -> tuple[np.ndarray, int]:
        """Steps are taken while fewer points are wrong; else the trust region shrinks.

        Source of the method: Byrd, Gould, Nocedal & Waltz 2003, successive linear programmes.
        """
        x, y = data
        sign, radius = np.where(y > 0.5, 1.0, -1.0), way.radius
        logits, slopes = parameters.slopes(values, x)
        errors = wrong(logits, y)
        for offset in range(self.rounds):
            if errors == 0 or radius < self.least:
                break
            step = way.step(margins(logits, y), slopes * sign, values, radius, offset)
            tried = [] if step is None else [values + part * step for part in (1, 0.5, 0.25)]
            counts = [wrong(parameters.logits(v, x), y) for v in tried]
            if counts and min(counts) < errors:
                chosen = int(np.argmin(counts))
                values, errors = tried[chosen], counts[chosen]
                logits, slopes = parameters.slopes(values, x)
                radius = min(1, radius * (2, 1, 0.5)[chosen])
            else:
                radius *= 0.4
        return values, errors
