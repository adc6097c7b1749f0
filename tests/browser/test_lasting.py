"""What is shown lasts: cells that run again, a kernel that goes, a notebook that is opened anew."""

import pytest
from lab import Reader

SHOW = """
import cubistlib as cl
net = cl.Network.initialize([4, 4, 4], seed=0)
cl.inspect({"one": net, "two": cl.Network.initialize([4, 4, 4], seed=1)}, view="algorithm=one")
"""
COUNT = """
import ipywidgets, os
from ipywidgets.widgets.widget import _instances
print("widgets", len(_instances))
"""


@pytest.fixture
def reader(lab, chromium, request):
    reader = Reader(chromium.new_page())
    reader.open(lab.write(f"{request.node.originalname}.ipynb", SHOW, COUNT))
    reader.run_all()
    yield reader
    reader.page.close()


def again(reader):
    """Run the first cell once more, until a new explorer has drawn all its maps."""
    reader.page.evaluate("document.querySelector('.explorer').dataset.old = 1")
    reader.page.click(".jp-CodeCell >> nth=0 >> .jp-InputArea-editor")
    reader.page.keyboard.press("Control+Enter")
    reader.page.wait_for_selector(".explorer:not([data-old]) .unit[aria-label]")


def widgets(reader):
    """Widgets that the kernel has, as the second cell counts them."""
    reader.page.click(".jp-CodeCell >> nth=1 >> .jp-InputArea-editor")
    reader.page.keyboard.press("Control+Enter")
    said = reader.page.locator(".jp-OutputArea-output:has-text('widgets ')")
    reader.page.wait_for_selector(".jp-InputPrompt:has-text('[*]')", state="detached")
    return int(said.inner_text().split()[1])


@pytest.mark.parametrize("times", [12, pytest.param(50, marks=pytest.mark.all)])
def test_a_cell_that_runs_again_leaves_nothing_behind(reader, times):
    for _ in range(3):
        again(reader)
    kernel, page = widgets(reader), reader.heap()
    for _ in range(times):
        again(reader)
    assert reader.page.locator(".explorer").count() == 1
    growth = reader.heap() - page
    print(f"{times} runs more: {growth:.1f} MB in the page")
    assert widgets(reader) == kernel
    assert growth < 5
    assert reader.errors == []


def test_without_a_kernel_it_goes_on_and_says_what_cannot_be(reader):
    kept = reader.number("kept")
    reader.menu("Kernel", "Shut Down Kernel")
    reader.page.wait_for_selector("text=/No Kernel|Unknown|Disconnected/")
    assert reader.find(".unit").first.is_visible()
    reader.button("Remove one").click()
    assert reader.number("kept") < kept
    reader.find("label:has(span:text-is('algorithm')) select").select_option("two")
    reader.until(lambda: reader.status.startswith("No kernel answers"))


def test_a_notebook_opened_anew_shows_the_last_figure(reader, lab, chromium):
    reader.menu("File", "Save Notebook")
    reader.page.wait_for_timeout(1500)
    name = "test_a_notebook_opened_anew_shows_the_last_figure.ipynb"
    reader.menu("Kernel", "Shut Down Kernel")
    later = Reader(chromium.new_page())
    later.page.goto(lab.address(name))
    figure = later.page.locator(".jp-OutputArea-output img")
    figure.wait_for()
    assert figure.evaluate("node => node.naturalWidth") > 800
    later.page.wait_for_timeout(3000)
    assert figure.is_visible()
    assert not later.page.locator("text=/model not found|Error displaying/").is_visible()
    later.page.close()
