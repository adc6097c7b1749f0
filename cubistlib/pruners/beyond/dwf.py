"""DWF: train factors of the weights under a decay, which is a sparse penalty on their products."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from cubistlib.networks import Network
from cubistlib.pruners.beyond.factored import Factored
from cubistlib.pruners.parts.draws import streams
from cubistlib.support.types import Allowed, AtMost, Flag, Positive, Rate

Spread = Annotated[Rate, AtMost(10)]  # exp(10 z) is what a float32 can hold
Depth = Annotated[int, Field(strict=True, ge=1, le=8), Allowed("a whole number 1 … 8")]


@dataclass(frozen=True)
class DWF(Factored):
    """Deep weight factorization: w = ω₁ ω₂ … ω_D, with weight decay on the factors.

    A dense training of the factors by SGD; at equal sizes the decay λ Σ ω_d² / 2 is a penalty
    λ D/2 |w|^(2/D), so that of D ≥ 2 many weights end near 0. Then a second training, by plain
    SGD, in which all but the k largest |w| over all layers go, as GMP's; with gradual=False they
    go before it.
    Source: Kolb et al. 2025 (arXiv 2502.02496); with D = 2 it is spred, Ziyin & Wang 2023
    (arXiv 2210.01212). With D = 1 it is plain training with λ in place of its weight decay.
    factors: D. decay: λ. rate: times the task's learning rates, in the factors' training.
    spread: of the factors' sizes at the start, s: |ω_d| = |w|^(1/D) exp(s z_d), z standard normal
    less its mean over d, signs drawn; with 0 all |ω_d| are alike and the first has w's sign;
    of a single factor it says nothing.
    Differences from the published form: factors are drawn such that their product is the weight
    that the network has, so that every algorithm starts from the same function; theirs are
    normal, truncated, and of that scale. They ask for a larger rate than a dense training's; a
    smaller one is the default here, since this task takes steep weights, at which factors move a
    product D |w|^(2 − 2/D) times as fast as its own slope would. Exactly k weights, where theirs
    keep what is above a threshold; and the second training, without which next to nothing of
    the network is left at the k of interest.
    """

    name = "dwf"

    factors: Depth = 2
    decay: Rate = 2e-4
    rate: Positive = 0.3
    gradual: Flag = True
    spread: Spread = 0.5

    def strength(self, progress: float) -> float:
        return self.decay

    def split(self, nets, seed) -> list[Network]:
        parts = [nets[:] for _ in range(self.factors)]
        for i, rng in enumerate(streams("dwf", seed, len(nets))):
            for layer, w in enumerate(nets.weights):
                for part, own in zip(parts, self._drawn(w[i], rng), strict=True):
                    part.weights[layer][i] = own
        return parts

    def _drawn(self, w: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The factors of one layer's weights: (D, out, in)."""
        shape = self.factors, *w.shape
        z, signs = rng.standard_normal(shape), rng.choice([-1.0, 1.0], shape)
        sizes = np.abs(w) ** (1 / self.factors) * np.exp(self.spread * (z - z.mean(0)))
        signs = signs if self.spread else np.ones(shape)
        signs[0] = np.where(w < 0, -1, 1) * signs[1:].prod(0)
        return signs * sizes
