"""The least of a loss that curves: who makes up for what goes, by inverses that are damped.

What is compiled together shares this file: numba's disk cache watches no other. Its loops go over
single numbers: for the product of a row and a number a new array would be made.
"""

import numpy as np
import torch

from cubistlib.support.compiled import compiled_if_possible

# Steps of Lanczos' method: more would save no more of what has to be tried.
STEPS = 24

# Mean curvature that is damped as such: where every point is right by far, none is left.
LEAST = 1e-12


def inverse(curvature: torch.Tensor, damping: float) -> torch.Tensor:
    """The inverse of a curvature (p, p), damped as in `factor`."""
    return torch.cholesky_inverse(factor(curvature, damping))


def factor(curvature: torch.Tensor, damping: float) -> torch.Tensor:
    """L of the curvature = L Lᵀ, (p, p), once it is damped until it is positive definite.

    damping: added to the diagonal, as a share of the mean of its sizes, and doubled as often as
    it takes.
    """
    own, damped, needed = curvature.diagonal(), curvature.clone(), None
    added = damping * max(float(own.abs().mean()), LEAST)
    while True:
        damped.diagonal()[:] = own + added
        found, failed = torch.linalg.cholesky_ex(damped)
        if not failed:
            return found
        if needed is None:
            needed = -lowest(curvature)
        added *= 2
        while added < needed:  # it is known to fail
            added *= 2


def lowest(matrix: torch.Tensor) -> float:
    """A bound from above of the least eigenvalue of a symmetric matrix, mostly near it.

    The least of the tridiagonal matrix of so many steps of Lanczos' method.
    """
    low, high = matrix.aminmax()
    scale = max(-float(low), float(high)) or 1.0  # so that no square is too large for a number
    own, beside = steps_of_lanczos(matrix.numpy() / scale, STEPS)
    small = np.diag(own) + np.diag(beside, 1) + np.diag(beside, -1)
    return scale * float(np.linalg.eigvalsh(small)[0])


@compiled_if_possible
def steps_of_lanczos(matrix, steps):
    """The diagonal of that matrix and what is beside it, from a vector of equal entries."""
    own, beside = np.zeros(steps), np.zeros(steps + 1)
    last, now = np.zeros(len(matrix)), np.full(len(matrix), len(matrix) ** -0.5)
    for step in range(steps):
        after = np.zeros(len(matrix))
        for i in range(len(matrix)):
            for j in range(len(matrix)):
                after[j] += matrix[i, j] * now[i]
        own[step] = (after * now).sum()
        after -= own[step] * now + beside[step] * last
        size = np.sqrt((after * after).sum())
        if size == 0:
            break
        beside[step + 1], last, now = size, now, after / size
    return own[: step + 1], beside[1 : step + 1]


def without(
    values: torch.Tensor, curvature: torch.Tensor, gone: torch.Tensor, damping: float
) -> torch.Tensor:
    """Values (p,) with those `gone`, (p,) bool, at 0 and the rest where the loss rises least.

    H_ss⁻¹ H_sg w_g is added to what stays, H damped as in `factor`.
    """
    order, many = gone.numpy().argsort(kind="stable"), int((~gone).sum())
    ordered = torch.as_tensor(curvature.numpy().take(order, 0).take(order, 1))
    pull = ordered[:many, many:] @ values[gone]
    added = torch.cholesky_solve(pull[:, None], factor(ordered, damping)[:many, :many])[:, 0]
    return torch.zeros_like(values).masked_scatter(~gone, values[~gone] + added)


@compiled_if_possible
def rises(values, diagonal):
    """By how much the loss rises at least when a parameter goes: w² / (2 [H⁻¹]_qq), (p,).

    diagonal: of H⁻¹. That of the inverse of H's diagonal gives ½ h w², as if all others stayed.
    """
    return values**2 / diagonal / 2


@compiled_if_possible
def removed(values, inverse, weights, count, correct):
    """What goes, (p,) bool, `count` of the first `weights` one by one, and all values (p,) then.

    inverse: (p, p), H⁻¹. What is left of it is H⁻¹ − Σ c cᵀ / c_q, c the column
    of a q that went as it was then; only these columns are made, and the diagonal.
    """
    values, diagonal = values.copy(), np.diag(inverse).copy()
    gone = np.zeros(len(values), np.bool_)
    columns, shares = np.empty((2, count, len(values)))
    for n in range(count):
        least = np.where(gone[:weights], np.inf, rises(values[:weights], diagonal[:weights]))
        out = least.argmin()
        column, share = columns[n], shares[n]
        column[:] = inverse[out]
        for m in range(n):
            for i in range(len(values)):
                column[i] -= shares[m, i] * columns[m, out]
        share[:] = column / column[out]
        diagonal -= share * column
        if correct:
            values -= values[out] * share
        gone[out], values[out] = True, 0.0
        diagonal[out] = 1.0  # so that nothing is divided by the zero that is left there
    return gone, values
