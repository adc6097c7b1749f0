"""GraNet: prune little by little while training, and let removed weights come back."""

import math
from dataclasses import dataclass, replace

import numpy as np

from cubistlib.networks import Masks
from cubistlib.pruners.gmp import GMP, GMPHook
from cubistlib.pruners.parts.selection import magnitudes, select
from cubistlib.support.checks import require
from cubistlib.support.types import PositiveShare, Share
from cubistlib.training.backends.fused import gradients


@dataclass(frozen=True)
class GraNet(GMP):
    """Gradual pruning with zero-cost neuroregeneration.

    GMP, but after each pruning the share p of the weights that are left, the smallest |w|, goes,
    too, and as many come where |∂L/∂w|, of the step's batch, is largest among all that are not
    there. p falls from `regrow` by a cosine to 0 as the pruning ends. A weight that comes starts at
    0; one that went and comes at once keeps its value. The optimizer's own step is left out, as in
    RigL, so that a run costs as many gradients as one of GMP. With regrow=0 it is GMP of the same
    `end`.
    Source: Liu et al. 2021 (arXiv 2106.10404), "gradual pruning with zero-cost neuroregeneration".
    Differences from the published form: weights move across layers, rounded down to whole ones
    (there each layer moves its own share, rounded up), p begins at 0.2 (there 0.5), since half of
    20 weights would be most that work, and none moves once k is reached (there they go on). k is
    reached at 0.7 of training, not at its end as by default in GMP here, so that what came last
    has time to grow.
    Raises ValueError for a training, or `prunings`, in which there is no pruning before the last,
    after which none comes back.
    """

    name = "granet"

    end: PositiveShare = 0.7
    regrow: Share = 0.2

    def hook(self, nets, keep, steps, selection="exact") -> "GraNetHook":
        _, prunings = self.intervals(steps)
        require(
            not self.regrow or prunings > 1,
            f"granet: one pruning in end={self.end:g} of {steps} steps lets no weight come back",
        )
        return GraNetHook(**vars(super().hook(nets, keep, steps, selection)), regrow=self.regrow)


@dataclass(frozen=True, eq=False, kw_only=True)
class GraNetHook(GMPHook):
    """Prunes as GMP does and moves weights, a share that falls from `regrow` to 0 at `last`."""

    regrow: float

    def __call__(self, state, batch):
        pruned = super().__call__(state, batch)
        if not self.regrow:
            return pruned
        pruned = replace(pruned, step=state.step + 1)
        moved = np.floor(self.share(state.step) * pruned.masks.weights_kept).astype(np.int64)
        if not moved.any():
            return pruned
        kept, weights = pruned.masks, magnitudes(pruned.network)
        slopes = [np.abs(g) for g in gradients(pruned.network, *batch).weights]
        stay = select(weights, kept.weights_kept - moved, among=kept.weights)
        come = select(slopes, moved, among=[~mask for mask in stay])
        return pruned.revised(Masks.from_weights([s | c for s, c in zip(stay, come, strict=True)]))

    def share(self, step: int) -> float:
        """The share of weights that moves at that step."""
        progress = min(1.0, step / self.last)
        return self.regrow / 2 * (1 + math.cos(math.pi * progress))
