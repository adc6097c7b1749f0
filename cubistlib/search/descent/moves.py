"""Moves from a network to one that differs a little, in its mask or in its values."""

from collections.abc import Callable

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.search.descent.draft import Draft
from cubistlib.search.descent.population import connected

# How large a weight that starts from nothing is, at most.
NEW = 0.7


def remove_weight(draft: Draft) -> None:
    """Takes out any weight, each as likely."""
    places = draft.weights_there()
    if places:
        draft.clear(*places[draft.rng.integers(len(places))])


def remove_bias(draft: Draft) -> None:
    """Sets any bias to 0 and keeps it there, each as likely."""
    places = [
        (layer, u) for layer, kept in enumerate(draft.kept_biases) for u in np.flatnonzero(kept)
    ]
    if places:
        layer, unit = places[draft.rng.integers(len(places))]
        draft.biases[layer][unit], draft.kept_biases[layer][unit] = 0, False


def add_bias(draft: Draft) -> None:
    """Gives a unit that is there a bias of its own again."""
    places = [
        (layer - 1, unit)
        for layer in range(1, len(draft.weights) + 1)
        for unit in draft.units(layer)
        if not draft.kept_biases[layer - 1][unit]
    ]
    if places:
        layer, unit = places[draft.rng.integers(len(places))]
        draft.biases[layer][unit] = draft.rng.normal() * NEW / 2
        draft.kept_biases[layer][unit] = True


def add_weight(draft: Draft) -> None:
    """Between units that are there, where the loss would change fastest; either sign."""
    places = _absent(draft)
    if not places:
        return
    slopes = np.abs([draft.slopes[layer][unit, source] for layer, unit, source in places])
    likely = slopes + slopes.mean() + 1e-12
    layer, unit, source = places[draft.rng.choice(len(places), p=likely / likely.sum())]
    downhill = -np.sign(draft.slopes[layer][unit, source])
    sign = downhill if draft.rng.random() < 0.7 else -downhill
    draft.set(layer, unit, source, sign * draft.rng.uniform(0, NEW))


def swap(draft: Draft) -> None:
    """One weight for another: removed where little hangs on it, added as in `add_weight`."""
    if not _absent(draft):
        return
    places = draft.weights_there()
    saliency = [abs(draft.weights[a][b, c] * draft.slopes[a][b, c]) for a, b, c in places]
    likely = 1 / (np.array(saliency) + np.mean(saliency) + 1e-12)
    out = places[draft.rng.choice(len(places), p=likely / likely.sum())]
    add_weight(draft)
    draft.clear(*out)


def rewire(draft: Draft) -> None:
    """A weight reads another unit, or is read by another, at the same value."""
    places = draft.weights_there()
    layer, unit, source = places[draft.rng.integers(len(places))]
    absent = draft.absent(layer)
    near = absent[(absent[:, 0] == unit) | (absent[:, 1] == source)]
    if len(near):
        new_unit, new_source = near[draft.rng.integers(len(near))]
        value = draft.weights[layer][unit, source] * draft.rng.choice([-1, 1])
        draft.set(layer, new_unit, new_source, value)
        draft.clear(layer, unit, source)


def remove_unit(draft: Draft) -> None:
    """Takes out a hidden unit of a layer that has others."""
    if chosen := draft.hidden_unit(least=2):
        draft.empty(*chosen)


def merge_units(draft: Draft) -> None:
    """Two units of a layer become one, which reads what both read and is read by the same."""
    if not (chosen := draft.hidden_unit(least=2)):
        return
    layer, one = chosen
    others = draft.units(layer)
    other = int(draft.rng.choice(others[others != one]))
    share = draft.rng.uniform(0.2, 0.8)
    before, after = layer - 1, layer
    draft.weights[before][one] *= share
    draft.weights[before][one] += (1 - share) * draft.weights[before][other]
    draft.kept[before][one] |= draft.kept[before][other]
    draft.biases[before][one] *= share
    draft.biases[before][one] += (1 - share) * draft.biases[before][other]
    draft.kept_biases[before][one] |= draft.kept_biases[before][other]
    draft.weights[after][:, one] += draft.weights[after][:, other]
    draft.kept[after][:, one] |= draft.kept[after][:, other]
    draft.empty(layer, other)


def add_unit(draft: Draft) -> None:
    """A unit that reads one or two others and is read by one."""
    layer = int(draft.rng.integers(1, len(draft.weights)))
    unit = draft.vacant(layer)
    if unit is not None:
        _wire_anew(draft, layer, unit, int(draft.rng.choice(draft.units(layer + 1))))


