"""One start of the search that goes down: from dense networks, or from some that are known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from pydantic import InstanceOf

from cubistlib.search.descent.beam import dense, descent, race, sparse
from cubistlib.search.descent.evolution import generation, polished
from cubistlib.search.descent.margins import scores
from cubistlib.search.descent.niches import Niches
from cubistlib.search.descent.polish import Polish
from cubistlib.search.descent.population import Data, Population, lived
from cubistlib.search.descent.refine import Trainer
from cubistlib.support import types
from cubistlib.support.checks import require
from cubistlib.support.threads import one_thread

POLISH = Polish()

# Fewest children of a generation: a quarter of them come from removals, and one must.
FEWEST = 4


@dataclass(frozen=True)
class Budget:
    """What a start may spend, and which counts it looks at.

    The defaults are for a start from dense networks, of which there should be many: about two
    minutes of a core on the whole spiral, most of it for the evolution. One that goes on from
    what those found should have many generations, polishings and hops.

    low, high: least and most parameters of a network that is kept. tries: dense networks from
    random weights. beam, branch: networks in the beam, removals of each. generations,
    children: of the evolution, at least 4. room: networks kept of a count. polished: networks of
    each count that are then polished as `polish` says; polishings: generations of those. hops: of
    the best of each count in the end, as in `Polish`. Both go on from what is polished; 0 of all
    three for no polishing. biases: whether biases may be pruned as well; then what is not zero
    counts. host: most units of each hidden layer.
    """

    low: types.Count = 17
    high: types.Count = 45
    tries: types.Count = 2000
    beam: types.Count = 64
    branch: types.Count = 5
    generations: types.Whole = 60
    children: types.Count = 192
    room: types.Count = 12
    polished: types.Whole = 1
    polishings: types.Whole = 0
    hops: types.Whole = 0
    polish: Annotated[InstanceOf[Polish], types.Allowed("a Polish")] = POLISH
    biases: types.Flag = False
    host: types.OneOrMore[types.Width] = (8, 8, 8)

    def __post_init__(self) -> None:
        types.validated("budget", self)
        require(
            self.low <= self.high,
            f"budget: low must not be above high, got {self.low} and {self.high}",
        )
        require(
            self.children >= FEWEST,
            f"budget: children must be at least {FEWEST}, got {self.children}",
        )
        require(
            self.polished > 0 or self.polishings == self.hops == 0,
            "budget: polishings and hops go on from polished networks, so with polished=0 both "
            f"must be 0, got {self.polishings} and {self.hops}",
        )


@dataclass(frozen=True, eq=False)
class Found:
    """What a start found. sgd: networks that training ended in. polished: all others.

    steps: gradient steps, a batch each, of all trainings of the start. Not among them: the
    gradients that moves look at, the forward passes of removals and scores, polishing, and what
    the networks took that a start from known ones begins with.
    """

    sgd: Niches
    polished: Niches
    steps: int


def descend(
    origin: Sequence[int] | Population,
    seed: np.random.SeedSequence,
    data: Data,
    budget: Budget,
    keep: int = 0,
    polished: Population | None = None,
) -> Found:
    """The best networks of every count that one start finds, deterministic from its seed.

    origin: hidden widths, whose dense networks are trained from random weights and thinned out
    with a beam; or networks of the budget's host to begin with. Then evolution with niches, all
    by SGD of the paper's kind (see `refine`); then polishing of the best. keep: weights of each
    dense network, drawn at random, that training begins with; 0 for all. polished: networks of
    the budget's host that polishing goes on from, too.

    Networks to begin with stand among `Found.sgd` as they are, so only such may be given as SGD
    ended in: a polished one would be taken for SGD's.
    """
    with one_thread():
        return _descend(origin, seed, data, budget, keep, polished)


def _descend(origin, seed, data, budget, keep, steep) -> Found:
    own, initial, drawn = seed.spawn(3)
    trainer, free = Trainer(data, np.random.default_rng(own)), budget.biases
    sgd = Niches(budget.low, budget.high, budget.room)
    if isinstance(origin, Population):
        sgd.add(lived(origin, data, free))
    else:
        nets, masks = dense(origin, budget.host, budget.tries, initial)
        if keep:
            nets, masks = sparse(nets, masks, keep, np.random.default_rng(drawn))
        first = race(nets, masks, trainer, budget.beam, free)
        for found, _ in descent(first, trainer, budget.beam, budget.branch, budget.low, free):
            sgd.add(found)
    for _ in range(budget.generations if sgd.kept else 0):
        generation(sgd, trainer, budget.children, free)
    sgd = recounted(sgd, data)
    smooth = Niches(budget.low, budget.high, budget.room)
    if steep is not None:
        smooth.add(lived(steep, data, free))
        smooth = recounted(smooth, data)
    for niche in sgd.niches(len(data[0])) if budget.polished else ():
        smooth.add(budget.polish.all(niche[: budget.polished], data, trainer.rng, free))
    for _ in range(budget.polishings if smooth.kept else 0):
        polished(smooth, trainer, budget.children, budget.polish, free)
    hopping = replace(budget.polish, hops=budget.hops)
    for niche in smooth.niches(len(data[0])) if budget.hops else ():
        smooth.add(hopping.all(niche[:1], data, trainer.rng, free))
    return Found(sgd, smooth, trainer.steps)


def recounted(niches: Niches, data: Data) -> Niches:
    """The same networks, the points that are right counted in double precision."""
    again = replace(niches, kept={})
    for niche in niches.kept.values():
        correct, _ = scores(niche.network, niche.masks, data)
        again.add(replace(niche, correct=correct))
    return again
