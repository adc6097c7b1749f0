"""Patient pruning: a weight at a time, a short training after each; who goes is a rule."""

from collections.abc import Iterator

import numpy as np

from cubistlib.networks import Masks
from cubistlib.pruners.parts.selection import exact, magnitudes, select
from cubistlib.search.descent import Population, Trainer
from cubistlib.search.descent.beam import STEP
from cubistlib.search.descent.population import connected, lived, scored
from cubistlib.search.descent.removal import removals
from cubistlib.support.checks import require

RULES = ("random", "magnitude", "loss", "loss, inputs set anew")


def patient(
    found: Population, trainer: Trainer, rule: str, low: int
) -> Iterator[tuple[Population, np.ndarray]]:
    """Networks after every round, each thinned out for itself to at most `low` parameters.

    A round removes one weight of each, and with it what it cuts off and what does nothing on the
    data, and trains the rest for 12 epochs from the weights that it has. rule: the weight that
    goes is one at "random", that of least "magnitude", the one without which the "loss" is least,
    or the same where its unit's other inputs are set anew as backward elimination does
    (`search.descent.removal`). One that is right on no more than half of the points is given up.
    Of every round also which of the first networks each comes from. Raises ValueError for
    another rule.
    """
    require(rule in RULES, f"patient: rule is one of {', '.join(RULES)}, got {rule!r:.99}")
    points, origin = len(trainer.data[0]), np.arange(len(found))
    while len(found):
        yield found, origin
        on = np.flatnonzero((found.counts > low) & (2 * found.correct > points))
        if not len(on):
            return
        less = _removed(found[on], trainer, rule)
        found = lived(trainer(less.network, less.masks, STEP), trainer.data)
        origin = origin[on]


def _removed(found: Population, trainer: Trainer, rule: str) -> Population:
    """Each network without one weight, untrained."""
    if rule.startswith("loss"):
        return removals(found, trainer.data, 1, reset=rule != "loss")[0]
    nets, kept = found.network, found.masks.weights
    drawn = [trainer.rng.random(w.shape) for w in kept]
    scores = drawn if rule == "random" else magnitudes(nets)
    left = Masks.from_weights(select(scores, found.masks.weights_kept - 1, exact, among=kept))
    return scored(*connected(left.apply(nets), left), found.configs, trainer.data)
