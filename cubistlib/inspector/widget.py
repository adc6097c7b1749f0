"""The inspector in a notebook: pictures and controls around one view."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path

import anywidget
import ipywidgets as widgets
import traitlets
from IPython.display import display

from cubistlib.inspector import content
from cubistlib.inspector.content import PALETTE
from cubistlib.inspector.controls import Controls
from cubistlib.inspector.figure import KINDS, encoded
from cubistlib.inspector.model import Model
from cubistlib.inspector.units import Unit
from cubistlib.inspector.view import View
from cubistlib.support.checks import UserError
from cubistlib.support.files import replacing

HERE = Path(__file__).parent
PAUSE = 0.6  # seconds without a change, after which what was drawn roughly is drawn in full
GROWS = {"flex": "1 1 220px", "min_width": "0"}
HEIGHTS = {1: 480, 2: 300}  # pixels of a graph, alone and beside another: a screen holds it all
WIDGET = "application/vnd.jupyter.widget-view+json"


class Picture(anywidget.AnyWidget):
    """A graph or a map in the browser; see inspector.js. `hovered` is "" between units."""

    _esm = HERE / "inspector.js"
    _css = HERE / "inspector.css"
    kind = traitlets.Unicode().tag(sync=True)
    content = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    hovered = traitlets.Unicode().tag(sync=True)
    palette = traitlets.Bytes(PALETTE.tobytes()).tag(sync=True)


class Inspector:
    """What `inspect` returns: shows itself as the value of a cell."""

    def __init__(self, model: Model, view: View) -> None:
        self.model, self._view = model, View()
        self._timer: asyncio.TimerHandle | None = None
        self.controls = Controls(model.catalogue, self._change)
        self.graphs = [Picture(kind="graph", layout=GROWS) for _ in range(2)]
        self.maps = [Picture(kind="map", layout=GROWS) for _ in range(3)]
        self.status, self.numbers = widgets.HTML(), widgets.HTML()
        self.address = widgets.Text(description="view", continuous_update=False)
        self.address.layout.width = "360px"
        self.widget = self._arranged()
        for graph in self.graphs:
            graph.observe(lambda change: self._change("unit", change["new"]), "selected")
            graph.observe(lambda change: self._hover(change["new"]), "hovered")
        self.address.observe(lambda change: self._restore(change["new"]), "value")
        self.show(view)

    @property
    def view(self) -> str:
        """What is shown, as a string that `inspect(…, view=…)` takes; set it to look elsewhere."""
        return str(self._view)

    @view.setter
    def view(self, text: str) -> None:
        self.show(View.parse(text))

    def show(self, view: View) -> None:
        """Look at another view. Raises ValueError, and stays, if it does not exist."""
        catalogue = self.model.catalogue
        catalogue.check(view)
        if not catalogue.loaded(view):
            self.status.value = '<div role="status">training this run once more …</div>'
        whole = catalogue.specimen(replace(view, threshold=0.0))
        Unit.parse(view.unit, whole.net.sizes)
        self._view = view
        self.controls.fill(view, whole.largest_weight)
        self.address.value = str(view)
        if self._timer:
            self._timer.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel: nobody is going to move a slider
            self._draw(view)
        else:
            self._draw(view, rough=self.model.heavy(view))
            self._timer = loop.call_later(PAUSE, self._finish)

    def _finish(self) -> None:
        """What was drawn roughly in full, then runs that a slider may ask for, one at a time."""
        if self._rough:
            self._draw(self._view)
        if self.model.catalogue.load_ahead(self._view):
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._finish)

    def export(self, path: str | Path) -> Path:
        """Write the view to `path`, as .png, .svg or .json."""
        path = Path(path)
        written = encoded(self.model, self._view, path.suffix[1:])
        with replacing(path) as temporary:
            temporary.write_bytes(written)
        return path

    def _repr_png_(self) -> bytes:
        return encoded(self.model, self._view, "png", dpi=90)

    def _ipython_display_(self) -> None:
        """The static figure, always, and below it the widget that takes its place if it can."""
        text = "\n".join(self.model.summaries(self._view))
        place = display({"text/plain": text}, raw=True, display_id=True)
        view = {"model_id": self.widget.model_id, "version_major": 2, "version_minor": 0}
        display({WIDGET: view}, raw=True)
        place.update({"image/png": self._repr_png_(), "text/plain": text}, raw=True)

    def _arranged(self) -> widgets.Widget:
        buttons = [self._exporter(kind) for kind in KINDS]
        self._graph_box, self._map_box = widgets.Box(), widgets.Box()
        self._unit_box = widgets.VBox([self._map_box, self.numbers])
        body = widgets.Box([self._graph_box, self._unit_box], layout={"flex_flow": "row wrap"})
        rows = self.controls.rows(*buttons, self.address)
        return widgets.VBox([*rows, self.status, body], _dom_classes=("cubist-inspector",))

    def _exporter(self, kind: str) -> widgets.Button:
        button = widgets.Button(description=kind.upper(), tooltip=f"download the view as {kind}")
        button.layout.width = "60px"
        button.on_click(lambda _: self._download(kind))
        return button

    def _download(self, kind: str) -> None:
        message = {"kind": "download", "name": f"network.{kind}", "mime": KINDS[kind]}
        self.graphs[0].send(message, [encoded(self.model, self._view, kind)])

    def _change(self, name: str, value: object) -> None:
        """A reader has acted: one field of the view."""
        if getattr(self._view, name) == value:
            return
        view = self._view.changed(name, value)
        self._try(lambda: self.show(self.model.corrected(view)))

    def _restore(self, text: str) -> None:
        if text != str(self._view):
            self._try(lambda: self.show(View.parse(text)))

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except UserError as error:
            self.status.value = f'<b role="alert">{escape(str(error))}</b>'

    def _hover(self, name: str) -> None:
        """The map of the unit under the pointer; the view stays."""
        self._draw_unit(replace(self._view, unit=name or self._view.unit))

    def _draw(self, view: View, rough: bool = False) -> None:
        """All pictures of a view."""
        self._rough = rough
        views = self.model.views(view)
        for graph, each in zip(self.graphs, views, strict=False):
            drawn = content.graph_content(self.model.scene(each, rough), HEIGHTS[len(views)])
            with graph.hold_sync():
                graph.content, graph.selected = drawn, each.unit
        self._graph_box.children = self.graphs[: len(views)]
        self._map_box.children = self.maps[: 3 if view.beside else 1]
        self._graph_box.layout.width = "100%" if view.beside else "55%"
        self._unit_box.layout.width = "100%" if view.beside else "44%"
        self._draw_unit(view, rough)

    def _draw_unit(self, view: View, rough: bool = False) -> None:
        """The large maps and the numbers of the view's unit."""
        for picture, each in zip(self.maps, self.model.views(view), strict=False):
            picture.content = content.map_content(self.model, each, rough)
        if view.beside:
            self.maps[2].content = content.difference_content(self.model, view, rough)
        self.numbers.value = content.numbers(self.model.scene(view, rough))
        text = "<br>".join(self.model.summaries(view, rough))
        self.status.value = f'<div role="status" aria-live="polite">{text}</div>'
