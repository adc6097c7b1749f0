"""What the inspector shows of a view, computed and cached; knows nothing of widgets."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from cubistlib.inspector import maps, units
from cubistlib.inspector.catalogue import Catalogue
from cubistlib.inspector.maps import Map
from cubistlib.inspector.scene import Scene
from cubistlib.inspector.specimen import Specimen, read_part, survey
from cubistlib.inspector.units import Unit
from cubistlib.inspector.view import View
from cubistlib.plots.plane import thinned, unit_maps

KEPT = 48  # scenes and maps in memory
HEAVY = 1e9  # multiplications; more take longer than a slider may
ROUGH_ROWS, ROUGH_SIDE = 1500, 64  # in their place while a slider moves
SHARED_SIDE = 48  # of the maps that the scale shared by all hidden units is taken from


@dataclass(frozen=True, eq=False)
class Model:
    """A catalogue and the data x, y on which its networks are measured."""

    catalogue: Catalogue
    x: np.ndarray
    y: np.ndarray

    def __post_init__(self) -> None:
        for name in ("scene", "map"):
            object.__setattr__(self, name, lru_cache(KEPT)(getattr(self, name)))

    def corrected(self, view: View) -> View:
        """The nearest view that there is, after one of its menus has changed."""
        view = self.catalogue.corrected(view)
        return replace(view, unit=self._nearest(view.unit, self.catalogue.specimen(view)))

    def scene(self, view: View, rough: bool = False) -> Scene:
        """The network of a view; `rough` measures it on a few of the rows."""
        base = self.catalogue.specimen(replace(view, threshold=0.0, effective=False))
        specimen = self.catalogue.specimen(view)
        most = ROUGH_ROWS if rough else len(self.x)
        measured = survey(specimen, thinned(self.x, most), thinned(self.y, most))
        return Scene(specimen, base, measured, view)

    def map(self, view: View, rough: bool = False) -> Map:
        """The large map of the view's unit."""
        specimen = self.catalogue.specimen(view)
        unit = Unit.parse(view.unit, specimen.net.sizes)
        found = maps.unit_map(specimen, unit, view.pre, ROUGH_SIDE if rough else maps.SIDE)
        if view.shared and 0 < unit.layer < specimen.layers:
            hidden = unit_maps(specimen.net, SHARED_SIDE, view.pre)[:-1]
            return replace(found, top=max(Map.of(np.nan_to_num(layer)).top for layer in hidden))
        return found

    def beside(self, view: View) -> View:
        """The view of the network set beside: another algorithm's best at the same k."""
        keep = self.catalogue.entry(view).keep if view.keep is None else view.keep
        other = replace(view, study="", algorithm=view.beside, width="", seed="", keep=keep)
        specimen = self.catalogue.specimen(replace(other, beside=""))
        return replace(other, beside="", unit=self._nearest(view.unit, specimen))

    def views(self, view: View) -> list[View]:
        """The view and, if there is one, that of the network beside it."""
        return [view, self.beside(view)] if view.beside else [view]

    def difference(self, view: View, rough: bool = False) -> Map:
        """The view's unit minus the same unit of the network beside it."""
        left, right = self.map(view, rough), self.map(self.beside(view), rough)
        return Map.of(left.values - right.values)

    def heavy(self, view: View) -> bool:
        """Whether the view, in full, takes longer than a slider's step may."""
        specimen = self.catalogue.specimen(view)
        size = read_part(specimen.net, specimen.masks)[0].size
        return size * (maps.SIDE**2 + 2 * len(self.x)) > HEAVY

    def summary(self, view: View, rough: bool = False) -> str:
        """Accuracy, counts and states in a line; "about" where measured on a few of the rows."""
        scene = self.scene(view, rough)
        text = f"{'about ' if rough else ''}{accuracy_text(scene)}"
        if view.effective:
            start = self.scene(replace(view, effective=False), rough)
            text += f" (before folding {start.survey.accuracy:.3%})"
        paths, masks = scene.specimen.paths, scene.specimen.masks
        states = ", ".join(f"{count} {name}" for name, count in scene.counts.items())
        return (
            f"{text} · {scene.specimen.weights_kept} weights, "
            f"{paths.effective_weights[0]} effective · {masks.parameters_kept[0]} parameters · "
            f"hidden units: {states}"
        )

    def summaries(self, view: View, rough: bool = False) -> list[str]:
        """The view's summary and, if there is one, that of the network beside it.

        Last, if any were, how many runs were left out.
        """
        found = [self.summary(each, rough) for each in self.views(view)]
        if view.beside:
            found = [f"{side}: {text}" for side, text in zip(("left", "right"), found, strict=True)]
        return [*found, self.catalogue.left_out] if self.catalogue.left_out else found

    def _nearest(self, name: str, specimen: Specimen) -> str:
        try:
            return Unit.parse(name, specimen.net.sizes).name(specimen.layers)
        except ValueError:
            return units.OUTPUT


def accuracy_text(scene: Scene) -> str:
    """The accuracy and the number of points behind it."""
    survey = scene.survey
    return f"{survey.accuracy:.3%} of {survey.rows:,} points right, {len(survey.wrong):,} wrong"


def map_title(view: View) -> str:
    """What a large map shows."""
    if view.unit == units.OUTPUT:
        return "logit" if view.pre else "probability of class 1"
    if view.unit.startswith("x"):
        return f"input {view.unit}"
    return f"{view.unit} {'before' if view.pre else 'after'} the ReLU"
