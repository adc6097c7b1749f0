"""Networks with one weight less, the rest set so that as little as possible changes."""

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.search.descent.population import Data, Population, connected, scored

# Points on which a unit's inputs are compared.
SAMPLE = 2048

# Added to the diagonal, relative to it, so that inputs that depend on one another do no harm.
DAMPING = 1e-6


def removals(
    found: Population, data: Data, best: int, free: bool = False, reset: bool = True
) -> tuple[Population, np.ndarray]:
    """The `best` removals of one parameter of each network, untrained: those of least loss.

    Every kept weight is tried, and every kept bias where biases are free. What a removal
    disconnects goes with it. Its unit's other inputs are set anew, so that the unit's input
    changes least on the data (optimal brain surgeon for one unit; Hassibi & Stork 1993), unless
    `reset` is not set. Also the number of the network that each comes from.
    """
    nets, masks = found.network, found.masks
    changed = [*_without_weights(nets, masks, data[0], reset)]
    if free:
        changed += _without_biases(nets, masks)
    parents = np.concatenate([parent for parent, *_ in changed])
    candidates = connected(
        Network.concatenate([n for _, n, _ in changed]),
        Masks.concatenate([m for *_, m in changed]),
        free,
    )
    tried = scored(*candidates, found.configs[parents], data)
    order = np.lexsort((tried.loss, parents))
    place = np.arange(len(order)) - np.searchsorted(parents[order], parents[order])
    chosen = order[place < best]
    return tried[chosen], parents[chosen]


def _without_weights(nets: Network, masks: Masks, x: np.ndarray, reset: bool):
    """(parents, networks, masks) of all removals of a weight, layer by layer."""
    some = np.ascontiguousarray(x[:: max(1, len(x) // SAMPLE)])
    inputs = [np.broadcast_to(some, (len(nets), *some.shape)), *nets.activations(some)[:-1]]
    for layer, kept in enumerate(masks.weights):
        parent, unit, source = np.nonzero(kept)
        if not len(parent):
            continue
        changed, less = nets[parent], masks[parent]
        n = np.arange(len(parent))
        if reset:
            inverse = _inverses(inputs[layer], kept, masks.biases[layer])[parent, unit]
            column = inverse[n, :, source]
            column = column / column[n, source][:, None]
            step = column * changed.weights[layer][n, unit, source][:, None]
            changed.weights[layer][n, unit] -= step[:, :-1].astype(np.float32)
            changed.biases[layer][n, unit] -= step[:, -1].astype(np.float32)
        less.weights[layer][n, unit, source] = False
        yield parent, less.apply(changed), _ruled(less)


def _without_biases(nets: Network, masks: Masks):
    for layer, kept in enumerate(masks.biases):
        parent, unit = np.nonzero(kept)
        if not len(parent):
            continue
        less = masks[parent]
        less.biases[layer][np.arange(len(parent)), unit] = False
        yield parent, less.apply(nets[parent]), less


def _inverses(inputs: np.ndarray, kept: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Of every unit the inverse Gram matrix of its inputs and the constant 1, which is last.

    inputs: (n, rows, in); kept: (n, units, in). Returns (n, units, in + 1, in + 1); rows and
    columns of what the unit does not read are those of the identity.
    """
    ones = np.ones((*inputs.shape[:2], 1))
    h = np.concatenate([inputs.astype(np.float64), ones], 2)
    # A plain loop: what BLAS gives may depend on its number of threads.
    gram = np.einsum("nri,nrj->nij", h, h) / h.shape[1]
    read = np.concatenate([kept, bias[:, :, None]], 2)
    gram = gram[:, None] * (read[:, :, :, None] & read[:, :, None, :])
    size = gram.shape[-1]
    diagonal = np.where(read, DAMPING * (1 + np.einsum("nuii->nui", gram)), 1.0)
    return np.linalg.inv(gram + diagonal[..., None] * np.eye(size))


def _ruled(masks: Masks) -> Masks:
    """Masks without the biases of units that nobody reads."""
    ruled = Masks.from_weights(masks.weights).biases
    return Masks(masks.weights, tuple(b & r for b, r in zip(masks.biases, ruled, strict=True)))
