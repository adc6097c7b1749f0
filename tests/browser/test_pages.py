"""The page of a notebook, in a browser: its figures on a phone and beside it, and what lives."""

import base64

import nbformat
import pytest
from little import Little
from nbformat.v4 import new_markdown_cell, new_notebook, new_output

import cubistlib as cl
from cubistlib.inspector import content, explorer
from cubistlib.inspector.view import View
from cubistlib.runner import jobs, page
from cubistlib.support import provenance

WIDTH = 1320  # pixels of a figure of 11 inches, in which letters are 18 high
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='400'/>"


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Writes the page of a notebook that has shown these, and returns its address."""
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    monkeypatch.setattr(provenance, "library", lambda: "this")
    little = Little(tmp_path)
    little.both("10_a", "show()")
    (job,) = jobs.of("quick").values()

    def write(*shown):
        notebook = nbformat.read(job.notebook.path, as_version=4)
        notebook.cells[-1].outputs = [new_output("display_data", data=data) for data in shown]
        little.outputs.mkdir(parents=True)
        nbformat.write(notebook, job.output)
        return page.write("quick", [job]).with_name("10_a.html").as_uri()

    return write


@pytest.mark.parametrize("screen, shown", [(360, 0.6 * WIDTH), (1280, 896)])
def test_a_figure_fits_a_desk_and_scrolls_on_a_phone(chromium, written, screen, shown):
    opened, url = chromium.new_page(), written({"image/svg+xml": SVG})
    opened.set_viewport_size({"width": screen, "height": 760})
    opened.goto(url)
    figure = opened.locator(".output_subarea img")
    assert figure.bounding_box()["width"] == pytest.approx(shown, abs=1)
    assert opened.evaluate("document.documentElement.scrollWidth") <= screen, "the page does not"
    figure.evaluate("img => { img.parentElement.scrollLeft = 1e4 }")
    box = figure.bounding_box()
    assert box["x"] + box["width"] <= screen, "its end can be reached"
    opened.close()


@pytest.mark.parametrize("screen", [390, 1280])
def test_long_names_and_wide_tables_stay_on_the_screen(chromium, tmp_path, screen):
    """A page by itself, as the report on a pruner is, whose name may be of one long word."""
    name, row = "a_pruner_" * 20, "| a value " * 40
    table = f"{row}|\n{'|---' * 40}|\n{row}|"
    cells = [new_markdown_cell("# x"), new_markdown_cell(f"## {name}\n\n{name}\n\n{table}")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "report.ipynb")
    file = tmp_path / "report.html"
    file.write_text(page.alone(tmp_path / "report.ipynb", f"A verdict on {name}"), "utf-8")
    opened = chromium.new_page()
    opened.set_viewport_size({"width": screen, "height": 800})
    opened.goto(file.as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") <= screen
    last = opened.locator("td").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert box["x"] + box["width"] <= screen, "its end can be reached"
    opened.close()


def kept(*hidden, view=""):
    """What an output has of an inspector: its figure, and what is kept of it."""
    nets = {f"network {n}": cl.Network.initialize(h, seed=n) for n, h in enumerate(hidden)}
    inspector = cl.inspect(nets, view=view)
    figure = base64.b64encode(inspector._repr_png_()).decode()
    return {"image/png": figure, explorer.KEPT: content.kept(inspector.model, View.parse(view))}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_exported_explorer_lives_and_asks_for_nothing(chromium, written, scheme):
    url = written(kept([4, 4, 4], [3, 3], view="algorithm=network 0&beside=network 1"), kept([3]))
    opened, said, asked = chromium.new_page(), [], []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("request", lambda request: asked.append(request.url))
    opened.emulate_media(color_scheme=scheme)
    opened.goto(url)
    opened.locator(".explorer >> nth=1 >> .unit[aria-label]").first.wait_for()
    figures, first = opened.locator(".living > img"), opened.locator(".explorer").first
    assert figures.count() == 2 and not figures.first.is_visible()
    assert first.locator(".stage").count() == 2
    number = first.locator("[data-number=kept]").first
    assert number.text_content() == "57"
    first.get_by_role("button", name="Remove one", exact=True).click()
    opened.wait_for_function("(node) => node.textContent === '56'", arg=number.element_handle())
    first.get_by_label("epochs").fill("2")
    first.get_by_role("button", name="Play", exact=True).click()
    first.locator(".curve[aria-label*='epoch 2 of 2:']").wait_for()
    with opened.expect_download() as coming:
        first.get_by_role("button", name="PNG", exact=True).click()
    assert coming.value.suggested_filename.endswith(".png")
    assert opened.evaluate("document.documentElement.scrollWidth") <= 1280
    opened.emulate_media(media="print")
    assert figures.first.is_visible() and not first.is_visible()
    assert said == [] and [a for a in asked if not a.startswith((url, "blob:", "data:"))] == []
    opened.close()


def test_of_what_is_broken_the_figure_stays(chromium, written):
    figure = kept([3])
    figure[explorer.KEPT]["films"][0]["values"] = "AAAA"
    opened = chromium.new_page()
    opened.goto(written(figure, kept([3])))
    opened.locator(".unit[aria-label]").first.wait_for()
    figures = opened.locator(".living > img")
    assert [figures.nth(n).is_visible() for n in range(2)] == [True, False]
    opened.close()
