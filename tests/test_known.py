"""The masks that are known to be good: where they come from, and that they are."""

import numpy as np
import pytest

from cubistlib import analysis
from cubistlib.networks import Masks
from cubistlib.search import frontier
from cubistlib.search.fitting import fits, minimal
from cubistlib.studies import paper
from cubistlib.studies.known import good_masks

HIDDEN = (3, 3, 3)


@pytest.fixture(scope="module")
def known():
    return good_masks(HIDDEN, 0.95)


def test_every_source_has_some_in_the_structure(known):
    assert list(known) == ["elimination", "frontier", "search"]
    assert all(masks.hidden == HIDDEN for masks in known.values())
    few = minimal(Masks.concatenate([*known.values()]))
    assert few.parameters_kept[0] == 22 and len(few) < 20, "a handful are inside all others"
    for masks in known.values():
        assert fits(few, masks).any(1).all()


def test_a_witness_is_among_them(known):
    witness = frontier.published()["sgd/22-parameters.json"]
    assert witness.claims.accuracy >= 0.95
    assert fits(witness.masks, known["frontier"]).any()
    assert fits(known["frontier"][0], witness.masks).all(), "the sparsest one is the first"


def test_a_mask_of_the_search_is_that_of_a_run_that_got_there(known):
    name = "random-init/unstructured-search-95"
    runs = analysis.published(name)
    reaching = runs[runs["accuracy"] >= 0.95]
    row = reaching.iloc[-1]
    done = paper.study(name).train(int(row["experiment"]))
    assert done.accuracy[0] >= 0.95
    for there, kept in zip(known["search"][-1].weights, done.masks.weights, strict=True):
        np.testing.assert_array_equal(there, kept)
    dense = known["search"][: len(known["search"]) - reaching["mask"].nunique()]
    blocks = [w.any(axis=2).sum(1) * w.any(axis=1).sum(1) for w in dense.weights]
    assert (sum(blocks) == dense.weights_kept).all(), "the others are dense structures"


def test_there_may_be_none():
    assert good_masks((1, 1, 1), 0.95) == {}
    assert "search" not in good_masks(HIDDEN, 0.999)
