"""Trainings of many candidates at once, from the weights that they have.

By SGD of the paper's kind, not by its recipe: momentum, batches and schedules are the same, but
rates and lengths are others, and there is no weight decay.
"""

from dataclasses import dataclass

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.search.descent.population import Data, Population, population
from cubistlib.training import TrainConfig, train


@dataclass(frozen=True)
class Recipe:
    """How candidates are trained: SGD, each candidate at one of several rates.

    Momentum 0.9, batches of 128. There is no weight decay, which holds steep weights down, and
    sparse networks need them.
    """

    epochs: int
    lrs: tuple[float, ...]
    schedule: str = "cosine"

    def configs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """A configuration for each of n candidates, its rate drawn: (n,) of TrainConfig."""
        each = [TrainConfig(lr, self.schedule, self.epochs, weight_decay=0.0) for lr in self.lrs]
        return np.array(each, object)[rng.integers(len(each), size=n)]


class Trainer:
    """Trains candidates on the data, and counts the gradient steps of these trainings.

    What it draws comes from `rng`: the order of the data, shared by those trained together,
    and each candidate's rate. steps: all so far, those of every candidate counted.
    """

    def __init__(self, data: Data, rng: np.random.Generator):
        self.data, self.rng, self.steps = data, rng, 0

    def __call__(self, nets: Network, masks: Masks, recipe: Recipe) -> Population:
        configs = recipe.configs(len(nets), self.rng)
        seed = int(self.rng.integers(1 << 32))
        done = train(nets, masks, *self.data, list(configs), seed=seed, threads=1)
        self.steps += len(nets) * configs[0].steps(len(self.data[0]))
        return population(done, configs, len(self.data[0]))
