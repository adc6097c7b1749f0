"""Discovery, the authors' counts, and the controls of an honest comparison."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubistlib import Network, Task, TrainConfig, UserError, pruners
from cubistlib.networks import parameters_of
from cubistlib.pruners.controls.dense import widths_of_size
from cubistlib.pruners.controls.shuffled import shuffle
from cubistlib.pruners.parts import erk
from cubistlib.pruners.parts.initialization import xavier_normal
from cubistlib.pruners.parts.selection import select

NINE = ["force", "gmp", "grasp", "iter_snip", "lth", "prospr", "rigl", "snip", "synflow"]
PAPER_WIDTHS = (3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 256)
PAPER_KEEP = (*range(15, 27), 30, 33, 37, 40, 44, 50, 53, 55, 57, 60, 65)
PAPER_PAIRS = [
    (width, keep)
    for width in PAPER_WIDTHS
    for keep in PAPER_KEEP
    if keep < 2 * width * width + 3 * width
]
SIZES = st.lists(st.integers(1, 12), min_size=2, max_size=6).map(tuple)


def test_discovery_finds_the_nine_and_the_controls():
    names = set(pruners.available())
    assert set(NINE) <= set(pruners.available(controls=False))
    assert {"magnitude", "random", "random_erk"} <= names - set(pruners.available(controls=False))
    assert not any("shuffled" in name or "reinitialized" in name for name in names)
    assert pruners.get("iter_snip") is pruners.IterSNIP


def test_one_of_ones_own_goes_before_the_library_s_whichever_is_loaded_first():
    code = """if True:
        from cubistlib import pruners
        class Mine(pruners.get("gmp")):
            name = "lth"
        assert pruners.get("lth") is pruners.available()["lth"] is Mine
        class Nameless(pruners.get("gmp")):
            name = ""
        assert "" not in pruners.available()
        class Other(pruners.Scored):
            name = "snip"
            def scores(self, nets, masks, batches): return []
        from cubistlib.studies import PruningStudy
        try:
            PruningStudy(name="a", algorithms=("snip",), widths=(3,), keep=(12,), lrs=(0.1,),
                schedules=("step",), options=(("snip", "reinitialize", True),))
        except ValueError as error:
            assert str(error).endswith("; snip is <class '__main__.Other'> here"), error
        else:
            raise AssertionError("taken")
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_names_are_refused_with_those_that_there_are():
    with pytest.raises(UserError, match=r"algorithm must be one of .*snip, synflow, got 'snap'"):
        pruners.get("snap")
    with pytest.raises(AttributeError, match="SNAP"):
        _ = pruners.SNAP


@pytest.mark.parametrize(
    ("name", "field", "value", "allowed"),
    [
        ("gmp", "end", 1.5, "number 0 … 1"),
        ("gmp", "prunings", 0, "whole number ≥ 1"),
        ("grasp", "temperature", 0, "number > 0"),
        ("grasp", "reinitialize", 1, "true or false"),
        ("lth", "rounds", 2.0, "whole number ≥ 1"),
        ("rigl", "alpha", float("nan"), "number 0 … 1"),
        ("synflow", "steps", True, "whole number ≥ 1"),
        ("prospr", "inner_lr", "0.1", "number ≥ 0"),
        ("prospr", "inner_steps", -1, "whole number ≥ 0"),
    ],
)
def test_hyper_parameters_out_of_range_are_refused(name, field, value, allowed):
    with pytest.raises(UserError, match=rf"^{name}: {field} must be (a )?{allowed}, got"):
        pruners.get(name)(**{field: value})


@pytest.mark.parametrize(
    ("algorithm", "surplus"),
    [
        (pruners.Magnitude, {-1}),
        (pruners.SynFlow, {-1}),
        (pruners.FORCE, {-2, -1}),
        (pruners.IterSNIP, {-2, -1}),
        (pruners.SNIP, {-1, 0}),
        (pruners.GraSP, {0, 1}),
        (pruners.ProsPr, {0, 1}),
    ],
)
def test_the_authors_rule_keeps_as_many_as_the_paper_counted(algorithm, surplus):
    """Over the 234 pairs of width and k; scores without ties. Source: paper.md."""
    pruner, found = algorithm(), set()
    assert len(PAPER_PAIRS) == 234
    for width, keep in PAPER_PAIRS:
        total = 2 * width * width + 3 * width
        target = pruner.authors_schedule(total, np.array([keep]))[-1]
        # What counts is the rank in the order of scores: few weights stand for all.
        scores = np.arange(1.0, min(total, 100) + 1)
        kept = select([scores[None, None]], target, pruner.rule("authors"))[0].sum()
        found.add(int(kept) - keep)
    assert found == surplus


@pytest.mark.parametrize("algorithm", pruners.available().values())
def test_the_authors_rule_gives_a_mask_of_dead_and_of_diverged_networks(algorithm, spiral):
    """Of whatever size: theirs may keep nothing, or everything."""
    x, y = spiral[0][::100], spiral[1][::100]
    nets, config = Network.initialize((3, 3, 3), n=3, seed=0), TrainConfig(epochs=2)
    for w, b in zip(nets.weights, nets.biases, strict=True):
        w[0], b[0], w[1] = -np.abs(w[0]), -1, np.nan
    trained = algorithm().train(nets, 9, Task(x, y, config, selection="authors", backend="torch"))
    assert trained.masks.sizes == nets.sizes and len(trained.masks) == 3


