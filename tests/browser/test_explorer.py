"""The explorer, opened from a disk: every verb, and nothing asked of a network."""

import json
import re
import statistics

import numpy as np
import pytest
from visitor import DESK, Visitor

import cubistlib as cl
from cubistlib import __main__ as line
from cubistlib.pruners.parts.selection import select
from cubistlib.search import verify
from cubistlib.support import paths

PHONE = {"width": 360, "height": 760}


@pytest.fixture(scope="session")
def url(tmp_path_factory):
    file = tmp_path_factory.mktemp("explorer") / "explorer.html"
    assert line.main(["explorer", str(file)]) == 0
    assert file.stat().st_size < 1_000_000
    return file.as_uri()


@pytest.fixture
def visitor(chromium, url):
    visitor = Visitor(chromium, url)
    yield visitor
    assert visitor.errors == []
    assert all(request.startswith(("file:", "blob:", "about:")) for request in visitor.requests)
    visitor.page.close()


def test_it_opens_on_the_sparsest_at_95_percent(visitor):
    counts = visitor.counts()
    assert counts["live"] == counts["kept"] == visitor.number("record") and counts["accuracy"] >= 95
    assert "sparsest by SGD" in visitor.text("[data-story]")


def test_a_click_removes_a_weight_and_another_restores_it(visitor):
    before = visitor.counts()
    place = visitor.edges(".positive:not(.faint)")[0]
    visitor.page.mouse.move(*place)
    tip = visitor.page.locator(".tip").first
    assert re.match(r".+ → .+: [\d.]+; click removes", tip.text_content())
    visitor.page.mouse.click(*place)
    after = visitor.counts()
    assert after["kept"] < before["kept"] and after["accuracy"] < before["accuracy"]
    visitor.page.mouse.click(*place)
    assert visitor.counts() == before


def test_a_drag_sets_a_weight_and_is_one_step_back(visitor):
    before = visitor.counts()
    x, y = visitor.edges(".positive")[0]
    visitor.page.mouse.move(x, y)
    visitor.page.mouse.down()
    for far in (20, 60, 120):
        visitor.page.mouse.move(x, y + far)
    moved = visitor.counts()
    visitor.page.mouse.up()
    assert moved["accuracy"] != before["accuracy"] and moved["kept"] == before["kept"]
    visitor.press("Undo")
    assert visitor.counts() == before
    visitor.press("Redo")
    assert visitor.counts() == moved


def test_ctrl_z_after_a_click_on_a_line_and_not_in_a_text_field(visitor):
    page, before = visitor.page, visitor.counts()
    page.mouse.click(*visitor.edges(".positive")[0])
    after = visitor.counts()
    page.get_by_label("hidden widths").press("Control+z")
    assert visitor.counts() == after != before
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+z")
    assert visitor.counts() == before


def test_only_the_first_button_and_the_first_finger_touch_a_weight(visitor):
    page, before = visitor.page, visitor.counts()
    place = visitor.edges(".positive")[0]
    page.mouse.click(*place, button="right")
    visitor.finger(place, "pointerdown", isPrimary=False)
    visitor.finger(place, "pointerup", isPrimary=False)
    assert visitor.counts() == before


def test_on_a_phone_a_drag_from_a_line_sets_the_weight_and_beside_it_scrolls(visitor):
    page = visitor.page
    page.set_viewport_size(PHONE)
    before = visitor.counts()
    page.locator(".stage").first.evaluate("(stage) => stage.scrollIntoView({ block: 'center' })")
    assert visitor.touch_drag(visitor.edges(".positive")[0]) == 0
    after = visitor.counts()
    assert after["accuracy"] != before["accuracy"] and after["kept"] == before["kept"]
    box = page.locator(".stage").first.bounding_box()
    assert visitor.touch_drag((box["x"] + 2, box["y"] + 3)) > 40
    assert visitor.counts() == after


def test_a_drag_that_the_browser_takes_for_itself_changes_nothing(visitor):
    before, (x, y) = visitor.counts(), visitor.edges(".positive")[0]
    visitor.finger((x, y), "pointerdown")
    visitor.finger((x, y + 90), "pointermove")
    assert visitor.counts() != before
    visitor.finger((x, y + 90), "pointercancel")
    assert visitor.counts() == before
    assert visitor.page.get_by_role("button", name="Undo").is_disabled()


