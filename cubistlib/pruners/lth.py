"""LTH: train, prune the smallest weights, rewind the rest to their initial values, repeat."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cubistlib.masks import Masks
from cubistlib.network import Network
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.draws import derived_seed
from cubistlib.pruners.magnitude import shrink
from cubistlib.pruners.schedules import geometric
from cubistlib.selection import strictly_above
from cubistlib.training import Trained, train


@dataclass(frozen=True)
class LTH(Pruner):
    """The lottery ticket hypothesis: iterative magnitude pruning with rewinding.

    `rounds` times: train in full, remove the smallest |w| until N·(k/N)^(i/rounds) weights are
    left after round i, and set the survivors back to their initial values; then train the
    ticket. Every training has a new optimizer, a new schedule and its own order of the data.
    Source: Frankle & Carbin 2019, strategy 2; paper, "The nine algorithms".
    Differences from the authors' code: exactly k weights. Theirs (selection="authors") rounds
    the target down and keeps |w| strictly above that many-th largest: k − 1, now and then
    k − 2.
    """

    name = "lth"
    authors_rule = staticmethod(strictly_above)

    rounds: int = 4

    def __post_init__(self) -> None:
        self.check_field("rounds", 1)

    def train(self, *args, **options) -> Trained:
        *_, last = self.trainings(*args, **options)
        return last

    def ticket(self, nets, *args, **options) -> tuple[Network, Masks]:
        return nets, self.train(nets, *args, **options).masks

    def trainings(
        self, nets, x, y, keep, config, *, seed=0, selection="exact", backend="auto", own_seeds=None
    ) -> Iterator[Trained]:
        """Every training in turn, rounds + 1 in all: dense first, the ticket last."""
        keep, rule = self.check_keep(nets, keep), self.rule(selection)
        rounded = np.floor if selection == "authors" else np.rint
        schedule = rounded(geometric(nets.size, keep, self.rounds)).astype(np.int64)
        masks = Masks.ones_like(nets)
        for i in range(self.rounds + 1):
            order = derived_seed("lth", seed, i)
            trained = train(nets, masks, x, y, config, seed=order, backend=backend)
            yield trained
            if i < self.rounds:
                masks = shrink(trained.network, masks, schedule[i], rule)
