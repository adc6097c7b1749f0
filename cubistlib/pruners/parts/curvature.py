"""Gradients and curvature of one network's loss in the parameters that it keeps, written down."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
import torch

from cubistlib.networks import Masks, Stack

S = TypeVar("S", bound=Stack)
Floats = np.ndarray | torch.Tensor

# Numbers that are held at once, 32 MB.
CHUNK = 1 << 22

# Mean curvature that is damped as such: where every point is right by far, none is left.
LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Kept:
    """The kept parameters of one network in a row: weights layer by layer, then biases.

    place: of each among all parameters, as `in_a_row` has them. sizes: of every layer the inputs,
    units or outputs that these parameters are of. layer, to, source: of each, where it stands
    among those; a bias has the source −1.
    """

    place: np.ndarray
    sizes: tuple[int, ...]
    layer: np.ndarray
    to: np.ndarray
    source: np.ndarray

    @classmethod
    def of(cls, masks: Masks) -> "Kept":
        """Those of a stack of one mask."""
        place = np.flatnonzero(in_a_row(masks)[0])
        layer, to, source = _where(masks.sizes)[:, place].copy()
        counts = [masks.sizes[0]]
        for i in range(len(masks.sizes) - 2):
            here, next_one = layer == i, (layer == i + 1) & (source >= 0)
            units = np.union1d(to[here], source[next_one])
            to[here] = np.searchsorted(units, to[here])
            source[next_one] = np.searchsorted(units, source[next_one])
            counts.append(len(units))
        return cls(place, (*counts, masks.sizes[-1]), layer, to, source)

    def __len__(self) -> int:
        return len(self.place)

    @property
    def weights(self) -> int:
        """How many of them are weights; they come first."""
        return int((self.source >= 0).sum())

    def arrays(self, values: torch.Tensor) -> list[torch.Tensor]:
        """Of every layer weights and, in the last column, biases: (out, in + 1) float64."""
        found = []
        for layer, (into, out) in enumerate(pairwise(self.sizes)):
            here = self.layer == layer
            found.append(torch.zeros(out, into + 1, dtype=torch.float64))
            found[-1][self.to[here], self.source[here]] = values[here]
        return found


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


@dataclass(frozen=True, eq=False)
class Passed:
    """What a network's units give on some rows, and how the logit hangs on them; float64.

    weights[l]: (out, in). inputs[l]: what layer l reads, (in + 1, rows), ones for its biases last.
    on[l]: (units, rows), 1 where the ReLU of hidden layer l passes. slopes[l]: (units, rows),
    ∂logit/∂(sum of a unit of layer l, before its ReLU). logits: (rows,).
    """

    kept: Kept
    weights: list[torch.Tensor]
    inputs: list[torch.Tensor]
    on: list[torch.Tensor]
    slopes: list[torch.Tensor]
    logits: torch.Tensor

    @classmethod
    def through(cls, kept: Kept, values: torch.Tensor, x: torch.Tensor) -> "Passed":
        """Rows x (rows, in) through the network of these values (p,)."""
        weights, h, ones = kept.arrays(values), x.T, torch.ones(1, len(x), dtype=torch.float64)
        inputs, on = [], []
        for w in weights:
            inputs.append(torch.cat([h, ones]))
            z = w @ inputs[-1]
            on.append((z > 0).double())
            h = z * on[-1]
        slopes = [ones]
        for w, passes in zip(weights[:0:-1], on[-2::-1], strict=True):
            slopes.insert(0, passes * (w[:, :-1].T @ slopes[0]))
        return cls(kept, [w[:, :-1] for w in weights], inputs, on[:-1], slopes, z[0])

    def parameters(self) -> torch.Tensor:
        """∂logit/∂parameter: (p, rows)."""
        found = torch.empty(len(self.kept), len(self.logits), dtype=torch.float64)
        for layer, (given, slope) in enumerate(zip(self.inputs, self.slopes, strict=True)):
            which = self.kept.layer == layer
            found[which] = slope[self.kept.to[which]] * given[self.kept.source[which]]
        return found

    def second(self, factor: torch.Tensor) -> torch.Tensor:
        """Σ over rows of factor (rows,) · ∂²logit/∂parameter²: (p, p).

        Of two parameters the one in an earlier layer moves what a unit gives, and so the slope of
        the logit in a weight that reads this unit. Two of one layer do not meet.
        """
        kept, layers = self.kept, len(self.slopes)
        found = torch.zeros(len(kept), len(kept), dtype=torch.float64)
        for early, given in enumerate(self.inputs[:-1]):
            moving = np.flatnonzero(kept.layer == early)
            to, source, on = kept.to[moving], kept.source[moving], self.on[early]
            for late in range(early + 1, layers):
                reading = np.flatnonzero((kept.layer == late) & (kept.source >= 0))
                unit = kept.source[reading]
                pull = factor * self.slopes[late][kept.to[reading]]
                if late == early + 1:
                    both = ((pull * on[unit]) @ given.T)[:, source]
                    both[unit[:, None] != to] = 0
                    moves = self.weights[late][:, :, None] * on
                else:
                    both = ((pull[:, None] * moves[unit]) @ given.T)[:, to, source]
                    moves = torch.tensordot(self.weights[late], moves, dims=1)
                found[np.ix_(reading, moving)] = both
                found[np.ix_(moving, reading)] = both.T
                if late < layers - 1:  # ∂(unit of `late`)/∂(sum of one of `early`), in every row
                    moves *= self.on[late][:, None]
        return found


def gradients(kept: Kept, values: Floats, x: Floats, y: Floats) -> torch.Tensor:
    """The slope of every row's own loss in every parameter: (p, rows) float64.

    values: (p,), of the parameters. x (rows, in), y (rows,) of 0 and 1.
    """
    w, points, labels = map(_doubles, (values, x, y))
    passed = Passed.through(kept, w, points)
    return passed.parameters() * (torch.sigmoid(passed.logits) - labels)


def fisher(kept: Kept, values: Floats, x: Floats, y: Floats) -> torch.Tensor:
    """The mean over the rows of the outer product of `gradients`, as there: (p, p) float64."""
    each = gradients(kept, values, x, y)
    return each @ each.T / len(x)


def hessian(kept: Kept, values: Floats, x: Floats, y: Floats) -> torch.Tensor:
    """The second derivative of the mean loss, arguments as in `gradients`: (p, p) float64.

    Exact almost everywhere; at a kink a ReLU counts as off. It is the mean over the rows of
    σ′(f) ∂f ∂fᵀ + (σ(f) − y) ∂²f, f the logit.
    """
    w, points, labels = map(_doubles, (values, x, y))
    total = torch.zeros(len(kept), len(kept), dtype=torch.float64)
    rows = max(1, CHUNK // (max(kept.sizes) * len(kept)))
    for some, classes in zip(points.split(rows), labels.split(rows), strict=True):
        passed = Passed.through(kept, w, some)
        share = torch.sigmoid(passed.logits)
        scaled = passed.parameters() * (share * (1 - share)).sqrt()
        total += scaled @ scaled.T + passed.second(share - classes)
    return total / len(points)


def inverse(curvature: torch.Tensor, damping: float) -> torch.Tensor:
    """The inverse of a curvature (p, p), damped until it is positive definite.

    damping: added to the diagonal, as a share of the mean of its sizes, and doubled as often as
    it takes.
    """
    each = torch.eye(len(curvature), dtype=torch.float64)
    added = damping * max(float(curvature.diagonal().abs().mean()), LEAST)
    while True:
        factor, failed = torch.linalg.cholesky_ex(curvature + added * each)
        if not failed:
            return torch.cholesky_inverse(factor)
        added *= 2


def without(values: torch.Tensor, inverse: torch.Tensor, gone: torch.Tensor) -> torch.Tensor:
    """Values (p,) with those `gone`, (p,) bool, at 0 and the rest where the loss rises least.

    −H⁻¹E (EᵀH⁻¹E)⁻¹ w_gone is added, E the columns of what is gone.
    """
    push = torch.linalg.solve(inverse[gone][:, gone], values[gone])
    return torch.where(gone, 0.0, values - inverse[:, gone] @ push)


def rises(values: torch.Tensor, inverse: torch.Tensor) -> torch.Tensor:
    """By how much the loss rises at least when a parameter goes: w² / (2 [H⁻¹]_qq), (p,).

    With the inverse of the diagonal alone ½ h w², as if all others stayed as they are.
    """
    return values**2 / inverse.diagonal() / 2


def _doubles(array: Floats) -> torch.Tensor:
    return torch.as_tensor(array).double()


@lru_cache(maxsize=8)
def _where(sizes: tuple[int, ...]) -> np.ndarray:
    """(layer, to, source) of every parameter in a row: (3, N) int64."""
    parts = []
    for layer, (into, out) in enumerate(pairwise(sizes)):
        to, source = np.indices((out, into)).reshape(2, -1)
        parts.append(np.stack([np.full_like(to, layer), to, source]))
    for layer, out in enumerate(sizes[1:]):
        unit = np.arange(out)
        parts.append(np.stack([np.full_like(unit, layer), unit, np.full_like(unit, -1)]))
    return np.concatenate(parts, axis=1)
