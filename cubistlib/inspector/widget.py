"""The inspector in a notebook: the explorer's page over a model that has runs, and one view."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import anywidget
import traitlets
from IPython.display import display

from cubistlib.inspector import cells
from cubistlib.inspector.content import WIDEST, content, fits, kept, points
from cubistlib.inspector.controls import Controls
from cubistlib.inspector.explorer import KEPT, called, gallery, styles
from cubistlib.inspector.figure import encoded
from cubistlib.inspector.model import Model
from cubistlib.inspector.view import View
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import replacing, saving

TOO_WIDE = (
    f"inspect: the page shows at most {WIDEST} units a layer; a wider network has its figure alone"
)
PAUSE = 0.6  # seconds without a change, after which runs that a slider may ask for are trained
WIDGET = "application/vnd.jupyter.widget-view+json"
# A document never lets go of a module: whatever cells run again, this one is loaded once.
SCRIPT = called("widget", "export default all().widget(() => new Worker(script));")
LOADER = """
const known = (globalThis.cubistlibExplorers ??= new Map());
export default {
  async render(given) {
    const script = given.model.get("script"), type = "text/javascript";
    const url = () => URL.createObjectURL(new Blob([script], { type }));
    if (!known.has(script)) known.set(script, import(url()));
    return (await known.get(script)).default.render(given);
  },
};
"""
# What stands above this is a page, or the sentence that a reopened notebook has none: not shown.
END = """<style>
.jp-OutputArea-child:not(:has(.explorer)):has(+ .jp-OutputArea-child .explorer-end) {
  display: none;
}
</style><i class="explorer-end"></i>"""


class Page(anywidget.AnyWidget):
    """The explorer in the browser; see page/explorer/widget.js.

    given: what `content` has of a view's run. points: x₁, x₂ and labels, float32, one after the
    other; none are the spiral's. networks: the gallery. script: the page itself. It says in
    messages how a run is looked at, not in a trait, whose echo would take a slider back.
    """

    _esm = LOADER
    _css = styles("explorer.css", "notebook.css")
    script = traitlets.Unicode(SCRIPT).tag(sync=True)
    given = traitlets.Dict().tag(sync=True)
    points = traitlets.Bytes().tag(sync=True)
    networks: traitlets.List = traitlets.List().tag(sync=True)


class Inspector:
    """What `inspect` returns: shows itself as the value of a cell."""

    def __init__(self, model: Model, view: View) -> None:
        self.model = model
        self._timer: asyncio.TimerHandle | None = None
        self._answers = 0
        self._view = model.checked(view)

    @property
    def view(self) -> str:
        """What is shown, as a string that `inspect(…, view=…)` takes; set it to look elsewhere."""
        return str(self._view)

    @view.setter
    def view(self, text: str) -> None:
        self.show(View.parse(text))

    @cached_property
    def page(self) -> Page:
        """The explorer, made when it is first shown. Raises ValueError for what it cannot show."""
        require(fits(self.model, self._view), TOO_WIDE)
        given, seen = self._given(self._view), points(self.model)
        page = Page(given=given, points=seen, networks=gallery())
        page.on_msg(lambda _, message, __: self._try(lambda: self._heard(message)))
        return page

    @cached_property
    def controls(self) -> Controls:
        """Sliders and menus for a layout of one's own, linked with the page both ways."""
        controls = Controls(self.model.catalogue, self._change)
        controls.fill(self._view, self._largest_weight())
        return controls

    def show(self, view: View) -> None:
        """Look at another view. Raises ValueError, and stays, if the page cannot, or none can."""
        view = self.model.checked(view)
        if "page" in vars(self):
            require(fits(self.model, view), TOO_WIDE)
            self.page.given = self._given(view)
        self._view = view
        self._fill()
        self._later(self._load_ahead)

    def export(self, path: str | Path) -> Path:
        """Write the view to `path`, as .png, .svg or .json. Raises ValueError if it cannot."""
        path = Path(path)
        written = encoded(self.model, self._view, path.suffix[1:])
        with saving("export", path), replacing(path) as temporary:
            temporary.write_bytes(written)
        return path

    def close(self) -> None:
        """Take the page away, and all that was computed for it; `show` makes it anew."""
        if self._timer:
            self._timer.cancel()
        for name in ("page", "controls"):
            if widget := vars(self).pop(name, None):
                cells.close(widget)
        self.model.forget()

    def _repr_png_(self) -> bytes:
        return encoded(self.model, self._view, "png", dpi=90)

    def _ipython_display_(self) -> None:
        """The static figure, always, and below it the page that takes its place if it can."""
        cells.show(self)
        text = "\n".join(self.model.summaries(self._view))
        if not fits(self.model, self._view):
            display({"image/png": self._repr_png_(), "text/plain": text}, raw=True)
            return display({"text/plain": TOO_WIDE}, raw=True)
        if "page" in vars(self):
            self.page.given = self._given(self._view)
        data: dict[str, object] = {"text/plain": text}
        place = display(data, raw=True, display_id=True)
        view = {"model_id": self.page.model_id, "version_major": 2, "version_minor": 0}
        display({WIDGET: view}, raw=True)
        display({"text/html": END, "text/plain": ""}, raw=True)
        if living := kept(self.model, self._view):
            data[KEPT] = living
        place.update({"image/png": self._repr_png_(), **data}, raw=True)
        self._later(self._load_ahead)

    def _given(self, view: View) -> dict:
        """What the page is sent of the view's run; each answer differs, so that it is one."""
        self._answers += 1
        return content(self.model, view) | {"view": str(view), "answer": self._answers}

    def _heard(self, message: dict) -> None:
        """A reader of the page looks at the run in another way, or wants another run.

        look: the view already there, of the answer with that number; of an earlier one it is late,
        for the page is about to show another run. view: the one wanted. change: fields of it.
        """
        if "look" in message:
            if message["answer"] != self.page.given["answer"]:
                return None
            self._view = View.parse(message["look"])
            return self._fill()
        view = View.parse(message["view"]) if "view" in message else self._view
        for name, value in message.get("change", {}).items():
            view = self.model.changed(view, name, value)
        return self.show(view)

    def _change(self, name: str, value: object) -> None:
        """A reader has moved one of the controls."""
        if getattr(self._view, name) != value:
            self._try(lambda: self.show(self.model.changed(self._view, name, value)))

    def _try(self, action: Callable[[], None]) -> None:
        """What a reader wants; where it cannot be, what is shown stays, and the page says why."""
        try:
            action()
        except UserError as error:
            self._say(str(error))
        except BaseException as error:  # an interrupt, too: the page waits for an answer
            self._say(f"inspect: the kernel failed at this: {type(error).__name__}: {error}")
            raise

    def _say(self, sentence: str) -> None:
        if "page" in vars(self):
            self.page.send({"said": sentence})

    def _fill(self) -> None:
        if "controls" in vars(self):
            self.controls.fill(self._view, self._largest_weight())

    def _largest_weight(self) -> float:
        return self.model.catalogue.specimen(self._view.changed("threshold", 0.0)).largest_weight

    def _load_ahead(self) -> None:
        """Runs that a slider may ask for, one at a time."""
        if self.model.catalogue.load_ahead(self._view):
            self._later(self._load_ahead)

    def _later(self, action: Callable[[], None]) -> None:
        """Does something after a pause, in place of what was to be done; never without a kernel."""
        if self._timer:
            self._timer.cancel()
        try:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, action)
        except RuntimeError:
            self._timer = None
