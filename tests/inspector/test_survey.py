"""What is measured of a network: counts, states, wrong points, what lives."""

import numpy as np
import pytest
from inspected import random_mask

import cubistlib as cl
from cubistlib.inspector.model import scene_title
from cubistlib.inspector.specimen import Specimen, survey
from cubistlib.inspector.view import View
from cubistlib.networks.connectivity import STATES


@pytest.mark.parametrize("width", [6, 256])
@pytest.mark.parametrize("keep", [0, 3, 30])
def test_the_survey_is_what_the_library_says(width, keep, spiral):
    net = cl.Network.initialize([width] * 3, seed=2)
    specimen = Specimen(net, random_mask(net, keep))
    found = survey(specimen, *spiral)
    accuracy, _ = specimen.net.evaluate(*spiral)
    assert abs(found.accuracy - accuracy[0]) <= 1 / len(spiral[0])
    assert len(found.wrong) == round((1 - found.accuracy) * len(spiral[0]))
    expected = cl.unit_states(specimen.net, specimen.masks, spiral[0])
    assert all((a == b[0]).all() for a, b in zip(found.states, expected, strict=True))
    alive = cl.simplify(specimen.net, specimen.masks, spiral[0])
    assert found.live_weights == alive.live_weights[0]
    assert found.live_parameters == alive.live_parameters[0]
    assert found.structure == alive.structures[0]


def test_summary_counts_are_those_of_the_library(model, masks):
    scene, paths = model.scene(View()), cl.connectivity(masks)
    states = np.concatenate(cl.unit_states(scene.specimen.net, masks, model.x), axis=1)
    counted = {name: int((states == i).sum()) for i, name in enumerate(STATES)}
    assert scene.counts == counted
    summary = model.summary(View())
    alive = cl.simplify(scene.specimen.net, masks, model.x)
    assert alive.live_weights[0] < paths.effective_weights[0] < 30
    for text in (
        f"30 weights, {paths.effective_weights[0]} effective, {alive.live_weights[0]} live",
        f"{masks.parameters_kept[0]} parameters, {paths.effective_parameters[0]} effective, "
        f"{alive.live_parameters[0]} live",
        ", ".join(f"{n} {name}" for name, n in counted.items()),
        f"{scene.survey.accuracy:.3%} of {len(model.x):,} points right",
    ):
        assert text in summary


def test_a_title_tells_what_lives(model):
    scene = model.scene(View())
    found = scene.survey
    told = f"{found.accuracy:.2%}, {found.live_parameters} parameters live"
    assert scene_title(scene) == f"network, 30 weights kept: {told}"
    fewer = model.scene(View(keep=12))
    assert scene_title(fewer).startswith("network, 12 weights kept: ")


def test_a_network_is_measured_once_however_it_is_looked_at(model, monkeypatch):
    measured = []

    def counted(specimen, x, y):
        measured.append(len(x))
        return survey(specimen, x, y)

    monkeypatch.setattr("cubistlib.inspector.model.survey", counted)
    for view in (View(), View(unit="h1.2"), View(pre=True, shared=True), View(ghosts=True)):
        model.scene(view)
        model.summary(view)
    assert len(measured) == 1
    model.scene(View(threshold=0.1))
    assert measured == [len(model.x), len(model.x)]


def test_what_lives_has_the_same_accuracy_and_the_counts_of_simplify(model):
    before, after = model.scene(View()), model.scene(View(lives=True))
    done = cl.simplify(before.specimen.net, before.specimen.masks, model.x)
    assert abs(after.survey.accuracy - before.survey.accuracy) <= 1 / len(model.x)
    assert after.specimen.weights_kept == done.live_weights[0] < before.specimen.weights_kept
    assert after.specimen.masks.parameters_kept[0] == before.survey.live_parameters


def test_a_threshold_and_a_k_remove_the_smallest_weights(model):
    sizes = np.sort(
        np.abs(np.concatenate([w.ravel() for w in model.scene(View()).specimen.net.weights]))
    )
    for keep in (0, 5, 29):
        assert model.scene(View(keep=keep)).specimen.weights_kept == keep
    threshold = float(sizes[-10])
    kept = model.scene(View(threshold=threshold)).specimen
    assert kept.weights_kept == 10
    assert all(
        (np.abs(w[m]) >= threshold).all()
        for w, m in zip(kept.net.weights, kept.masks.weights, strict=True)
    )


def test_wrong_points_are_those_that_the_network_gets_wrong(model):
    scene, (x, y) = model.scene(View()), (model.x, model.y)
    right = (scene.specimen.net.logits(x)[0] > 0) == (y > 0.5)
    wrong = {tuple(point) for point in x[~right]}
    assert len(scene.survey.wrong) and {tuple(point) for point in scene.survey.wrong} <= wrong
    assert len(scene.survey.wrong) == (~right).sum()
