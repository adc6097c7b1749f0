"""Notebook 40 as a reader has it: run in JupyterLab, clicked through, exported, read offline."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from lab import Reader

import cubistlib as cl
from cubistlib.inspector.view import View

NAME = "40_neuron_inspector"
SOURCE = Path(__file__).parents[2] / "notebooks" / f"{NAME}.ipynb"
START = "algorithm=gmp&width=8"


@pytest.fixture(scope="module")
def notebook(lab, chromium):
    """The notebook with all its cells run."""
    shutil.copy(SOURCE, lab.folder)
    reader = Reader(chromium.new_page())
    reader.open(lab.address(f"{NAME}.ipynb"))
    reader.run_all()
    yield reader
    reader.page.close()


@pytest.fixture
def reader(notebook):
    """The first inspector, as at the start; nothing may have gone wrong at the end."""
    notebook.restore(START)
    yield notebook
    assert notebook.errors == []


def test_every_cell_runs_and_the_widget_stands_for_the_figure(reader):
    assert reader.page.locator(".jp-OutputArea-output:has-text('Traceback')").count() == 0
    figures = reader.page.locator(
        ".jp-OutputArea-child:has(+ .jp-OutputArea-child .cubist-inspector)"
    )
    assert figures.count() == 2 and not figures.first.is_visible()
    reader.page.emulate_media(media="print")
    assert figures.first.is_visible()
    reader.page.emulate_media(media="screen")


def test_a_click_shows_a_neuron_s_map_and_numbers(reader):
    before = reader.pixels()
    reader.unit("h1.1").click()
    reader.until(lambda: reader.view == f"{START}&unit=h1.1")
    reader.until(lambda: reader.pixels() != before)
    assert reader.equation.startswith("h1.1 = relu(")
    assert reader.unit("h1.1").get_attribute("aria-pressed") == "true"


def test_hovering_shows_a_neuron_and_leaves_the_view(reader):
    reader.unit("h1.2").hover()
    reader.until(lambda: reader.equation.startswith("h1.2 = "))
    assert reader.view == START
    reader.find("[role=status]").hover()
    reader.until(lambda: reader.equation.startswith("logit = "))


def test_arrow_keys_go_from_neuron_to_neuron(reader):
    reader.unit("out").focus()
    for unit in ("h3.", "h2.", "h1."):
        reader.page.keyboard.press("ArrowLeft")
        reader.until(lambda unit=unit: View.parse(reader.view).unit.startswith(unit))
    here = int(View.parse(reader.view).unit[3:])
    key, there = ("ArrowUp", here - 1) if here > 1 else ("ArrowDown", here + 1)
    reader.page.keyboard.press(key)
    reader.until(lambda: View.parse(reader.view).unit == f"h1.{there}")


def test_the_k_slider_makes_edges_vanish_and_accuracy_move(reader):
    reader.restore(f"{START}&keep=26")
    edges, status = reader.edges, reader.status
    assert edges == [26]
    reader.step("k", "ArrowLeft")
    reader.until(lambda: reader.edges == [24] and reader.status != status)
    box = reader.slider("k").bounding_box()
    reader.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    reader.page.mouse.down()
    reader.page.mouse.move(box["x"] - 400, box["y"] + 5, steps=12)
    reader.page.mouse.up()
    reader.until(lambda: reader.edges == [18] and " 18 weights" in reader.status)


def test_the_threshold_prunes_live(reader):
    reader.restore(f"{START}&threshold=2.5")
    few = reader.edges
    reader.restore(START)
    assert few < reader.edges
    for _ in range(3):
        reader.step("|w| ≥", "ArrowRight")
    reader.until(lambda: View.parse(reader.view).threshold > 0)


def test_playing_goes_through_the_training(reader):
    reader.find(".widget-play button >> nth=0").click()
    seen = set()
    for _ in range(4):
        reader.until(lambda: View.parse(reader.view).step not in {None, *seen})
        seen.add(View.parse(reader.view).step)
    reader.find(".widget-play button >> nth=0").click()
    reader.settle()


def test_the_effective_network_has_the_same_accuracy(reader):
    accuracy = reader.status.split("%")[0]
    reader.find("button:has-text('effective only')").click()
    reader.until(lambda: f"before folding {accuracy}" in reader.status)
    assert reader.status.startswith(accuracy)


def test_ghosts_scales_and_pre_activations_change_the_picture(reader):
    for name in ("ghosts", "before ReLU", "one scale"):
        before = reader.pixels(".cubist-graph")
        reader.find(f"button:has-text('{name}')").click()
        reader.until(lambda before=before: reader.pixels(".cubist-graph") != before)
        reader.settle()


def test_two_networks_side_by_side_share_the_selection(reader):
    reader.restore("algorithm=snip&width=3&keep=20&beside=search")
    assert len(reader.edges) == 2 and reader.find(".cubist-map").count() == 3
    reader.find(".cubist-graph >> nth=1 >> [data-unit='h2.1']").click()
    reader.until(lambda: reader.find(".cubist-chosen[data-unit='h2.1']").count() == 2)
    reader.until(lambda: reader.equation.startswith("h2.1 = "))


def test_exports_come_down_and_hold_what_is_shown(reader, tmp_path):
    found = {}
    for kind in ("png", "svg", "json"):
        with reader.page.expect_download() as coming:
            reader.find(f"button:text-is('{kind.upper()}')").click()
        coming.value.save_as(tmp_path / f"network.{kind}")
        found[kind] = (tmp_path / f"network.{kind}").read_bytes()
    assert found["png"].startswith(b"\x89PNG") and b"<svg" in found["svg"]
    values = json.loads(found["json"])
    net = cl.Network.from_arrays(values["weights"], values["biases"])
    accuracy = net.evaluate(*cl.cubist_spiral())[0][0]
    assert reader.status.startswith(f"{accuracy:.3%}")
    masks = cl.Masks.from_weights([np.array(m) for m in values["masks"]])
    counts = cl.connectivity(masks)
    assert f"{masks.weights_kept[0]} weights, {counts.effective_weights[0]} eff" in reader.status


def test_a_view_that_does_not_exist_is_a_sentence(reader):
    reader.restore("unit=h9.9")
    reader.until(lambda: reader.find("[role=alert]").count() == 1)
    assert reader.find("[role=alert]").inner_text().startswith("no unit 'h9.9'")
