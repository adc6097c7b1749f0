"""Notebook 40 as a reader has it: run in JupyterLab, clicked through, exported, read offline."""

import json
import re
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
    """The first explorer, as at the start; nothing may have gone wrong at the end."""
    notebook.restore(START)
    yield notebook
    assert notebook.errors == []


def test_every_cell_runs_and_the_page_stands_for_the_figure(reader):
    assert reader.page.locator(".jp-OutputArea-output:has-text('Traceback')").count() == 0
    figures = reader.page.locator(".jp-OutputArea-child:has(+ .jp-OutputArea-child .explorer)")
    assert figures.count() == 2 and not figures.first.is_visible()
    assert reader.page.locator(".explorer").count() == 2
    reader.page.emulate_media(media="print")
    assert figures.first.is_visible()
    reader.page.emulate_media(media="screen")


def test_a_view_names_the_run_that_it_shows(reader):
    view = View.parse(reader.view)
    assert view.study and view.seed and view.keep and view.width == "8"
    assert f"seed {view.seed}, {view.keep} weights kept" in reader.text("[data-story]")


def test_a_click_shows_a_neuron_s_map_and_numbers(reader):
    before = reader.pixels()
    reader.unit("h1.1").click()
    assert View.parse(reader.view).unit == "h1.1" and reader.pixels() != before
    assert reader.equation.startswith("h1.1 = relu(")
    assert reader.unit("h1.1").get_attribute("aria-pressed") == "true"
    assert reader.find("[aria-label^='weight to h2.']").count() == 8


def test_hovering_shows_a_neuron_and_leaves_the_view(reader):
    view = reader.view
    reader.unit("h1.2").hover()
    reader.until(lambda: reader.equation.startswith("h1.2 = "))
    assert reader.view == view
    reader.find("[data-story]").first.hover()
    reader.until(lambda: reader.equation.startswith("logit = "))


def test_arrow_keys_go_from_neuron_to_neuron_and_no_key_reaches_the_notebook(reader):
    cells = reader.page.locator(".jp-Cell").count()
    reader.unit("out").focus()
    for unit in ("h3.", "h2.", "h1."):
        reader.page.keyboard.press("ArrowLeft")
        reader.until(lambda unit=unit: View.parse(reader.view).unit.startswith(unit))
    here = int(View.parse(reader.view).unit[3:])
    key, there = ("ArrowUp", here - 1) if here > 1 else ("ArrowDown", here + 1)
    reader.page.keyboard.press(key)
    reader.until(lambda: View.parse(reader.view).unit == f"h1.{there}")
    for key in ("b", "a", "d", "d", "m", "Enter"):
        reader.page.keyboard.press(key)
    reader.find(".stage svg").first.click(position={"x": 3, "y": 40})
    reader.page.keyboard.press("b")
    assert reader.page.locator(".jp-Cell").count() == cells


def test_the_k_slider_asks_for_other_runs(reader):
    reader.restore(f"{START}&keep=26")
    accuracy = reader.number("accuracy")
    assert reader.edges == 26
    reader.slider("k").press("ArrowLeft")
    reader.until(lambda: reader.edges == 24 and reader.number("accuracy") != accuracy)
    assert View.parse(reader.view).keep == 24


def test_the_threshold_prunes_live(reader):
    reader.restore(f"{START}&threshold=2.5")
    few = reader.edges
    reader.restore(START)
    assert few < reader.edges
    for _ in range(30):
        reader.slider("|w| ≥").press("ArrowRight")
    assert View.parse(reader.view).threshold > 0


def test_playing_goes_through_the_training_and_titles_tell_the_step(reader):
    kept = reader.number("kept")
    reader.button("Watch it learn").click()
    seen = set()
    for _ in range(4):
        reader.until(lambda: View.parse(reader.view).step not in {None, *seen})
        seen.add(View.parse(reader.view).step)
    reader.button("Stop").click()
    reader.button("Watch it learn").wait_for()
    view = View.parse(reader.view)
    assert f"step {view.step:,} of " in reader.text("[data-story]")
    reader.restore(f"{START}&keep={view.keep}&step=0")
    assert reader.number("kept") > kept
    assert "step 0 of 19,500, 152 weights kept" in reader.text("[data-story]")


def test_a_network_of_the_gallery_stands_beside_the_run_until_it_is_closed(reader):
    view, right = reader.view, reader.find(".beside")
    reader.find(".part-gallery input").check()
    reader.find(".part-gallery button:has-text('GMP')").first.click()
    reader.until(right.is_visible)
    assert reader.find(".stage").count() == 2 and reader.view == view
    reader.find(".beside button:has-text('Close')").click()
    reader.until(right.is_hidden)
    reader.restore("algorithm=snip&width=3&keep=20&beside=search")
    assert right.is_visible() and not reader.find(".beside button:has-text('Close')").is_visible()


def test_what_lives_has_the_same_accuracy(reader):
    accuracy, live = reader.number("accuracy"), reader.number("live")
    reader.button("what lives").click()
    assert View.parse(reader.view).lives
    assert reader.number("kept") == reader.number("live") == live
    assert abs(reader.number("accuracy") - accuracy) <= 0.01


def test_ghosts_scales_and_pre_activations_change_the_picture(reader):
    removed = reader.find(".stage line.removed")
    before = removed.count()
    reader.button("ghosts").click()
    reader.until(lambda: removed.count() > before)
    units = reader.find(".stage").first.locator(".unit canvas")
    for name in ("before ReLU", "one scale"):
        reader.settle()
        now = units.evaluate_all("all => all.map((each) => each.toDataURL())")
        reader.button(name).click()
        reader.settle()
        assert units.evaluate_all("all => all.map((each) => each.toDataURL())") != now


