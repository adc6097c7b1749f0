"""What the inspector shows of a view, computed and cached; knows nothing of widgets."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from cubistlib.inspector import units
from cubistlib.inspector.catalogue import Catalogue
from cubistlib.inspector.specimen import Specimen, Survey, read_part, survey
from cubistlib.inspector.units import SIDE, Map, Unit, unit_map
from cubistlib.inspector.view import DEFAULTS, View
from cubistlib.networks import STATES
from cubistlib.plots.graph import DOT, HALF, Edge, Graph
from cubistlib.plots.plane import thinned, thumbnails, unit_maps

KEPT = 48  # scenes and maps in memory
HEAVY = 1e9  # multiplications; more take longer than a slider may
PASSES = 6  # over the data that a survey costs: two, and what lives as long as four
ROUGH_ROWS, ROUGH_SIDE = 1500, 64  # in their place while a slider moves
SHARED_SIDE = 48  # of the maps that the scale shared by all hidden units is taken from
REMOVED = "removed"
# Fields of a view that choose no network, at one value: how it is looked at.
LOOK = {name: DEFAULTS[name] for name in ("unit", "beside", "ghosts", "pre", "shared")}
# Half the side of a unit's picture, in cells, where it is not whole.
HALVES = {STATES[0]: 0.22, REMOVED: DOT}
GHOST = 0.5  # width of a removed weight's line


@dataclass(frozen=True, eq=False)
class Scene:
    """All that a picture of one network holds, whoever draws it; survey: of the specimen."""

    specimen: Specimen
    survey: Survey
    graph: Graph
    view: View

    @cached_property
    def units(self) -> list[Unit]:
        """The units that have a place."""
        return [Unit(*unit) for unit in self.graph.units]

    @cached_property
    def edges(self) -> list[Edge]:
        """Kept weights, thin ones first; before them, if asked for, the pruned as ghosts."""
        weights, kept = self.specimen.net.weights, self.specimen.masks.weights
        ghosts = self.graph.edges(weights, [~m for m in kept], GHOST) if self.view.ghosts else []
        return ghosts + self.graph.edges(weights, kept)

    @cached_property
    def pictures(self) -> np.ndarray:
        """The shown units' maps, −1 … 1: (units, side, side)."""
        side = 48 if len(self.units) <= 64 else 24
        view = self.view
        return self.graph.take(thumbnails(self.specimen.net, side, view.pre, view.shared))

    def state(self, unit: Unit) -> str:
        """What a unit is: input, output, one of connectivity.STATES; or removed by folding."""
        if unit.layer in (0, self.specimen.layers):
            return "output" if unit.layer else "input"
        state = STATES[self.survey.states[unit.layer - 1][unit.index]]
        return REMOVED if self.view.effective and state == STATES[0] else state

    def half(self, unit: Unit) -> float:
        """Half the side of a unit's picture, in cells: small where nothing reads it."""
        return HALVES.get(self.state(unit), HALF)

    @property
    def names(self) -> list[str]:
        """The shown units' names."""
        return [unit.name(self.specimen.layers) for unit in self.units]

    @property
    def counts(self) -> dict[str, int]:
        """How many hidden units are in each state, shown or not."""
        every = np.concatenate(self.survey.states)
        return {state: int((every == i).sum()) for i, state in enumerate(STATES)}

    def labels(self) -> list[str]:
        """A sentence a shown unit, for screen readers: name, state, weights in and out."""
        kept, ends = [m[0] for m in self.specimen.masks.weights], self.specimen.net.sizes
        into = self.graph.take([np.zeros(ends[0], int), *(m.sum(1) for m in kept)])
        out = self.graph.take([*(m.sum(0) for m in kept), np.zeros(ends[-1], int)])
        return [
            f"{name}, {self.state(unit)}, {i} weights in, {o} out"
            for name, unit, i, o in zip(self.names, self.units, into, out, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Model:
    """A catalogue and the data x, y on which its networks are measured."""

    catalogue: Catalogue
    x: np.ndarray
    y: np.ndarray

    def __post_init__(self) -> None:
        for name in ("scene", "map", "survey"):
            object.__setattr__(self, name, lru_cache(KEPT)(getattr(self, name)))

    def corrected(self, view: View) -> View:
        """The nearest view that there is, after one of its menus has changed."""
        return self._with_unit(self.catalogue.corrected(view))

    def scene(self, view: View, rough: bool = False) -> Scene:
        """The network of a view; `rough` measures it on a few of the rows."""
        measured = self.survey(replace(view, **LOOK), rough)
        # All weights say which units have a place: none jumps while weights are removed.
        whole = self.catalogue.specimen(replace(view, threshold=0.0, effective=False))
        return Scene(self.catalogue.specimen(view), measured, Graph.of(whole.masks), view)

    def survey(self, view: View, rough: bool = False) -> Survey:
        """The network of a view on the data, or `rough` on a few rows; once, however looked at."""
        most = ROUGH_ROWS if rough else len(self.x)
        x, y = thinned(self.x, most), thinned(self.y, most)
        return survey(self.catalogue.specimen(view), x, y)

    def map(self, view: View, rough: bool = False) -> Map:
        """The large map of the view's unit."""
        specimen = self.catalogue.specimen(view)
        unit = Unit.parse(view.unit, specimen.net.sizes)
        found = unit_map(specimen, unit, view.pre, ROUGH_SIDE if rough else SIDE)
        if view.shared and 0 < unit.layer < specimen.layers:
            hidden = unit_maps(specimen.net, SHARED_SIDE, view.pre)[:-1]
            return replace(found, top=max(Map.of(np.nan_to_num(layer)).top for layer in hidden))
        return found

    def beside(self, view: View) -> View:
        """The view of the network set beside: another algorithm's best at the same k."""
        keep = self.catalogue.entry(view).keep if view.keep is None else view.keep
        other = replace(view, study="", algorithm=view.beside, width="", seed="", beside="")
        return self._with_unit(replace(other, keep=keep))

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
        return size * (SIDE**2 + PASSES * len(self.x)) > HEAVY

    def summary(self, view: View, rough: bool = False) -> str:
        """Accuracy, counts and states in a line; "about" where measured on a few of the rows."""
        scene = self.scene(view, rough)
        text = f"{'about ' if rough else ''}{accuracy_text(scene)}"
        if view.effective:
            start = self.scene(replace(view, effective=False), rough)
            text += f" (before folding {start.survey.accuracy:.3%})"
        found, paths, masks = scene.survey, scene.specimen.paths, scene.specimen.masks
        states = ", ".join(f"{count} {name}" for name, count in scene.counts.items())
        return (
            f"{text} · {scene.specimen.weights_kept} weights, "
            f"{paths.effective_weights[0]} effective, {found.live_weights} live · "
            f"{masks.parameters_kept[0]} parameters, {paths.effective_parameters[0]} effective, "
            f"{found.live_parameters} live · hidden units: {states}"
        )

    def summaries(self, view: View, rough: bool = False) -> list[str]:
        """The view's summary, that of a network beside it, and how many runs were left out."""
        found = [self.summary(each, rough) for each in self.views(view)]
        if view.beside:
            found = [f"{side}: {text}" for side, text in zip(("left", "right"), found, strict=True)]
        return [*found, self.catalogue.left_out] if self.catalogue.left_out else found

    def _with_unit(self, view: View) -> View:
        """The view; of the output where its network has no such unit."""
        try:
            Unit.parse(view.unit, self.catalogue.specimen(view).net.sizes)
        except ValueError:
            return replace(view, unit=units.OUTPUT)
        return view


def accuracy_text(scene: Scene) -> str:
    """The accuracy and the number of points behind it."""
    survey = scene.survey
    return f"{survey.accuracy:.3%} of {survey.rows:,} points right, {len(survey.wrong):,} wrong"


def scene_title(scene: Scene) -> str:
    """What a network is, its accuracy, and how many of its parameters live."""
    survey = scene.survey
    return (
        f"{scene.specimen.title}: {survey.accuracy:.2%}, {survey.live_parameters} parameters live"
    )


def map_title(view: View) -> str:
    """What a large map shows."""
    if view.unit == units.OUTPUT:
        return "logit" if view.pre else "probability of class 1"
    if view.unit.startswith("x"):
        return f"input {view.unit}"
    return f"{view.unit} {'before' if view.pre else 'after'} the ReLU"
