"""SynFlow: keep the connections that carry the flow from inputs to output, without data."""

from dataclasses import dataclass

import numpy as np

from cubistlib.pruners.parts.selection import strictly_above
from cubistlib.pruners.scored import Scored
from cubistlib.support.types import Count


@dataclass(frozen=True)
class SynFlow(Scored):
    """Iterative synaptic flow pruning, before training.

    R is the output for an all-ones input with every parameter replaced by its absolute value;
    score |w · ∂R/∂w|: the flow that arrives at w, times |w|, times what goes on to the output
    from there, summed over all paths through w. After step t of `steps` the N·(k/N)^(t/steps)
    largest stay; a removed weight stays removed. No data.
    Source: Tanaka et al. 2020, eq. 3 and algorithm 1; paper, "The nine algorithms".
    biases: let biases take part in R, as in the authors' code. A unit that nothing feeds then
    still scores; the published form has no biases in the score.
    Differences from the authors' code: the above, and exactly k weights. Theirs
    (selection="authors") prunes ⌊N − N·(k/N)^(t/steps)⌋ weights and one more at every step, so
    that ⌈N·(k/N)^(t/steps)⌉ − 1 stay, k − 1 at the end.
    """

    name = "synflow"
    authors_rule = staticmethod(strictly_above)

    biases: bool = False
    steps: Count = 100

    def scores(self, nets, masks, batches) -> list[np.ndarray]:
        kept = zip(masks.weights, nets.weights, strict=True)
        weights = [np.where(m, np.abs(w), np.float32(0)) for m, w in kept]
        # Flow grows with the width to the power of the depth: more than float32 may hold.
        flow = np.ones((len(nets), nets.sizes[0], 1))
        arriving, leaving = [], [np.ones((len(nets), 1, nets.sizes[-1]))]
        for w, b in zip(weights, nets.biases, strict=True):
            arriving.append(flow.mT)
            flow = w @ flow + self.biases * np.abs(b)[:, :, None]
        for w in reversed(weights[1:]):
            leaving.insert(0, leaving[0] @ w)
        through = zip(weights, arriving, leaving, strict=True)
        return [before * w * after.mT for w, before, after in through]

    def authors_schedule(self, total, keep) -> np.ndarray:
        progress = np.arange(1, self.steps + 1)[:, None] / self.steps
        # The powers as theirs, since their rounding is part of the rule.
        left = keep.astype(np.float64) ** progress / float(total) ** (progress - 1)
        return (total - np.floor(total - left)).astype(np.int64)
