"""What there is to look at: networks in hand and runs of results, in menus, best first."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cubistlib.inspector.film import Film
from cubistlib.inspector.specimen import Specimen
from cubistlib.inspector.view import View
from cubistlib.support.checks import require

MENUS = ("study", "algorithm", "width", "seed")
FILMS = 32  # trainings kept in memory
SLOW = 0.3  # seconds; a reader waits while a run is trained ahead
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
        found, keep = list(self._matching(view)), view.keep
        if keep is None:
            return found[0]
        return min(found, key=lambda e: (abs(e.keep - keep), e.keep))

    def film(self, view: View) -> Film:
        """The training of `entry(view)`."""
        entry = self.entry(view)
        if entry not in self._films:
            start = time.monotonic()
            self._films[entry] = entry.load()
            self._slow |= time.monotonic() - start > SLOW
            while len(self._films) > FILMS:
                del self._films[next(iter(self._films))]
        return self._films[entry]

    def loaded(self, view: View) -> bool:
        """Whether the view's run is at hand."""
        return self.entry(view) in self._films

    def load_ahead(self, view: View) -> bool:
        """Load the best run at one more k, nearest first; False when there is nothing to do.

        Nothing is, once a run has taken long: the reader would have to wait for it.
        """
        here = self.entry(view).keep
        for keep in sorted(self.path(view), key=lambda k: abs(k - here))[:FILMS]:
            ahead = view.changed("keep", keep)
            if not self.loaded(ahead) and not self._slow:
                self.film(ahead)
                return True
        return False

    def specimen(self, view: View) -> Specimen:
        """The network that a view shows: its run, step, k and threshold; folded if asked for."""
        entry, film = self.entry(view), self.film(view)
        title = entry.title
        if film.accuracy is not None and abs(film.accuracy - entry.accuracy) >= SAME:
            title += f" (trained again; its record says {entry.accuracy:.1%})"
        if film.diverged:
            title += f" (diverged; as it was after step {film.steps[-1]:,})"
        alone = len({e.keep for e in self._matching(view)}) == 1
        found = film.at(view.step, title).pruned(view.keep if alone else None, view.threshold)
        return found.folded() if view.effective else found

    def corrected(self, view: View) -> View:
        """The same view without choices that the menus before them do not offer."""
        for name in MENUS:
            if getattr(view, name) not in {"", *self.menu(name, view)}:
                view = view.changed(name, "")
        return view

    def check(self, view: View) -> None:
        """Raises ValueError if a choice of the view does not exist."""
        for name in MENUS:
            there, chosen = self.menu(name, view), getattr(view, name)
            require(
                chosen in {"", *there},
                f"inspect: no result with {name} {chosen!r}; there are: {', '.join(there)}",
            )
        names = self.menu("algorithm", View())
        require(
            view.beside in {"", *names},
            f"inspect: nothing named {view.beside!r} to set beside; there are: {', '.join(names)}",
        )

    def _matching(self, view: View, names: Sequence[str] = MENUS) -> Iterator[Entry]:
        chosen = {name: value for name in names if (value := getattr(view, name))}
        return (e for e in self.entries if all(getattr(e, n) == v for n, v in chosen.items()))


def stops(weights: int) -> list[int]:
    """Numbers of weights at which a slider stops: every one up to 100, then each 2 % more."""
    found = [*range(min(weights, 100) + 1)]
    while found[-1] < weights:
        found.append(min(weights, found[-1] + found[-1] // 50))
    return found
