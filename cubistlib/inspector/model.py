"""What the inspector shows of a view, computed and cached; knows nothing of widgets."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from cubistlib.inspector import units
from cubistlib.inspector.catalogue import Catalogue
from cubistlib.inspector.specimen import Specimen, Survey, survey
from cubistlib.inspector.units import SIDE, Map, Unit, unit_map
from cubistlib.inspector.view import DEFAULTS, View
from cubistlib.networks import STATES
from cubistlib.plots.graph import DOT, HALF, Edge, Graph
from cubistlib.plots.plane import extent_of, thumbnails, unit_maps

KEPT = 48  # scenes and maps in memory
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
    extent: float

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
        maps = thumbnails(self.specimen.net, side, view.pre, view.shared, self.extent)
        return self.graph.take(maps)

    def state(self, unit: Unit) -> str:
        """What a unit is: input, output, one of connectivity.STATES; or removed, doing nothing."""
        if unit.layer in (0, self.specimen.layers):
            return "output" if unit.layer else "input"
        state = STATES[self.survey.states[unit.layer - 1][unit.index]]
        return REMOVED if self.view.lives and state == STATES[0] else state

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


@dataclass(frozen=True, eq=False)
class Model:
    """A catalogue and the data x, y on which its networks are measured."""

    catalogue: Catalogue
    x: np.ndarray
    y: np.ndarray

    def __post_init__(self) -> None:
        for name in ("scene", "map", "survey", "specimen"):
            object.__setattr__(self, name, lru_cache(KEPT)(getattr(self, name)))

    def forget(self) -> None:
        """Let go of all that has been computed."""
        for name in ("scene", "map", "survey", "specimen"):
            getattr(self, name).cache_clear()
        self.catalogue.forget()

    def checked(self, view: View) -> View:
        """The view, its run pinned. Raises ValueError, a sentence, if something does not exist."""
        self.catalogue.check(view)
        Unit.parse(view.unit, self.catalogue.specimen(view).net.sizes)
        return self.catalogue.pinned(view)

    def changed(self, view: View, name: str, value: object) -> View:
        """The nearest view that there is, after a choice."""
        return self._with_unit(self.catalogue.changed(view, name, value))

    def specimen(self, view: View) -> Specimen:
        """The network of a view, without what does nothing if asked for."""
        found = self.catalogue.specimen(view)
        return found.simplified(self.x) if view.lives else found

    def scene(self, view: View) -> Scene:
        """The network of a view, measured."""
        measured = self.survey(replace(view, **LOOK))
        # All weights say which units have a place: none jumps while weights are removed.
        whole = self.catalogue.specimen(replace(view, threshold=0.0))
        return Scene(self.specimen(view), measured, Graph.of(whole.masks), view, self.extent)

    @cached_property
    def extent(self) -> float:
        """Half the side of the square that maps are of."""
        return extent_of(self.x)

    def survey(self, view: View) -> Survey:
        """The network of a view on the data; once, however looked at."""
        return survey(self.specimen(view), self.x, self.y)

    def map(self, view: View) -> Map:
        """The large map of the view's unit."""
        specimen = self.specimen(view)
        unit = Unit.parse(view.unit, specimen.net.sizes)
        found = unit_map(specimen, unit, view.pre, SIDE, self.extent)
        if view.shared and 0 < unit.layer < specimen.layers:
            hidden = unit_maps(specimen.net, SHARED_SIDE, view.pre, self.extent)[:-1]
            return replace(found, top=max(Map.of(np.nan_to_num(layer)).top for layer in hidden))
        return found

    def beside(self, view: View) -> View:
        """The view of the network set beside: another algorithm's best at the same k."""
        keep = self.catalogue.entry(view).keep if view.keep is None else view.keep
        other = replace(view, study="", algorithm=view.beside, width="", seed="", beside="")
        return self._with_unit(self.catalogue.changed(other, "keep", keep))

    def views(self, view: View) -> list[View]:
        """The view and, if there is one, that of the network beside it."""
        return [view, self.beside(view)] if view.beside else [view]

    def difference(self, view: View) -> Map | None:
        """The view's unit minus the same unit of the network beside it, if that has the same.

        Inputs and outputs are the same in any two networks, hidden units in those of one structure.
        """
        other = self.beside(view)
        sizes, others = (self.specimen(each).net.sizes for each in (view, other))
        if view.unit != other.unit or (view.unit.startswith("h") and sizes != others):
            return None
        return Map.of(self.map(view).values - self.map(other).values, self.extent)

    def summary(self, view: View) -> str:
        """Accuracy, counts and states in a line."""
        scene = self.scene(view)
        text = accuracy_text(scene)
        found, paths, masks = scene.survey, scene.specimen.paths, scene.specimen.masks
        states = ", ".join(f"{count} {name}" for name, count in scene.counts.items())
        return (
            f"{text} · {scene.specimen.weights_kept} weights, "
            f"{paths.effective_weights[0]} effective, {found.live_weights} live · "
            f"{masks.parameters_kept[0]} parameters, {paths.effective_parameters[0]} effective, "
            f"{found.live_parameters} live · hidden units: {states}"
        )

    def summaries(self, view: View) -> list[str]:
        """The view's summary, that of a network beside it, and how many runs were left out."""
        found = [self.summary(each) for each in self.views(view)]
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
