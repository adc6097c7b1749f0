"""A notebook open in JupyterLab, and someone who reads it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

INSPECTOR = ".explorer >> nth=0 >> "
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}

# From a key until what it changes has been drawn: at once, and with all maps.
STEP = """() => {
  let start;
  const once = { capture: true, once: true }, passed = () => performance.now() - start;
  document.addEventListener("keydown", () => { start = performance.now(); }, once);
  window.stepped = new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error("nothing was drawn")), 20000);
    new MutationObserver((_, watcher) => {
      if (start === undefined) return;
      watcher.disconnect();
      clearTimeout(timer);
      const first = passed();
      setTimeout(() => done([first, passed()]));
    }).observe(document.querySelector("[data-number=kept]"), { childList: true });
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
        self.page.wait_for_selector("text=/Python 3.*Idle/")

    def run_all(self, last: str = ".explorer .unit") -> None:
        """Run every cell from the menu, until there is what the last one shows."""
        self.menu("Run", "Run All Cells")
        self.page.wait_for_selector(last, state="attached")
        waiting = ".jp-InputPrompt:has-text('[*]')"
        self.page.wait_for_selector(waiting, state="detached")
        self.settle()

    def menu(self, name: str, item: str) -> None:
        """Choose from the notebook's menu."""
        self.page.click(f".lm-MenuBar-itemLabel:text-is('{name}')")
        self.page.click(f".lm-Menu-itemLabel:text-is('{item}')")

    def find(self, selector: str):
        """Something in the explorer."""
        return self.page.locator(INSPECTOR + selector)

    def settle(self) -> None:
        """Wait until all that was done has been drawn."""
        frame = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done())))"
        for _ in range(2):
            self.page.evaluate(frame)

    def until(self, seen: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something is seen; fails if it does not come."""
        end = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < end, f"not seen within {seconds} s; view {self.view!r}"
            self.page.wait_for_timeout(50)

    def text(self, selector: str) -> str:
        """What stands there once all is drawn."""
        self.settle()
        return self.find(selector).first.text_content()

    def number(self, name: str) -> float:
        """One of the numbers of the network, as soon as it is no longer about."""
        text = ""

        def known() -> bool:
            nonlocal text  # what is read once more may be about again
            text = self.text(f"[data-number={name}]")
            return "≈" not in text

        self.until(known)
        return float(text.replace(",", "").split()[0])

    @property
    def status(self) -> str:
        """The sentence for the reader."""
        return self.text("[role=status]")

    @property
    def view(self) -> str:
        """The string that restores what is shown."""
        self.settle()
        return self.find("[aria-label=view]").input_value()

    @property
    def edges(self) -> int:
        """Kept weights that are drawn in the first graph."""
        self.settle()
        graph = self.find(".stage").first
        return graph.locator("g:not(.hits) line:not(.removed)").count()

    def restore(self, view: str) -> None:
        """Paste a view's string, and wait until the kernel shows it or says why not."""
        field = self.find("[aria-label=view]")
        field.fill(view)
        field.press("Enter")
        self.until(lambda: not self.status.startswith("asking"))

    @property
    def equation(self) -> str:
        """The equation of the unit that is shown."""
        return self.text(".part-map code")

    def unit(self, name: str, graph: int = 0):
        """The button of a unit in one of the graphs."""
        return self.find(f".stage >> nth={graph} >> [data-unit='{name}']")

    def pixels(self, canvas: str = ".part-map canvas") -> str:
        """What a canvas shows."""
        self.settle()
        return self.find(f"{canvas} >> nth=0").evaluate("node => node.toDataURL()")

    def button(self, name: str):
        """A button by what stands on it."""
        return self.find(f"button:text-is('{name}')").first

    def slider(self, name: str):
        """A slider by its name."""
        return self.find(f"label:has(span:text-is('{name}')) input[type=range]").first

    def step(self, name: str, key: str) -> tuple[float, float]:
        """Milliseconds from a key on a slider to the changed numbers, and to all maps."""
        self.slider(name).focus()
        self.page.evaluate(STEP)
        self.page.keyboard.press(key)
        return self.page.evaluate("window.stepped")

    def heap(self) -> float:
        """Megabytes of the page's own objects, once what is not needed is gone."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("HeapProfiler.collectGarbage")
        used = session.send("Runtime.getHeapUsage")["usedSize"]
        session.detach()
        return used / 1e6
