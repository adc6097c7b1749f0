"""SynFlow: keep the connections that carry the flow from inputs to output, without data."""

from dataclasses import dataclass

import numpy as np
import torch

from cubistlib.functional import activations
from cubistlib.pruners.schedules import geometric
from cubistlib.pruners.scored import Scored
from cubistlib.selection import strictly_above


@dataclass(frozen=True)
class SynFlow(Scored):
    """Iterative synaptic flow pruning, before training.

    R is the output for an all-ones input with every parameter replaced by its absolute value;
    score |w · ∂R/∂w|, the flow through w summed over all its paths. After step t of `steps`
    the N·(k/N)^(t/steps) largest stay; a removed weight stays removed. No data.
    Source: Tanaka et al. 2020, eq. 3 and algorithm 1; paper, "The nine algorithms".
    biases: let biases take part in R, as in the authors' code. A unit that nothing feeds then
    still scores; the published form has no biases in the score.
    Differences from the authors' code: the above, and exactly k weights. Theirs
    (selection="authors") keeps scores strictly above the k-th largest at every step, k − 1.
    """

    name = "synflow"
    authors_rule = staticmethod(strictly_above)

    biases: bool = False
    steps: int = 100

    def scores(self, nets, masks, batches) -> list[np.ndarray]:
        weights, biases = nets.tensors()
        kept = zip(weights, masks.weights, strict=True)
        # Flow grows with the width to the power of the depth: more than float32 may hold.
        weights = [(w * torch.from_numpy(m)).abs().double().requires_grad_() for w, m in kept]
        biases = [b.abs().double() * self.biases for b in biases]
        ones = torch.ones(1, nets.sizes[0], dtype=torch.float64)
        flow = activations(weights, biases, ones)[-1].sum()
        slopes = torch.autograd.grad(flow, weights)
        return [(w * g).detach().numpy() for w, g in zip(weights, slopes, strict=True)]

    def authors_schedule(self, total, keep) -> np.ndarray:
        return np.floor(geometric(total, keep, self.steps)).astype(np.int64)
