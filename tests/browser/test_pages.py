"""The page of a notebook, in a browser: its figures on a phone and beside it."""

import nbformat
import pytest
from little import Little
from nbformat.v4 import new_output

from cubistlib.runner import jobs, page
from cubistlib.support import provenance

WIDTH = 1320  # pixels of a figure of 11 inches, in which letters are 18 high
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='400'/>"


@pytest.fixture
def url(tmp_path, monkeypatch):
    """The page of a notebook that has shown a wide figure."""
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    monkeypatch.setattr(provenance, "library", lambda: "this")
    little = Little(tmp_path)
    little.both("10_a", "show()")
    (job,) = jobs.of("quick").values()
    notebook = nbformat.read(job.notebook.path, as_version=4)
    notebook.cells[-1].outputs = [new_output("display_data", data={"image/svg+xml": SVG})]
    little.outputs.mkdir(parents=True)
    nbformat.write(notebook, job.output)
    return page.write("quick", [job]).with_name("10_a.html").as_uri()


@pytest.mark.parametrize("screen, shown", [(360, 0.6 * WIDTH), (1280, 896)])
def test_a_figure_fits_a_desk_and_scrolls_on_a_phone(chromium, url, screen, shown):
    opened = chromium.new_page()
    opened.set_viewport_size({"width": screen, "height": 760})
    opened.goto(url)
    figure = opened.locator(".output_subarea img")
    assert figure.bounding_box()["width"] == pytest.approx(shown, abs=1)
    assert opened.evaluate("document.documentElement.scrollWidth") <= screen, "the page does not"
    figure.evaluate("img => { img.parentElement.scrollLeft = 1e4 }")
    box = figure.bounding_box()
    assert box["x"] + box["width"] <= screen, "its end can be reached"
    opened.close()
