"""Which masks fit into which: brute force over all renamings, and what must hold of any."""

from itertools import pairwise, permutations, product

import numpy as np
import pytest

import cubistlib as cl
from cubistlib.search import Canonical
from cubistlib.search.fitting import fits, minimal, placed
from cubistlib.search.masks import Joined, widened


def drawn(hidden, n, share, seed):
    rng = np.random.default_rng(seed)
    sizes = (2, *hidden, 1)
    return cl.Masks.from_weights([rng.random((n, o, i)) < share for i, o in pairwise(sizes)])


def renamed(masks, orders):
    names = [list(range(2)), *map(list, orders), [0]]
    parts = zip(masks.weights, pairwise(names), strict=True)
    return cl.Masks.from_weights([w[:, rows][:, :, columns] for w, (columns, rows) in parts])


def by_brute_force(small, big):
    """Every injection of the small one's units into the big one's, a weight at a time."""
    choices = [permutations(range(b), s) for s, b in zip(small.hidden, big.hidden, strict=True)]
    for chosen in product(*choices):
        names = [(0, 1), *chosen, (0,)]
        if all(
            big.weights[layer][0, names[layer + 1][j], names[layer][i]]
            for layer, w in enumerate(small.weights)
            for _, j, i in np.argwhere(w)
        ):
            return True
    return False


@pytest.mark.parametrize("hidden", [(1, 1, 1), (2, 1, 2), (2, 3, 2), (3, 1, 3), (3, 3, 3)])
def test_it_is_what_trying_every_injection_says(hidden):
    small, big = drawn(hidden, 12, 0.5, 0), drawn((3, 3, 3), 25, 0.8, 1)
    found = fits(small, big)
    assert found.shape == (25, 12) and (found.any() and not found.all())
    for (i, j), fit in np.ndenumerate(found):
        assert fit == by_brute_force(small[j], big[i])
        place = placed(small[j], big[i])
        assert (place is not None) == fit
        if place:
            assert (place.weights_kept == small[j].weights_kept).all() and fits(place, small[j])
            assert all((p <= b).all() for p, b in zip(place.weights, big[i].weights, strict=True))


def test_a_known_case():
    """By hand: x1 to one unit, x2 to the other, and the second layer reads only the first."""
    one = [np.array([[1, 0], [0, 1]]), np.array([[1, 0]]), np.array([[1]])]
    other = [np.array([[0, 1], [1, 0]]), np.array([[0, 1]]), np.array([[1]])]
    wrong = [np.array([[1, 0], [0, 1]]), np.array([[0, 1]]), np.array([[1]])]
    small = cl.Masks.from_weights([w.astype(bool) for w in one])
    assert fits(small, cl.Masks.from_weights([w.astype(bool) for w in other]))
    assert not fits(small, cl.Masks.from_weights([w.astype(bool) for w in wrong])), "inputs stay"


def test_it_is_an_order_up_to_names():
    masks = drawn((3, 2, 3), 30, 0.7, 2)
    found = fits(masks, masks)
    assert found.diagonal().all()
    for orders in product(permutations(range(3)), permutations(range(2)), permutations(range(3))):
        assert fits(masks, renamed(masks, orders)).diagonal().all()
    more = cl.Masks.from_weights(
        [a | b for a, b in zip(masks.weights, drawn((3, 2, 3), 30, 0.2, 3).weights, strict=True)]
    )
    assert (fits(masks, more) >= found).all(), "what fits into less fits into more"
    assert (found >= found @ found).all(), "what fits into what fits, fits"


def test_units_without_weights_take_no_room():
    wide = widened(drawn((2, 1, 2), 5, 0.9, 4), (4, 3, 4))
    assert fits(wide, drawn((2, 1, 2), 5, 0.9, 4)).diagonal().all()
    assert wide.hidden == (4, 3, 4)


def test_the_minimal_ones_are_in_all_others_and_in_none_of_each_other():
    twice = Joined((Canonical((3, 2, 2)), Canonical((3, 2, 2))))
    masks = cl.Masks.concatenate(list(twice))
    enough = masks.weights_kept >= 12
    few = minimal(masks[np.flatnonzero(enough)])
    among = fits(few, few)
    np.testing.assert_array_equal(among, np.eye(len(few), dtype=bool))
    assert (np.diff(few.weights_kept) >= 0).all()
    assert fits(few, masks[np.flatnonzero(enough)]).any(1).all()
    assert not fits(few, masks[np.flatnonzero(~enough)]).any()


@pytest.mark.parametrize(
    ("hidden", "sentence"),
    [
        ((6, 1, 1), "fits: hidden widths must be at most 5, got (6, 1, 1)"),
        ((1, 1), "fits: masks of (2, 1, 1, 1, 1) and of (2, 1, 1, 1) have no order"),
    ],
)
def test_what_cannot_be_compared_is_refused(hidden, sentence):
    with pytest.raises(cl.UserError) as caught:
        fits(drawn((1, 1, 1), 1, 1, 0), drawn(hidden, 1, 1, 0))
    assert str(caught.value) == sentence
    with pytest.raises(cl.UserError, match=r"^placed: takes one mask and another$"):
        placed(drawn((1, 1, 1), 2, 1, 0), drawn((1, 1, 1), 1, 1, 0))
