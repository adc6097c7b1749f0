"""The static figure, and a view as a file."""

import json
from dataclasses import replace

import numpy as np
import pytest
from inspected import random_mask

import cubistlib as cl
from cubistlib.inspector.figure import encoded, figure
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.view import View


def test_exports_hold_the_network_and_repeat(model):
    view = View(threshold=0.1)
    found = json.loads(encoded(model, view, "json"))
    net = cl.Network.from_arrays(found["weights"], found["biases"])
    kept = cl.Masks.from_weights([np.array(m) for m in found["masks"]])
    assert kept.weights_kept[0] == found["weights_kept"]
    alive, paths = cl.simplify(net, kept, model.x), cl.connectivity(kept)
    assert found["live_weights"] == alive.live_weights[0]
    assert found["live_parameters"] == alive.live_parameters[0]
    assert found["effective_parameters"] == paths.effective_parameters[0]
    assert abs(net.evaluate(model.x, model.y)[0][0] - found["accuracy"]) < 1e-9
    assert View.parse(found["view"]) == view
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        once = encoded(model, view, kind)
        assert once.startswith(start)
        assert encoded(model, view, kind) == once
    with pytest.raises(ValueError, match="exports are png, svg, json, got 'gif'"):
        encoded(model, view, "gif")


def test_all_of_a_summary_is_in_the_figure(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    for view in (View(), View(algorithm="gmp", keep=15, beside="snip")):
        drawn = figure(model, view)
        drawn.draw_without_rendering()
        words = drawn._supxlabel
        assert words.get_text().replace("\n", " ") == " ".join(model.summaries(view))
        box = words.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= drawn.bbox.width


def test_a_scene_keeps_places_while_weights_go(few):
    net = cl.Network.initialize([40, 40, 40])
    model = Model(catalogue(net, random_mask(net, 50), (), *few), *few)
    full, thin = model.scene(View()), model.scene(replace(View(), threshold=0.1))
    assert (full.graph.places == thin.graph.places).all()
    assert len(thin.edges) < len(full.edges) == 50
    assert len(model.scene(View(ghosts=True)).edges) > 50
