"""Someone at the explorer's page, which has been opened from a disk."""

DESK = {"width": 1280, "height": 900}

# Places of the lines of a kind where no other one lies above, in the window.
PLACES = """(which) => {
  const seen = (line) => document.querySelector(`.stage g [data-edge="${line.dataset.edge}"]`);
  const lines = [...document.querySelectorAll(".hits line")];
  return lines.filter((line) => seen(line).matches(which)).flatMap((line) => {
    const box = line.ownerSVGElement.getBoundingClientRect();
    const ends = ["x1", "y1", "x2", "y2"].map((name) => Number(line.getAttribute(name)));
    const [x1, y1, x2, y2] = ends;
    for (const share of [0.5, 0.42, 0.58, 0.34, 0.66]) {
      const x = box.left + x1 + share * (x2 - x1), y = box.top + y1 + share * (y2 - y1);
      if (document.elementFromPoint(x, y) === line) return [[x, y]];
    }
    return [];
  });
}"""


# From an event until the numbers have changed, and until all has been drawn anew.
STEP = """(event) => {
  let start;
  const once = { capture: true, once: true }, passed = () => performance.now() - start;
  addEventListener(event, () => { start = performance.now(); }, once);
  window.stepped = new Promise((done) => {
    new MutationObserver((_, watcher) => {
      watcher.disconnect();
      const first = passed();
      setTimeout(() => done([first, passed()]));
    }).observe(document.querySelector("[data-number=kept]"), { childList: true });
  });
}"""


# A slider goes to and fro for so long, each step as soon as the one before has been drawn.
SLIDE = """async (slider, seconds) => {
  const top = slider.valueAsNumber, far = 20, end = performance.now() + 1000 * seconds;
  let steps = 0;
  while (performance.now() < end) {
    steps += 1;
    slider.value = top - far + Math.abs((steps + far) % (2 * far) - far);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(() => setTimeout(done))));
  }
  slider.value = top;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  return steps;
}"""


# When the first maps stand, since the page was asked for.
FIRST = """window.first = new Promise((done) => {
  new MutationObserver((_, watcher) => {
    if (!document.querySelector(".unit[aria-label]")) return;
    watcher.disconnect();
    done(performance.now());
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["aria-label"] });
});"""


# What a finger does at a place, as the graph hears it.
FINGER = """([[clientX, clientY], type, given]) => {
  const graph = document.querySelector(".stage svg");
  const hit = document.elementFromPoint(clientX, clientY);
  graph.setPointerCapture = () => {}; // no finger is there to be caught
  const finger = { pointerId: 7, isPrimary: true, bubbles: true, clientX, clientY, ...given };
  (type === "pointerdown" ? hit : graph).dispatchEvent(new PointerEvent(type, finger));
}"""


# A file falls on an element.
DROP = """(node, [name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  for (const type of ["dragover", "drop"]) {
    const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
    if (node.dispatchEvent(event)) throw new Error("the browser would open the file itself");
  }
}"""


