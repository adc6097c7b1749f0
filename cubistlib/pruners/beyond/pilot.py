"""PILoT: two factors of unequal size, and a penalty on them that is turned off while training."""

from dataclasses import dataclass

import numpy as np

from cubistlib.networks import Network
from cubistlib.pruners.beyond.factored import Factored
from cubistlib.support.types import Flag, Positive, Rate


@dataclass(frozen=True)
class PILoT(Factored):
    """Sparsity by w = m u, where m² − u² = 1 at the start, under a decay λ that itself decays.

    A dense training of m and u by SGD with λ(p) = decay · 10^(−fall · p) at progress p, where
    λ Σ (m² + u²) / 2 is the penalty; then a second one, by plain SGD, in which all but the k
    largest |w| over all layers go, as GMP's; with gradual=False they go before it. From m ≈ 1 and
    u ≈ w weights cross 0 freely, and the bias towards sparse networks that the penalty has built
    up stays when it is gone.
    Source: Jacobs & Burkholz 2025 (arXiv 2408.09966), whose λ follows how much the network still
    keeps. rate: times the task's learning rates, in the factors' training.
    Differences from the published form: a fixed course of λ, mild at the start, where a strong
    penalty kills these small networks before they learn; a smaller rate, as for DWF; exactly k
    weights, where theirs keep what is above a threshold, and the second training.
    """

    name = "pilot"

    decay: Rate = 3e-4
    fall: Rate = 2.0
    rate: Positive = 0.3
    gradual: Flag = True

    def strength(self, progress: float) -> float:
        return self.decay * 10 ** (-self.fall * progress)

    def split(self, nets, seed) -> list[Network]:
        large = [np.sqrt((1 + np.sqrt(1 + 4 * w.astype(float) ** 2)) / 2) for w in nets.weights]
        small = [w / m for w, m in zip(nets.weights, large, strict=True)]
        return [Network(tuple(part), nets.biases) for part in (large, small)]
