"""Niches: the best of every count of parameters, few of them alike."""

import numpy as np

import cubistlib as cl
from cubistlib.search.descent import Population
from cubistlib.search.descent.evolution import closest
from cubistlib.search.descent.niches import Niches


def fake(counts, correct, negative=None):
    """Networks of so many parameters that have so many points right, of units side by side.

    negative: how many of a network's weights are below 0, layer by layer from the first unit;
    by default their number in the list.
    """
    nets, masks = [], []
    for i, count in enumerate(counts):
        w = np.zeros((1, 20, 2))
        w[0, : count // 3, 0] = 1  # a unit of one input and one reader has three parameters
        layers = [w, w[:, :, :1].transpose(0, 2, 1).copy()]
        masks.append(cl.Masks.from_weights(layers))
        below = i if negative is None else negative[i]
        layers[0][0, :below, 0] *= -1
        layers[1][0, 0, : max(0, below - count // 3)] *= -1
        nets.append(masks[-1].apply(cl.Network.from_arrays(layers, [np.zeros((1, 20)), [[0]]])))
    configs = np.array([cl.TrainConfig()] * len(counts), object)
    loss = 1 / np.array(correct, float)
    both = cl.Network.concatenate(nets), cl.Masks.concatenate(masks)
    return Population(*both, np.array(correct), loss, configs)


def test_niches_keep_the_best_of_every_count():
    niches = Niches(low=7, high=10, room=2, alike=2)
    niches.add(fake([7, 7, 10, 4, 13], [5, 6, 9, 50, 50]))
    niches.add(fake([7, 10, 10], [7, 3, 9]))
    found = {count: p.correct.tolist() for count, p in niches.kept.items()}
    assert found == {7: [7, 6], 10: [9, 3]}  # 9 has the signs of the other 9
    assert niches.bar(np.array([5, 7, 8, 10, 99])).tolist() == [0, 7, 7, 9, 9]
    assert [len(n) for n in niches.niches(points=100)] == [2, 2]
    assert [n.counts[0] for n in niches.niches(points=7)] == [7, 10]
    assert [n.counts[0] for n in niches.niches(points=9)] == [7, 10]
    lower = {4: niches.kept[7], 10: niches.kept[10]}
    assert [n.counts[0] for n in Niches(4, 30, kept=lower).niches(points=7)] == [7]


def test_few_of_a_niche_have_one_mask_and_none_the_signs_of_another():
    niches = Niches(low=1, high=20, room=5, alike=2)
    niches.add(fake([7] * 4, [1, 2, 3, 4]))
    assert niches.kept[7].correct.tolist() == [4, 3]
    niches.add(fake([7] * 3, [9, 8, 1], negative=[0, 0, 0]))
    assert niches.kept[7].correct.tolist() == [9, 4]


def test_those_closest_to_the_best_of_their_count_go_on():
    niches = Niches(low=7, high=10)
    niches.add(fake([7, 10], [50, 60]))
    found = closest(fake([4, 7, 7, 10, 13], [99, 45, 52, 59, 99]), niches, 3)
    assert found.correct.tolist() == [45, 52, 59]
    assert closest(found, niches, 2).correct.tolist() == [52, 59]


def test_what_is_not_finite_has_no_niche():
    niches, bad = Niches(low=1, high=20), fake([7], [1])
    bad.loss[:] = np.inf
    niches.add(bad)
    assert not niches.kept
