"""Masks that differ by more than the naming of hidden units: listed, numbered, never all held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import Annotated

import numpy as np

from cubistlib.networks import Masks
from cubistlib.search.classes import classes
from cubistlib.search.masks import MaskList
from cubistlib.search.symmetry import Symmetry
from cubistlib.support.checks import require
from cubistlib.support.types import Allowed, Count, Integer, OneOrMore


@dataclass(frozen=True)
class Canonical(MaskList):
    """One mask of every class of those that relabelling the hidden units makes equal.

    No unit without an input or a reader; the last layer is full. (3, 3, 3) has 12,400, (7, 3,
    3) has 8,338,343. weights: only masks of exactly so many. Each is among the masks that
    `search.unstructured_masks` visits.

    How: layer by layer, one mask of every class under what relabellings the layers before
    still allow. That group is all that matters for what can follow, so that the masks are the
    paths through a small graph of layers and groups; counting paths gives mask i at once.
    """

    hidden: OneOrMore[Count]
    weights: Annotated[Integer | None, Allowed("a whole number")] = None
    inputs: int = 2

    def __len__(self) -> int:
        return _graph(self)[1]

    def _mask(self, number: int) -> Masks:
        return self.take(np.array([number]))

    @property
    def widest(self) -> tuple[int, ...]:
        return self.hidden

    def take(self, numbers: np.ndarray) -> Masks:
        """The masks of these numbers, (n,), as one stack."""
        rest, matrices = np.asarray(numbers, np.int64), []
        node = np.zeros(len(rest), np.int64)
        for layer in _graph(self)[0]:
            target = layer.before[layer.start[node]] + rest
            edge = np.searchsorted(layer.before, target, side="right") - 1
            rest = target - layer.before[edge]
            matrices.append(layer.matrices[edge])
            node = layer.next[edge]
        last = np.ones((len(rest), 1, self.hidden[-1]), bool)
        return Masks.from_weights([*matrices, last])


def connected_masks(weights: int, depth: int = 3, inputs: int = 2) -> Iterator[Canonical]:
    """Every connected mask of exactly so many weights, structure by structure.

    Yields the lists of those structures that have any; one mask a class, as in `Canonical`.
    """
    for hidden in product(range(1, weights), repeat=depth):
        sizes = (inputs, *hidden, 1)
        if sum(max(pair) for pair in pairwise(sizes)) <= weights:
            masks = Canonical(hidden, weights, inputs)
            if len(masks):
                yield masks


# What may follow: the group of relabellings left, and the weights left if they are counted.
_Node = tuple[Symmetry, int | None]


@dataclass(frozen=True, eq=False)
class _Layer:
    """The edges of one layer, those of a node after another.

    start: a node's first edge. before: complete masks through the edges before this one.
    matrices, next: an edge's matrix, and the number of the node that it leads to.
    """

    start: np.ndarray
    before: np.ndarray
    matrices: np.ndarray
    next: np.ndarray


@lru_cache(1024)  # whoever joins lists reads all of them by turns
def _graph(masks: Canonical) -> tuple[list[_Layer], int]:
    """The layers of a list's graph, and how many masks there are."""
    hidden, weights = masks.hidden, masks.weights
    left = None if weights is None else weights - hidden[-1]
    if left is not None and left < sum(max(pair) for pair in pairwise((masks.inputs, *hidden))):
        return [], 0  # some unit would have no input or no reader
    units = tuple(range(masks.inputs))
    nodes = [(Symmetry.of(units, [units]), left)]  # nothing is relabelled
    edges, targets = [], []
    for layer, rows in enumerate(hidden):
        later = sum(max(pair) for pair in pairwise(hidden[layer:]))
        edges.append([_edges(node, rows, later) for node in nodes])
        follow: dict[_Node, int] = {}
        for _, ends in edges[-1]:
            for end in ends:
                follow.setdefault(end, len(follow))
        nodes = list(follow)
        targets.append(follow)
    complete = np.array([left in (None, 0) for _, left in nodes], np.int64)
    layers: list[_Layer] = []
    for found, follow in zip(reversed(edges), reversed(targets), strict=True):
        made, complete = _layer(found, follow, complete)
        layers.insert(0, made)
    return layers, int(complete.sum())


def _edges(node: _Node, rows: int, later: int) -> tuple[np.ndarray, list[_Node]]:
    """The matrices that may follow a node, and where each leads.

    later: how many weights the layers after this one need at least.
    """
    symmetry, left = node
    size = rows * len(symmetry.block)
    found = classes(symmetry, rows, size if left is None else min(size, left - later))
    if left is None:
        return found.masks, [(group, None) for group in found.rows]
    counts = found.masks.sum((1, 2)).tolist()
    return found.masks, [(g, left - n) for g, n in zip(found.rows, counts, strict=True)]


def _layer(
    found: Sequence[tuple[np.ndarray, list[_Node]]], follow: dict[_Node, int], complete: np.ndarray
) -> tuple[_Layer, np.ndarray]:
    """A layer's edges, and how many complete masks each of its nodes has."""
    bounds = np.cumsum([0, *(len(ends) for _, ends in found)])
    to = np.array([follow[end] for _, ends in found for end in ends], np.int64)
    through = complete[to]
    require(through.sum(dtype=float) < 2**62, "canonical masks: too many to be numbered")
    before = np.concatenate([[0], np.cumsum(through)])
    layer = _Layer(bounds[:-1], before, np.concatenate([masks for masks, _ in found]), to)
    return layer, before[bounds[1:]] - before[bounds[:-1]]