def test_the_keyboard_does_it_all(visitor):
    page = visitor.page
    before = visitor.counts()
    page.focus(".unit[aria-pressed=true]")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.unit") == "h3.2"
    assert visitor.text(".part-unit h2") == "Unit h3.2"
    field = page.get_by_label("weight from h2.1", exact=True)
    old = float(field.input_value())
    field.focus()
    for _ in range(9):
        page.keyboard.press("ArrowUp")
    assert visitor.number("wrong") != before["wrong"] and float(field.input_value()) > old + 0.4
    field.fill("-3")
    assert "h3.2 = relu(−3·h2.1" in visitor.text(".part-map code")
    page.get_by_label("keep the weight from h2.1").press("Space")
    assert visitor.number("kept") == before["kept"] - 1
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert visitor.counts() == before
    page.keyboard.press("Control+Shift+Z")
    assert visitor.counts() != before
    page.focus("[data-unit='h3.3']")
    page.keyboard.press("Delete")
    assert visitor.units() == 9


def test_a_unit_more_and_a_unit_less(visitor):
    visitor.page.get_by_label("add a unit to hidden layer 2").click()
    assert visitor.units() == 11
    visitor.page.click("[data-unit='h2.2']")
    visitor.press("Remove the unit")
    assert visitor.units() == 10
    assert visitor.number("live") == 22


@pytest.mark.parametrize("rule", ["magnitude", "sensitivity", "rise"])
def test_rules_prune_one_at_a_time_and_down_to_k(visitor, rule):
    page = visitor.page
    visitor.fresh("3, 3, 3", 0)
    page.locator(".part-prune select").select_option(rule)
    visitor.press("Remove one")
    assert visitor.number("kept") <= 36
    slider = page.get_by_label("down to")
    assert visitor.slid(slider) == "26 of 26 weights"
    for _ in range(6):
        slider.press("ArrowLeft")
    assert visitor.slid(slider) == "20 of 26 weights"
    for _ in range(6):
        slider.press("ArrowRight")
    assert visitor.slid(slider) == "26 of 26 weights"


def test_a_threshold_removes_what_is_smaller_and_is_one_step_back(visitor):
    page, before = visitor.page, visitor.counts()
    slider = page.get_by_label("no smaller than")
    assert visitor.slid(slider) == "|w| ≥ 0"
    for _ in range(60):
        slider.press("ArrowRight")
    bound = float(visitor.slid(slider).removeprefix("|w| ≥ "))
    assert bound > 0 and visitor.number("kept") < before["kept"]
    assert f"weights below {bound:g} removed" in visitor.text("[data-story]")
    visitor.press("Undo")
    assert visitor.counts() == before and visitor.slid(slider) == "|w| ≥ 0"


def test_what_does_nothing_is_taken_out_and_the_output_stays(visitor):
    visitor.fresh("3, 3, 3", 0)
    visitor.page.click("[data-unit='h2.2']")
    visitor.page.get_by_label("bias", exact=True).fill("-1000")
    before = visitor.counts()
    assert before["live"] < before["kept"]
    visitor.press("Take out what does nothing")
    after = visitor.counts()
    assert after == {**before, "kept": before["live"]}
    assert "what does nothing taken out" in visitor.text("[data-story]")


@pytest.mark.parametrize("schedule", ["constant", "step"])
def test_training_follows_the_schedule_that_is_chosen(visitor, schedule):
    visitor.fresh("3, 3, 3", 0)
    visitor.page.get_by_label("schedule").select_option(schedule)
    visitor.press("One epoch")
    visitor.await_curve("epoch 1 of 50")
    assert f"at rate 0.1, {schedule}, order" in visitor.text("[data-story]")


