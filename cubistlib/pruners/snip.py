"""SNIP: keep the connections whose removal would change the loss the most."""

from dataclasses import dataclass

import torch

from cubistlib.functional import gradients
from cubistlib.masks import Masks
from cubistlib.pruners.base import AtInitialization, floor_of_share
from cubistlib.selection import at_least, select


@dataclass(frozen=True)
class SNIP(AtInitialization):
    """Single-shot pruning by connection sensitivity, before training.

    Score |w · ∂L/∂w| on one batch; the k largest over all layers stay.
    Source: Lee, Ajanthan & Torr 2019, eq. 5; paper, "The nine algorithms".
    Differences from the authors' code: exactly k weights. Theirs (selection="authors") keeps
    scores ≥ the ⌊N·(k/N)⌋-th largest, and so every weight when fewer than k scores are nonzero.
    """

    name = "snip"
    authors_rule = staticmethod(at_least)

    def masks(self, nets, batches, keep, selection="exact") -> Masks:
        keep, rule = self.check_keep(nets, keep), self.rule(selection)
        if selection == "authors":
            keep = floor_of_share(nets.size, keep)
        return Masks.from_weights(select(self.scores(nets, batches), keep, rule))

    @staticmethod
    def scores(nets, batches) -> list:
        """|w · ∂L/∂w| of every weight on the next batch: a list of (n, out, in) float32."""
        weights, biases = nets.tensors()
        slopes, _, _ = gradients(weights, biases, *map(torch.as_tensor, next(batches)))
        return [(w * g).abs().numpy() for w, g in zip(weights, slopes, strict=True)]
