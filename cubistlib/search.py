"""The combinatorial search: supports of a matrix, structures, masks inside a structure."""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product

import numpy as np

from cubistlib.checks import require
from cubistlib.masks import Masks


def supports(rows: int, columns: int, nonzeros: int) -> list[np.ndarray]:
    """Every 0/1 matrix of that many nonzeros, up to the order of its rows, none of whose rows
    or columns is empty.

    Each matrix (rows, columns) bool has its rows sorted: fuller rows first and, of two rows
    with equal counts, the larger binary number first. Order of the list: compositions by
    increasing first count; within one the upper rows vary fastest, each through its column
    choices in lexicographic order. Source: paper, "Combinatorial search"; authors' order.
    """
    require(rows >= 1 and columns >= 1, "supports: rows and columns must be ≥ 1")
    found = []
    for counts in _compositions(rows, columns, nonzeros):
        choices = [list(combinations(range(columns), count)) for count in counts]
        for chosen in product(*reversed(choices)):
            matrix = np.zeros((rows, columns), bool)
            for row, picked in enumerate(reversed(chosen)):
                matrix[row, list(picked)] = True
            if matrix.any(0).all() and _rows_sorted(matrix):
                found.append(matrix)
    return found


def all_supports(rows: int, columns: int) -> list[np.ndarray]:
    """The supports of every number of nonzeros, sparsest first."""
    counts = range(max(rows, columns), rows * columns + 1)
    return [matrix for nonzeros in counts for matrix in supports(rows, columns, nonzeros)]


def structures(max_width: int, depth: int = 3) -> list[tuple[int, ...]]:
    """All hidden widths 1 … max_width: the paper's structured phase has 16³ of them."""
    require(max_width >= 1 and depth >= 1, "structures: max_width and depth must be ≥ 1")
    return list(product(range(1, max_width + 1), repeat=depth))


def unstructured_masks(hidden: Sequence[int], inputs: int = 2) -> Iterator[Masks]:
    """The masks that the paper's second phase tries inside a structure, one after the other.

    Every combination of supports of all matrices but the last, which stays full; the first
    layer's support varies slowest. (3, 3, 3) has 8 · 57 · 57 = 25,992.
    Each is a Masks of length 1.
    """
    sizes = (inputs, *hidden)
    per_layer = [all_supports(out, into) for into, out in pairwise(sizes)]
    last = np.ones((1, hidden[-1]), bool)
    for matrices in product(*per_layer):
        yield Masks.from_weights([*matrices, last])


def _compositions(rows: int, columns: int, total: int) -> list[tuple[int, ...]]:
    """Row counts 1 … columns, from large to small, that sum to `total`; by first count."""

    def extend(left: int, most: int, remaining: int) -> Iterator[tuple[int, ...]]:
        if left == 0:
            if remaining == 0:
                yield ()
            return
        for count in range(1, min(most, remaining) + 1):
            for rest in extend(left - 1, count, remaining - count):
                yield (count, *rest)

    return list(extend(rows, columns, total))


def _rows_sorted(matrix: np.ndarray) -> bool:
    """Of two neighbouring rows with equal counts the upper is no smaller a binary number."""
    counts = matrix.sum(1)
    numbers = matrix @ (1 << np.arange(matrix.shape[1])[::-1])
    return not ((counts[1:] == counts[:-1]) & (numbers[1:] > numbers[:-1])).any()
