"""The sliders and menus: they show a view and say which field of it is to change."""

from collections.abc import Callable

import ipywidgets as widgets

from cubistlib.inspector.catalogue import MENUS, Catalogue
from cubistlib.inspector.view import View

TOGGLES = {
    "lives": ("what lives", "take out all that does nothing on the data"),
    "ghosts": ("ghosts", "show removed weights as thin dots"),
    "pre": ("before ReLU", "show values before the activation; of the output, the logit"),
    "shared": ("one scale", "one colour scale for all hidden units"),
}


class Controls(widgets.VBox):
    """Three lines of widgets, `fields` by name of the view's; `on_change(field, value)` on acts."""

    def __init__(self, catalogue: Catalogue, on_change: Callable[[str, object], None]) -> None:
        super().__init__()
        self.catalogue = catalogue
        self._on_change, self._filling = on_change, False
        style = {"description_width": "70px"}
        menu = {"layout": {"width": "212px"}, "style": style}
        slider = {"layout": {"width": "310px"}, "style": style}
        menus = {n: widgets.Dropdown(description=n, **menu) for n in (*MENUS, "beside")}
        sliders = {
            name: widgets.SelectionSlider(options=[("", 0)], description=text, **slider)
            for name, text in (("keep", "k"), ("step", "step"))
        }
        sliders["keep"].continuous_update = False  # a run may have to be trained
        sliders["threshold"] = widgets.FloatSlider(
            description="|w| ≥", readout_format=".2f", **slider
        )
        toggles = {
            name: widgets.ToggleButton(description=text, tooltip=hint, layout={"width": "auto"})
            for name, (text, hint) in TOGGLES.items()
        }
        self.fields = {**menus, **sliders, **toggles}
        self.play = widgets.Play(interval=200, show_repeat=False, tooltip="watch it learn")
        self.play.layout.width = "96px"
        self._link = widgets.jslink((self.play, "value"), (sliders["step"], "index"))
        for name, widget in self.fields.items():
            widget.observe(lambda change, name=name: self._changed(name, change["new"]), "value")
        every = self.fields | {"play": self.play}
        lines = [(*MENUS, "beside"), ("keep", "step", "play", "threshold"), TOGGLES]
        boxes = [[every[name] for name in line] for line in lines]
        self.children = [widgets.HBox(box, layout={"flex_flow": "row wrap"}) for box in boxes]

    def close(self) -> None:
        """Leave nothing behind."""
        self._link.close()
        super().close()

    def fill(self, view: View, largest_weight: float) -> None:
        """Show a view; nothing that this changes counts as the reader's doing."""
        self._filling = True
        try:
            for name in MENUS:
                self._menu(name, "best of all", self.catalogue.menu(name, view), view)
            self._menu("beside", "nothing", self.catalogue.menu("algorithm", View()), view)
            self._sliders(view, largest_weight)
            for name in TOGGLES:
                self.fields[name].value = getattr(view, name)
        finally:
            self._filling = False

    def _menu(self, name: str, nothing: str, choices: dict[str, float], view: View) -> None:
        shown = [(f"{value} · {best:.1%}", value) for value, best in choices.items()]
        _options(self.fields[name], [(nothing, ""), *shown], getattr(view, name))
        self.fields[name].layout.display = None if len(choices) > 1 else "none"

    def _sliders(self, view: View, largest_weight: float) -> None:
        keeps, film = self.catalogue.path(view), self.catalogue.film(view)
        keep = self.catalogue.entry(view).keep if view.keep is None else view.keep
        keep = min(keeps, key=lambda k: (abs(k - keep), k))
        _options(self.fields["keep"], [(str(k), k) for k in keeps], keep)
        self.play.max = len(film.steps) - 1
        step = film.steps[film.nearest(view.step)]
        _options(self.fields["step"], [(f"{s:,}", s) for s in film.steps], step)
        self.play.value = self.fields["step"].index
        for widget in (self.fields["step"], self.play):
            widget.layout.display = None if len(film.steps) > 1 else "none"
        threshold = self.fields["threshold"]
        threshold.step = _round_step(largest_weight / 100)
        threshold.max = max(largest_weight, view.threshold)
        threshold.value = view.threshold

    def _changed(self, name: str, value: object) -> None:
        if self._filling:
            return
        if name == "step" and value == self.fields["step"].options[-1][1]:
            value = None  # the end, whichever run is chosen next
        self._on_change(name, value)


def _options(widget: widgets.Widget, options: list[tuple[str, object]], value: object) -> None:
    """Set options and value; untouched where nothing changes, so that no message is sent."""
    with widget.hold_sync():
        if list(widget.options) != options:
            widget.options = options
        if widget.value != value:
            widget.value = value


def _round_step(size: float) -> float:
    """The largest of 0.01, 0.02, 0.05, 0.1, … that is not above `size`, or 0.01."""
    steps = [digit * 10.0**power for power in range(-2, 4) for digit in (1, 2, 5)]
    return max([step for step in steps if step <= size], default=0.01)
