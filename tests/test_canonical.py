"""Canonical masks: brute force on the small, Burnside's lemma on the rest."""

from itertools import pairwise, permutations, product

import numpy as np
import pytest

import cubistlib as cl
from cubistlib.search import burnside, canonical
from cubistlib.search.canonical import Canonical, connected_masks
from cubistlib.search.masks import Joined, unstructured_masks

SMALL = [(1,), (3,), (2, 2), (1, 3), (1, 2, 2), (2, 1, 3), (2, 2, 2), (3, 2, 1), (2, 3, 1)]


def matrices(rows, columns):
    """Every 0/1 matrix without an empty row or column."""
    for entries in product((False, True), repeat=rows * columns):
        matrix = np.reshape(entries, (rows, columns))
        if matrix.any(0).all() and matrix.any(1).all():
            yield matrix


def name(weights):
    """The same for all masks of one class: the smallest of all its relabellings."""
    found = []
    for orders in product(*(permutations(range(len(w))) for w in weights[:-1])):
        columns, parts = np.arange(weights[0].shape[1]), []
        for w, rows in zip(weights[:-1], orders, strict=True):
            parts.append(w[list(rows)][:, columns].tobytes())
            columns = list(rows)
        found.append(tuple(parts))
    return min(found)


@pytest.mark.parametrize("hidden", SMALL)
def test_canonical_masks_equal_brute_force(hidden):
    last = np.ones((1, hidden[-1]), bool)
    shapes = list(pairwise((2, *hidden)))
    every = product(*(matrices(out, into) for into, out in shapes))
    expected = {name([*weights, last]) for weights in every}
    listed = [name([w[0] for w in m.weights]) for m in Canonical(hidden)]
    assert len(listed) == len(set(listed))
    assert set(listed) == expected
    assert burnside.count_masks(hidden) == len(expected)


def test_the_papers_structures_agree_with_burnside():
    known = {(3, 3, 3): 12_400, (7, 3, 3): 8_338_343}
    for hidden, count in known.items():
        assert len(Canonical(hidden)) == burnside.count_masks(hidden) == count


def test_every_small_structure_agrees_with_burnside():
    for hidden in product(range(1, 5), repeat=3):
        assert len(Canonical(hidden)) == burnside.count_masks(hidden), hidden


def test_wide_layers_agree_with_burnside():
    for hidden in [(12, 1, 1), (1, 9, 2), (2, 2, 10), (2, 2, 2, 2), (7, 2, 2)]:
        assert len(Canonical(hidden)) == burnside.count_masks(hidden), hidden


def keys(masks):
    return [b"".join(w[0].tobytes() for w in m.weights) for m in masks]


def test_they_are_among_the_masks_that_row_sorting_visits():
    visited = set(keys(unstructured_masks((3, 2, 3))))
    canonical = keys(Canonical((3, 2, 3)))
    assert len(set(canonical)) == len(canonical) < len(visited)
    assert set(canonical) <= visited


def test_any_mask_can_be_had_alone_and_in_stacks():
    masks = Canonical((7, 3, 3))
    start = 4_000_000
    stack = masks.take(np.arange(start, start + 100))
    for i in (0, 41, 99):
        for one, other in zip(masks[start + i].weights, stack.weights, strict=True):
            np.testing.assert_array_equal(one[0], other[i])
    assert (cl.connectivity(stack).effective_weights == stack.weights_kept).all()


def test_by_total_weights_over_all_structures():
    for weights in range(4, 14):
        lists = list(connected_masks(weights))
        assert sum(map(len, lists)) == burnside.count_all(weights)
        for masks in lists:
            assert (masks.take(np.arange(len(masks))).weights_kept == weights).all()
    assert [burnside.count_all(k) for k in (4, 5, 6, 7)] == [0, 1, 1, 5]


def test_weights_of_one_structure():
    counts = burnside.count_by_weights((3, 3, 3))
    assert sum(counts) == 12_400
    for weights in (12, 15, 20):
        assert len(Canonical((3, 3, 3), weights)) == counts[weights]


def test_what_cannot_be_listed_is_refused_in_a_sentence():
    assert burnside.count_masks((5, 5, 5)) > 10**9
    with pytest.raises(cl.UserError, match="count them instead"):
        len(Canonical((8, 8, 8)))
    with pytest.raises(cl.UserError, match="≥ 1"):
        len(Canonical((0, 3, 3)))


def test_too_few_and_too_many_weights_are_an_empty_list():
    lengths = [len(Canonical((3, 3, 3), weights)) for weights in (-1, 0, 11, 12, 27, 28)]
    assert lengths == [0, 0, 0, 2, 1, 0]
    assert list(Canonical((3, 3, 3), 5)) == []


def test_joined_lists_are_made_once_however_many_there_are():
    lists = [Canonical(hidden) for hidden in product(range(1, 5), repeat=3)]
    lists += [Canonical((1, 1, 1, width)) for width in range(1, 9)]
    masks = Joined(tuple(lists))
    assert len(lists) > 64 and len(masks) == sum(map(len, lists))
    made = canonical._graph.cache_info().misses
    for number in np.random.default_rng(0).integers(0, len(masks), 50):
        masks[int(number)]
    assert canonical._graph.cache_info().misses == made