def test_two_networks_side_by_side_share_the_selection(reader):
    reader.restore("algorithm=snip&width=3&keep=20&beside=search")
    assert reader.find(".stage").count() == 2 and reader.find(".part-difference").is_visible()
    reader.unit("h2.1", graph=1).click()
    reader.until(lambda: View.parse(reader.view).unit == "h2.1")
    pressed = reader.find("[data-unit='h2.1'][aria-pressed=true]")
    reader.until(lambda: pressed.count() == 2)
    equations = reader.find(".part-map code").all_text_contents()
    assert len(set(equations)) == 2 and all(e.startswith("h2.1 = ") for e in equations)
    assert reader.find(".part-difference canvas").is_visible()
    reader.restore("algorithm=snip&width=8&keep=20&beside=search&unit=h2.1")
    assert not reader.find(".part-difference canvas").is_visible()
    assert "do not correspond" in reader.text(".part-difference")


def test_a_picture_of_two_networks_holds_their_difference(reader, tmp_path):
    for view, said in (("&width=3", "left minus right"), ("&width=8&unit=h2.1", "do not")):
        reader.restore(f"algorithm=snip&keep=20&beside=search{view}")
        with reader.page.expect_download() as coming:
            reader.button("SVG").click()
        coming.value.save_as(tmp_path / "two.svg")
        text = (tmp_path / "two.svg").read_text()
        assert said in " ".join(re.findall(r">([^<>]+)</text>", text))
        there = reader.find(".part-difference canvas").is_visible()
        assert text.count("<image") == reader.find(".unit").count() + 2 + there


def test_undo_sets_back_the_sliders_with_the_network(reader):
    reader.restore(f"{START}&step=0")
    before = reader.view, reader.number("kept")
    for _ in range(3):
        reader.slider("|w| ≥").press("ArrowRight")
    reader.button("Watch it learn").focus()
    assert reader.view != before[0]
    reader.button("Undo").click()
    assert (reader.view, reader.number("kept")) == before
    assert reader.slider("|w| ≥").input_value() == "0"
    reader.button("Redo").click()
    assert "threshold=" in reader.view


def test_a_weight_goes_at_a_click_and_comes_back(reader):
    kept, accuracy = reader.number("kept"), reader.number("accuracy")
    line = reader.find(".stage").first.locator("g:not(.hits) line.positive").first
    hit = reader.find(f".stage .hits [data-edge='{line.get_attribute('data-edge')}']").first
    hit.dispatch_event("pointerdown", {"button": 0, "isPrimary": True, "pointerId": 1})
    hit.dispatch_event("pointerup", {"pointerId": 1})
    assert reader.number("kept") < kept
    assert "by hand" in reader.text("[data-story]")
    reader.find(".stage").first.click(position={"x": 3, "y": 40})
    reader.page.keyboard.press("Control+z")
    assert reader.number("kept") == kept and reader.number("accuracy") == accuracy


def test_training_goes_on_from_here(reader):
    reader.restore(f"{START}&step=0")
    accuracy = reader.number("accuracy")
    reader.button("One epoch").click()
    reader.until(lambda: reader.number("accuracy") != accuracy)
    assert "SGD, 1 of 50 epochs" in reader.text("[data-story]")


def test_a_link_holds_the_network_and_opens_it(reader):
    reader.restore(f"{START}&keep=20&unit=h1.1")
    reader.button("Remove one").click()
    accuracy, kept = reader.number("accuracy"), reader.number("kept")
    reader.button("Link").click()
    link = reader.find("[aria-label='the link']").input_value()
    assert link.startswith("#network=") and reader.page.url.find("network=") < 0
    reader.restore(START)
    reader.find("[aria-label=view]").fill(link)
    reader.find("[aria-label=view]").press("Enter")
    reader.until(lambda: reader.number("kept") == kept)
    assert reader.number("accuracy") == accuracy and reader.equation.startswith("h1.1 = ")


def test_exports_come_down_and_hold_what_is_shown(reader, tmp_path):
    reader.restore(f"{START}&step=0")
    found = {}
    for kind in ("png", "svg", "json"):
        with reader.page.expect_download() as coming:
            reader.button(kind.upper()).click()
        coming.value.save_as(tmp_path / f"network.{kind}")
        found[kind] = (tmp_path / f"network.{kind}").read_bytes()
    assert found["png"].startswith(b"\x89PNG") and len(found["png"]) > 20_000
    assert b"<svg" in found["svg"] and found["svg"].count(b"<line") == 152
    values = json.loads(found["json"])
    for said in (values["title"], found["svg"].decode()):
        assert "GMP, width 8, seed " in said and "step 0 of 19,500, 152 weights kept" in said
    net = cl.Network.from_arrays(values["weights"], values["biases"])
    accuracy = net.evaluate(*cl.cubist_spiral())[0][0]
    assert abs(accuracy - values["accuracy"]) < 1e-4
    assert reader.number("accuracy") == pytest.approx(100 * accuracy, abs=0.02)
    masks = cl.Masks.from_weights([np.array(m) for m in values["masks"]])
    counts = cl.connectivity(masks)
    assert masks.weights_kept[0] == values["weights_kept"]
    assert counts.effective_parameters[0] == values["effective_parameters"]


def test_a_view_that_does_not_exist_is_a_sentence(reader):
    view = reader.view
    for wrong, said in (
        ("unit=h9.9", "no unit 'h9.9'"),
        ("keep=9999", "inspect: no result with keep 9999"),
    ):
        reader.restore(wrong)
        assert reader.status.startswith(said)
    reader.find("[aria-label=view]").blur()
    assert reader.view == view