def test_erk_of_the_authors_keeps_up_to_three_more():
    surplus = {
        int(erk.authors_counts((2, w, w, w, 1), keep).sum()) - keep for w, keep in PAPER_PAIRS
    }
    assert surplus <= {0, 1, 2, 3} and 3 in surplus


@given(SIZES, st.data())
def test_erk_shares_out_exactly_k(sizes, data):
    totals = np.array(sizes[:-1]) * np.array(sizes[1:])
    keep = data.draw(st.integers(1, int(totals.sum())))
    counts, density = erk.exact_counts(sizes, keep), erk.densities(sizes, keep)
    assert counts.sum() == keep
    assert (counts <= totals).all() and (np.abs(counts - density * totals) < 1).all()
    np.testing.assert_allclose((density * totals).sum(), keep)
    sparse = density < 1
    factors = (density * totals / (np.array(sizes[:-1]) + sizes[1:]))[sparse]
    np.testing.assert_allclose(factors, factors.mean() if sparse.any() else 0)


def test_random_masks_take_every_weight_equally_often():
    nets = Network.initialize((3, 3, 3), n=3000, seed=0)
    masks = pruners.Random().masks(nets, None, 9, seed=1)
    share = np.concatenate([w.mean(0).ravel() for w in masks.weights])
    np.testing.assert_allclose(share, 1 / 3, atol=0.05)


def test_random_erk_has_erk_counts_in_each_layer():
    nets = Network.initialize((8, 8, 8), n=2, seed=0)
    masks = pruners.RandomERK().masks(nets, None, np.array([15, 26]))
    for i, keep in enumerate((15, 26)):
        counts = [w[i].sum() for w in masks.weights]
        np.testing.assert_array_equal(counts, erk.exact_counts(nets.sizes, keep))


def test_magnitude_keeps_the_largest_weights():
    net = Network.from_arrays([[[4], [-1]], [[3, -2]]], [[0, 0], [0]])
    masks = pruners.Magnitude().masks(net, None, 2)
    assert [m.ravel().tolist() for m in masks.weights] == [[True, False], [True, False]]


def test_shuffling_moves_weights_within_their_layers():
    nets = Network.initialize((8, 8, 8), n=4, seed=0)
    masks = pruners.Magnitude().masks(nets, None, 30)
    shuffled = shuffle(masks, seed=3)
    for before, after in zip(masks.weights, shuffled.weights, strict=True):
        np.testing.assert_array_equal(before.sum((1, 2)), after.sum((1, 2)))
    assert any((a != b).any() for a, b in zip(masks.weights, shuffled.weights, strict=True))


def test_reinitialized_survivors_keep_the_masks_and_lose_the_values(spiral):
    x, y = spiral[0][::100], spiral[1][::100]
    nets, config = Network.initialize((6, 6, 6), n=2, seed=0), TrainConfig(epochs=1)
    task = Task(x, y, config, seed=4)
    control = pruners.Reinitialized(pruners.SNIP(), host=(16, 16, 16))
    drawn, masks = control.ticket(nets, 20, task)
    _, found = pruners.SNIP().ticket(nets, 20, task)
    for a, b in zip(masks.weights, found.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert drawn.sizes == nets.sizes
    assert not any(np.isin(a, b).any() for a, b in zip(drawn.weights, nets.weights, strict=True))
    assert np.abs(drawn.weights[1]).max() < 1 / 4


def test_reinitializing_algorithms_train_from_what_they_scored(spiral):
    x, y = spiral[0][::100], spiral[1][::100]
    nets, config = Network.initialize((6, 6, 6), n=2, seed=0), TrainConfig(epochs=1)
    for pruner in (pruners.SNIP(reinitialize=True), pruners.GraSP(reinitialize=True)):
        prepared, _ = pruner.ticket(nets, 20, Task(x, y, config, seed=4))
        expected = xavier_normal(nets, 4)
        for a, b in zip(prepared.weights, expected.weights, strict=True):
            np.testing.assert_array_equal(a, b)


def test_xavier_normal_has_its_standard_deviation_and_leaves_the_biases():
    nets = Network.initialize((30, 50), n=20, seed=0)
    drawn = xavier_normal(nets, seed=1)
    for w in drawn.weights:
        np.testing.assert_allclose(w.std(), np.sqrt(2 / sum(w.shape[1:])), rtol=0.1)
    assert all((a == b).all() for a, b in zip(drawn.biases, nets.biases, strict=True))


@pytest.mark.parametrize(
    ("budget", "widths"), [(9, (1, 1, 1)), (37, (3, 3, 3)), (36, (2, 3, 4)), (609, (16, 16, 16))]
)
def test_dense_networks_of_a_size(budget, widths):
    found = widths_of_size(budget)
    assert parameters_of(found) <= budget
    assert found == widths


def test_a_dense_network_of_no_size_is_refused():
    with pytest.raises(UserError, match="budget must be ≥ 9 for 3 hidden layers, got 8"):
        widths_of_size(8)
