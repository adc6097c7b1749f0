"""Networks that change their label along a line as often as can be found: the bounds' test.

Along a line each first-layer unit is a t + b with numbers of its own, whatever inputs it reads,
so that the networks have one input, t. What an attack finds is a lower bound: changes between
the places that are looked at are missed, none is made up.
"""

from dataclasses import dataclass

import numpy as np

from cubistlib.search.floor.wiring import Row, Wiring

PLACES = np.linspace(-3, 3, 601)
ROUNDING = 1e-9  # of a network's largest logit: nearer to zero a sign may come from rounding


@dataclass(frozen=True, eq=False)
class OnLine:
    """n networks of one wiring along a line; all but the output's bias.

    Arrays (n, units, read) of weights, zero where the wiring has none, and (n, units) of biases.
    """

    slopes: np.ndarray
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    @classmethod
    def drawn(
        cls, wiring: Wiring, moving: Row, on: Row, n: int, rng: np.random.Generator
    ) -> "OnLine":
        """At random; first-layer units that do not move are constant, those `on` never flip."""
        still = [i not in moving | on for i in sorted(wiring.units)]
        slopes = np.where(still, 0.0, rng.normal(size=(n, len(wiring.first))))
        first = rng.normal(size=slopes.shape)
        for i in on:
            first[:, i] = 3 * np.abs(slopes[:, i]) + np.abs(first[:, i])  # on for all of PLACES
        third = (frozenset(range(len(wiring.third))),)
        weights, biases, into = [], [first], len(wiring.first)
        for rows in (wiring.second, wiring.third, third):
            kept = np.array([[source in row for source in range(into)] for row in rows])
            weights.append(np.where(kept, rng.normal(size=(n, *kept.shape)), 0.0))
            biases.append(rng.normal(size=(n, len(rows))))
            into = len(rows)
        return cls(slopes, tuple(weights), tuple(biases[:-1]))

    def logits(self) -> np.ndarray:
        """(n, places), up to the output's bias."""
        h = np.maximum(self.slopes[:, :, None] * PLACES + self.biases[0][:, :, None], 0)
        for w, b in zip(self.weights[:-1], self.biases[1:], strict=True):
            h = np.maximum(w @ h + b[:, :, None], 0)
        return (self.weights[-1] @ h)[:, 0]

    def changes(self) -> np.ndarray:
        """The label changes of each under a good bias of the output: (n,) int64."""
        logits = self.logits()
        above = logits - _busiest(logits)[:, None]
        sure = np.abs(above) > ROUNDING * np.abs(logits).max(1, keepdims=True)
        return np.array([_alternations(a[s] > 0) for a, s in zip(above, sure, strict=True)])


def _busiest(logits: np.ndarray) -> np.ndarray:
    """Of each row (n, places) a level that it passes often from one place to the next: (n,)."""
    steps = np.sort(np.stack([logits[:, 1:], logits[:, :-1]]), axis=0)
    ends = np.concatenate(list(steps), axis=1)
    change = np.repeat([1, -1], steps.shape[2])  # one more step is passed above its lower end
    order = np.argsort(ends, axis=1)
    ends, passed = np.take_along_axis(ends, order, axis=1), np.cumsum(change[order], axis=1)
    gap = np.diff(ends) > 2 * ROUNDING * np.abs(logits).max(1, keepdims=True)
    best = np.where(gap, passed[:, :-1], -1).argmax(1)[:, None]
    return np.take_along_axis(ends[:, 1:] + ends[:, :-1], best, axis=1)[:, 0] / 2


def _alternations(signs: np.ndarray) -> int:
    return int(np.count_nonzero(signs[1:] != signs[:-1]))


def most_found(
    wiring: Wiring,
    moving: Row | None = None,
    on: Row = frozenset(),
    tries: int = 100,
    rounds: int = 40,
    seed: int = 0,
) -> int:
    """The most label changes that hill climbing finds: random starts, then small steps.

    moving, on: as in `changes_along`; by default every first-layer unit may flip.
    """
    rng = np.random.default_rng(seed)
    nets = OnLine.drawn(wiring, wiring.units if moving is None else moving, on, tries, rng)
    best = nets.changes()
    for round in range(rounds):
        moved = _moved(nets, rng, 1.0 if round % 3 else 0.2)
        if on:
            least = 3 * np.abs(moved.slopes[:, sorted(on)])
            moved.biases[0][:, sorted(on)] = np.maximum(moved.biases[0][:, sorted(on)], least)
        found = moved.changes()
        better = found >= best
        for old, new in zip(_arrays(nets), _arrays(moved), strict=True):
            old[better] = new[better]
        best = np.maximum(best, found)
    return int(best.max())


def _arrays(nets: OnLine) -> tuple[np.ndarray, ...]:
    return nets.slopes, *nets.weights, *nets.biases


def _moved(nets: OnLine, rng: np.random.Generator, size: float) -> OnLine:
    """Some of the numbers changed a little, in proportion; zeros stay, biases shift as well."""

    def some(values: np.ndarray) -> np.ndarray:
        return rng.normal(size=values.shape) * (rng.random(values.shape) < 0.3) * size

    weights = [w * (1 + some(w)) for w in nets.weights]
    biases = [b + some(b) for b in nets.biases]
    return OnLine(nets.slopes * (1 + some(nets.slopes)), tuple(weights), tuple(biases))