def test_trained_from_half_pruned_by_hand_below_30_shared_and_saved(visitor, url, tmp_path):
    page = visitor.page
    visitor.fresh("5, 5, 5", 1)
    assert visitor.number("kept") == 81 and visitor.number("accuracy") == 50
    visitor.train(epochs=12, rate=0.1)
    assert visitor.number("accuracy") > 95
    page.locator(".part-prune select").select_option("rise")
    for weights in (40, 32, 27, 24, 22, 20):
        for _ in range(visitor.weights() - weights):
            visitor.press("Remove one")
        visitor.train(epochs=10, rate=0.05)
    while visitor.number("kept") >= 30:
        visitor.remove_by_hand()
    visitor.train(epochs=10, rate=0.005)
    counts = visitor.counts()
    assert counts["accuracy"] > 90 and counts["kept"] < 30
    visitor.press("Link")
    link = page.get_by_label("the link").input_value()
    assert link == page.url and link.startswith(f"{url}#network=")
    with page.expect_download() as download:
        visitor.press("Save as a witness")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert line.main(["verify", str(file)]) == 0
    witness = verify.read(file)
    assert witness["kind"] == "sgd" and witness["parameters"] == counts["live"]
    assert 100 * witness["accuracy"] == pytest.approx(counts["accuracy"], abs=0.02)
    visitor.open(link)
    assert visitor.counts() == counts
    assert page.get_by_label("epochs").input_value() == "10"
    page.goto(link[:-5])
    assert "damaged" in visitor.text("[role=status]")


def test_training_plays_pauses_steps_and_ends_where_the_network_is_touched(visitor):
    page = visitor.page
    visitor.fresh("5, 5, 5", 1)
    visitor.press("One step")
    said = page.locator(".part-train .readout").first
    visitor.await_curve("epoch 0 of 50")
    assert "SGD, 1 step of 50 epochs at rate" in visitor.text("[data-story]")
    visitor.press("One epoch")
    visitor.await_curve("epoch 1 of 50")
    visitor.press("Play")
    visitor.press("Pause")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.get_by_label("add a unit to hidden layer 1").click()
    visitor.await_curve("not trained")
    assert visitor.units() == 2 + 6 + 5 + 5 + 1
    assert "not trained yet" in said.text_content()
    page.get_by_label("rate").fill("-1")
    visitor.press("One step")
    page.locator("[role=status]:not(:empty)").wait_for()
    assert "lr must be a number ≥ 0" in visitor.text("[role=status]")


def test_the_gallery_opens_with_one_click(visitor, url):
    shown = json.loads(visitor.text("#networks"))
    buttons = visitor.page.locator(".chips button")
    assert buttons.count() == len(shown)
    for which in range(0, len(shown), 7):
        known = shown[which]
        buttons.nth(which).click()
        assert known["recipe"] in visitor.text("[data-story]")
        counts = visitor.counts()
        assert counts["live"] == known["parameters"]
        assert counts["wrong"] == 49_982 - known["correct"]
        frontier = known["accuracy"] >= 0.75
        assert not frontier or counts["live"] >= visitor.number("record")
        seen = visitor.page.locator(".part-graph").first.bounding_box()
        assert 0 < seen["y"] < visitor.page.viewport_size["height"], "it is in sight"
    (read,) = (known for known in shown if known["note"])
    buttons.nth(shown.index(read)).click()
    assert visitor.text("[role=status]") == read["note"]


def test_two_networks_stand_side_by_side_and_the_right_one_goes(visitor):
    page, before = visitor.page, visitor.counts()
    right = page.locator(".beside")
    after = next(known for known in json.loads(visitor.text("#networks")) if "before" in known)
    assert right.is_hidden()
    page.get_by_label("open beside the first").check()
    page.get_by_role("button", name="GMP").first.click()
    right.get_by_text("24 parameters, 95.23 %").wait_for()
    assert visitor.counts() == before
    assert "left minus right" in right.locator(".part-difference").text_content().lower()
    page.get_by_role("button", name="the same network before pruning and after").first.click()
    kept = right.locator("[data-number=kept]")
    assert visitor.number("live") == after["parameters"]
    assert kept.text_content() == str(after["before"]["parameters"])
    right.locator("[data-unit='h1.1']").click()
    visitor.counts()
    assert page.locator("[data-unit='h1.1'][aria-pressed=true]").count() == 2
    assert "which do not correspond" in right.locator(".part-difference").text_content()
    visitor.press("close the network on the right")
    right.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.closest('.part-gallery') !== null")
    assert visitor.number("live") == after["parameters"]


def test_ghosts_scales_and_pre_activations_change_the_picture(visitor):
    page = visitor.page
    visitor.counts()
    page.click("[data-unit='h2.1']")
    for name in ("before ReLU", "one scale"):
        before = visitor.drawn("[data-unit='h2.1'] canvas")
        button = page.get_by_role("button", name=name)
        button.click()
        assert visitor.drawn("[data-unit='h2.1'] canvas") != before
        assert button.get_attribute("aria-pressed") == "true"
    assert visitor.text(".part-map h2") == "What h2.1 says before the ReLU"
    removed = page.locator(".stage line.removed")
    before = removed.count()
    visitor.press("ghosts")
    visitor.counts()
    assert removed.count() < before


