"""Groups of relabellings of a layer's units."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations, product
from math import factorial, prod

Permutation = tuple[int, ...]


@dataclass(frozen=True)
class Symmetry:
    """A group of permutations of points 0 … n − 1, told by its twins.

    Points that some transposition of the group exchanges are twins; they form blocks, within
    which the group does everything. block: each point's block, numbered by their first points.
    moves: what the group does to whole blocks; move[j] is where block j goes.
    """

    block: tuple[int, ...]
    moves: frozenset[Permutation]

    @classmethod
    def of(cls, block: Iterable[int], moves: Iterable[Permutation]) -> "Symmetry":
        """The group of these blocks and moves, in which more points may turn out to be twins."""
        block, moves = tuple(block), frozenset(moves)
        joined = list(range(max(block) + 1))
        for move in moves:
            moved = [j for j, to in enumerate(move) if to != j]
            if len(moved) == 2 and block.count(moved[0]) == 1:
                one, other = (joined[j] for j in moved)
                joined = [one if j == other else j for j in joined]
        numbers: dict[int, int] = {}
        merged = tuple(numbers.setdefault(joined[b], len(numbers)) for b in block)
        # Some old block of each new one tells where the new one goes.
        old = [block[merged.index(j)] for j in range(len(numbers))]
        return cls(merged, frozenset(tuple(numbers[joined[m[j]]] for j in old) for m in moves))

    @property
    def blocks(self) -> list[list[int]]:
        """The points of each block, in order."""
        return [
            [point for point, own in enumerate(self.block) if own == block]
            for block in range(max(self.block) + 1)
        ]

    @property
    def order(self) -> int:
        """How many permutations the group has."""
        return len(self.moves) * prod(factorial(len(b)) for b in self.blocks)

    def elements(self) -> Iterator[Permutation]:
        """Every permutation p of the group; point i goes to p[i]."""
        blocks = self.blocks
        for move in self.moves:
            for targets in product(*(permutations(blocks[to]) for to in move)):
                place = [0] * len(self.block)
                for points, to in zip(blocks, targets, strict=True):
                    for point, target in zip(points, to, strict=True):
                        place[point] = target
                yield tuple(place)
