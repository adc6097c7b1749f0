"""Evolution with niches: networks of every count are changed a little, trained, and compared."""

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.search.descent.moves import varied
from cubistlib.search.descent.niches import Niches
from cubistlib.search.descent.polish import Polish
from cubistlib.search.descent.population import Population, lived
from cubistlib.search.descent.refine import Recipe, Trainer
from cubistlib.search.descent.removal import SAMPLE, removals

SHORT = Recipe(12, (0.003, 0.01, 0.03, 0.1))
# Polished networks are steep: higher rates would ruin them.
GENTLE = Recipe(12, (0.0003, 0.001, 0.003, 0.01))
LONG = (Recipe(40, (0.003, 0.01, 0.03)), Recipe(40, (0.01, 0.03, 0.1)))


def generation(niches: Niches, trainer: Trainer, children: int, free: bool = False) -> None:
    """Adds to the niches what is good among so many children of their networks.

    Most children come from moves, a quarter from the removals of least loss. All are trained
    for a short time; the third that is closest to the best of its count, or above it, for a
    long time.
    """
    first = trainer(*_children(niches, trainer, children, free), SHORT)
    first = lived(closest(first, niches, max(1, children // 3)), trainer.data, free)
    niches.add(first)
    recipe = LONG[trainer.rng.integers(len(LONG))]
    second = trainer(first.network, first.masks, recipe)
    niches.add(lived(second, trainer.data, free))


def polished(
    niches: Niches, trainer: Trainer, children: int, polish: Polish, free: bool = False
) -> None:
    """The same with networks that are polished: of the children an eighth is, after training."""
    first = trainer(*_children(niches, trainer, children, free), GENTLE)
    chosen = lived(closest(first, niches, max(1, children // 8)), trainer.data, free)
    niches.add(polish.all(chosen, trainer.data, trainer.rng, free))


def closest(found: Population, niches: Niches, n: int) -> Population:
    """The n networks that are furthest above the best of their count, or least below it.

    Those of counts that no niche is for come last.
    """
    counts = found.counts
    within = (counts >= niches.low) & (counts <= niches.high)
    ahead = np.where(within, found.correct - niches.bar(counts), -np.inf)
    return found[np.sort(np.argsort(-ahead, kind="stable")[:n])]


def _children(niches: Niches, trainer: Trainer, children: int, free: bool) -> tuple[Network, Masks]:
    """Networks to train; parents are drawn by count first, so that every count has its turn."""
    from cubistlib.training.backends.fused import gradients

    rng, (x, y) = trainer.rng, trainer.data
    parents = Population.concatenate(niches.niches(len(x)))
    removed = children // 4
    chosen = _drawn(parents.counts, children - removed, rng)
    step = max(1, len(x) // SAMPLE)
    nets, masks = parents.network[chosen], parents.masks[chosen]
    slopes = gradients(nets, np.ascontiguousarray(x[::step]), np.ascontiguousarray(y[::step]))
    moved = varied(nets, masks, slopes, rng, free)
    tried = _drawn(parents.counts, -(-removed // 4), rng)
    less, _ = removals(parents[tried], trainer.data, 4, free)
    return (
        Network.concatenate([moved[0], less.network]),
        Masks.concatenate([moved[1], less.masks]),
    )


def _drawn(counts: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Indices of n networks: each count as likely as another, and each network of a count."""
    kinds, kind, size = np.unique(counts, return_inverse=True, return_counts=True)
    share = 1 / size[kind] / len(kinds)
    return rng.choice(len(counts), n, p=share)
