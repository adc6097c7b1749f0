"""CBS: choose the weights that go together, by swaps, and then correct what stays once."""

from dataclasses import dataclass

import numpy as np
import torch

from cubistlib.pruners.beyond.surgery import Surgery
from cubistlib.pruners.parts.quadratic import without
from cubistlib.support.compiled import compiled_if_possible
from cubistlib.support.types import Count, Positive


@dataclass(frozen=True)
class CBS(Surgery):
    """The combinatorial brain surgeon, with the mean outer product of gradients as curvature F.

    The set P of weights that go is to make w_Pᵀ F w_P small. It starts from the smallest |w|, then
    from the smallest |w| within random parts of the weights; as long as some swap of a weight in
    P for one outside lowers the sum by `least`, the best one is made; the best of `starts` sets
    counts. Then all other parameters are corrected once: −F⁻¹E (EᵀF⁻¹E)⁻¹ w_P, E the columns of P.
    Source: Yu, Serra, Ramalingam & Zhe 2022, algorithms 1 and 2; of the rounds, `Surgery`.
    Differences from the published form: the best of all pairs is swapped, which a matrix of a few
    hundred rows allows, not the first good one within a window of ranks; weights go in rounds
    with training in between, not all at once.
    """

    name = "cbs"
    whole = False

    starts: Count = 4
    least: Positive = 1e-4

    def cut(self, values, curvature, weights, left, rng):
        w = values[:weights]
        between = (w[:, None] * curvature[:weights, :weights] * w).numpy()
        sizes = w.abs().numpy()
        parts = [1] + [max(1, int(np.sqrt(weights)))] * (self.starts - 1)
        found = [swapped(between, smallest(sizes, left, count, rng), self.least) for count in parts]
        gone = torch.zeros(len(values), dtype=torch.bool)
        gone[:weights] = torch.as_tensor(min(found, key=lambda some: between[some][:, some].sum()))
        return ~gone, without(values, curvature, gone, self.damping)


def smallest(sizes: np.ndarray, left: int, parts: int, rng: np.random.Generator) -> np.ndarray:
    """All but the `left` largest, (m,) bool, by equal shares in so many random parts of them."""
    gone = np.ones(len(sizes), bool)
    order = rng.permutation(len(sizes)) if parts > 1 else np.arange(len(sizes))
    ends = np.linspace(0, len(sizes), parts + 1).astype(int)
    part, stay = np.repeat(np.arange(parts), np.diff(ends)), np.diff(ends * left // len(sizes))
    ranked = order[np.lexsort((-sizes[order], part))]  # part by part, the largest first
    gone[ranked[np.arange(len(sizes)) - ends[part] < stay[part]]] = False
    return gone


@compiled_if_possible
def swapped(between, gone, least):
    """What goes, (m,) bool, when no swap of two weights lowers the sum by `least` any more.

    between: (m, m), w_i F_ij w_j; the sum is that of all pairs of weights that go.
    """
    gone, own = gone.copy(), np.diag(between)
    shared = np.zeros(len(gone))
    for i in np.flatnonzero(gone):
        shared += 2 * between[i]
    while True:
        most = -np.inf
        entering = np.where(gone, np.inf, shared + own)
        for i in np.flatnonzero(gone):
            gained = shared[i] - own[i] + 2 * between[i] - entering
            best = gained.argmax()
            if gained[best] > most:
                most, back, out = gained[best], i, best
        if most < least:
            return gone
        gone[back], gone[out] = False, True
        shared += 2 * (between[out] - between[back])
