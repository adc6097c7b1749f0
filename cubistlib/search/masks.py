"""The paper's search: supports of a matrix, structures, and the lists of masks that it trains."""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations, islice, pairwise, product, zip_longest
from math import comb
from typing import Annotated

import numpy as np

from cubistlib.networks import Masks, parameters_of
from cubistlib.support.checks import require
from cubistlib.support.types import MANY, Allowed, Count, OneOrMore, validated


def supports(rows: int, columns: int, nonzeros: int, first: int | None = None) -> list[np.ndarray]:
    """Every 0/1 matrix of that many nonzeros, up to the order of its rows, none of whose rows
    or columns is empty; or only the `first` so many.

    Each matrix (rows, columns) bool has its rows sorted: fuller rows first and, of two rows
    with equal counts, the larger binary number first. Order of the list: compositions by
    increasing first count; within one the upper rows vary fastest, each through its column
    choices in lexicographic order. Source: paper, "Combinatorial search"; authors' order.
    """
    require(rows >= 1 and columns >= 1, "supports: rows and columns must be ≥ 1")
    place = 1 << np.arange(columns)[::-1]
    found = islice(_row_numbers(rows, columns, nonzeros), first)
    return [(np.array(numbers)[:, None] & place) > 0 for numbers in found]


def all_supports(rows: int, columns: int, first: int | None = None) -> list[np.ndarray]:
    """The supports of every number of nonzeros, sparsest first; of each the `first` so many.

    Raises ValueError for more than can be listed: 6 × 6 have some hundred million.
    """
    few = rows <= 1000 and columns <= 30 and comb(2**columns + rows - 2, rows) <= 10 * MANY
    require(few or first is not None, f"search: too many {rows} × {columns} supports to list them")
    counts = range(max(rows, columns), rows * columns + 1)
    return [matrix for nonzeros in counts for matrix in supports(rows, columns, nonzeros, first)]


def structures(max_width: int, depth: int = 3) -> list[tuple[int, ...]]:
    """All hidden widths 1 … max_width: the paper's structured phase has 16³ of them."""
    require(max_width >= 1 and depth >= 1, "structures: max_width and depth must be ≥ 1")
    few = max_width <= MANY and depth <= 64 and max_width**depth <= 4 * MANY
    require(few, f"structures: there must be at most {4 * MANY:,}, got {max_width} to the {depth}")
    return list(product(range(1, max_width + 1), repeat=depth))


class MaskList(Sequence[Masks]):
    """A list of masks of which any one can be had without the ones before it.

    Lists are small values: two made with the same arguments are equal.
    """

    def __post_init__(self) -> None:
        validated(type(self).__name__, self)

    @abstractmethod
    def _mask(self, number: int) -> Masks:
        """The mask of that number, 0 … len − 1."""

    def __getitem__(self, number: int) -> Masks:  # type: ignore[override]
        place = number + len(self) if number < 0 else number
        if not 0 <= place < len(self):
            raise IndexError(f"mask {number} asked for, there are 0 … {len(self) - 1}")
        return self._mask(place)

    def __iter__(self) -> Iterator[Masks]:
        return map(self._mask, range(len(self)))

    @property
    def widest(self) -> tuple[int, ...]:
        """The smallest hidden widths into which every mask of the list fits."""
        return common_widths(mask.hidden for mask in self)


@dataclass(frozen=True)
class Structured(MaskList):
    """The masks of the paper's first phase: dense networks of every structure.

    max_width: of a hidden layer. below: only structures with fewer parameters than this one.
    """

    max_width: Count
    below: Annotated[OneOrMore[Count] | None, Allowed("hidden widths")] = None
    inputs: int = 2

    def __len__(self) -> int:
        return len(_dense_structures(self))

    def _mask(self, number: int) -> Masks:
        sizes = (self.inputs, *_dense_structures(self)[number], 1)
        return Masks.from_weights([np.ones((out, into), bool) for into, out in pairwise(sizes)])

    @property
    def widest(self) -> tuple[int, ...]:
        if self.below is None:
            return (self.max_width,) * 3
        return common_widths(_dense_structures(self))


