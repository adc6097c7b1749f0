"""The search that goes down as a whole: what a start begins with, trains, keeps, and may cost."""

import numpy as np
import pytest
import torch
from populations import DATA, population, right, some

import cubistlib as cl
from cubistlib.networks import narrowed
from cubistlib.search.descent import Budget, Population, descend
from cubistlib.search.descent.beam import dense, sparse
from cubistlib.search.descent.polish import Polish
from cubistlib.search.descent.population import hosted, lived
from cubistlib.search.descent.refine import Recipe, Trainer

TINY = Budget(
    low=12,
    high=26,
    tries=24,
    beam=4,
    branch=2,
    generations=3,
    children=12,
    room=3,
    polished=1,
    polishings=1,
    hops=1,
    polish=Polish(rounds=4, points=100),
    host=(4, 4, 4),
)


def test_random_masks_are_of_what_was_kept():
    nets, masks = dense((3, 2, 2), (4, 4, 4), 1000, np.random.SeedSequence(0))
    _, kept = sparse(nets, masks, 9, np.random.default_rng(1))
    assert kept.weights_kept.max() == 9 and kept.weights_kept.min() < 9
    assert all((k <= m).all() for k, m in zip(kept.weights, masks.weights, strict=True))
    for layer, wide in zip(kept.weights, masks.weights, strict=True):
        share = layer.mean(0)[wide[0]]
        assert share.min() > 0.05 and np.ptp(share) < 0.1  # no place is left out or preferred
    every, all_kept = sparse(nets, masks, 99, np.random.default_rng(1))
    np.testing.assert_array_equal(every.weights[1], nets.weights[1])
    assert (all_kept.weights_kept == 6 + 6 + 4 + 2).all()


def test_narrowed_is_the_inverse_of_hosted():
    nets, masks = some(11, n=1)
    small, _ = narrowed(nets, masks)
    wide, kept = hosted(small, (9, 8, 7))
    np.testing.assert_array_equal(wide.logits(DATA[0]), small.logits(DATA[0]))
    again, masks = narrowed(wide, kept)
    assert again.hidden == masks.hidden == small.hidden
    assert lived(population(wide, kept), DATA).masks.hidden == (9, 8, 7)


def test_steps_are_counted():
    trainer = Trainer(DATA, np.random.default_rng(0))
    nets, masks = some(1, n=3)
    found = trainer(nets, masks, Recipe(5, (0.1, 0.2)))
    assert trainer.steps == 3 * 5 * (len(DATA[0]) // 128)
    assert {c.lr for c in found.configs} <= {0.1, 0.2}
    config = found.configs[0]
    assert (config.schedule, config.momentum, config.batch_size) == ("cosine", 0.9, 128)


@pytest.mark.parametrize("biases", [False, True])
def test_a_start_is_what_its_seed_says(biases):
    budget = Budget(**(vars(TINY) | {"biases": biases}))
    runs = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        runs.append(descend((3, 1, 3), np.random.SeedSequence(4), DATA, budget))
    torch.set_num_threads(1)
    one, other = runs
    assert one.steps == other.steps > 24 * 4 * 4
    for kind in ("sgd", "polished"):
        mine, its = getattr(one, kind).kept, getattr(other, kind).kept
        assert mine.keys() == its.keys() and len(mine) > 3
        for count, niche in mine.items():
            for a, b in zip(niche.network.arrays, its[count].network.arrays, strict=True):
                np.testing.assert_array_equal(a, b)
            check(niche, count, biases)


def check(niche, count, biases):
    """A niche's networks have so many parameters, all alive, and the points that they say."""
    assert (niche.counts == count).all()
    live = cl.simplify(niche.network, niche.masks, DATA[0])
    for i in range(len(niche)):
        net, _ = narrowed(niche.network[i], niche.masks[i])
        nonzero = sum(int((w != 0).sum()) for w in net.weights)
        counted = sum(int((b != 0).sum()) if biases else b.size for b in net.biases)
        assert nonzero + counted == count
        assert live.live_weights[i] == nonzero
        assert right(net, DATA) == niche.correct[i]


def test_a_start_from_known_networks_keeps_what_they_have():
    first = descend((3, 1, 3), np.random.SeedSequence(4), DATA, TINY)
    known = Population.concatenate(list(first.sgd.kept.values()))
    budget = Budget(**(vars(TINY) | {"generations": 1, "polished": 0, "polishings": 0, "hops": 0}))
    second = descend(known, np.random.SeedSequence(5), DATA, budget)
    assert not second.polished.kept
    for count, niche in first.sgd.kept.items():
        assert second.sgd.kept[count].correct[0] >= niche.correct[0]


@pytest.mark.parametrize(
    "wrongly, said",
    [
        ({"low": 0}, "low"),
        ({"low": 9, "high": 8}, "low must not be above high"),
        ({"host": (0, 1, 1)}, "host"),
        ({"generations": -1}, "generations"),
        ({"children": 3}, "children must be at least 4, got 3"),
        ({"polished": 0, "polishings": 2}, "with polished=0 both must be 0, got 2 and 0"),
        ({"polished": 0, "hops": 1}, "with polished=0 both must be 0, got 0 and 1"),
    ],
)
def test_budgets_that_are_none(wrongly, said):
    with pytest.raises(cl.UserError, match=f"budget: .*{said}"):
        Budget(**wrongly)


def test_the_fewest_children_are_enough():
    budget = Budget(**(vars(TINY) | {"children": 4, "polishings": 1, "hops": 0}))
    assert descend((3, 1, 3), np.random.SeedSequence(4), DATA, budget).polished.kept
