"""What there is to look at: networks in hand and runs of results, in menus, best first."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

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

    def run(self, film: Film, step: int | None) -> str:
        """The run at a step, and in which way it is not as its record says."""
        frame, text = film.nearest(step), self.title
        if frame % len(film.steps) != len(film.steps) - 1:
            text += f", step {film.steps[frame]:,} of {film.steps[-1]:,}"
        if film.accuracy is not None and abs(film.accuracy - self.accuracy) >= SAME:
            text += f" (trained again; its record says {self.accuracy:.1%})"
        if film.diverged:
            text += f" (diverged; as it was after step {film.steps[-1]:,})"
        return text


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

    def forget(self) -> None:
        """Let go of all trainings; one that is looked at again is loaded again."""
        self._films.clear()

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

    def alone(self, view: View) -> bool:
        """Whether all runs that a view leaves have as many weights; fewer are then by size."""
        return len({e.keep for e in self._matching(view)}) == 1

    def specimen(self, view: View) -> Specimen:
        """The network that a view shows: its run, step, k and threshold."""
        film = self.film(view)
        found = film.at(view.step, self.entry(view).run(film, view.step))
        return found.pruned(view.keep if self.alone(view) else None, view.threshold)

    def pinned(self, view: View) -> View:
        """The view with the run that it shows, so that its string shows that one elsewhere too."""
        if len(self.entries) == 1:
            return view
        entry = self.entry(view)
        pinned = replace(view, **{name: getattr(entry, name) for name in MENUS})
        return pinned if self.alone(pinned) else pinned.changed("keep", entry.keep)

    def changed(self, view: View, name: str, value: object) -> View:
        """A view after a choice: later menus take their best, k and step what is nearest."""
        view = view.changed(name, value)
        if name in MENUS:
            for later in MENUS[MENUS.index(name) + 1 :]:
                view = view.changed(later, "")
        if (keep := view.keep) is not None:
            nearest = min(self._keeps(view), key=lambda there: abs(there - keep))
            view = view.changed("keep", nearest)
        if view.step is not None:
            film = self.film(view)
            view = view.changed("step", film.steps[film.nearest(view.step)])
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
        keeps, steps = self._keeps(view), self.film(view).steps
        for name, value, numbers in (("keep", view.keep, keeps), ("step", view.step, steps)):
            require(
                value is None or value in numbers,
                f"inspect: no result with {name} {value}; there are: {_listed(numbers)}",
            )

    def _keeps(self, view: View) -> Sequence[int]:
        """The numbers of weights that a view can ask for."""
        return range(self.entry(view).keep + 1) if self.alone(view) else self.path(view)

    def _matching(self, view: View, names: Sequence[str] = MENUS) -> Iterator[Entry]:
        chosen = {name: value for name in names if (value := getattr(view, name))}
        return (e for e in self.entries if all(getattr(e, n) == v for n, v in chosen.items()))


def _listed(numbers: Sequence[int]) -> str:
    """Whole numbers in words; of very many the ends."""
    few = numbers if len(numbers) <= FILMS else [numbers[0], "…", numbers[-1]]
    return ", ".join(map(str, few))


def stops(weights: int) -> list[int]:
    """Numbers of weights at which a slider stops: every one up to 100, then each 2 % more."""
    found = [*range(min(weights, 100) + 1)]
    while found[-1] < weights:
        found.append(min(weights, found[-1] + found[-1] // 50))
    return found
