"""How many canonical masks there are, without making any: Burnside's lemma.

The number of classes is the mean, over all relabellings of the hidden units, of the number of
masks that a relabelling leaves as they are. That number hangs only on its cycles, and it is a
product over layers, so that the mean is a chain of small sums over partitions. Independent of
`canonical`, which it checks.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise, product
from math import comb, factorial, gcd, prod

from cubistlib.support.checks import require

Partition = tuple[int, ...]


def count_masks(hidden: Sequence[int], inputs: int = 2) -> int:
    """Connected masks of one structure up to the naming of hidden units; the last layer full."""
    return sum(count_by_weights(hidden, inputs))


def count_by_weights(hidden: Sequence[int], inputs: int = 2) -> list[int]:
    """The same for every number of weights: entry k counts the masks of k weights in all."""
    hidden = tuple(hidden)
    require(len(hidden) >= 1 and min(hidden) >= 1, f"count_masks: widths must be ≥ 1, got {hidden}")
    # For every cycle type of the layer's relabelling, a polynomial in the number of weights.
    chain = {(1,) * inputs: [1]}
    for width in hidden:
        following = {}
        for rows in partitions(width):
            terms = [_multiply(p, invariant(rows, columns)) for columns, p in chain.items()]
            following[rows] = [_relabellings(rows) * c for c in _add(terms)]
        chain = following
    total, order = _add(list(chain.values())), prod(map(factorial, hidden))
    return [0] * hidden[-1] + [c // order for c in total]


def count_all(weights: int, depth: int = 3, inputs: int = 2) -> int:
    """Connected masks of exactly so many weights over all structures of that depth."""
    found = 0
    for hidden in product(range(1, weights), repeat=depth):
        if sum(max(pair) for pair in pairwise((inputs, *hidden, 1))) <= weights:
            found += sum(count_by_weights(hidden, inputs)[weights : weights + 1])
    return found


def partitions(n: int, largest: int | None = None) -> Iterator[Partition]:
    """The ways to write n as a sum, from large to small: the cycle types of n points."""
    if n == 0:
        yield ()
    for part in range(min(n, largest or n), 0, -1):
        for rest in partitions(n - part, part):
            yield (part, *rest)


@cache
def invariant(rows: Partition, columns: Partition) -> list[int]:
    """Matrices without an empty row or column that a relabelling leaves as they are.

    rows, columns: its cycle lengths. Entry k counts the matrices with k nonzeros. Rows of one
    cycle are empty together; inclusion and exclusion over the cycles that may be empty.
    """
    terms = []
    for kept_rows, row_sign in _choices(rows):
        for kept_columns, column_sign in _choices(columns):
            cells = [(a, b) for a in kept_rows for b in kept_columns]
            term = [row_sign * column_sign]
            for a, b in cells:
                cycle, times = a * b // gcd(a, b), gcd(a, b)
                factor = [0] * (cycle * times + 1)
                factor[::cycle] = [comb(times, j) for j in range(times + 1)]
                term = _multiply(term, factor)
            terms.append(term)
    return _add(terms)


def _choices(cycles: Partition) -> Iterator[tuple[Partition, int]]:
    """Every choice of cycles that may hold entries, and (−1)^cycles left out, times how often."""
    kinds = sorted(set(cycles))
    for kept in product(*(range(cycles.count(kind) + 1) for kind in kinds)):
        counts = [cycles.count(kind) for kind in kinds]
        often = prod(comb(n, k) for n, k in zip(counts, kept, strict=True))
        sign = (-1) ** (len(cycles) - sum(kept))
        yield sum(((kind,) * k for kind, k in zip(kinds, kept, strict=True)), ()), sign * often


def _relabellings(cycles: Partition) -> int:
    """How many permutations have these cycle lengths."""
    same = prod(factorial(cycles.count(kind)) for kind in set(cycles))
    return factorial(sum(cycles)) // (prod(cycles) * same)


def _multiply(p: list[int], q: list[int]) -> list[int]:
    """The product of two polynomials, whole numbers of any size."""
    result = [0] * (len(p) + len(q) - 1)
    for i, c in enumerate(p):
        if c:
            for j, d in enumerate(q):
                result[i + j] += c * d
    return result


def _add(polynomials: Sequence[list[int]]) -> list[int]:
    result = [0] * max(map(len, polynomials))
    for p in polynomials:
        for i, c in enumerate(p):
            result[i] += c
    return result
