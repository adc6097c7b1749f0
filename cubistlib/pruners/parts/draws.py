"""Random numbers of a stack of networks: a stream for each, whatever stands beside it."""

from collections.abc import Sequence

import numpy as np

from cubistlib.support.checks import require
from cubistlib.support.types import OneOrMore, Whole, checked

Seed = int | Sequence[int]
"""One number: network i draws from (seed, i). Or one a network: it draws from its own."""


def streams(purpose: str, seed: Seed, n: int) -> list[np.random.Generator]:
    """One generator a network, n in all; streams of different purposes are independent.

    Raises ValueError for what is no seed, and where seeds are not as many as the networks.
    """
    key = tuple(purpose.encode())
    if isinstance(seed, Sequence):
        own = checked(f"{purpose}: seeds", OneOrMore[Whole], seed)
        require(len(own) == n, f"{purpose}: {len(own)} seeds for {n} networks")
        origins = [np.random.SeedSequence(each, spawn_key=key) for each in own]
    else:
        shared = checked(f"{purpose}: seed", Whole, seed)
        origins = [np.random.SeedSequence(shared, spawn_key=(*key, i)) for i in range(n)]
    return [np.random.default_rng(origin) for origin in origins]


def derived_seed(purpose: str, seed: int, index: int) -> int:
    """A seed of its own for the index-th of several things that hang on one seed."""
    origin = np.random.SeedSequence(seed, spawn_key=(*purpose.encode(), index))
    return int(origin.generate_state(1)[0])
