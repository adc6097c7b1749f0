"""Units: their maps over the plane, and how they are computed."""

import numpy as np
import pytest

from cubistlib import plots
from cubistlib.inspector import units
from cubistlib.inspector.figure import figure
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.units import Unit
from cubistlib.inspector.view import View


@pytest.mark.parametrize("pre", [False, True])
def test_maps_are_the_network_on_the_grid(model, pre):
    specimen = model.scene(View()).specimen
    expected = plots.unit_maps(specimen.net, 64)
    for layer in (1, 2, 3):
        for index in range(6):
            found = units.unit_map(specimen, Unit(layer, index), pre, side=64).values
            found = np.maximum(found, 0) if pre else found
            np.testing.assert_allclose(found, expected[layer - 1][index], atol=1e-5)
    output = units.unit_map(specimen, Unit(4, 0), pre, side=64)
    logit = output.values if pre else 2 * np.arctanh(2 * output.values)
    np.testing.assert_allclose(logit, expected[3][0], atol=1e-4)


def test_a_large_map_has_512_points_a_side_and_its_first_row_at_the_bottom(model):
    found = model.map(View(unit="x2"))
    assert found.values.shape == (512, 512)
    assert found.values[0, 0] == -2.25 and found.values[-1, 0] == 2.25


def test_points_beyond_the_viewer_s_square_have_a_map(net, masks, few):
    far = few[0] * 3, few[1]
    model = Model(catalogue(net, masks, (), *far), *far)
    extent, found = model.extent, model.map(View(unit="x1"))
    assert np.abs(far[0]).max() < extent == found.extent == found.top == found.values.max()
    drawn = figure(model, View(unit="h1.1"))
    assert drawn.axes[1].get_xlim() == (-extent, extent)
    near = Model(catalogue(net, masks, (), *few), *few)
    assert near.extent == 2.25


def test_thumbnails_are_scaled_alone_or_together(model):
    alone = model.scene(View()).pictures
    together = model.scene(View(shared=True)).pictures
    hidden = slice(2, -1)
    tops = alone[hidden].max(axis=(1, 2))
    assert set(tops) <= {0, 1}
    assert together[hidden].max() == 1
    assert (together[hidden] <= alone[hidden]).all()


def test_an_equation_computes_the_unit(model):
    specimen, x = model.scene(View()).specimen, model.x[:5]
    values = {f"x{i + 1}": x[:, i] for i in range(2)}
    for layer, h in enumerate(specimen.net.activations(x), start=1):
        for index in range(h.shape[2]):
            unit = Unit(layer, index)
            name = unit.name(4)
            text = units.equation(specimen, unit).split(" = ", 1)[1].replace("−", "-")
            text = text.replace("·", "*")
            for source in sorted(values, key=len, reverse=True):
                text = text.replace(source, f"values['{source}']")
            scope = {"values": values, "relu": lambda v: np.maximum(v, 0)}
            np.testing.assert_allclose(eval(text, scope), h[0, :, index], rtol=0.02, atol=0.02)
            values[name] = h[0, :, index]


def test_weights_into_a_unit_are_those_of_the_network(model):
    specimen = model.scene(View()).specimen
    for name in ("h1.1", "h2.3", "h3.6"):
        unit = Unit.parse(name, specimen.net.sizes)
        into = dict(units.incoming(specimen, unit))
        kept = specimen.masks.weights[unit.layer - 1][0, unit.index]
        assert len(into) == kept.sum()
        assert sorted(into.values()) == sorted(
            specimen.net.weights[unit.layer - 1][0, unit.index][kept]
        )
