"""Networks of a search side by side: what they are, and how well they do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from cubistlib.networks import Masks, Network, fold, simplify
from cubistlib.training import TrainConfig, Trained, TrainState, resume

Data = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Population:
    """n networks of one host shape, their masks, and their scores on all points.

    correct: points classified rightly, (n,) int64. loss: mean binary cross-entropy, (n,).
    configs: how each was last trained, (n,) of TrainConfig.
    """

    network: Network
    masks: Masks
    correct: np.ndarray
    loss: np.ndarray
    configs: np.ndarray

    def __len__(self) -> int:
        return len(self.correct)

    def __getitem__(self, index: slice | list[int] | np.ndarray) -> "Population":
        rest = self.correct[index], self.loss[index], self.configs[index]
        return Population(self.network[index], self.masks[index], *rest)

    @classmethod
    def concatenate(cls, parts: Sequence["Population"]) -> "Population":
        """Several populations of one host shape as one, in order."""
        return cls(
            Network.concatenate([p.network for p in parts]),
            Masks.concatenate([p.masks for p in parts]),
            np.concatenate([p.correct for p in parts]),
            np.concatenate([p.loss for p in parts]),
            np.concatenate([p.configs for p in parts]),
        )

    @property
    def counts(self) -> np.ndarray:
        """Parameters of each network, (n,) int64: weights and the biases that are kept."""
        return self.masks.parameters_kept


def scored(nets: Network, masks: Masks, configs: np.ndarray, data: Data) -> Population:
    """Networks as they are, scored on all points in single precision, as in training."""
    # No step is taken: a batch of one point fits into data of any size.
    config = TrainConfig(batch_size=1)
    done = resume(TrainState.start(nets, masks), *data, config, stop=0, threads=1)
    return population(done, configs, len(data[0]))


def population(done: Trained, configs: np.ndarray, points: int) -> Population:
    """What a training gave, as a population. A network that is not finite has no point right."""
    correct = np.where(done.diverged, 0, np.rint(done.accuracy * points)).astype(np.int64)
    loss = np.where(done.diverged, np.inf, done.loss)
    return Population(done.network, done.masks, correct, loss, configs)


def connected(nets: Network, masks: Masks, free: bool = False) -> tuple[Network, Masks]:
    """The same logits without what is on no path; see `fold`. free: as in `counted`."""
    return counted(*fold(nets, masks), free)


def lived(found: Population, data: Data, free: bool = False) -> Population:
    """A population without what does nothing on the data; see `simplify`. Scores stay."""
    if not len(found):
        return found
    done = simplify(found.network, found.masks, data[0])
    network, masks = counted(done.network, done.masks, free)
    return replace(found, network=network, masks=masks)


def counted(nets: Network, masks: Masks, free: bool) -> tuple[Network, Masks]:
    """Masks whose biases follow the bias rule; or, where biases are free, nonzero ones alone."""
    if not free:
        return nets, masks
    biases = tuple(m & (b != 0) for m, b in zip(masks.biases, nets.biases, strict=True))
    return nets, Masks(masks.weights, biases)


def hosted(net: Network, host: tuple[int, ...]) -> tuple[Network, Masks]:
    """A stack in the leading units of a wider host, and masks of what is not zero there."""
    sizes = net.sizes[0], *host, net.sizes[-1]
    weights = [np.zeros((len(net), o, i), np.float32) for i, o in pairwise(sizes)]
    biases = [np.zeros((len(net), o), np.float32) for o in sizes[1:]]
    for wide, narrow in zip(weights, net.weights, strict=True):
        wide[:, : narrow.shape[1], : narrow.shape[2]] = narrow
    for all_units, own in zip(biases, net.biases, strict=True):
        all_units[:, : own.shape[1]] = own
    return Network(tuple(weights), tuple(biases)), Masks.from_weights([w != 0 for w in weights])