class Visitor:
    """Someone at the explorer's page, who sees its errors and what it asks for."""

    def __init__(self, browser, url):
        self.page, self.errors, self.requests = browser.new_page(), [], []
        self.session = None
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.set_viewport_size(DESK)
        self.open(url)

    def open(self, url):
        self.page.goto("about:blank")
        self.page.goto(url)
        self.page.wait_for_selector(".unit")

    def text(self, selector):
        """What stands there once all that was done has been drawn."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        return self.page.text_content(selector)

    def number(self, name):
        """One of the numbers of the network, as soon as it is no longer about."""
        sure = f"[data-number={name}]:not(:has-text('≈'))"
        self.text("h1")
        self.page.wait_for_selector(sure, state="attached")
        return float(self.text(sure).replace(",", "").split()[0])

    def finger(self, place, what, **given):
        self.page.evaluate(FINGER, [place, what, given])

    def touch_drag(self, place):
        """A real finger goes 90 pixels up from a place; how far the page has scrolled by it."""
        x, y = place
        screen, top = self.page.context.new_cdp_session(self.page), self.page.evaluate("scrollY")
        screen.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

        def touch(what, *points):
            screen.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": points})

        touch("touchStart", {"x": x, "y": y})
        for up in range(10, 100, 10):
            touch("touchMove", {"x": x, "y": y - up})
        touch("touchEnd")
        self.number("kept")
        return self.page.evaluate("scrollY") - top

    def drawn(self, canvas):
        """The picture on a canvas once all that was done has been drawn."""
        self.counts()
        return self.page.locator(canvas).first.evaluate("(canvas) => canvas.toDataURL()")

    def units(self):
        self.number("kept")
        return self.page.locator(".unit").count()

    def worked(self):
        """Milliseconds of the processor that the page's main thread has had."""
        if self.session is None:
            self.session = self.page.context.new_cdp_session(self.page)
            self.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return next(1000 * each["value"] for each in metrics if each["name"] == "TaskDuration")

    def counts(self):
        return {name: self.number(name) for name in ("accuracy", "wrong", "live", "kept")}

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def choose(self, file):
        """Gives the page a file by its button."""
        with self.page.expect_file_chooser() as chooser:
            self.press("Open a file")
        chooser.value.set_files(file)

    def drop(self, file):
        """Drops a file on the page."""
        self.page.locator("h1").evaluate(DROP, [file.name, file.read_text()])

    def edges(self, which):
        """Where lines of a kind can be touched."""
        self.number("kept")
        return self.page.evaluate(PLACES, which)

    def timed_click(self, place):
        """Milliseconds from a click on a line: until accuracy has moved, until all is drawn."""
        self.page.evaluate(STEP, "pointerup")
        self.page.mouse.click(*place)
        return self.page.evaluate("window.stepped")

    def timed_slide(self):
        """The same from a key on the slider of weights."""
        self.page.evaluate(STEP, "input")
        self.page.get_by_label("down to").press("ArrowLeft")
        return self.page.evaluate("window.stepped")

    def timed_first_view(self, url):
        """Milliseconds from asking for a page until the maps of all units stand."""
        self.page.add_init_script(FIRST)
        self.open(url)
        return self.page.evaluate("window.first")

    def slide(self, seconds):
        """Steps of the slider of weights for so long, as fast as they are drawn; how many."""
        return self.page.get_by_label("down to").evaluate(SLIDE, seconds)

    def memory(self):
        """Megabytes of the page's objects and arrays, once all is drawn and the rest is gone."""
        self.counts()
        self.page.wait_for_timeout(1000)
        session = self.page.context.new_cdp_session(self.page)
        session.send("HeapProfiler.collectGarbage")
        used = session.send("Runtime.getHeapUsage")
        session.detach()
        return (used["usedSize"] + used.get("backingStorageSize", 0)) / 1e6

    def remove_by_hand(self):
        """Tries every weight, and removes the one without which most points are right."""
        found = []
        for place in self.edges(".positive, .negative"):
            self.page.mouse.click(*place)
            found.append((self.number("accuracy"), place))
            self.press("Undo")
        self.page.mouse.click(*max(found)[1])

    def weights(self):
        self.number("kept")
        return int(self.page.get_by_label("down to").input_value())

    def train(self, epochs, rate):
        self.page.get_by_label("epochs").fill(str(epochs))
        self.page.get_by_label("rate").fill(str(rate))
        self.press("Play")
        self.number("kept")  # the curve of the training before is gone
        self.await_curve(f"epoch {epochs} of {epochs}:")

    def await_curve(self, words):
        self.page.locator(f".curve[aria-label*='{words}']").wait_for()

    def slid(self, slider):
        self.number("kept")
        return slider.get_attribute("aria-valuetext")

    def fresh(self, widths, seed):
        self.page.get_by_label("hidden widths").fill(widths)
        self.page.locator(".fresh").get_by_label("seed").fill(str(seed))
        self.press("Fresh start")
