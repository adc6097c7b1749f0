"""The floor itself: every mask is looked at, corners are covered, what is published is so."""

import json
from itertools import permutations, product

import numpy as np
import pytest
from test_floor_lines import places

import cubistlib as cl
from cubistlib.search import connected_masks, count_all
from cubistlib.search.floor import (
    Corners,
    Region,
    Wiring,
    allowed,
    arms,
    bounds,
    changes_along,
    floor,
    most_edges,
    most_hidden,
    needed,
    wrong_points,
)
from cubistlib.search.floor import certificate as whole
from cubistlib.search.floor.proof import least_parameters
from cubistlib.support import paths

SPIRAL = arms()
POINTS = 49_982


@pytest.fixture(scope="module")
def published():
    return json.loads((paths.published("frontier") / "floor.json").read_text())


def layers_of(rows, columns, most):
    """All 0/1 matrices without an empty row or column, of at most so many ones."""
    for bits in product((0, 1), repeat=rows * columns):
        matrix = np.reshape(bits, (rows, columns))
        if matrix.sum() <= most and matrix.any(0).all() and matrix.any(1).all():
            yield matrix


@pytest.mark.parametrize("weights", [5, 6, 7, 8])
def test_every_mask_is_listed_once(weights):
    """By brute force: all matrices, one of each class under the naming of hidden units."""
    found = set()
    for d1, d2, d3 in product(range(1, weights), repeat=3):
        left = weights - d3
        if max(2, d1) + max(d1, d2) + max(d2, d3) > left:
            continue
        names = list(product(*(permutations(range(d)) for d in (d1, d2, d3))))
        seconds = list(layers_of(d2, d1, left))
        for a in layers_of(d1, 2, left):
            for b in (m for m in seconds if a.sum() + m.sum() < left):
                for c in layers_of(d3, d2, left):
                    if a.sum() + b.sum() + c.sum() == left:
                        same = [
                            (a[p].tobytes(), b[q][:, p].tobytes(), c[r][:, q].tobytes())
                            for p, q, r in (map(list, n) for n in names)
                        ]
                        found.add(((d1, d2, d3), min(same)))
    listed = sum(len(masks) for masks in connected_masks(weights))
    assert len(found) == listed == count_all(weights)


def test_fewest_parameters_by_hand_and_by_the_list():
    assert [least_parameters(n) for n in (5, 6, 8, 9, 11, 12)] == [9, 11, 13, 15, 17, 19]
    for weights in (5, 6, 7, 8):
        masks = bounds([weights])
        assert masks["parameters"].min() >= least_parameters(weights)


def test_errors_that_a_target_allows():
    assert [allowed(t, POINTS) for t in (0.95, 0.99, 0.995, 0.999, 1.0)] == [2499, 499, 249, 49, 0]


def test_the_floor_of_a_table_by_hand():
    masks = bounds([5, 6, 7])
    wrong = np.full(len(masks), 3_000)
    assert floor(masks, wrong, 0.95, POINTS) == (8, 13)
    wrong[masks.index[masks["weights"] == 6][0]] = 2_499
    assert floor(masks, wrong, 0.95, POINTS) == (6, 11)
    assert floor(masks, wrong, 0.99, POINTS) == (8, 13)


def test_a_bound_takes_what_may_hide_off_and_the_better_of_two():
    masks = bounds([6])  # one, x y | 01 | 0: 1 change beside a hinge, 0 at a corner, 8 edges
    beside = needed(SPIRAL, 90).tolist()
    alone = wrong_points(masks, beside, [], SPIRAL)[0]
    assert beside[1] - 75 < alone < beside[1] - 64
    assert wrong_points(masks, beside, [beside[1]], SPIRAL)[0] == alone  # cuts hide more
    assert wrong_points(masks, beside, [12_000.0], SPIRAL)[0] == pytest.approx(11_790, abs=15)


def test_masks_of_a_few_weights_as_published(published):
    table = whole.table(published)
    assert table.groupby("weights").size().to_dict() == {n: count_all(n) for n in range(5, 13)}
    again = bounds(range(5, 10))
    again["wrong"] = wrong_points(again, published["beside"], whole.GOALS, SPIRAL)
    known = table[table["weights"] < 10].set_index("mask")
    assert known.sort_index().equals(again.set_index("mask").sort_index())


def test_the_published_floor_follows_from_its_table(published):
    table = whole.table(published)
    again = wrong_points(table, published["beside"], whole.GOALS, SPIRAL)
    assert (again == table["wrong"]).all()
    assert whole.floors(table, SPIRAL) == published["floor"]
    at = {row["target"]: (row["weights"], row["parameters"]) for row in published["floor"]}
    assert at[0.95] == (11, 18) and at[0.995] == at[1.0] == (13, 20)


def test_what_lines_prove_as_published(published):
    """Coarser ranges prove less, never more."""
    coarse = needed(SPIRAL, 720)
    assert (coarse <= np.array(published["beside"]) + 1e-3).all()
    assert (coarse >= 0.9 * np.array(published["beside"])).all()


