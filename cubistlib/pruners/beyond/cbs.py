"""CBS: choose the weights that go together, by swaps, and then correct what stays once."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from cubistlib.pruners.beyond.surgery import Surgery
from cubistlib.pruners.parts.curvature import inverse, without
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
        between = w[:, None] * curvature[:weights, :weights] * w
        parts = [1] + [max(1, int(np.sqrt(weights)))] * (self.starts - 1)
        found = [
            swapped(between, smallest(w.abs().numpy(), left, count, rng), self.least)
            for count in parts
        ]
        gone = torch.zeros(len(values), dtype=torch.bool)
        gone[:weights] = min(found, key=lambda set_: float(between[set_][:, set_].sum()))
        return ~gone, without(values, inverse(curvature, self.damping), gone)


def smallest(sizes: np.ndarray, left: int, parts: int, rng: np.random.Generator) -> torch.Tensor:
    """All but the `left` largest, (m,) bool, by equal shares in so many random parts of them."""
    gone = torch.ones(len(sizes), dtype=torch.bool)
    order = rng.permutation(len(sizes)) if parts > 1 else np.arange(len(sizes))
    ends = np.linspace(0, len(sizes), parts + 1).astype(int)
    for (start, end), stay in zip(pairwise(ends), np.diff(ends * left // len(sizes)), strict=True):
        some = order[start:end]
        gone[some[np.argsort(-sizes[some], kind="stable")[:stay]]] = False
    return gone


def swapped(between: torch.Tensor, gone: torch.Tensor, least: float) -> torch.Tensor:
    """What goes, (m,) bool, when no swap of two weights lowers the sum by `least` any more.

    between: (m, m), w_i F_ij w_j; the sum is that of all pairs of weights that go.
    """
    gone, own = gone.clone(), between.diagonal()
    while gone.any() and not gone.all():
        shared = 2 * between[:, gone].sum(1)
        back, out = gone.nonzero()[:, 0], (~gone).nonzero()[:, 0]
        gained = (shared - own)[back, None] + 2 * between[back][:, out] - (shared + own)[out]
        best = int(gained.argmax())
        if gained.ravel()[best] < least:
            break
        gone[back[best // len(out)]], gone[out[best % len(out)]] = False, True
    return gone
