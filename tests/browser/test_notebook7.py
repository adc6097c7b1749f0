"""The explorer in Jupyter Notebook 7, which hears keys before the page does."""

import pytest
from lab import Reader
from visitor import PLACES

SHOW = "import cubistlib as cl\ncl.inspect(cl.Network.initialize([4, 4, 4], seed=0))"


@pytest.fixture
def reader(notebook7, chromium):
    reader = Reader(chromium.new_page())
    notebook7.write("shown.ipynb", SHOW, "1 + 1")
    reader.page.goto(f"{notebook7.url}/notebooks/shown.ipynb?token={notebook7.token}")
    reader.page.wait_for_selector("[data-status=idle]")
    reader.errors.clear()  # its own, while it starts
    reader.run_all(".explorer .unit[aria-label]")
    yield reader
    assert reader.errors == []
    reader.page.close()


def test_it_opens_a_weight_goes_and_no_key_reaches_the_notebook(reader):
    page, cells = reader.page, reader.page.locator(".jp-Cell")
    kept = reader.number("kept")
    reader.find(".stage").first.scroll_into_view_if_needed()
    page.mouse.click(*page.evaluate(PLACES, ".positive")[0])
    assert reader.number("kept") == kept - 1
    reader.unit("h1.1").focus()
    for key in ("b", "a", "d", "d", "m", "Enter", "b"):
        page.keyboard.press(key)
    page.keyboard.press("Control+z")
    assert reader.number("kept") == kept and cells.count() == 2
    for field in ("view", "weight to h2.1"):
        reader.find(f"[aria-label='{field}']").focus()
        page.keyboard.press("Escape")
        page.keyboard.press("b")
    page.keyboard.press("Tab")
    page.keyboard.press("b")
    assert cells.count() == 2
    reader.button("One epoch").click()
    reader.until(lambda: "SGD, 1 of 50 epochs" in reader.text("[data-story]"))
    page.locator(".jp-InputPrompt").last.click()
    page.keyboard.press("b")
    reader.until(lambda: cells.count() == 3)  # where it is the notebook's
