"""What there is to look at: networks in hand and runs of results, in menus, best first."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cubistlib import pruners, store
from cubistlib.checks import require
from cubistlib.experiments import SEARCH, Experiment
from cubistlib.inspector.film import Film, rerun
from cubistlib.inspector.specimen import Specimen
from cubistlib.inspector.view import View
from cubistlib.masks import Masks
from cubistlib.network import Network
from cubistlib.plots import LABELS
from cubistlib.studies import Study
from cubistlib.training import TrainConfig, Trained, TrainState

MENUS = ("study", "algorithm", "width", "seed")
FILMS = 32  # trainings kept in memory
SLOW = 0.3  # seconds
SAME = 5e-4  # difference of accuracies that rounding may make


@dataclass(frozen=True, eq=False)
class Entry:
    """One network: what the menus say of it, its number of weights, how to get it."""

    study: str
    algorithm: str
    width: str
    seed: str
    keep: int
    accuracy: float
    load: Callable[[], Film]
    title: str


class Catalogue:
    """Entries as menus. Every choice is of a `View`; an empty one takes the best of all."""

    def __init__(self, entries: Iterable[Entry], left_out: str = "") -> None:
        self.entries = sorted(entries, key=lambda e: -e.accuracy)
        self.left_out = left_out
        require(bool(self.entries), f"inspect: nothing to look at{left_out and f': {left_out}'}")
        self._films: dict[Entry, Film] = {}
        self._slow = False

    def menu(self, name: str, view: View) -> dict[str, float]:
        """The choices of a menu, given those of the menus before it, with their best accuracy."""
        found: dict[str, float] = {}
        for entry in self._matching(view, MENUS[: MENUS.index(name)]):
            found.setdefault(getattr(entry, name), entry.accuracy)
        return found

    def path(self, view: View) -> list[int]:
        """Numbers of weights to choose from: those of the runs, or of one network any number."""
        counts = sorted({entry.keep for entry in self._matching(view)})
        return counts if len(counts) > 1 else stops(counts[0])

    def entry(self, view: View) -> Entry:
        """The best run of those with the number of weights nearest to `view.keep`."""
        found = list(self._matching(view))
        if view.keep is None:
            return found[0]
        return min(found, key=lambda e: (abs(e.keep - view.keep), e.keep))

    def film(self, view: View) -> Film:
        """The training of `entry(view)`."""
        return self._load(self.entry(view))

    def loaded(self, view: View) -> bool:
        """Whether the view's run is at hand."""
        return self.entry(view) in self._films

    def load_ahead(self, view: View) -> bool:
        """Load the best run at one more k, nearest first; False when there is nothing to do.

        Nothing is, once a run has taken long: the reader would have to wait for it.
        """
        here = self.entry(view).keep
        for keep in sorted(self.path(view), key=lambda k: abs(k - here))[:FILMS]:
            entry = self.entry(replace(view, keep=keep))
            if entry not in self._films and not self._slow:
                self._load(entry)
                return True
        return False

    def _load(self, entry: Entry) -> Film:
        if entry not in self._films:
            start = time.monotonic()
            self._films[entry] = entry.load()
            self._slow |= time.monotonic() - start > SLOW
            while len(self._films) > FILMS:
                del self._films[next(iter(self._films))]
        return self._films[entry]

    def specimen(self, view: View) -> Specimen:
        """The network that a view shows: its run, step, k and threshold; folded if asked for."""
        found = self.film(view).at(view.step, self._title(view))
        alone = len({entry.keep for entry in self._matching(view)}) == 1
        found = found.pruned(view.keep if alone else None, view.threshold)
        return found.folded() if view.effective else found

    def _title(self, view: View) -> str:
        """What the network is; and a word where training it again did not give it again."""
        entry, film = self.entry(view), self.film(view)
        if film.accuracy is None or abs(film.accuracy - entry.accuracy) < SAME:
            return entry.title
        return f"{entry.title} (trained again; its record says {entry.accuracy:.1%})"

    def corrected(self, view: View) -> View:
        """The same view without choices that the menus before them do not offer."""
        for name in MENUS:
            if getattr(view, name) not in {"", *self.menu(name, view)}:
                view = replace(view, **{name: ""})
        return view

    def check(self, view: View) -> None:
        """Raises ValueError if a choice of the view does not exist."""
        for name in MENUS:
            there, chosen = self.menu(name, view), getattr(view, name)
            require(
                chosen in {"", *there},
                f"inspect: no result with {name} {chosen!r}; there are: {', '.join(there)}",
            )
        names = {entry.algorithm for entry in self.entries}
        require(
            view.beside in {"", *names},
            f"inspect: nothing named {view.beside!r} to set beside; there are: {', '.join(names)}",
        )

    def _matching(self, view: View, names: Sequence[str] = MENUS) -> Iterator[Entry]:
        chosen = [(name, getattr(view, name)) for name in names]
        return (
            entry
            for entry in self.entries
            if all(value in ("", getattr(entry, name)) for name, value in chosen)
        )


