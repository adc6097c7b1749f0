"""What lies right below the frontier: masks with one and with two parameters fewer."""

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

import numpy as np

from cubistlib.networks import Masks, Network, fold, narrowed
from cubistlib.search.descent.signature import signatures
from cubistlib.search.sparsest import TARGETS
from cubistlib.search.witness import Witness

FEWER = (1, 2)  # parameters, of what is tried
REMOVED = (1, 2)  # weights, of what that is made from
ABOVE = 3  # parameters that a witness it is made from may have more than the sparsest

Child = tuple[Network, Masks]


def below(witnesses: Mapping[str, Witness]) -> Iterator[tuple[float, int, list[Child]]]:
    """(target, parameters, children) with one and two parameters fewer than reach the target.

    Children are those of the sparsest witness that reaches it and of all that have up to three
    parameters more, every mask of a target once: masks that differ in the naming of hidden units
    are one, with the numbers of the first witness that it is made from. Where one witness is the
    sparsest for several targets, the highest of them is given.
    """
    size = {name: w.claims.parameters for name, w in witnesses.items()}
    goals: dict[str, float] = {}
    for target in TARGETS:
        reaching = [name for name, w in witnesses.items() if w.claims.accuracy >= target]
        if reaching:
            goals[min(reaching, key=lambda name: size[name])] = target
    for sparsest, target in goals.items():
        counts = [size[sparsest] - fewer for fewer in FEWER]
        found: dict[int, dict[int, Child]] = {count: {} for count in counts}
        for name, witness in witnesses.items():
            if 0 <= size[name] - size[sparsest] <= ABOVE:
                for child in children(witness, counts):
                    those = found[int(child[1].parameters_kept[0])]
                    those.setdefault(_signature(child), child)
        yield from ((target, count, [*those.values()]) for count, those in found.items() if those)


def children(witness: Witness, counts: Collection[int]) -> list[Child]:
    """What is left of a witness when one or two of its weights are gone, every mask once.

    What that leaves on no path goes as well. Masks that differ in the naming of hidden units are
    one. counts: of how many parameters. A child is a stack of one network in a structure of its
    own, with the witness's numbers, and its masks.
    """
    network, masks = witness.network, witness.masks
    found: dict[int, Child] = {}
    places = [(layer, *at) for layer, w in enumerate(masks.weights) for at in np.argwhere(w[0])]
    for gone in (removed for n in REMOVED for removed in combinations(places, n)):
        child = _without(network, masks, gone)
        if child and child[1].parameters_kept[0] in counts:
            found.setdefault(_signature(child), child)
    return [*found.values()]


def _signature(child: Child) -> int:
    return int(signatures(child[1])[0])


def _without(network: Network, masks: Masks, gone: tuple) -> Child | None:
    """The network without some weights and what they leave on no path; None if nothing is left."""
    weights = [w.copy() for w in masks.weights]
    for layer, unit, source in gone:
        weights[layer][0, unit, source] = False
    kept = Masks.from_weights(weights)
    net, kept = fold(kept.apply(network), kept)
    return narrowed(net, kept) if kept.weights_kept[0] else None
