"""Supports, structures and masks of the search: golden lists and brute force."""

from itertools import product

import numpy as np
import pytest
from golden_files import GOLDEN

import cubistlib as cl
from cubistlib.search import Canonical, Unstructured
from cubistlib.search.masks import Joined, Structured, structures, supports, unstructured_masks

SMALL = ["3x2", "3x3", "7x2", "2x3", "2x2", "6x2"]


def brute_force(rows, columns, nonzeros):
    """Matrices without an empty row or column, each set of rows counted once."""
    found = set()
    for entries in product((0, 1), repeat=rows * columns):
        matrix = np.reshape(entries, (rows, columns))
        if matrix.sum() == nonzeros and matrix.any(0).all() and matrix.any(1).all():
            found.add(tuple(sorted(map(tuple, matrix.tolist()))))
    return found


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1), (2, 3), (3, 2), (3, 3), (4, 3)])
def test_supports_equal_brute_force(shape):
    rows, columns = shape
    for nonzeros in range(rows * columns + 2):
        found = [tuple(sorted(map(tuple, m.tolist()))) for m in supports(*shape, nonzeros)]
        assert len(found) == len(set(found))
        assert set(found) == brute_force(rows, columns, nonzeros)


def test_supports_have_the_golden_counts(golden_counts):
    for name in SMALL:
        rows, columns = map(int, name.split("x"))
        found = {str(c): len(supports(rows, columns, c)) for c in range(1, rows * columns + 1)}
        assert {c: n for c, n in found.items() if n} == golden_counts["supports"][name]


def test_supports_have_the_authors_order():
    with np.load(GOLDEN / "supports.npz") as golden:
        for name in golden.files:
            shape, nonzeros = name.split("/")
            rows, columns = map(int, shape.split("x"))
            found = supports(rows, columns, int(nonzeros), first=len(golden[name]))
            np.testing.assert_array_equal(found, golden[name])


def test_structures():
    assert len(structures(16)) == 4096
    assert structures(2, depth=2) == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_the_papers_lists_have_the_papers_lengths(golden_counts):
    studies = golden_counts["studies"]
    lists = {
        "random-init/structured-search": Structured(16),
        "random-init/unstructured-search-95": unstructured_masks((3, 3, 3)),
        "random-init/unstructured-search-99.5": unstructured_masks((7, 3, 3), first=3, below=33),
        "fixed-init-95/structured-search": Structured(16, below=(3, 3, 3)),
        "fixed-init-95/unstructured-search": unstructured_masks((3, 2, 2)),
        "fixed-init-99.5/structured-search": Structured(16, below=(7, 3, 3)),
        "fixed-init-99.5/unstructured-search": unstructured_masks((6, 3, 2), first=6, below=31),
    }
    for name, masks in lists.items():
        runs = len(studies[name]["lr"]) * len(studies[name]["schedules"])
        assert len(masks) * runs == studies[name]["experiments"]
    assert len(unstructured_masks((3, 3, 3))) == 25_992


def test_a_list_gives_any_mask_alone():
    masks = unstructured_masks((4, 3, 2), first=2, below=17)
    every = cl.Masks.concatenate(list(masks))
    assert (every.weights_kept - 2 < 17).all() and len(every) == len(masks)
    for i in (0, 17, len(masks) - 1):
        for one, other in zip(masks[i].weights, every[i].weights, strict=True):
            np.testing.assert_array_equal(one, other)
    with pytest.raises(IndexError):
        masks[len(masks)]


def test_joined_lists_are_one():
    parts = unstructured_masks((2, 2, 2)), Structured(2), unstructured_masks((1, 2, 1))
    joined = Joined(parts)
    assert len(joined) == sum(map(len, parts))
    assert_same(joined, [mask for part in parts for mask in part])
    assert_same([joined[-1]], [parts[-1][0]])
    with pytest.raises(IndexError):
        joined[len(joined)]


def assert_same(masks, others):
    for one, other in zip(masks, others, strict=True):
        assert [w.tolist() for w in one.weights] == [w.tolist() for w in other.weights]


def test_dense_masks_of_smaller_structures():
    masks = Structured(16, below=(2, 1, 1))
    assert [m.hidden for m in masks] == [(1, 1, 1), (1, 1, 2), (1, 2, 1)]
    assert all(m.parameters_kept < 13 for m in masks)


def test_unstructured_masks_are_connected_and_differ():
    masks = cl.Masks.concatenate(list(unstructured_masks((2, 2, 2))))
    paths = cl.connectivity(masks)
    assert len(masks) == 4**3
    np.testing.assert_array_equal(paths.effective_weights, masks.weights_kept)
    flat = np.concatenate([w.reshape(len(masks), -1) for w in masks.weights], axis=1)
    assert len(np.unique(flat, axis=0)) == len(masks)


def test_bad_sizes_are_refused():
    with pytest.raises(cl.UserError, match="≥ 1"):
        supports(0, 2, 1)
    with pytest.raises(cl.UserError, match="≥ 1"):
        structures(0)


@pytest.mark.parametrize(
    "made",
    [
        lambda: Structured("3"),
        lambda: Structured(0),
        lambda: Unstructured(3),
        lambda: Unstructured((2, 0)),
        lambda: Unstructured((2, 2), first=0),
        lambda: Canonical((3, 3, 3), 12.5),
    ],
)
def test_a_list_that_cannot_be_is_refused_in_a_sentence(made):
    with pytest.raises(cl.UserError, match="must be"):
        made()
    assert Unstructured([2, 2, 2]) == Unstructured((2, 2, 2))
