"""Which masks are one to the search that goes down: whatever their units are called."""

import numpy as np
from hypothesis import given, settings
from populations import SEEDS, some

import cubistlib as cl
from cubistlib.search.canonical import Canonical, connected_masks
from cubistlib.search.descent.population import hosted
from cubistlib.search.descent.signature import signatures


@settings(deadline=None, derandomize=True, max_examples=12)
@given(SEEDS)
def test_relabelled_and_hosted_masks_share_a_number(seed):
    rng = np.random.default_rng(seed)
    nets, masks = some(seed)
    orders = [np.arange(2), *(rng.permutation(h) for h in masks.hidden), np.arange(1)]
    weights = [w[:, orders[i + 1]][:, :, orders[i]] for i, w in enumerate(masks.weights)]
    values = [w[:, orders[i + 1]][:, :, orders[i]] for i, w in enumerate(nets.weights)]
    moved = cl.Masks.from_weights(weights), cl.Network.from_arrays(values, nets.biases)
    wide, kept = hosted(masks.apply(nets), (6, 7, 8))
    assert (signatures(moved[0]) == signatures(masks)).all()
    assert (signatures(kept) == signatures(masks)).all()
    signs = signatures(masks, nets)
    assert (signatures(*moved) == signs).all() and (signatures(kept, wide) == signs).all()
    nets.weights[0][0, 0, 0] *= -1
    assert (signatures(masks, nets) == signs).tolist() == [False, True, True, True]


def test_masks_that_differ_have_numbers_that_differ():
    lists = [Canonical((3, 3, 3)), *(masks for n in range(4, 11) for masks in connected_masks(n))]
    found = [signatures(masks.take(np.arange(len(masks)))) for masks in lists]
    assert len(np.unique(np.concatenate(found[1:]))) == sum(map(len, found[1:]))
    assert len(np.unique(found[0])) == len(found[0]) == 12_400
