"""Two networks side by side."""

import numpy as np

import cubistlib as cl
from cubistlib.inspector.figure import figure
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.view import View


def test_two_networks_side_by_side_at_the_same_k(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    view = View(algorithm="gmp", keep=15, beside="snip", unit="h2.1")
    other = model.beside(view)
    assert (other.algorithm, other.unit) == ("snip", "h2.1")
    assert model.scene(other).specimen.weights_kept == 15
    difference = model.difference(view)
    same = model.specimen(view).net.sizes == model.specimen(other).net.sizes
    assert (difference is None) != same
    if same:
        values = model.map(view).values - model.map(other).values
        np.testing.assert_array_equal(difference.values, values)


def test_a_difference_is_of_units_that_correspond(few):
    nets = {name: cl.Network.initialize(h) for name, h in (("a", [3, 3]), ("b", [3, 4]))}
    model = Model(catalogue(nets, None, (), *few), *few)
    for unit, there in (("out", True), ("x1", True), ("h1.1", False), ("h2.2", False)):
        view = View(algorithm="a", beside="b", unit=unit)
        assert (model.difference(view) is not None) == there
        assert figure(model, view).axes
    assert model.difference(View(algorithm="b", beside="a", unit="h2.4")) is None


def test_side_by_side_at_the_same_k(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    for keep in (15, 20):
        other = model.beside(View(algorithm="gmp", keep=keep, beside="snip"))
        assert model.scene(other).specimen.weights_kept == keep
