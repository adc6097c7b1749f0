"""Paths through a mask: which weights and units take part in the output at all."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.support.checks import require

STATES = ("disconnected", "dead", "constant", "live")


@dataclass(frozen=True, eq=False)
class Connectivity:
    """Paths of every mask of a stack.

    fed[l], read[l]: (n, units) bool for the layers 0 (inputs) … L (output). A unit is fed if
    some kept weight comes from a fed unit, read if some kept weight goes to a read unit;
    inputs are fed, the output is read. effective: the masks of what lies on a path from input
    to output, with the biases that matter. Source: paper, "Connectivity" (Vysogorets & Kempe
    2023).
    """

    fed: tuple[np.ndarray, ...]
    read: tuple[np.ndarray, ...]
    effective: Masks

    @property
    def effective_weights(self) -> np.ndarray:
        """Weights whose source is fed and whose target is read: (n,) int64."""
        return self.effective.weights_kept

    @property
    def effective_parameters(self) -> np.ndarray:
        """Effective weights plus the biases of fed and read units and of the output: (n,)."""
        return self.effective.parameters_kept


def connectivity(masks: Masks) -> Connectivity:
    """Forward and backward pass over the masks; the cost of one network evaluation."""
    require(isinstance(masks, Masks), f"connectivity: takes Masks, got {type(masks).__name__}")
    n = len(masks)
    fed = [np.ones((n, masks.sizes[0]), bool)]
    for w in masks.weights:
        fed.append(np.any(w & fed[-1][:, None, :], axis=2))
    read = [np.ones((n, masks.sizes[-1]), bool)]
    for w in reversed(masks.weights):
        read.insert(0, np.any(w & read[0][:, :, None], axis=1))
    weights = tuple(
        w & fed[layer][:, None, :] & read[layer + 1][:, :, None]
        for layer, w in enumerate(masks.weights)
    )
    return Connectivity(tuple(fed), tuple(read), Masks.from_weights(weights))


def fold(nets: Network, masks: Masks) -> tuple[Network, Masks]:
    """The effective networks: the same output with every pathless weight and unit gone.

    A read but unfed unit is the constant relu(bias); it moves into the next layer's biases.
    A fed but unread unit is dropped. Returns networks of the same shape, zeros outside the
    returned masks, whose logits equal those of the masked `nets` up to rounding.
    """
    paths = connectivity(masks)
    nets = masks.apply(nets)
    biases = [b.astype(np.float64) for b in nets.biases]
    for layer in range(1, len(biases)):
        value = np.where(paths.fed[layer], 0, np.maximum(biases[layer - 1], 0))
        biases[layer] += np.einsum("noi,ni->no", nets.weights[layer], value)
    return paths.effective.apply(Network(nets.weights, tuple(biases))), paths.effective


def narrowed(net: Network, masks: Masks) -> tuple[Network, Masks]:
    """A stack of one without the hidden units that nobody reads, in widths of its own.

    A layer of which nothing is left stays one unit wide. Raises ValueError for more than one.
    """
    require(len(net) == 1, f"narrowed: a stack of one network, got {len(net)}")
    there = [np.ones(net.sizes[0], bool)]
    for after in masks.weights[1:]:
        kept = after[0].any(0)
        there.append(kept | (~kept.any() & (np.arange(len(kept)) == 0)))
    there.append(np.ones(net.sizes[-1], bool))

    def inside(stack: Network | Masks) -> tuple[list[np.ndarray], list[np.ndarray]]:
        layers = zip(stack.weights, pairwise(there), strict=True)
        weights = [w[:, units][:, :, sources] for w, (sources, units) in layers]
        return weights, [b[:, units] for b, units in zip(stack.biases, there[1:], strict=True)]

    (weights, biases), (kept_weights, kept_biases) = inside(net), inside(masks)
    return (Network(tuple(weights), tuple(biases)), Masks(tuple(kept_weights), tuple(kept_biases)))


def unit_states(nets: Network, masks: Masks, x: np.ndarray) -> list[np.ndarray]:
    """What each hidden unit is on the rows x: a list of (n, units) of indices into STATES.

    disconnected: not read, nothing depends on it. dead: read and fed, but 0 on every row.
    constant: read, and the same value on every row (fed or not). live: all others.
    """
    paths = connectivity(masks)
    layers = masks.apply(nets).activations(x)[:-1]
    states = []
    for layer, h in enumerate(layers, start=1):
        low, high = h.min(1), h.max(1)
        fed, read = paths.fed[layer], paths.read[layer]
        checks = [~read, fed & (high <= 0), ~fed | (low == high)]
        states.append(np.select(checks, [0, 1, 2], 3))
    return states


def state_counts(nets: Network, masks: Masks, x: np.ndarray) -> dict[str, np.ndarray]:
    """How many hidden units of each network are in each of STATES on the rows x: (n,) each."""
    states = np.concatenate(unit_states(nets, masks, x), axis=1)
    return {name: (states == i).sum(1) for i, name in enumerate(STATES)}