def catalogue(
    what: object, masks: Masks | None, studies: Sequence[Study], x: np.ndarray, y: np.ndarray
) -> Catalogue:
    """Whatever `inspect` takes, as a catalogue. Raises ValueError for anything else."""
    if isinstance(what, str | Path):
        what = store.read(what)
    if isinstance(what, pd.Series):
        what = what.to_frame().T
    if isinstance(what, pd.DataFrame):
        return from_results(what, x, y, studies)
    if isinstance(what, Mapping):
        named = what.items()
        return Catalogue(e for name, item in named for e in _in_hand(item, None, str(name), x, y))
    return Catalogue(_in_hand(what, masks, "network", x, y))


def from_results(
    results: pd.DataFrame, x: np.ndarray, y: np.ndarray, studies: Sequence[Study] = ()
) -> Catalogue:
    """Runs of results, each trained once more when it is looked at.

    studies: those that the results are of. Without its study a search's run can be had again
    only if its mask is that of a dense structure.
    """
    missing = set(store.COLUMNS) - set(results.columns)
    require(not missing, f"inspect: results lack the columns {', '.join(sorted(missing))}")
    known = {study.name: study for study in studies}
    runs = [_run(row, x, y, known) for _, row in _best_of_each(results).iterrows()]
    left_out = "runs of a search need their study in studies=, others their algorithm"
    left_out = left_out if None in runs else ""
    return Catalogue([run for run in runs if run], left_out)


def _best_of_each(results: pd.DataFrame) -> pd.DataFrame:
    """The most accurate run of every choice of the menus and number of weights."""
    results = results[~results["diverged"].astype(bool)].reset_index(drop=True)
    count = results["keep"].fillna(results["weights_kept"])
    keys = [results[name] for name in ("study", "algorithm", "hidden", "seed")]
    return results.loc[results["accuracy"].astype(float).groupby([*keys, count]).idxmax()]


def _run(row: pd.Series, x: np.ndarray, y: np.ndarray, studies: dict[str, Study]) -> Entry | None:
    """A row as an entry; None for a search's run of unknown mask and an unknown algorithm's."""
    number, study = int(row["experiment"]), studies.get(row["study"])
    search, known = row["algorithm"] == SEARCH, pruners.available()
    masks = Masks.ones_like(Network.initialize(row["hidden"])) if search else None
    if study is not None:
        (experiment,) = study.experiments([number])
        masks = study.masks[experiment.mask] if search else None
    elif row["weights_kept"] < masks.size if search else row["algorithm"] not in known:
        return None
    else:
        experiment = _experiment(row)
    keep = int(row["weights_kept"] if search else row["keep"])
    width = width_name(row["hidden"])
    return Entry(
        row["study"],
        row["algorithm"],
        width,
        str(row["seed"]),
        keep,
        float(row["accuracy"]),
        lambda: rerun(experiment, x, y, masks),
        f"{LABELS.get(row['algorithm'], row['algorithm'])}, width {width}, {keep} weights",
    )


def _experiment(row: pd.Series) -> Experiment:
    """The experiment that a row of results is of, as far as the row tells."""
    config = TrainConfig(float(row["lr"]), row["schedule"], int(row["epochs"]))
    number, seed = int(row["experiment"]), int(row["seed"])
    if row["algorithm"] == SEARCH:
        return Experiment(row["study"], number, SEARCH, row["hidden"], config, seed)
    pruned = int(row["keep"]), row["selection"]
    return Experiment(row["study"], number, row["algorithm"], row["hidden"], config, seed, *pruned)


def _in_hand(
    what: object, masks: Masks | None, name: str, x: np.ndarray, y: np.ndarray
) -> Iterator[Entry]:
    """Entries of networks that are there already."""
    if isinstance(what, Sequence) and what and all(isinstance(s, TrainState) for s in what):
        films = [Film.of(what)]
    else:
        nets, masks = _pair(what, masks)
        require(len(nets) == len(masks), f"inspect: {len(masks)} masks for {len(nets)} networks")
        films = [Film.still(net, mask) for net, mask in zip(nets, masks, strict=True)]
    for number, film in enumerate(films, start=1):
        one = film.at(None)
        title = name if len(films) == 1 else f"{name} {number}"
        accuracy = float(one.net.evaluate(x, y)[0][0])
        width = width_name(film.nets.hidden)
        yield Entry("", title, width, "", one.weights_kept, accuracy, lambda film=film: film, title)


def _pair(what: object, masks: Masks | None) -> tuple[Network, Masks]:
    if isinstance(what, Trained | TrainState):
        return what.network, what.masks
    if isinstance(what, tuple) and [type(part) for part in what] == [Network, Masks]:
        return what
    require(
        isinstance(what, Network),
        "inspect: needs a Network, (Network, Masks), a training or its states, a mapping of "
        f"names to these, or results; got {type(what).__name__}",
    )
    return what, masks or Masks.ones_like(what)


def stops(weights: int) -> list[int]:
    """Numbers of weights at which a slider stops: every one up to 100, then each 2 % more."""
    found = [*range(min(weights, 100) + 1)]
    while found[-1] < weights:
        found.append(min(weights, found[-1] + found[-1] // 50))
    return found


def width_name(hidden: Sequence[int]) -> str:
    """The paper's "width" where all layers are as wide, else all widths: "3" or "7-3-3"."""
    return str(hidden[0]) if len(set(hidden)) == 1 else "-".join(map(str, hidden))
