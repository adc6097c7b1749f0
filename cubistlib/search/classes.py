"""Weight masks of one layer, one of every class of those that relabelling units makes equal.

A mask is seen as lines, its rows or its columns, of which those of a block can be put in any
order. What is left of the group is tried out: a mask stands for its class if nothing in the
group makes its lines, sorted within blocks, a smaller number. The side that leaves less to
try out is taken for the lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from math import comb, factorial, prod

import numpy as np

from cubistlib.search.symmetry import Permutation, Symmetry
from cubistlib.support.checks import require

# Masks times group elements to look at; as many take a few minutes.
MOST_WORK = 2_000_000_000


@dataclass(frozen=True, eq=False)
class Classes:
    """masks: (m, rows, columns) bool, one of every class, sparsest first, rows sorted as in
    `search.supports`. rows: which relabellings of its rows each mask allows for."""

    masks: np.ndarray
    rows: list[Symmetry]


@lru_cache(maxsize=256)
def classes(columns: Symmetry, rows: int, most: int) -> Classes:
    """Masks of so many rows without an empty row or column, of at most `most` weights.

    Two masks are of one class if a permutation of the rows and one of the group `columns` turn
    one into the other. Raises ValueError where there are too many to look at.
    """
    into = len(columns.block)
    by_rows = comb(rows + 2**into - 2, rows) * columns.order
    by_columns = prod(comb(len(b) + 2**rows - 2, len(b)) for b in columns.blocks)
    by_columns *= len(columns.moves) * factorial(rows)
    require(
        min(by_rows, by_columns) <= MOST_WORK and rows * into <= 62,
        f"canonical masks: too many {rows} × {into} matrices to list them; count them instead",
    )
    found = (
        _by_rows(columns, rows, most) if by_rows <= by_columns else _by_columns(columns, rows, most)
    )
    order = np.lexsort([*_row_numbers(found.masks).T[::-1], found.masks.sum((1, 2))])
    return Classes(found.masks[order], [found.rows[i] for i in order])


def _by_rows(columns: Symmetry, rows: int, most: int) -> Classes:
    """Rows are the lines, in one block; the permutations of columns are tried out."""
    into = len(columns.block)
    elements: list[tuple[Permutation, Permutation]] = [(p, (0,)) for p in columns.elements()]
    lines, fixed = _smallest(into, [list(range(rows))], elements, most)
    tables = [_table(p) for p, _ in elements]
    lines = lines[:, ::-1]
    groups = []
    for own, by in zip(lines.tolist(), fixed, strict=True):
        kinds = sorted(set(own), reverse=True)
        moves = {tuple(kinds.index(tables[e][kind]) for kind in kinds) for e in by}
        groups.append(Symmetry.of([kinds.index(kind) for kind in own], moves))
    masks = (lines[:, :, None] >> np.arange(into)) & 1
    return _sorted_rows(masks.astype(bool), groups)


def _by_columns(columns: Symmetry, rows: int, most: int) -> Classes:
    """Columns are the lines, in the group's blocks; permutations of rows are tried out."""
    elements = [(p, move) for p in permutations(range(rows)) for move in columns.moves]
    lines, fixed = _smallest(rows, columns.blocks, elements, most)
    groups = [Symmetry.of(range(rows), {elements[e][0] for e in by}) for by in fixed]
    masks = (lines[:, None, :] >> np.arange(rows)[:, None]) & 1
    return _sorted_rows(masks.astype(bool), groups)


def _smallest(
    bits: int, blocks: Sequence[list[int]], elements: list[tuple[Permutation, Permutation]], most
) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """The lines of one mask a class, (m, lines), and which elements leave each as it is.

    A line is a binary number; an element permutes its bits and moves blocks.
    """
    lines = _candidates(bits, blocks, most)

    def compare(lines: np.ndarray, element: tuple[Permutation, Permutation]) -> np.ndarray:
        permutation, move = element
        changed, moved = _table(permutation)[lines], np.empty_like(lines)
        for block, to in zip(blocks, move, strict=True):
            moved[:, blocks[to]] = np.sort(changed[:, block], axis=1)
        return _code(moved, bits) - _code(lines, bits)

    for element in elements:
        lines = lines[compare(lines, element) >= 0]
    fixed: list[list[int]] = [[] for _ in lines]
    for number, element in enumerate(elements):
        for i in np.flatnonzero(compare(lines, element) == 0):
            fixed[i].append(number)
    return lines, [tuple(by) for by in fixed]


def _candidates(bits: int, blocks: Sequence[list[int]], most: int) -> np.ndarray:
    """Lines sorted within blocks, none empty, every bit in some line: (m, lines) int64."""
    kinds = np.arange(1, 2**bits)
    counts = np.bitwise_count(np.arange(2**bits)).astype(np.int64)
    total = sum(map(len, blocks))
    lines = np.zeros((1, total), np.int64)
    for block in blocks:
        before = np.zeros(len(lines), np.int64)
        for place in block:
            at, kind = np.nonzero(before[:, None] <= kinds)
            lines, before = lines[at], kinds[kind]
            lines[:, place] = before
            # The lines that are still to come have one entry or more.
            missing = (lines == 0).sum(1)
            few = counts[lines].sum(1) + missing <= most
            lines, before = lines[few], before[few]
    return lines[np.bitwise_or.reduce(lines, axis=1) == 2**bits - 1]


@lru_cache(maxsize=8192)
def _table(permutation: Permutation) -> np.ndarray:
    """Where every binary number goes when its bits are permuted."""
    numbers = np.arange(2 ** len(permutation))
    moved = [((numbers >> bit) & 1) << to for bit, to in enumerate(permutation)]
    return np.sum(moved, axis=0)


def _code(lines: np.ndarray, bits: int) -> np.ndarray:
    """The lines of each mask as one number, the first line the highest digits."""
    code = np.zeros(len(lines), np.int64)
    for line in lines.T:
        code = (code << bits) | line
    return code


def _row_numbers(masks: np.ndarray) -> np.ndarray:
    """Each row as a binary number, the first column the highest bit: (m, rows)."""
    return masks @ (1 << np.arange(masks.shape[2])[::-1])


def _sorted_rows(masks: np.ndarray, groups: list[Symmetry]) -> Classes:
    """Fuller rows first, of equally full ones the larger binary number; groups go along."""
    order = np.lexsort([-_row_numbers(masks), -masks.sum(2)], axis=1)
    masks = np.take_along_axis(masks, order[:, :, None], axis=1)
    moved = []
    for group, by in zip(groups, order.tolist(), strict=True):
        numbers: dict[int, int] = {}
        block = [numbers.setdefault(group.block[i], len(numbers)) for i in by]
        old = list(numbers)
        moves = frozenset(tuple(numbers[m[j]] for j in old) for m in group.moves)
        moved.append(Symmetry(tuple(block), moves))
    return Classes(masks, moved)