@pytest.mark.parametrize("typed", ["", "-", "e"])
def test_a_field_without_a_number_keeps_the_last_one_and_a_sentence_says_so(visitor, typed):
    """That the console stays silent, too, is asked of every visit."""
    page, before = visitor.page, visitor.counts()
    fields = page.locator("input[type=number]:visible")
    assert fields.count() == 8  # the output's bias and three weights; rate, epochs and two seeds
    for field in fields.all():
        old = field.input_value()
        field.fill("")
        page.keyboard.type(typed)
        field.blur()
        assert visitor.text("[role=status]").endswith(f": must be a number; it stays {old}")
        assert field.input_value() == old
    assert visitor.counts() == before
    seed = page.locator(".fresh").get_by_label("seed")
    seed.fill("")
    page.keyboard.type(typed)
    seed.press("Enter")
    assert visitor.text("[role=status]").startswith("fresh start: seed must be a whole number")
    assert visitor.counts() == before


@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_a_number_out_of_range_is_refused_in_a_sentence_that_stays(visitor, end):
    page, before = visitor.page, visitor.counts()
    for name, what in (("bias", "bias"), ("weight from h3.1", "weight")):
        field = page.get_by_label(name, exact=True)
        old = field.input_value()
        field.fill("1e39")
        page.keyboard.press(end)
        assert visitor.text("[role=status]").startswith(f"a {what} must be a number that float32")
        assert field.input_value() == old
    assert visitor.counts() == before
    field.fill("2")
    page.keyboard.press(end)
    assert visitor.text("[role=status]") == "" and field.input_value() == "2"


def test_the_largest_seed_is_said_where_it_is_typed(visitor):
    page, allowed = visitor.page, f"a whole number 0 … {2**53 - 1:,}"
    assert visitor.text(".fresh .readout").endswith(f"A seed, of the order too, is {allowed}.")
    for field, go, whose in (
        (page.locator(".fresh").get_by_label("seed"), "Fresh start", "fresh start"),
        (page.get_by_label("order, seed"), "One step", "train"),
    ):
        assert field.get_attribute("title") == allowed
        field.fill(str(2**53))
        visitor.press(go)
        said = f"{whose}: seed must be {allowed}, got {2**53}"
        assert visitor.text("[role=status]") == said
        assert field.input_value() == str(2**53)
    visitor.fresh("3, 3, 3", 2**53 - 1)
    assert visitor.number("kept") == 37 and f"seed {2**53 - 1} of" in visitor.text("[data-story]")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_is_cut_off(visitor, size):
    page = visitor.page
    page.set_viewport_size(size)
    visitor.fresh("16, 16, 16", 0)
    visitor.counts()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, select')].filter((node) => node.offsetParent"
        " && !(node.ariaLabel || node.textContent.trim() || node.closest('label'))).length"
    )
    assert nameless == 0


@pytest.mark.parametrize("kind, start", [("png", b"\x89PNG"), ("svg", b"<svg"), ("json", b"{")])
def test_what_is_shown_is_saved(visitor, tmp_path, kind, start):
    live = visitor.number("live")
    with visitor.page.expect_download() as download:
        visitor.press(kind.upper())
    assert download.value.suggested_filename == f"22-parameters.{kind}"
    download.value.save_as(tmp_path / "saved")
    saved = (tmp_path / "saved").read_bytes()
    assert saved.startswith(start) and len(saved) > 1500
    if kind == "json":
        assert json.loads(saved)["live_parameters"] == live


@pytest.mark.parametrize("name, suffix", [("Save as a witness", "witness.json"), ("JSON", "json")])
def test_what_is_saved_is_opened_again_chosen_or_dropped(visitor, tmp_path, name, suffix):
    page, before = visitor.page, visitor.counts()
    with page.expect_download() as download:
        visitor.press(name)
    assert download.value.suggested_filename == f"22-parameters.{suffix}"
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    for bring in (visitor.choose, visitor.drop):
        visitor.fresh("3, 3, 3", 0)
        assert visitor.counts() != before
        bring(file)
        page.locator("[data-story]:has-text('opened from a file')").wait_for()
        assert visitor.counts() == before
    (tmp_path / "other.json").write_text('{"weights": "many"}')
    for bring in (visitor.choose, visitor.drop):
        visitor.press("Undo")
        bring(tmp_path / "other.json")
        page.locator("[role=status]:has-text('this file holds no network')").wait_for()
        visitor.press("Redo")
        assert visitor.counts() == before


