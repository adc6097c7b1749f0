"""Backward elimination: the weight that is missed least goes, as long as the budget lasts."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.beyond.plan import plan
from cubistlib.pruners.parts.draws import derived_seed, streams
from cubistlib.pruners.parts.leading import Leading
from cubistlib.pruners.parts.schedules import geometric
from cubistlib.pruners.parts.selection import exact, select, shrink
from cubistlib.pruners.task import Task
from cubistlib.search.descent.population import Population, connected, population, scored
from cubistlib.search.descent.removal import removals
from cubistlib.support.threads import one_thread
from cubistlib.support.types import Count, Positive
from cubistlib.training import Trained, TrainState, train
from cubistlib.training.backends.fused import gradients

# Networks are compared on this share of the data, or on the points on which removals are ranked if
# those are more: of many candidates the best on few points is best on those alone.
COMPARED = 1 / 16

# Orders of the data that trainings take in turn: to draw one takes as long as to train by it.
ORDERS = 8


@dataclass(frozen=True)
class Backward(Pruner):
    """Backward elimination with swaps, on a budget of gradient steps.

    Dense networks race, the given one and others that PyTorch's default draws; the most accurate
    are trained on and go down side by side. The smallest |w| go first, half at a time or more
    where the budget is short, until `fine` more than k are left; then one weight at a time: that
    without which, its unit's other inputs set anew, the loss on `points` of the data is least
    (`removals` of `search.descent`), and what it cuts off. A short training follows every time. In
    the best network of k weights some are swapped: those missed least go, those of largest |∂L/∂w|
    come, and it stays so if that is better than the same network trained as long without; two at
    once after a round in which it was not. Last comes a training by the task's own schedule, in
    fewer epochs; the better of the networks before and after it is the result.
    Source: Marill & Green 1963, sequential backward selection, there of features and without
    swaps, budget or others beside; the removal: Hassibi & Stork 1993.
    trainings: the budget, in trainings of the task, everything included; `plan` shares it out.
    With more of it more networks race and go down, and more swaps are tried. A look at the points
    without a gradient (every removal that is tried, every comparison) counts as if it had one: as
    many steps as batches.
    """

    name = "backward"
    apart = beside = True

    trainings: Positive = 5.0
    fine: Count = 20
    points: Count = 256

    def descent(self, nets: Network, keep: int | np.ndarray, task: Task) -> "Descent":
        """The way down of a stack."""
        return Descent(self, nets, keep, task)

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        with one_thread():
            return self.descent(nets, keep, task).found()

    def train(self, nets, keep, task) -> Trained:
        with one_thread():
            descent = self.descent(nets, keep, task)
            return descent.finished(*descent.found())


class Descent:
    """A stack on its way down. Of candidates side by side, number i is of network `origin[i]`."""

    def __init__(self, pruner: Backward, nets: Network, keep: int | np.ndarray, task: Task):
        pruner.rule(task.selection)
        self.nets, self.task, self.keep = nets, task, pruner.check_keep(nets, keep)
        self.points, self.look = _some(task, pruner.points)
        many = max(pruner.points, round(COMPARED * len(task.x)))
        self.compared, self.comparison = _some(task, many)
        steps, epochs = task.first.steps_an_epoch(len(task.x)), task.first.epochs
        looks = self.look / steps, self.comparison / steps
        self.plan = plan(pruner.trainings, epochs, nets.size, self.keep, pruner.fine, *looks)
        self.trainings = 0

    def found(self) -> tuple[Network, Masks]:
        """The best networks of k weights before the last training, and their masks."""
        found, origin = self._dense()
        found = self._coarse(found, origin)
        # Wide layers have room for far more units than so few weights can use.
        leading = Leading.of(found.masks, int(self.keep.max()) + self.plan.fine)
        found = _with(found, *leading.narrow(found.network, found.masks))
        for above in reversed(range(self.plan.fine)):
            found = self._without_one(found, origin, self.keep[origin] + above)
        found = self._filled(found, origin)
        chosen = self._best(found, origin, 1)
        found = self._swapped(found[chosen])
        return leading[chosen].wide(found.network, found.masks)

    def finished(self, nets: Network, masks: Masks) -> Trained:
        """After the last training, or as before it where that was better."""
        last = self.task.variant(epochs=self.plan.last)
        done = last.train(nets, masks, seed=self._order())
        after, origin = self._population(done), np.arange(len(nets))
        both = Population.concatenate([_with(after, nets, masks), after])
        chosen = both.network[self._best(both, np.tile(origin, 2), 1)]
        return last.resume(TrainState.start(chosen, masks), stop=0)

    def _dense(self) -> tuple[Population, np.ndarray]:
        """Trained dense networks, and whose they are."""
        starts, beam = self.plan.starts, self.plan.beam
        nets, origin = self._starts(), np.repeat(np.arange(len(self.nets)), starts)
        if starts > 1:
            raced = self._trained(nets, Masks.ones_like(nets), origin, self.plan.race, "constant")
            chosen = self._best(raced, origin, beam)
            nets, origin = raced.network[chosen], origin[chosen]
        return self._trained(nets, Masks.ones_like(nets), origin, self.plan.dense), origin

    def _starts(self) -> Network:
        """Dense networks, those of one origin side by side, the given one first."""
        n, more = len(self.nets), self.plan.starts - 1
        if not more:
            return self.nets
        own = streams("backward", self.task.own, n)
        seeds = [int(seed) for rng in own for seed in rng.integers(1 << 32, size=more)]
        into, *hidden, out = self.nets.sizes
        drawn = Network.initialize(hidden, n * more, seeds, inputs=into, outputs=out)
        order = np.argsort(np.append(np.arange(n), np.repeat(np.arange(n), more)), kind="stable")
        return Network.concatenate([self.nets, drawn])[order]

    def _coarse(self, found: Population, origin: np.ndarray) -> Population:
        """Without the smallest weights, down to `fine` more than k, and what is on no path."""
        size, rounds = found.network.size, self.plan.coarse
        down = np.minimum(size, self.keep[origin] + self.plan.fine)
        for left in geometric(size, down, rounds) if rounds else ():
            masks = shrink(found.network, found.masks, np.rint(left).astype(np.int64), exact)
            nets, masks = connected(found.network, masks)
            found = self._trained(nets, masks, origin, self.plan.each)
        return found

    def _without_one(self, found: Population, origin: np.ndarray, left: np.ndarray) -> Population:
        """Without the weight that is missed least where there are more than `left`; trained."""
        above = np.flatnonzero(found.masks.weights_kept > left)
        if len(above):
            less = self._less(found[above], origin[above])
            index = np.arange(len(found))
            index[above] = len(found) + np.arange(len(above))
            found = Population.concatenate([found, less])[index]
        return self._trained(found.network, found.masks, origin, self.plan.each)

    def _less(self, found: Population, origin: np.ndarray) -> Population:
        """Each without the one weight that is missed least."""
        return self._removals(found, origin, 1)[0]

    def _swapped(self, found: Population) -> Population:
        """With weights in other places, where that helps; one network of each origin."""
        origin, n = np.arange(len(found)), len(found)
        stuck = np.zeros(n, bool)
        for _ in range(self.plan.swaps):
            less, parent = self._removals(found, origin, self.plan.children)
            twice = np.flatnonzero(stuck[parent] & (less.masks.weights_kept > 1))
            if len(twice):
                again, _ = self._removals(less[twice], parent[twice], 1)
                index = np.arange(len(less))
                index[twice] = len(less) + np.arange(len(twice))
                less = Population.concatenate([less, again])[index]
            less = self._filled(less, parent, found.masks[parent])
            both, whose = Population.concatenate([found, less]), np.append(origin, parent)
            both = self._trained(both.network, both.masks, whose, self.plan.swapped)
            both = Population.concatenate([found, both])
            chosen = self._best(both, np.append(origin, whose), 1)
            found, stuck = both[chosen], chosen < 2 * n
        return found

    def _filled(
        self, found: Population, origin: np.ndarray, barred: Masks | None = None
    ) -> Population:
        """With k weights again: those of largest |∂L/∂w| come, 0 at first, none that is barred."""
        if (found.masks.weights_kept == self.keep[origin]).all():
            return found
        slopes = gradients(found.network, *self.points).weights
        self._spend(self.look, origin)
        scores = [np.abs(slope) for slope in slopes]
        if barred is not None:
            scores = [np.where(b, -1, s) for b, s in zip(barred.weights, scores, strict=True)]
        kept = found.masks.weights
        scores = [np.where(k, np.inf, s) for k, s in zip(kept, scores, strict=True)]
        filled = Masks.from_weights(select(scores, self.keep[origin]))
        return _with(found, filled.apply(found.network), filled)

    def _removals(
        self, found: Population, origin: np.ndarray, best: int
    ) -> tuple[Population, np.ndarray]:
        """As `removals`, ranked on the points; the parents are those in `origin`."""
        self._look(found, origin)
        less, parent = removals(found, self.points, best)
        return less, origin[parent]

    def _look(self, found: Population, origin: np.ndarray) -> None:
        """Charges a look at every removal."""
        looks = self.look * (1 + found.masks.weights_kept)
        self.task.spend(int(np.bincount(origin, looks).max()))

    def _best(self, found: Population, origin: np.ndarray, room: int) -> np.ndarray:
        """Which `room` candidates of each origin are right most often, the least loss first.

        In the order of the origins.
        """
        if len(found) == room * len(self.nets):
            return np.arange(len(found))
        score = scored(found.network, found.masks, found.configs, self.compared)
        self._spend(self.comparison, origin)
        order = np.lexsort((score.loss, -score.correct, origin))
        place = np.arange(len(order)) - np.searchsorted(origin[order], origin[order])
        return order[place < room]

    def _trained(
        self, nets: Network, masks: Masks, origin: np.ndarray, epochs: int, schedule: str = "cosine"
    ) -> Population:
        """Candidates after a training of so many epochs, all in one order of the data."""
        task = self.task.variant(origin, epochs=epochs, schedule=schedule)
        where: dict[str, Any] = {"backend": task.backend, "threads": task.threads}
        done = train(nets, masks, task.x, task.y, task.config, seed=self._order(), **where)
        self._spend(task.steps, origin)
        return self._population(done)

    def _order(self) -> int:
        """A seed of the data's order for the next training."""
        self.trainings += 1
        return derived_seed("backward", self.task.seed, self.trainings % ORDERS)

    def _population(self, done: Trained) -> Population:
        """What a training gave; networks that have diverged as zeros, the worst there are."""
        found = population(done, np.full(len(done.loss), self.task.first, object), 1)
        if not done.diverged.any():
            return found
        fine = ~done.diverged
        zeroed = Network.of(
            lambda a: np.where(fine.reshape(-1, *[1] * (a.ndim - 1)), a, np.float32(0)),
            found.network,
        )
        return _with(found, zeroed, found.masks)

    def _spend(self, steps: int, origin: np.ndarray) -> None:
        """So many steps for each candidate; of a stack those of the dearest network count."""
        self.task.spend(steps * int(np.bincount(origin).max()))


def _some(task: Task, points: int) -> tuple[tuple[np.ndarray, np.ndarray], int]:
    """About so many points of the data, evenly spread over it, and how many batches they make."""
    step = max(1, len(task.x) // points)
    x, y = np.ascontiguousarray(task.x[::step]), np.ascontiguousarray(task.y[::step])
    return (x, y), -(-len(x) // task.first.batch_size)


def _with(found: Population, nets: Network, masks: Masks) -> Population:
    """Other networks under the same scores, which nobody looks at before they are trained."""
    return replace(found, network=nets, masks=masks)
