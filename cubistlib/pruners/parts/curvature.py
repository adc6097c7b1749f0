"""Gradients and curvature of one network's loss in the parameters that it keeps, written down.

Compiled loops go over single numbers: for the product of two rows a new array would be made.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
import torch

from cubistlib.networks import Masks, Stack
from cubistlib.support.compiled import compiled_if_possible

S = TypeVar("S", bound=Stack)
Floats = np.ndarray | torch.Tensor

# Rows that are looked at together: what belongs to them lies in the processor's caches.
ROWS = 512

# Rows of a matrix that is multiplied as a whole by its transpose, half of them.
LEAF = 64


@dataclass(frozen=True, eq=False)
class Kept:
    """The kept parameters of one network in a row: weights layer by layer, then biases.

    place: of each among all parameters, as `in_a_row` has them. to, source: the units that each
    leads to and comes from. Unit 0 is the constant 1, whose outgoing weights are the biases; then
    come the inputs, the hidden units that are used, layer by layer, and the output. inputs, units:
    how many of them there are.
    """

    place: np.ndarray
    to: np.ndarray
    source: np.ndarray
    inputs: int
    units: int

    @classmethod
    def of(cls, masks: Masks) -> "Kept":
        """Those of a stack of one mask."""
        return cls.at(in_a_row(masks)[0], masks.sizes)

    @classmethod
    def at(cls, row: np.ndarray, sizes: tuple[int, ...]) -> "Kept":
        """Those of one mask as `in_a_row` has it, of a network of these sizes."""
        place, used = np.flatnonzero(row), np.zeros(1 + sum(sizes), bool)
        to, source = _ends(sizes)[:, place]
        used[: 1 + sizes[0]] = used[to] = used[source] = used[-1] = True
        number = np.cumsum(used) - 1
        return cls(place, number[to], number[source], sizes[0], number[-1] + 1)

    def __len__(self) -> int:
        return len(self.place)

    @property
    def weights(self) -> int:
        """How many of them are weights; they come first."""
        return int((self.source > 0).sum())


def in_a_row(stack: Stack) -> np.ndarray:
    """All arrays of each network side by side: (n, N)."""
    return np.concatenate([a.reshape(len(a), -1) for a in stack.arrays], axis=1)


def out_of_rows(rows: np.ndarray, like: S) -> S:
    """The stack, of the widths of `like`, that `in_a_row` gives as these rows."""
    ends = np.cumsum([a[0].size for a in like.arrays])[:-1]
    parts = np.split(rows, ends, axis=1)
    arrays = [part.reshape(-1, *a.shape[1:]) for part, a in zip(parts, like.arrays, strict=True)]
    layers = len(like.weights)
    return type(like)(tuple(arrays[:layers]), tuple(arrays[layers:]))


class Passed(NamedTuple):
    """What a network's units give on some rows, a row a unit: (units, rows) float64 each.

    on: 1 where the ReLU of a hidden unit passes. slopes: ∂logit/∂(sum of a unit, before its ReLU).
    """

    given: np.ndarray
    on: np.ndarray
    slopes: np.ndarray


class Wires(NamedTuple):
    """A network of kept parameters as compiled code reads it.

    values, to, source: of every parameter, as in `Kept`. first: (units + 1,), weights into unit u
    are first[u] … first[u + 1] − 1. bias: (units,), the place of a unit's bias, or −1.
    """

    values: np.ndarray
    to: np.ndarray
    source: np.ndarray
    first: np.ndarray
    bias: np.ndarray


def wires(kept: Kept, values: np.ndarray) -> Wires:
    """Those of parameters of these values (p,)."""
    bias = np.full(kept.units, -1)
    bias[kept.to[kept.weights :]] = np.arange(kept.weights, len(kept))
    first = np.searchsorted(kept.to[: kept.weights], np.arange(kept.units + 1))
    return Wires(values, kept.to, kept.source, first, bias)


@compiled_if_possible
def through(wires, x):
    """Rows x (inputs, rows) through the network."""
    units, inputs, rows = len(wires.bias), len(x), x.shape[1]
    given, slopes = np.zeros((units, rows)), np.zeros((units, rows))
    on = np.ones((units, rows))
    given[0], given[1 : 1 + inputs] = 1.0, x
    for unit in range(1 + inputs, units):
        for at in range(wires.first[unit], wires.first[unit + 1]):
            value, source = wires.values[at], wires.source[at]
            for row in range(rows):
                given[unit, row] += value * given[source, row]
        if wires.bias[unit] >= 0:
            given[unit] += wires.values[wires.bias[unit]]
        if unit < units - 1:
            on[unit] = given[unit] > 0
            given[unit] *= on[unit]
    slopes[units - 1] = 1.0
    for unit in range(units - 1, inputs, -1):
        slopes[unit] *= on[unit]
        for at in range(wires.first[unit], wires.first[unit + 1]):
            value, source = wires.values[at], wires.source[at]
            for row in range(rows):
                slopes[source, row] += value * slopes[unit, row]
    return Passed(given, on, slopes)


@compiled_if_possible
def parameters(wires, passed, factor):
    """∂logit/∂parameter times a factor (rows,): (p, rows)."""
    found = np.empty((len(wires.to), len(factor)))
    for at in range(len(found)):
        to, source = wires.to[at], wires.source[at]
        for row in range(len(factor)):
            found[at, row] = passed.slopes[to, row] * passed.given[source, row] * factor[row]
    return found


@compiled_if_possible
def add_second(found, wires, passed, factor):
    """Adds Σ over rows of factor (rows,) · ∂²logit/∂parameter² to `found`, (p, p).

    Of two parameters the one in an earlier layer moves what a unit gives, and so the slope of
    the logit in a weight that reads this unit. Two of one layer do not meet.
    """
    units, rows = passed.given.shape
    moves, pulled = np.empty((units, rows)), np.empty(rows)
    pulls = factor * passed.slopes
    for unit in range(units - 1):
        into = np.arange(wires.first[unit], wires.first[unit + 1] + 1)
        into[-1] = wires.bias[unit]
        into = into[into >= 0]
        if len(into) == 0:  # no hidden unit
            continue
        moved = np.zeros(units, np.bool_)
        moved[unit], moves[unit] = True, passed.on[unit]
        for later in range(unit + 1, units):  # moves: ∂(what `later` gives)/∂(sum of `unit`)
            for at in range(wires.first[later], wires.first[later + 1]):
                source = wires.source[at]
                if moved[source]:
                    if not moved[later]:
                        moved[later], moves[later] = True, 0.0
                    for row in range(rows):
                        moves[later, row] += wires.values[at] * moves[source, row]
                        pulled[row] = pulls[later, row] * moves[source, row]
                    for other in into:
                        both = np.dot(pulled, passed.given[wires.source[other]])
                        found[at, other] += both
                        found[other, at] += both
            if moved[later]:
                moves[later] *= passed.on[later]


def gradients(kept: Kept, values: Floats, x: Floats, y: Floats) -> torch.Tensor:
    """The slope of every row's own loss in every parameter: (p, rows) float64.

    values: (p,), of the parameters. x (rows, in), y (rows,) of 0 and 1.
    """
    network = wires(kept, _doubles(values))
    passed = through(network, _doubles(x).T.copy())
    return torch.as_tensor(parameters(network, passed, share(passed) - _doubles(y)))


def fisher(kept: Kept, values: Floats, x: Floats, y: Floats) -> torch.Tensor:
    """The mean over the rows of the outer product of `gradients`, as there: (p, p) float64."""
    each = gradients(kept, values, x, y)
    return outer(each).div_(len(x))


def hessian(kept: Kept, values: Floats, x: Floats, y: Floats) -> torch.Tensor:
    """The second derivative of the mean loss, arguments as in `gradients`: (p, p) float64.

    Exact almost everywhere; at a kink a ReLU counts as off. It is the mean over the rows of
    σ′(f) ∂f ∂fᵀ + (σ(f) − y) ∂²f, f the logit.
    """
    network, points, labels = wires(kept, _doubles(values)), _doubles(x), _doubles(y)
    total = torch.empty(len(kept), len(kept), dtype=torch.float64)
    for start in range(0, len(points), ROWS):
        passed = through(network, points[start : start + ROWS].T.copy())
        said = share(passed)
        each = torch.as_tensor(parameters(network, passed, np.sqrt(said * (1 - said))))
        if start:
            total += outer(each)
        else:
            outer(each, total)
        add_second(total.numpy(), network, passed, said - labels[start : start + ROWS])
    return total.div_(len(points))


def outer(each: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
    """A Aᵀ of some rows A (p, rows): (p, p), what lies above the diagonal copied from below."""
    half, out = len(each) // 2, each.new_empty(len(each), len(each)) if out is None else out
    if half < LEAF:
        return torch.mm(each, each.T, out=out)
    one, other = each[:half], each[half:]
    outer(one, out[:half, :half])
    outer(other, out[half:, half:])
    out[:half, half:] = torch.mm(other, one.T, out=out[half:, :half]).T
    return out


def share(passed: Passed) -> np.ndarray:
    """What the network says of every row, σ(logit): (rows,)."""
    return torch.sigmoid(torch.as_tensor(passed.given[-1])).numpy()


def _doubles(array: Floats) -> np.ndarray:
    return np.asarray(array, np.float64)


@lru_cache(maxsize=8)
def _ends(sizes: tuple[int, ...]) -> np.ndarray:
    """(to, source) of every parameter in a row, as in `Kept` where all is kept: (2, N) int64."""
    starts = np.cumsum((1, *sizes))
    parts = [
        np.indices((out, into)).reshape(2, -1) + starts[[layer + 1, layer]][:, None]
        for layer, (into, out) in enumerate(pairwise(sizes))
    ]
    biases = np.arange(starts[1], starts[-1])
    return np.concatenate([*parts, [biases, np.zeros_like(biases)]], axis=1)
