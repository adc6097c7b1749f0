"""Masks below a witness: all that are its own with fewer parameters, each of them once."""

from itertools import combinations, pairwise, permutations, product

import numpy as np

import cubistlib as cl
from cubistlib.search.witness import Witness
from cubistlib.studies import below, power


def without_one_or_two(parent):
    """Masks of the parent without one or two of its weights, unconnected ones among them."""
    flat = [w[0] for w in parent.masks.weights]
    places = [(i, *at) for i, w in enumerate(flat) for at in np.argwhere(w)]
    for gone in [c for n in (1, 2) for c in combinations(places, n)]:
        weights = [w.copy() for w in flat]
        for layer, unit, source in gone:
            weights[layer][unit, source] = False
        yield cl.Masks.from_weights(weights)


def relabelled(masks):
    """The first of all masks that other names of hidden units give; units of no weight are out."""
    weights = [w[0] for w in masks.weights]
    units = [range(2), *(np.flatnonzero(w.any(axis=1)) for w in weights[:-1]), range(1)]
    every = []
    for names in product(*map(permutations, units[1:-1])):
        ends = zip(weights, pairwise([range(2), *names, range(1)]), strict=True)
        every.append([w[np.ix_(after, before)].tolist() for w, (before, after) in ends])
    return repr(min(every))


def test_children_are_all_masks_with_fewer_parameters(witnesses):
    paths = [cl.connectivity(masks) for masks in without_one_or_two(witnesses[0])]
    fit = [p.effective for p in paths if p.effective_parameters[0] in (22, 23)]
    found = below.children(witnesses[0], (22, 23))
    assert len(found) == len(set(map(relabelled, fit))) == 31
    for network, masks in found:
        assert masks.parameters_kept[0] in (22, 23)
        assert (cl.connectivity(masks).effective_weights == masks.weights_kept).all()
        assert network.sizes == masks.sizes
        apart = zip(network.arrays, masks.arrays, strict=True)
        assert not any((n[~m] != 0).any() for n, m in apart)


def test_a_child_gives_what_the_parent_without_these_weights_gives(witnesses, spiral):
    x = spiral[0][::500]
    for parent in witnesses:
        masked = [m.apply(parent.network).logits(x)[0] for m in without_one_or_two(parent)]
        children = below.children(parent, range(1, parent.claims.parameters))
        assert len(children) >= 9
        for network, _ in children:
            away = np.abs(network.logits(x)[0] - masked).max(axis=1)
            assert away.min() < 1e-4


def test_what_lies_below_is_named_by_the_target_and_made_of_what_lies_above(witnesses):
    small = dict(zip("ab", witnesses, strict=True))
    tried = [(target, count, len(those)) for target, count, those in below.below(small)]
    assert tried == [(0.95, 22, 24), (0.95, 21, 1)]
    study, names = power.below(small, "weights")
    assert len(names) == 25 and set(names) == {"masks below 95 %: 24", "masks below 95 %: 1"}
    assert len(study) == 25 * 60 and study.inherited.jitter == power.JITTER


def test_what_lies_below_has_every_mask_once_whoever_it_is_made_from(witnesses):
    named, both = dict(zip("ab", witnesses, strict=True)), {}
    for name, each in named.items():
        order = np.argsort(each.network.biases[0][0])
        arrays = [a[0].copy() for a in each.network.arrays]
        weights, biases = arrays[:4], arrays[4:]
        weights[0], weights[1], biases[0] = (
            weights[0][order],
            weights[1][:, order],
            biases[0][order],
        )
        other = cl.Network.from_arrays(weights, biases)
        masks = cl.Masks.from_weights([w != 0 for w in other.weights])
        both |= {name: each, name * 2: Witness.of(other, masks)}
    for once, twice in zip(below.below(named), below.below(both), strict=True):
        assert once[:2] == twice[:2]
        masks = [relabelled(masks) for _, masks in twice[2]]
        assert masks == [relabelled(masks) for _, masks in once[2]]
        assert len(masks) == len(set(masks))