@dataclass(frozen=True)
class Unstructured(MaskList):
    """The masks of the paper's second phase, inside one structure.

    Every combination of supports of all matrices but the last, which stays full; the first
    layer's support varies slowest. (3, 3, 3) has 8 · 57 · 57 = 25,992.
    first: of the second layer's supports, only so many for each count. below: only masks with
    fewer weights than this before the last layer.
    """

    hidden: OneOrMore[Count]
    first: Annotated[Count | None, Allowed("a whole number ≥ 1")] = None
    below: Annotated[Count | None, Allowed("a whole number ≥ 1")] = None
    inputs: int = 2

    def __len__(self) -> int:
        return len(_combinations(self)[1])

    def _mask(self, number: int) -> Masks:
        layers, chosen = _combinations(self)
        picked = np.unravel_index(chosen[number], [len(layer) for layer in layers])
        matrices = [layer[i] for layer, i in zip(layers, picked, strict=True)]
        return Masks.from_weights([*matrices, np.ones((1, self.hidden[-1]), bool)])

    @property
    def widest(self) -> tuple[int, ...]:
        return self.hidden


@dataclass(frozen=True)
class Joined(MaskList):
    """Several lists, one after the other."""

    lists: tuple[MaskList, ...]

    def __len__(self) -> int:
        return sum(map(len, self.lists))

    def _mask(self, number: int) -> Masks:
        ends = list(accumulate(map(len, self.lists)))
        which = bisect_right(ends, number)
        return self.lists[which][number - ends[which] + len(self.lists[which])]

    @property
    def widest(self) -> tuple[int, ...]:
        return common_widths(part.widest for part in self.lists)


def common_widths(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """The smallest widths into which all of these fit, whatever their depths."""
    return tuple(map(max, zip_longest(*set(shapes), fillvalue=0)))


def widened(masks: Masks, hidden: tuple[int, ...]) -> Masks:
    """The masks in the leading units of a wider structure, whose other units keep nothing."""
    if masks.hidden == hidden:
        return masks
    sizes = (masks.sizes[0], *hidden, masks.sizes[-1])
    weights = [np.zeros((len(masks), out, into), bool) for into, out in pairwise(sizes)]
    for wide, narrow in zip(weights, masks.weights, strict=True):
        wide[:, : narrow.shape[1], : narrow.shape[2]] = narrow
    return Masks.from_weights(weights)


unstructured_masks = Unstructured
"""The masks that the paper's second phase tries inside a structure."""


@lru_cache(1024)  # workers are sent equal lists; who joins lists reads all of them by turns
def _dense_structures(masks: Structured) -> list[tuple[int, ...]]:
    if masks.below is None:
        return structures(masks.max_width)
    every = structures(masks.max_width, len(masks.below))
    most = parameters_of(masks.below, masks.inputs)
    return [hidden for hidden in every if parameters_of(hidden, masks.inputs) < most]


@lru_cache(1024)
def _combinations(masks: Unstructured) -> tuple[list[list[np.ndarray]], range | np.ndarray]:
    """Each layer's supports, and the numbers of their combinations that are in the list."""
    shapes = list(pairwise((masks.inputs, *masks.hidden)))
    layers = [
        all_supports(out, into, masks.first if layer == 1 else None)
        for layer, (into, out) in enumerate(shapes)
    ]
    if masks.below is None:
        return layers, range(int(np.prod([len(layer) for layer in layers])))
    weights = np.zeros(1, np.int16)
    for layer in layers:
        counts = np.array([m.sum() for m in layer], np.int16)
        weights = (weights[:, None] + counts).ravel()
    return layers, np.flatnonzero(weights < masks.below)


def _row_numbers(rows: int, columns: int, nonzeros: int) -> Iterator[tuple[int, ...]]:
    """The rows of each support as binary numbers, the first column the highest bit."""
    full = (1 << columns) - 1
    # In lexicographic order of the chosen columns the binary numbers fall.
    choices = [
        [sum(1 << (columns - 1 - c) for c in chosen) for chosen in combinations(range(columns), n)]
        for n in range(columns + 1)
    ]

    def above(counts: tuple[int, ...], last: int, seen: int) -> Iterator[tuple[int, ...]]:
        """Rows counts[0] … counts[-1], if row `last` of its choices stands right below them."""
        *upper, count = counts
        for place in range(last + 1):
            number = choices[count][place]
            if upper:
                limit = place if upper[-1] == count else len(choices[upper[-1]]) - 1
                for rest in above(tuple(upper), limit, seen | number):
                    yield (*rest, number)
            elif seen | number == full:
                yield (number,)

    for counts in _compositions(rows, columns, nonzeros):
        yield from above(counts, len(choices[counts[-1]]) - 1, 0)


def _compositions(rows: int, columns: int, total: int) -> Iterator[tuple[int, ...]]:
    """Row counts 1 … columns, from large to small, that sum to `total`; by first count."""
    if rows == 0:
        if total == 0:
            yield ()
        return
    for count in range(1, min(columns, total) + 1):
        for rest in _compositions(rows - 1, count, total - count):
            yield (count, *rest)
