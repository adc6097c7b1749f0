"""Polishing, no SGD: fewer points on the wrong side, by one linear programme after another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from cubistlib.networks import Network
from cubistlib.search.descent.margins import Parameters, margins, scores, wrong
from cubistlib.search.descent.population import Data, Population, lived

# Added to a parameter's size, to which its trust region is relative.
LEAST_SIZE = 0.02

# A step that takes off a smaller share of what is lacking is dull; two in a row and the aim moves.
DULL = 2e-3

# The smallest trust region of an aim, from which one the next begins, and the last lenience.
LEAST_RADIUS, AGAIN, LAST = 1e-5, 0.02, 1e-5


@dataclass(frozen=True)
class Aim:
    """What a stage of polishing makes smaller: Σ log(1 + lack / lenience) over all points.

    A point lacks what its margin is short of the goal. The logarithm gives up points that are far
    out of reach, the sooner the smaller the lenience, so that in the end it counts wrong points.
    """

    goal: float
    lenience: float

    def lack(self, margin: np.ndarray) -> np.ndarray:
        return np.maximum(self.goal - margin, 0)

    def total(self, margin: np.ndarray) -> float:
        return float(np.log1p(self.lack(margin) / self.lenience).sum())

    def prices(self, margin: np.ndarray) -> np.ndarray:
        """Of each point's lack, so that their sum lies above the total and touches it here."""
        return 1 / (self.lack(margin) + self.lenience)


@dataclass(frozen=True)
class Way:
    """How steps are found.

    points: that a linear programme looks at, at most. radius: the trust region at first, relative
    to each parameter. goal, lenience: of the first aim, relative to the median margin; with each
    further aim the lenience is `narrower`.
    """

    points: int = 2000
    radius: float = 0.1
    goal: float = 0.03
    lenience: float = 0.3
    narrower: float = 0.4

    @classmethod
    def drawn(cls, points: int, rng: np.random.Generator) -> "Way":
        """Some way with up to so many points."""
        return cls(
            points=int(points * rng.choice([0.5, 1, 2])),
            radius=10 ** rng.uniform(-1.7, -0.3),
            goal=10 ** rng.uniform(-2, -1),
            lenience=10 ** rng.uniform(-1.5, 0.3),
            narrower=rng.choice([0.3, 0.5]),
        )

    def aims(self, logits: np.ndarray) -> Iterator[Aim]:
        """One after the other, by the scale of these logits."""
        scale, lenience = float(np.median(np.abs(logits))), self.lenience
        while scale and lenience > LAST:
            yield Aim(self.goal * scale, lenience * scale)
            lenience *= self.narrower

    def step(self, aim: Aim, margin, slopes, values, radius: float, offset: int):
        """The step within the trust region after which points lack least, linearly and priced.

        margin: (n,); slopes: ∂margin/∂parameter (p, n). Looked at are all points that lack
        something, if they are not too many, and of those that could come to lack something every
        few along the data from `offset` on, which then count for the others. None if there is no
        point, or the solver finds none.
        """
        from scipy.optimize import linprog  # loaded by who polishes, not by who reads results
        from scipy.sparse import eye_array, hstack

        room = radius * (np.abs(values) + LEAST_SIZE)
        near = margin < aim.goal + reach(room, slopes)
        lacking = np.flatnonzero(near & (margin < aim.goal))
        chosen, counts = some(lacking, self.points // 2, offset)
        safe = np.flatnonzero(near & (margin >= aim.goal))
        also, count = some(safe, self.points - len(chosen), offset)
        chosen, counts = np.concatenate([chosen, also]), np.concatenate([counts, count])
        if not len(chosen):
            return None
        price = counts * aim.prices(margin[chosen])
        moved, n = slopes[:, chosen].T * room, len(chosen)
        result = linprog(
            np.concatenate([np.zeros(len(values)), price / price.max()]),
            A_ub=hstack([-moved, -eye_array(n)], format="csr"),
            b_ub=margin[chosen] - aim.goal,
            bounds=[*[(-1, 1)] * len(values), *[(0, None)] * n],
            method="highs-ds",
        )
        return result.x[: len(values)] * room if result.success else None


def some(points: np.ndarray, most: int, offset: int) -> tuple[np.ndarray, np.ndarray]:
    """At most so many of some points, every few from `offset` on, and for how many each counts."""
    stride = max(1, -(-len(points) // max(1, most)))
    chosen = points[offset % stride :: stride]
    return chosen, np.full(len(chosen), float(stride))


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

    rounds: linear programmes of a descent, at most. points: that each looks at. hops: further
    descents, each from the best values so far changed a little, in another way (basin hopping;
    Wales & Doye 1997).
    """

    rounds: int = 80
    points: int = 2000
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
            size = 10 ** rng.uniform(-2.5, -0.3)
            start = values * np.exp(size * which * rng.normal(size=len(values)))
            tried = self._descent(parameters, start, data, Way.drawn(self.points, rng))
            if tried[1] <= errors:
                values, errors = tried
        return values, errors

    def _descent(
        self, parameters: Parameters, values: np.ndarray, data: Data, way: Way
    ) -> tuple[np.ndarray, int]:
        """The best values on the way down one aim after the other.

        Steps are taken while they take off what is lacking, whatever the number of wrong points
        does meanwhile; else the trust region shrinks. Sources: Byrd, Gould, Nocedal & Waltz 2003,
        successive linear programmes; Candès, Wakin & Boyd 2008, the logarithm and its prices.
        """
        x, y = data
        sign, radius, dull = np.where(y > 0.5, 1.0, -1.0), way.radius, 0
        logits, slopes = parameters.slopes(values, x)
        best, fewest, aims = values, wrong(logits, y), way.aims(logits)
        aim = next(aims, None)
        for offset in range(self.rounds):
            if fewest == 0 or aim is None:
                break
            margin = margins(logits, y)
            step = way.step(aim, margin, slopes * sign, values, radius, offset)
            tried = [] if step is None else [values + part * step for part in (1, 0.5, 0.25)]
            lacks = [aim.total(margins(parameters.logits(v, x), y)) for v in tried]
            before = aim.total(margin)
            if lacks and min(lacks) < before:
                chosen = int(np.argmin(lacks))
                values, dull = tried[chosen], dull + 1 if min(lacks) > (1 - DULL) * before else 0
                logits, slopes = parameters.slopes(values, x)
                radius = min(1, radius * (1.7, 1, 0.5)[chosen])
                if wrong(logits, y) < fewest:
                    best, fewest = values, wrong(logits, y)
            else:
                radius *= 0.35
            if dull == 2 or radius < LEAST_RADIUS:
                aim, radius, dull = next(aims, None), max(radius, AGAIN), 0
        return best, fewest