def test_a_network_of_pruned_biases_is_saved_under_its_own_count(visitor, tmp_path):
    file = paths.published("frontier") / "pruned-biases" / "18-parameters.json"
    visitor.choose(file)
    visitor.page.locator("[data-story]:has-text('opened from a file')").wait_for()
    assert visitor.number("kept") == 18 and "another count" in visitor.text("[data-number=verdict]")
    with visitor.page.expect_download() as download:
        visitor.press("Save as a witness")
    assert download.value.suggested_filename == "18-parameters.witness.json"


def test_bad_links_and_large_networks_are_one_sentence(visitor, url):
    visitor.open(f"{url}#network=abc")
    assert "damaged" in visitor.text("[role=status]")
    visitor.fresh("16, 16, 16", 0)
    visitor.press("Link")
    visitor.number("kept")
    assert "too large" in visitor.text("[role=status]")
    visitor.fresh("3, x", 0)
    assert "hidden widths are" in visitor.text("[role=status]")


def network(file, width, keep):
    """A file of a network, some of its weights kept at random."""
    net, rng = cl.Network.initialize([width] * 3, seed=0), np.random.default_rng(0)
    masks = select([rng.random(w.shape) for w in net.weights], keep)
    layers = {"weights": net.weights, "biases": net.biases, "masks": masks}
    rows = {name: [np.asarray(layer)[0].tolist() for layer in layers[name]] for name in layers}
    file.write_text(json.dumps(rows))
    return file


@pytest.fixture
def large(visitor, tmp_path, request):
    """Someone at a network of some width, the numbers of all points known."""
    visitor.choose(network(tmp_path / "network.json", *request.param))
    visitor.page.locator("[data-story]:has-text('opened from a file')").wait_for()
    visitor.counts()
    return visitor


# Measured, not judged, since machines differ: `pytest -rP -k how_long` shows it.
@pytest.mark.parametrize("large", [(3, 27), (16, 100), (16, 560)], indirect=True)
def test_how_long_a_click_takes(large):
    places = iter(large.edges(":is(.positive, .negative):not(.faint)"))
    tell("a click", large, lambda: large.timed_click(next(places)))


@pytest.mark.parametrize("large", [(3, 27), (16, 100), (16, 560), (256, 3000)], indirect=True)
def test_how_long_a_step_of_the_slider_takes(large):
    tell("a step of the slider", large, large.timed_slide)


def tell(what, visitor, act, times=9):
    act()  # the first one compiles
    before = visitor.worked()
    moved, drawn = zip(*(act() for _ in range(times)), strict=True)
    worked = (visitor.worked() - before) / times
    assert 0 < min(moved) < min(drawn) and worked > 0
    first, whole = (f"{statistics.median(each):.0f} ms" for each in (moved, drawn))
    print(f"{what}: accuracy after {first}, all maps after {whole}, medians")
    print(f"of the processor it took the page {worked:.0f} ms")


@pytest.mark.parametrize("large", [(16, 100)], indirect=True)
def test_how_long_the_first_view_takes(large):
    large.press("Link")
    large.number("kept")
    took = large.timed_first_view(large.page.get_by_label("the link").input_value())
    assert large.number("kept") > 100
    print(f"first view, by a link: {took:.0f} ms")


@pytest.mark.parametrize("large", [(16, 100)], indirect=True)
@pytest.mark.parametrize("minutes", [0.2, pytest.param(10, marks=pytest.mark.all)])
def test_memory_stays_flat_while_sliding(large, minutes):
    """By the clock, read at quarters: how many steps that is hangs on how fast they are drawn."""
    large.slide(6)  # warms up
    before, steps, grown = large.memory(), [], []
    for _ in range(4):
        steps.append(large.slide(minutes * 60 / 4))
        grown.append(large.memory() - before)
    read = ", ".join(f"{more:+.2f}" for more in grown)
    print(f"{sum(steps):,} steps in {minutes} minutes: {read} MB at quarters, beside {before:.1f}")
    assert min(steps) > 2 and max(grown) < 2