def test_published_corners_cover_the_plane_and_hold(published):
    rng = np.random.default_rng(0)
    for known in published["corners"]:
        boxes = whole.regions(known["boxes"])
        assert whole.cover(boxes) and not whole.cover(boxes[1:])
        corners = Corners(SPIRAL, known["changes"])
        assert (
            min(row[4] for row in known["boxes"]) >= known["goal"] == whole.GOALS[known["changes"]]
        )
        for i in rng.choice(len(boxes), 2, replace=False):
            assert corners.wrong(boxes[i]) == pytest.approx(known["boxes"][i][4], abs=0.01)


def test_a_corner_knows_which_lines_its_functions_are_constant_along():
    """A function of x alone where only the x-unit is on, and so forth; from the points' side."""
    corners = Corners(SPIRAL, 0, 45)
    here = Region(left=20, right=20, bottom=-30, top=-30)
    x = places()
    label = np.repeat(SPIRAL.label, SPIRAL.points)

    def best(values, inside):
        """Errors of the best function of a value, in narrow bins."""
        kind = np.floor(values[inside] / 0.25).astype(int)
        ones = np.bincount(kind - kind.min(), label[inside])
        return np.minimum(ones, np.bincount(kind - kind.min()) - ones).sum()

    right, above = x[:, 0] > 20, x[:, 1] > -30
    for way in product((True, False), repeat=2):
        on_x, on_y = right == way[0], above == way[1]
        neither = label[~on_x & ~on_y]
        counted = best(x[:, 0], on_x & ~on_y) + best(x[:, 1], ~on_x & on_y)
        counted += min(neither.sum(), len(neither) - neither.sum())
        stripes = [np.cos(a) * x[:, 0] + np.sin(a) * x[:, 1] for a in np.linspace(0, np.pi, 45)]
        counted += min(best(values, on_x & on_y) for values in stripes)
        assert 0.6 * counted < corners._facing(here, way) <= counted + 200


def test_a_goal_out_of_reach_is_one_sentence():
    with pytest.raises(cl.UserError, match="no proof that a corner in Region"):
        Corners(SPIRAL, 2, 20).prove(20_000)


def test_boxes_that_leave_a_gap_do_not_cover():
    half = Region(right=0.0)
    assert whole.cover([half, Region(left=0.0)]) and whole.cover([Region()])
    assert not whole.cover([half]) and not whole.cover([half, Region(left=1.0)])
    assert not whole.cover([Region(-1, 1, -1, 1)])


def test_a_certificate_is_json_that_reads_back():
    small = whole.make(most_weights=6, ranges=45, goals=(1_000.0,))
    assert json.loads(whole.text(small)) == json.loads(json.dumps(small))
    assert whole.table(small)["weights"].tolist() == [5, 6]


def test_networks_are_as_bad_as_their_masks_say(spiral, published):
    """The best of many random networks of each small mask, under the best output bias."""
    x, y = spiral
    table = whole.table(published).set_index("mask")["wrong"]
    rng = np.random.default_rng(7)
    for masks in connected_masks(8):
        for mask in masks:
            n = 40
            nets = cl.Network.initialize(mask.hidden, n=n, seed=int(rng.integers(1 << 30)))
            logits = np.concatenate([mask.apply(nets[i]).logits(x[::10]) for i in range(n)])
            order = np.argsort(logits, axis=1)
            ones = np.cumsum(y[::10][order], axis=1)
            zeros = np.arange(1, ones.shape[1] + 1) - ones
            wrong = ones + zeros[:, -1:] - zeros  # class 0 up to a level, class 1 above
            level = np.diff(np.sort(logits, axis=1), append=np.inf) > 0  # it parts no equals
            assert 10 * wrong[level].min() > table[str(Wiring.of(mask))] - 200


def witnesses():
    """Committed networks of few weights: (file, weights, biases, errors), the layers as lists."""
    for file in sorted(paths.published("frontier").glob("*/*.json")):
        known = json.loads(file.read_text())
        weights = [np.array(w) for w in known["weights"]]
        if sum(np.count_nonzero(w) for w in weights) <= 12:
            biases = [np.array(b) for b in known["biases"]]
            yield (
                f"{file.parent.name}/{file.stem}",
                weights,
                biases,
                known["points"] - known["correct"],
            )


def changes_seen(weights, biases, unit):
    """Most label changes along lines beside the hinge of a first-layer unit, among 31 of them."""
    normal = weights[0][unit] / np.linalg.norm(weights[0][unit])
    along = np.linspace(-6, 6, 6_001)[:, None] * np.array([-normal[1], normal[0]])
    h = np.linspace(-3, 3, 31)[:, None, None] * normal + along
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        h = np.maximum(h @ w.T + b, 0)
    signs = (h @ weights[-1].T + biases[-1])[..., 0] > 0
    return np.count_nonzero(signs[:, 1:] != signs[:, :-1], axis=1).max()


KNOWN = {name: network for name, *network in witnesses()}


@pytest.mark.parametrize("name", KNOWN)
def test_the_sparsest_networks_found_obey(published, name):
    weights, biases, errors = KNOWN[name]
    known = Wiring.of(cl.Masks.from_weights([w != 0 for w in weights]))
    bounded = []
    for unit, read in enumerate(known.first):
        alike = {j for j in known.units if known.first[j] == read and len(read) == 1}
        bounded.append(changes_along(known, known.units - alike - {unit}))
        assert changes_seen(weights, biases, unit) <= bounded[-1]
    least = published["beside"][min(bounded)] - most_hidden(SPIRAL, most_edges(known))
    assert errors >= least
