"""Every mask that the authors' code returned, from the same network and the same batches."""

from itertools import count

import numpy as np
import pytest

from cubistlib import Masks, TrainConfig, pruners, train
from cubistlib.pruners.parts import erk

WIDTHS, KEEP = (3, 8, 16), (15, 20, 26)
ALGORITHMS = {
    "magnitude": pruners.Magnitude(),
    "snip": pruners.SNIP(),
    "grasp": pruners.GraSP(),
    "iter_snip": pruners.IterSNIP(),
    "force": pruners.FORCE(),
    "synflow": pruners.SynFlow(biases=True),
    "prospr": pruners.ProsPr(inner_lr=0.1),
}
# ProsPr at width 3 has ties: see test_prospr_at_width_3.
UNTIED = [(name, w) for name in ALGORITHMS for w in WIDTHS if (name, w) != ("prospr", 3)]
RIGL = TrainConfig(lr=0.1)


@pytest.fixture
def recorded(golden, spiral):
    """The recorded batches, one after the other and round again."""
    x, y = spiral
    order = golden["batch_order"]
    return ((x[rows], y[rows]) for rows in (order[j % len(order)] for j in count()))


@pytest.mark.parametrize("keep", KEEP)
@pytest.mark.parametrize(("name", "width"), UNTIED)
def test_masks_are_those_of_the_authors(name, width, keep, golden_network, golden_masks, recorded):
    masks = ALGORITHMS[name].masks(golden_network(width), recorded, keep, "authors")
    for ours, theirs in zip(masks.weights, golden_masks(width, name, keep), strict=True):
        np.testing.assert_array_equal(ours[0], theirs)


@pytest.mark.parametrize("keep", KEEP)
def test_prospr_at_width_3(keep, golden_network, golden_masks, recorded):
    """14 of 27 scores are exactly 0 there: five units are dead on every batch.

    The authors' code keeps as many weights as asked for, in the order in which torch.topk
    happens to return equal scores; ours takes the lower index. What scores above zero is the
    same, and so is the number kept.
    """
    nets, prospr = golden_network(3), ALGORITHMS["prospr"]
    batches = [next(recorded) for _ in range(4)]
    scores = flat(prospr.scores(nets, Masks.ones_like(nets), iter(batches)))
    ours = flat(prospr.masks(nets, iter(batches), keep, "authors").weights)
    theirs = flat(golden_masks(3, "prospr", keep)).astype(bool)
    assert (scores == 0).sum() == 14
    assert ours.sum() == theirs.sum()
    np.testing.assert_array_equal(ours[scores > 0], theirs[scores > 0])


@pytest.mark.parametrize("keep", KEEP)
@pytest.mark.parametrize("width", WIDTHS)
def test_erk_densities_and_counts(width, keep, golden):
    sizes = (2, width, width, width, 1)
    expected = golden[f"w{width}/erk/{keep}/density"]
    np.testing.assert_allclose(erk.densities(sizes, keep), expected, rtol=1e-12)
    np.testing.assert_array_equal(
        erk.authors_counts(sizes, keep), golden[f"w{width}/erk/{keep}/nnz"]
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_rigl_moves_the_same_weights(width, golden, golden_network, spiral):
    """Masks and parameters after 99, 100, 150 and 200 steps.

    At width 16 units are dead, and layers 0, 1 and 3 have no slope other than 0 to grow by at
    step 100, layers 0 and 3 again at step 200: there the place of a new weight is a matter of
    ties and compared by number alone. Such weights stay 0, so all parameters are the same.
    """
    tied = {(16, 100): (0, 1, 3), (16, 150): (0, 1, 3), (16, 200): (0, 3)}
    nets = golden_network(width)
    hook = pruners.RigL().hook(nets, 26, RIGL.steps(len(spiral[0])))
    order = golden["batch_order"][np.arange(200) % 12]
    start = Masks.from_weights([golden[f"w{width}/rigl/26/step0/mask{i}"] for i in range(4)])
    for step in (99, 100, 150, 200):
        state = train(
            nets, start, *spiral, RIGL, order=order, hook=hook, stop=step, backend="torch"
        ).state
        for layer in range(4):
            theirs = {
                part: golden[f"w{width}/rigl/26/step{step}/{part}{layer}"]
                for part in ("mask", "weight", "bias")
            }
            ours = state.masks.weights[layer][0]
            assert ours.sum() == theirs["mask"].sum()
            differ = ours != theirs["mask"]
            if layer in tied.get((width, step), ()):
                assert (theirs["weight"][differ] == 0).all()
            else:
                assert not differ.any()
            close = {"rtol": 0, "atol": 1e-6}
            np.testing.assert_allclose(state.network.weights[layer][0], theirs["weight"], **close)
            np.testing.assert_allclose(state.network.biases[layer][0], theirs["bias"], **close)


def flat(layers) -> np.ndarray:
    """The layers of a single network in one row."""
    return np.concatenate([np.ravel(layer) for layer in layers])
