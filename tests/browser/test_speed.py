"""What a reader waits for is drawn, and sliding leaves nothing behind.

Times are measured, not judged: machines differ. `pytest -rP tests/browser/test_speed.py` shows
them, with `-m "all or not all"` also those of width 256, which take minutes.
"""

import os
import statistics
from pathlib import Path

import pytest
from lab import Reader

SETUP = """
import os, numpy as np, cubistlib as cl
from cubistlib.pruners.parts.selection import select
x, y = cl.cubist_spiral()
def pruned(width, keep):
    net = cl.Network.initialize([width] * 3, seed=0)
    rng = np.random.default_rng(0)
    return net, cl.Masks.from_weights(select([rng.random(w.shape) for w in net.weights], keep))
print(os.getpid())
"""
STEPS = 16
VIEWS = 7


@pytest.fixture
def opened(lab, chromium, request):
    """A notebook with an inspector of one network of some width."""
    width, keep = request.param
    show = f"inspector = cl.inspect(*pruned({width}, {keep})); inspector"
    reader = Reader(chromium.new_page())
    reader.open(lab.write(f"speed_{width}_{keep}.ipynb", SETUP, show))
    reader.run_all()
    yield reader
    assert reader.errors == []
    reader.page.close()


WIDE = [pytest.param(size, marks=pytest.mark.all) for size in ((256, 3000), (256, 131_840))]


@pytest.mark.parametrize("opened", [(16, 560), *WIDE], indirect=True)
def test_every_step_of_a_slider_is_drawn(opened):
    first, whole = zip(*(opened.step("k", "ArrowLeft") for _ in range(STEPS)), strict=True)
    assert len(first) == STEPS and 0 < min(first) < max(whole)
    medians = [f"{statistics.median(times):.0f} ms" for times in (first, whole)]
    print(f"a step: numbers after {medians[0]}, all maps after {medians[1]}, medians")


@pytest.mark.parametrize("opened", [(16, 400)], indirect=True)
def test_memory_stays_flat_while_sliding(opened):
    pid = int(opened.page.inner_text(".jp-OutputArea-output pre >> nth=0"))
    for _ in range(20):
        opened.step("k", "ArrowLeft")
    kernel, page = resident(pid), opened.heap()
    for _ in range(60):
        opened.step("k", "ArrowLeft")
    more = {"kernel": resident(pid) - kernel, "page": opened.heap() - page}
    print("60 steps: " + ", ".join(f"{name} {grown:.2f} MB more" for name, grown in more.items()))
    assert more["kernel"] < 20 and more["page"] < 5


@pytest.mark.parametrize("opened", [(16, 100)], indirect=True)
def test_the_first_view_is_drawn(opened):
    def first() -> float:
        opened.page.evaluate(FIRST)
        opened.page.click(".jp-CodeCell >> nth=1 >> .jp-InputArea-editor")
        opened.page.keyboard.press("Control+Enter")
        time = opened.page.evaluate("window.cubistFirst")
        opened.page.wait_for_timeout(1000)  # until the static figure is there, too
        return time

    times = sorted(first() for _ in range(VIEWS))
    assert times[0] > 0
    print(f"first view: {statistics.median(times):.0f} ms, median of {VIEWS}")


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# Starts at Ctrl+Enter; ends when the maps of a graph that was not there before are drawn.
FIRST = """() => {
  let start;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter") start = performance.now();
  }, { capture: true });
  const old = new Set(document.querySelectorAll(".explorer"));
  window.cubistFirst = new Promise((done) => {
    new MutationObserver((_, watcher) => {
      const drawn = [...document.querySelectorAll(".explorer")].filter((each) =>
        each.querySelector(".unit[aria-label]"));
      if (start === undefined || drawn.every((each) => old.has(each))) return;
      watcher.disconnect();
      done(performance.now() - start);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}"""
