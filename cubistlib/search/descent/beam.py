"""Backward elimination with a beam: from dense networks down, a parameter at a time."""

from collections.abc import Iterator, Sequence

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.search.descent.niches import best
from cubistlib.search.descent.population import Population, connected, lived
from cubistlib.search.descent.refine import Recipe, Trainer
from cubistlib.search.descent.removal import removals

# From random weights: a short race first, then the paper's length.
RACE = (Recipe(4, (0.05, 0.1), "constant"), Recipe(50, (0.05, 0.1)))
STEP = Recipe(12, (0.03, 0.1))
ALIKE = 4

# A round: its networks, and where in the round before their parents are.
Beam = tuple[Population, np.ndarray]


def dense(
    hidden: Sequence[int], host: Sequence[int], n: int, seed: np.random.SeedSequence
) -> tuple[Network, Masks]:
    """n dense networks of those hidden widths in the leading units of a wider host."""
    nets = Network.initialize(host, n, seed)
    sizes = nets.sizes[0], *hidden, nets.sizes[-1]
    weights = [np.zeros(w.shape, bool) for w in nets.weights]
    for layer, w in enumerate(weights):
        w[:, : sizes[layer + 1], : sizes[layer]] = True
    masks = Masks.from_weights(weights)
    return masks.apply(nets), masks


def sparse(
    nets: Network, masks: Masks, keep: int, rng: np.random.Generator
) -> tuple[Network, Masks]:
    """The same networks under random masks: of what each keeps, `keep` weights, less what these
    leave on no path. Each choice is as likely."""
    kept = np.concatenate([m.reshape(len(nets), -1) for m in masks.weights], 1)
    order = np.where(kept, rng.random(kept.shape), np.inf).argsort(1)
    chosen = np.zeros_like(kept)
    np.put_along_axis(chosen, order[:, :keep], True, 1)
    parts = np.split(chosen & kept, np.cumsum([m[0].size for m in masks.weights])[:-1], 1)
    less = Masks.from_weights(
        [part.reshape(m.shape) for part, m in zip(parts, masks.weights, strict=True)]
    )
    return connected(less.apply(nets), less)


def race(nets: Network, masks: Masks, trainer: Trainer, beam: int, free: bool) -> Population:
    """The most accurate after training from random weights; most drop out early."""
    early, late = RACE
    first = trainer(nets, masks, early)
    ahead = np.sort(np.argsort(first.loss, kind="stable")[: 6 * beam])
    found = trainer(first.network[ahead], first.masks[ahead], late)
    found = lived(found, trainer.data, free)
    return found[best(found, beam, beam)]


def descent(
    found: Population, trainer: Trainer, beam: int, branch: int, low: int, free: bool = False
) -> Iterator[Beam]:
    """The beam after every round, from `found` down to networks of at most `low` parameters.

    A round removes one parameter of every network in the beam, in the `branch` ways of least
    loss, trains them for a short time, and keeps the `beam` most accurate. With each beam comes
    where in the beam before it the parents of its networks are; of the first, nothing.
    """
    parents = np.zeros(0, np.int64)
    while len(found) and found.counts.max() > low:
        yield found, parents
        above = np.flatnonzero(found.counts > low)
        less, of = removals(found[above], trainer.data, branch, free)
        trained = lived(trainer(less.network, less.masks, STEP), trainer.data, free)
        chosen = best(trained, beam, ALIKE)
        found, parents = trained[chosen], above[of[chosen]]
    if len(found):
        yield found, parents
