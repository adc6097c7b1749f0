"""OBS: remove the weight whose loss is least once all others have made up for it."""

from dataclasses import dataclass

import torch

from cubistlib.pruners.beyond.surgery import Surgery
from cubistlib.pruners.parts.quadratic import inverse, removed
from cubistlib.support.types import Flag


@dataclass(frozen=True)
class OBS(Surgery):
    """The optimal brain surgeon, with the exact Hessian H of the loss.

    Of the weights w the one with the least w_q² / (2 [H⁻¹]_qq) goes, which is how much the loss
    rises at least, and −w_q / [H⁻¹]_qq · H⁻¹e_q is added to all parameters. Within one cut H⁻¹ is
    reduced to what is left; the next cut looks at the loss anew, after a short training.
    Source: Hassibi & Stork 1993, eq. 5; of the rounds and the last training, `Surgery`.
    diagonal: H's diagonal alone, so that nothing else is corrected: the optimal brain damage of
    LeCun, Denker & Solla 1990. correct: False leaves the others as they are,
    which the diagonal does anyhow.
    Differences from the published form: H is exact, not the outer products of gradients, and so
    damped; several weights go in one cut while there are many; there is training in between.
    """

    name = "obs"
    beside = True  # networks of one k may keep different numbers of biases

    diagonal: Flag = False
    correct: Flag = True

    def cut(self, values, curvature, weights, left, rng):
        if self.diagonal:
            curvature = curvature.diagonal().diag()
        inverted = inverse(curvature, self.damping).numpy().T  # its rows lie side by side
        gone, after = removed(values.numpy(), inverted, weights, weights - left, self.correct)
        return torch.as_tensor(~gone), torch.as_tensor(after)
