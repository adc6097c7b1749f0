"""CHITA: pruning as a sparse regression on the gradients, solved by hard thresholding."""

from dataclasses import dataclass

import numpy as np
import torch

from cubistlib.pruners.beyond.surgery import Surgery
from cubistlib.pruners.parts.quadratic import without
from cubistlib.support.compiled import compiled_if_possible
from cubistlib.support.types import Count

TRIED = 20  # lengths of a step, each half of the one before
LEAST = 1e-6  # the share by which a step has to lower the sum


@dataclass(frozen=True)
class CHITA(Surgery):
    """Combinatorial Hessian-free iterative thresholding.

    Over v with k weights that are not zero, ½ ‖A v − A w‖² + ½ λ ‖v − w‖² is made small, A the
    rows' gradients divided by the root of their number, w what was trained, λ the damping. From
    the largest |w|, v goes down the slope and keeps its k largest |v|, by the best step on the
    weights it has or by half, a quarter, … of it, until nothing goes down or `steps` are done;
    then least squares on the weights found.
    Source: Benbaki, Chen, Meng, Hazimeh, Ponomareva, Zhao & Mazumder 2023, algorithms 1 and 2
    (several stages: CHITA++); of the rounds, `Surgery`.
    Differences from the published form: AᵀA is formed, since there are fewer parameters than rows;
    no term for the gradient at w, which training has made small; a plain halving line search;
    least squares in place of coordinate descent; training between the stages.
    """

    name = "chita"
    whole = False

    steps: Count = 50

    def cut(self, values, curvature, weights, left, rng):
        bent, ridge = curvature.clone(), self.damping * curvature.diagonal().mean()
        bent.diagonal().add_(ridge)
        stay = torch.as_tensor(found(values.numpy(), bent.numpy(), weights, left, self.steps))
        return stay, without(values, curvature, ~stay, self.damping)


@compiled_if_possible
def found(values, bent, weights, left, steps):
    """Which stay, (p,) bool, after so many steps of thresholding; bent: (p, p), AᵀA and λ."""
    stay = largest(values, weights, left)
    now = np.where(stay, values, 0.0)
    slope = product(bent, now - values)
    least = ((now - values) * slope).sum() / 2
    for _ in range(steps):
        inner = np.where(stay, slope, 0.0)
        length = (inner * inner).sum() / max((inner * product(bent, inner)).sum(), 1e-300)
        lower = False
        for _ in range(TRIED):
            tried = now - length * slope
            among = largest(tried, weights, left)
            tried = np.where(among, tried, 0.0)
            after = product(bent, tried - values)
            rise = ((tried - values) * after).sum() / 2
            lower = rise < (1 - LEAST) * least
            if lower:
                break
            length /= 2
        if not lower:
            break
        stay, now, slope, least = among, tried, after, rise
    return stay


@compiled_if_possible
def largest(values, weights, left):
    """The `left` largest sizes of the first `weights` values, and all after those: (p,) bool."""
    stay, sizes = np.ones(len(values), np.bool_), np.abs(values[:weights])
    least = np.partition(sizes, weights - left)[weights - left]
    stay[:weights] = sizes >= least
    for tied in np.flatnonzero(sizes == least)[::-1][: stay[:weights].sum() - left]:
        stay[tied] = False  # the last of equal sizes
    return stay


@compiled_if_possible
def product(matrix, vector):
    """A symmetric matrix times a vector, row by row: the same on any machine."""
    sums = np.zeros(len(vector))
    for i in range(len(vector)):
        if vector[i] != 0:
            for j in range(len(vector)):
                sums[j] += matrix[i, j] * vector[i]
    return sums
