"""A notebook open in JupyterLab, and someone who reads it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

INSPECTOR = ".cubist-inspector >> nth=0 >> "
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}

# Starts at the key, ends when the first graph has been drawn anew.
WATCH = """() => {
  const graph = document.querySelector(".cubist-graph");
  let start;
  const once = { capture: true, once: true };
  document.addEventListener("keydown", () => { start = performance.now(); }, once);
  window.cubistDrawn = new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error("nothing was drawn")), 20000);
    new MutationObserver((_, watcher) => {
      if (start === undefined) return;
      watcher.disconnect();
      clearTimeout(timer);
      done(performance.now() - start);
    }).observe(graph, { attributes: true, attributeFilter: ["data-serial"] });
  });
}"""


@dataclass(frozen=True)
class Lab:
    """A running server and the folder that it serves."""

    url: str
    token: str
    folder: Path

    def write(self, name: str, *cells: str) -> str:
        """A notebook of these code cells; returns its address."""
        made = [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=METADATA), self.folder / name)
        return self.address(name)

    def address(self, name: str) -> str:
        """Where a notebook of the folder is opened, nothing else beside it."""
        return f"{self.url}/doc/tree/{name}?token={self.token}&reset"


class Reader:
    """Someone at a page with inspectors, who acts on the first."""

    def __init__(self, page) -> None:
        self.page, self.errors = page, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)

    def open(self, address: str) -> None:
        """Open a notebook and wait for its kernel."""
        self.page.goto(address)
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        self.page.wait_for_selector("text=/Python 3.*Idle/", timeout=60_000)

    def run_all(self, last: str = ".cubist-map[data-serial]") -> None:
        """Run every cell from the menu, until there is what the last one shows."""
        self.page.click(".lm-MenuBar-itemLabel:text-is('Run')")
        self.page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
        self.page.wait_for_selector(last, timeout=120_000, state="attached")
        waiting = ".jp-InputPrompt:has-text('[*]')"
        self.page.wait_for_selector(waiting, timeout=120_000, state="detached")
        self.settle()

    def find(self, selector: str):
        """Something in the inspector."""
        return self.page.locator(INSPECTOR + selector)

    def settle(self, quiet: int = 400) -> None:
        """Wait until no picture has changed for so many milliseconds."""
        before = None
        while before != self.serials:
            before = self.serials
            self.page.wait_for_timeout(quiet)

    def until(self, seen: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until something is seen; fails if it does not come."""
        end = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < end, f"not seen within {seconds} s; view {self.view!r}"
            self.page.wait_for_timeout(50)

    @property
    def serials(self) -> list[str]:
        """Which pictures are drawn: changes whenever any of them does."""
        return self.find(".cubist-picture").evaluate_all("all => all.map(n => n.dataset.serial)")

    @property
    def status(self) -> str:
        """The line of accuracy and counts."""
        return self.find("[role=status]").inner_text()

    @property
    def view(self) -> str:
        """The string that restores what is shown."""
        return self.find("input[type=text] >> nth=-1").input_value()

    @property
    def edges(self) -> list[int]:
        """Edges drawn, a number a graph."""
        found = self.find(".cubist-stage").evaluate_all("all => all.map(n => n.dataset.edges)")
        return [int(edges) for edges in found]

    def restore(self, view: str) -> None:
        """Paste a view's string, and wait until it, or why it is none, is seen."""
        before, new = self.serials, view != self.view
        field = self.find("input[type=text] >> nth=-1")
        field.fill(view)
        field.press("Enter")
        if new:  # a run may have to be trained first
            seen = self.find("[role=alert]").count
            self.until(lambda: self.serials != before or seen() > 0, seconds=30)
        self.settle()

    @property
    def equation(self) -> str:
        """The equation of the unit that is shown."""
        return self.find("code").inner_text()

    def unit(self, name: str):
        """The button of a unit in the first graph."""
        return self.find(f".cubist-graph >> nth=0 >> [data-unit='{name}']")

    def pixels(self, picture: str = ".cubist-map") -> str:
        """What a picture's canvas shows."""
        return self.find(f"{picture} >> nth=0 >> canvas").evaluate("node => node.toDataURL()")

    def slider(self, name: str):
        """The handle of the slider with that description."""
        return self.find(f".widget-slider:has(label:text-is('{name}')) .noUi-handle")

    def step(self, name: str, key: str) -> float:
        """Milliseconds from a key on a slider to the changed graph."""
        self.slider(name).focus()
        self.page.evaluate(WATCH)
        self.page.keyboard.press(key)
        return self.page.evaluate("window.cubistDrawn")