def replace_unit(draft: Draft) -> None:
    """Takes out a hidden unit and puts in one that reads others, as in `add_unit`."""
    if chosen := draft.hidden_unit(least=2):
        readers = draft.units(chosen[0] + 1)
        draft.empty(*chosen)
        _wire_anew(draft, *chosen, int(draft.rng.choice(readers)))


def split_unit(draft: Draft) -> None:
    """A unit becomes two that read much the same; all its readers read both, each a share."""
    if not (chosen := draft.hidden_unit()):
        return
    layer, one = chosen
    two = draft.vacant(layer)
    if two is None:
        return
    jitter = 1 + 0.2 * draft.rng.normal(size=draft.weights[layer - 1].shape[1])
    draft.weights[layer - 1][two] = draft.weights[layer - 1][one] * jitter
    draft.kept[layer - 1][two] = draft.kept[layer - 1][one]
    draft.biases[layer - 1][two] = draft.biases[layer - 1][one] * (1 + 0.2 * draft.rng.normal())
    draft.kept_biases[layer - 1][two] = draft.kept_biases[layer - 1][one]
    share = draft.rng.uniform(0.2, 0.8)
    draft.weights[layer][:, two] = draft.weights[layer][:, one] * (1 - share)
    draft.weights[layer][:, one] *= share
    draft.kept[layer][:, two] = draft.kept[layer][:, one]


def redraw_unit(draft: Draft) -> None:
    """New values for what a unit reads."""
    if chosen := draft.hidden_unit():
        layer, unit = chosen
        kept = draft.kept[layer - 1][unit]
        draft.weights[layer - 1][unit, kept] = draft.rng.normal(size=kept.sum()) * NEW
        if draft.kept_biases[layer - 1][unit]:
            draft.biases[layer - 1][unit] = draft.rng.normal() * NEW


def turn_unit(draft: Draft) -> None:
    """A unit's other side: what it reads and its bias change signs, maybe its readers too."""
    if chosen := draft.hidden_unit():
        layer, unit = chosen
        draft.weights[layer - 1][unit] *= -1
        draft.biases[layer - 1][unit] *= -1
        if draft.rng.random() < 0.5:
            draft.weights[layer][:, unit] *= -1


def jitter(draft: Draft) -> None:
    """All values a little different, each in proportion."""
    size = 10 ** draft.rng.uniform(-2, -0.3)
    for array in (*draft.weights, *draft.biases):
        array *= np.exp(size * draft.rng.normal(size=array.shape))


def _absent(draft: Draft) -> list[tuple[int, int, int]]:
    return [(layer, *p) for layer in range(len(draft.weights)) for p in draft.absent(layer)]


def _wire_anew(draft: Draft, layer: int, unit: int, reader: int) -> None:
    sources = draft.units(layer - 1)
    many = min(len(sources), int(draft.rng.integers(1, 3)))
    for source in draft.rng.choice(sources, many, replace=False):
        draft.set(layer - 1, unit, source, draft.rng.normal() * NEW)
    draft.biases[layer - 1][unit] = draft.rng.normal() * NEW
    draft.kept_biases[layer - 1][unit] = True
    draft.set(layer, reader, unit, draft.rng.normal() * NEW)


# Each move and how often it is made.
MOVES: dict[Callable[[Draft], None], float] = {
    remove_weight: 4,
    add_weight: 3,
    swap: 4,
    rewire: 3,
    remove_unit: 1,
    merge_units: 1,
    add_unit: 2,
    replace_unit: 1,
    split_unit: 1,
    redraw_unit: 1,
    turn_unit: 0.5,
    jitter: 3,
}
BIAS_MOVES = MOVES | {remove_bias: 4, add_bias: 2}


def varied(
    nets: Network, masks: Masks, slopes: Network, rng: np.random.Generator, free: bool = False
) -> tuple[Network, Masks]:
    """Every network changed by one move, or one and another; connected again.

    slopes: ∂L/∂parameter of every network, absent ones too, as `gradients` gives them.
    """
    nets, masks = nets[:], masks[:]
    known = BIAS_MOVES if free else MOVES
    moves, share = list(known), np.array(list(known.values()))
    many = 1 + (rng.random(len(nets)) < 0.3)
    for i in range(len(nets)):
        draft = Draft(
            weights=[w[i] for w in nets.weights],
            biases=[b[i] for b in nets.biases],
            kept=[w[i] for w in masks.weights],
            kept_biases=[b[i] for b in masks.biases],
            slopes=[w[i] for w in slopes.weights],
            rng=rng,
        )
        for move in rng.choice(len(moves), many[i], p=share / share.sum()):
            if draft.is_connected():
                moves[move](draft)
    return connected(masks.apply(nets), masks, free)
