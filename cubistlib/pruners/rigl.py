"""RigL: a sparse network that moves its weights to where the gradient asks for them."""

import math
from dataclasses import dataclass, replace

import numpy as np

from cubistlib.networks import Masks
from cubistlib.pruners.base import DuringTraining
from cubistlib.pruners.parts import erk
from cubistlib.pruners.parts.selection import candidates, exact
from cubistlib.support.types import Count, Flag, Share

SMALL = 3  # weights of a layer whose share, rounded down, is none: 0.3 · 3 < 1


@dataclass(frozen=True)
class RigL(DuringTraining):
    """The rigged lottery: sparse training with dropping and growing.

    From a random ERK mask; every `delta` steps until the share `end` of training, each layer
    drops its smallest |w| and grows as many where |∂L/∂w|, of the step's batch, is largest
    among the rest. The share moved is α/2 · (1 + cos(π t / T_end)), rounded down to weights, so
    that a layer of three or fewer never changes; with small_layers, such a layer moves one. New
    weights start at 0; one dropped and grown at once keeps its value; the optimizer's own step is
    left out.
    Source: Evci et al. 2020, algorithm 1; paper, "The nine algorithms".
    Differences from the authors' code: ERK counts that sum to exactly k; theirs
    (selection="authors") round every layer up, k to k + 3. Ties go to the lower index.
    """

    name = "rigl"

    alpha: Share = 0.3
    delta: Count = 100
    end: Share = 0.75
    small_layers: Flag = False

    def start(self, nets, keep, selection="exact", seed=0) -> Masks:
        self.rule(selection)
        return erk.random_masks(nets, self.check_keep(nets, keep), selection, seed)

    def hook(self, nets, keep, steps, selection="exact") -> "RigLHook":
        last = math.floor(self.end * steps)
        return RigLHook(
            range(self.delta - 1, last - 1, self.delta), self.alpha, last, self.small_layers
        )


@dataclass(frozen=True, eq=False)
class RigLHook:
    """Drops and grows in place of each of `steps`; the share moved falls to 0 at `last`."""

    steps: range
    alpha: float
    last: int
    small_layers: bool = False

    def __call__(self, state, batch):
        from cubistlib.training.backends.fused import gradients  # which loads the engine

        share = self.alpha / 2 * (1 + math.cos(math.pi * (state.step + 1) / self.last))
        skipped = replace(state, step=state.step + 1)
        masks, weights = state.masks.weights, state.network.weights
        moved = [self.moved(m.sum((1, 2)), share) for m in masks]
        if not any(count.any() for count in moved):
            return skipped
        slopes = gradients(state.network, *batch).weights
        layers = zip(masks, weights, slopes, moved, strict=True)
        revised = [drop_and_grow(*layer) for layer in layers]
        return skipped.revised(Masks.from_weights(revised))

    def moved(self, kept: np.ndarray, share: float) -> np.ndarray:
        """Weights to move in layers that keep so many, (n,) int64."""
        small = (kept > 0) & (kept <= SMALL) & (self.small_layers and share > 0)
        return np.where(small, 1, np.floor(share * kept)).astype(np.int64)


def drop_and_grow(
    mask: np.ndarray, weight: np.ndarray, slope: np.ndarray, moved: np.ndarray
) -> np.ndarray:
    """One layer's next mask, all (n, out, in): as many weights kept as before.

    The `moved` (n,) smallest |weight| of each network's mask go, and as many return where
    |slope| is largest outside those that stay.
    """
    if not moved.any():
        return mask
    shape = mask.shape
    mask, weight, slope = (a.reshape(len(a), -1) for a in (mask, weight, slope))
    stay = exact(candidates(np.abs(weight), mask), mask.sum(1) - moved)
    grown = exact(candidates(np.abs(slope), ~stay), moved)
    return (stay | grown).reshape(shape)
