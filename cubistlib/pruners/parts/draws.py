"""Random numbers of a stack of networks: a stream for each, whatever stands beside it."""

from collections.abc import Sequence

import numpy as np

from cubistlib.support.checks import require

Seed = int | Sequence[int]
"""One number: network i draws from (seed, i). Or one a network: it draws from its own."""


def streams(purpose: str, seed: Seed, n: int) -> list[np.random.Generator]:
    """One generator a network, n in all; streams of different purposes are independent.

    Raises ValueError where a sequence of seeds is not as long as the stack.
    """
    key = tuple(purpose.encode())
    if isinstance(seed, int | np.integer):
        origins = [np.random.SeedSequence(int(seed), spawn_key=(*key, i)) for i in range(n)]
    else:
        require(len(seed) == n, f"{purpose}: {len(seed)} seeds for {n} networks")
        origins = [np.random.SeedSequence(int(own), spawn_key=key) for own in seed]
    return [np.random.default_rng(origin) for origin in origins]


def derived_seed(purpose: str, seed: int, index: int) -> int:
    """A seed of its own for the index-th of several things that hang on one seed."""
    origin = np.random.SeedSequence(seed, spawn_key=(*purpose.encode(), index))
    return int(origin.generate_state(1)[0])
