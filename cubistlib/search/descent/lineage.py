"""From a sparse network back up to the dense one that it was cut out of."""

from collections.abc import Sequence

from cubistlib.search.descent.beam import Beam
from cubistlib.search.descent.population import Population


def lineage(beams: Sequence[Beam], place: int) -> Population:
    """The network at a place of the last beam and, before it, its ancestor in every other."""
    line = []
    for found, parents in reversed(beams):
        line.append(found[[place]])
        place = int(parents[place]) if len(parents) else place
    return Population.concatenate(line[::-1])
