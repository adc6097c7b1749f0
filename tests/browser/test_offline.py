"""A saved notebook, converted to HTML and opened without any network: the figures are there."""

import subprocess
import sys

from lab import Reader

CELL = """
import cubistlib as cl
net = cl.Network.initialize([4, 4, 4], seed=0)
cl.inspect(net, view="unit=h2.1")
"""


def test_the_static_figure_stands_in_the_widget_s_place(lab, chromium):
    reader = Reader(chromium.new_page())
    reader.open(lab.write("offline.ipynb", CELL))
    reader.run_all()
    reader.page.click(".lm-MenuBar-itemLabel:text-is('File')")
    reader.page.click(".lm-Menu-itemLabel:text-is('Save Notebook')")
    reader.page.wait_for_timeout(1500)
    reader.page.close()
    notebook = lab.folder / "offline.ipynb"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(notebook)]
    subprocess.run(command, check=True, capture_output=True)
    page = chromium.new_page()
    page.route("http*://**", lambda route: route.abort())
    page.goto(notebook.with_suffix(".html").as_uri())
    figure = page.locator("img[src^='data:image/png']")
    assert figure.count() == 1 and figure.is_visible()
    assert figure.evaluate("node => node.naturalWidth") > 800
    page.close()
