"""SNIP: keep the connections whose removal would change the loss the most."""

import math
from dataclasses import dataclass
from itertools import islice

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.parts.initialization import xavier_normal
from cubistlib.pruners.parts.selection import at_least
from cubistlib.pruners.scored import Scored
from cubistlib.support.types import Count


@dataclass(frozen=True)
class SNIP(Scored):
    """Single-shot pruning by connection sensitivity, before training.

    Score |w · ∂L/∂w| on one batch; the k largest over all layers stay.
    Source: Lee, Ajanthan & Torr 2019, eq. 5; paper, "The nine algorithms".
    reinitialize: draw Xavier-normal weights before scoring and training, as in the paper's
    studies with random initialization. batches: over so many is the slope a mean.
    Differences from the authors' code: exactly k weights. Theirs (selection="authors") keeps
    scores ≥ the ⌊N·(k/N)⌋-th largest, and so every weight when fewer than k scores are nonzero.
    """

    name = "snip"
    authors_rule = staticmethod(at_least)

    reinitialize: bool = False
    batches: Count = 1

    def prepare(self, nets, seed=0) -> Network:
        return xavier_normal(nets, seed) if self.reinitialize else nets

    def scores(self, nets, masks, batches) -> list[np.ndarray]:
        return sensitivity(nets, masks, *islice(batches, self.batches))

    def authors_schedule(self, total, keep) -> np.ndarray:
        return np.array([[math.floor(total * (k / total)) for k in keep.tolist()]])


def sensitivity(
    nets: Network, masks: Masks, *batches: tuple[np.ndarray, np.ndarray]
) -> list[np.ndarray]:
    """|w · ∂L/∂w| on batches, the slope taken where the masks have removed weights.

    The slope is the mean over the batches. w is the weight itself, removed or not. Every bias
    takes part, whatever the masks say: the bias rule holds for the final mask alone. Returns a
    list of (n, out, in) float32.
    """
    import torch

    from cubistlib.networks.functional import gradients

    weights, biases = nets.tensors()
    masked = [w * torch.from_numpy(m) for w, m in zip(weights, masks.weights, strict=True)]
    each = [gradients(masked, biases, *map(torch.as_tensor, batch))[0] for batch in batches]
    slopes = [sum(layer) / len(each) for layer in zip(*each, strict=True)]
    return [(w * g).abs().numpy() for w, g in zip(weights, slopes, strict=True)]
