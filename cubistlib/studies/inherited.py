"""What the networks of a search take over from parents when they start."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field, InstanceOf

from cubistlib.networks import Network
from cubistlib.support import types
from cubistlib.support.checks import require

# Besides starting from scratch.
KINDS = ("signs", "weights")

Parent = Annotated[InstanceOf[Network], Field(max_length=1), types.Allowed("one network")]


@dataclass(frozen=True)
class Inherited:
    """The parents of a search's networks, and what is taken over from them.

    networks: one for every mask of the search, in the mask's shape. what: "signs", those of
    weights and biases, under the magnitudes of a fresh start, where a zero has none to give; or
    "weights", the weights and biases themselves. jitter: with "weights", every number is
    multiplied by 1 + jitter · z, z from the standard normal distribution, drawn for each
    experiment alone.
    """

    networks: types.OneOrMore[Parent]
    what: Annotated[str, types.OneOf(lambda: KINDS)]
    jitter: types.Share = 0.0

    def __post_init__(self) -> None:
        types.validated("inherited", self)
        fixed = self.what == "weights" or not self.jitter
        require(fixed, "inherited: jitter is for weights, fresh magnitudes differ without it")

    @property
    def draws(self) -> bool:
        """Whether two starts from one parent differ."""
        return self.what == "signs" or self.jitter > 0

    def start(
        self, fresh: Network, parents: Sequence[int], seeds: Sequence[np.random.SeedSequence]
    ) -> Network:
        """The networks to start from, n as in `fresh`, which start from scratch.

        parents: which network of `networks` each descends from; it lies in the leading units of
        a network as wide as the fresh ones. seeds: what each one's jitter is drawn from.
        """
        taken = Network.zeros_like(fresh)
        for i, (parent, seed) in enumerate(zip(parents, seeds, strict=True)):
            own = self._jittered(self.networks[parent], seed)
            for wide, narrow in zip(taken.arrays, own, strict=True):
                wide[i][tuple(map(slice, narrow.shape))] = narrow
        return taken if self.what == "weights" else Network.of(_signed, fresh, taken)

    def _jittered(self, parent: Network, seed: np.random.SeedSequence) -> list[np.ndarray]:
        """The parent's numbers, an array a layer of weights, then of biases."""
        arrays = [array[0] for array in parent.arrays]
        if not self.jitter:
            return arrays
        rng = np.random.default_rng(seed)
        return [array * (1 + self.jitter * rng.standard_normal(array.shape)) for array in arrays]


def _signed(own: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Magnitudes of the one with signs of the other, where that has one."""
    return np.where(theirs == 0, own, np.copysign(own, theirs))
