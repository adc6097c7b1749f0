"""CHITA: pruning as a sparse regression on the gradients, solved by hard thresholding."""

from dataclasses import dataclass

import torch

from cubistlib.pruners.beyond.surgery import Surgery
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
        ridge = self.damping * curvature.diagonal().mean()
        bent = curvature + ridge * torch.eye(len(values), dtype=torch.float64)
        stay = largest(values, weights, left)
        found = torch.where(stay, values, 0.0)
        least = rise(bent, found - values)
        for _ in range(self.steps):
            slope = bent @ (found - values)
            inner = torch.where(stay, slope, 0.0)
            length = inner @ inner / (inner @ bent @ inner).clamp(min=1e-300)
            for halvings in range(TRIED):
                tried = found - length / 2**halvings * slope
                among = largest(tried, weights, left)
                tried = torch.where(among, tried, 0.0)
                if (after := rise(bent, tried - values)) < (1 - LEAST) * least:
                    stay, found, least = among, tried, after
                    break
            else:
                break
        pull = torch.linalg.lstsq(bent[stay][:, stay], bent[stay][:, ~stay] @ values[~stay])
        return stay, found.masked_scatter(stay, values[stay] + pull.solution)


def largest(values: torch.Tensor, weights: int, left: int) -> torch.Tensor:
    """The `left` largest sizes of the first `weights` values, and all after those: (p,) bool."""
    stay = torch.ones(len(values), dtype=torch.bool)
    stay[values[:weights].abs().argsort(descending=True, stable=True)[left:]] = False
    return stay


def rise(bent: torch.Tensor, moved: torch.Tensor) -> float:
    """½ dᵀ B d."""
    return float(moved @ bent @ moved) / 2
