"""The best few networks of every count, of masks that differ."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from cubistlib.search.descent.population import Population
from cubistlib.search.descent.signature import signatures

# Counts above the smallest perfect network's from which a smaller one may still come.
ABOVE = 3


@dataclass
class Niches:
    """For every number of parameters the networks that classify most points rightly.

    room: networks of one count, all of different signs; alike: how many of those may have one
    mask. Both up to the naming of hidden units. low, high: counts outside are not kept.
    Accuracy decides, then the loss.
    """

    low: int
    high: int
    room: int = 12
    alike: int = 3
    kept: dict[int, Population] = field(default_factory=dict)

    def add(self, found: Population) -> None:
        """Takes in what is good enough."""
        counts = found.counts
        for count in np.unique(counts[(counts >= self.low) & (counts <= self.high)]):
            new = found[np.flatnonzero(counts == count)]
            old = self.kept.get(int(count))
            both = new if old is None else Population.concatenate([old, new])
            chosen = best(both, self.room, self.alike)
            if len(chosen):
                self.kept[int(count)] = both[chosen]

    def bar(self, counts: np.ndarray) -> np.ndarray:
        """Points that the best network of each count, or of a smaller one, has right: (n,)."""
        tops = np.zeros(self.high + 2, np.int64)
        for count, niche in self.kept.items():
            tops[count] = niche.correct[0]
        return np.maximum.accumulate(tops)[np.minimum(counts, self.high)]

    def niches(self, points: int) -> list[Population]:
        """Those worth changing: of counts up to just above the smallest of which one is perfect.

        points: of the data, all of which a perfect network has right.
        """
        counts = sorted(self.kept)
        perfect = [count for count in counts if self.kept[count].correct[0] == points]
        last = perfect[0] + ABOVE if perfect else self.high
        return [self.kept[count] for count in counts if count <= last]

    def tops(self) -> Population:
        """The best network of every count, from the smallest count to the largest."""
        return Population.concatenate([self.kept[count][:1] for count in sorted(self.kept)])


def best(found: Population, room: int, alike: int) -> np.ndarray:
    """Indices of the `room` networks of most points right, at most `alike` of one mask.

    Of one mask with one pattern of signs it is the best alone: others are most often near it.
    """
    masks, signs = signatures(found.masks), signatures(found.masks, found.network)
    order = [int(i) for i in np.lexsort((found.loss, -found.correct))]
    taken: list[int] = []
    seen: Counter[int] = Counter()
    patterns: set[int] = set()
    for i in order:
        if len(taken) < room and seen[masks[i]] < alike and signs[i] not in patterns:
            if np.isfinite(found.loss[i]):
                taken.append(i)
            seen[masks[i]] += 1
            patterns.add(signs[i])
    return np.array(taken, np.int64)
