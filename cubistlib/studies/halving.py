"""Successive halving: many networks for few epochs, the best part of them goes on.

A network that goes on ends exactly as if it had been trained without a stop, so that halving
can only lose networks, never change one. What it loses is measured by `calibrate`. The best are
those of lowest loss: in the first epochs it tells networks apart that are equally accurate.
Source: Jamieson & Talwalkar 2016; Li et al. 2018.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import ceil

import numpy as np
import pandas as pd

from cubistlib.networks import Masks
from cubistlib.studies import stacks as runs
from cubistlib.studies.experiment import Experiment
from cubistlib.support.checks import require
from cubistlib.support.types import brief
from cubistlib.training import Trained, TrainState, resume

Rungs = Sequence[tuple[int, float]]


def check(rungs: Rungs, epochs: int) -> None:
    """Raises ValueError unless rungs are (epochs, share), epochs rising, shares in (0, 1)."""
    stops = [0, *(stop for stop, _ in rungs), epochs]
    require(
        all(a < b for a, b in pairwise(stops)) and all(0 < share < 1 for _, share in rungs),
        f"halving: rungs must be (epochs, share) with epochs rising below {epochs} and shares "
        f"between 0 and 1, got {brief(list(rungs))}",
    )


def cost(rungs: Rungs, epochs: int) -> float:
    """The steps that are done with these rungs, as a share of full training."""
    left, before, total = 1.0, 0, 0.0
    for stop, share in [*rungs, (epochs, 1.0)]:
        total += left * (stop - before)
        left, before = left * share, stop
    return total / epochs


def run(
    stack: Sequence[Experiment],
    x: np.ndarray,
    y: np.ndarray,
    masks: Sequence[Masks],
    rungs: Rungs,
    backend: str = "auto",
) -> pd.DataFrame:
    """A stack of a search's experiments with halving, one row each as in `stacks.rows`.

    After rung (epochs, share) that share of those still in training goes on, rounded up: the
    ones of lowest loss, of equals the ones with the lower number. The rows of the others say
    in `epochs` how long they were trained, and give accuracy and loss there.
    """
    epochs = stack[0].config.epochs
    check(rungs, epochs)
    alive, state, frames = list(stack), _start(stack, masks), []
    for stop, share in rungs:
        done = _until(stop, alive, state, x, y, backend)
        kept = lowest(done.loss, share)
        out = np.setdiff1d(np.arange(len(alive)), kept)
        if len(out):
            short = [replace(e, config=replace(e.config, epochs=stop)) for e in alive]
            cut = [short[i] for i in out]
            frames.append(runs.rows(cut, done[out], x, done.state.step))
        alive, state = [alive[i] for i in kept], done[kept].state
    done = _until(epochs, alive, state, x, y, backend)
    frames.append(runs.rows(alive, done, x, done.state.step))
    return pd.concat(frames, ignore_index=True).sort_values("experiment", ignore_index=True)


def calibrate(
    sample: Sequence[Experiment],
    x: np.ndarray,
    y: np.ndarray,
    masks: Sequence[Masks],
    rungs: Rungs,
    backend: str = "auto",
) -> pd.DataFrame:
    """What halving would have done to a sample that is trained in full, stack by stack.

    One row a rung: epochs, share; rank_correlation (Spearman) of the loss there, its sign
    turned, with the final accuracy, over the whole sample; top_kept, the share of the best 5 %
    at the end that are still in training; best_lost, by how much the accuracy of the best that
    is left falls short of the best; cost, steps done up to the next rung as a share of
    full training.
    """
    stops, epochs = [stop for stop, _ in rungs], sample[0].config.epochs
    found = []
    for stack in runs.stacks(sample):
        state, course, alive = _start(stack, masks), [], [np.arange(len(stack))]
        for stop, share in rungs:
            done = _until(stop, stack, state, x, y, backend)
            state = done.state
            course.append(done.loss)
            alive.append(alive[-1][lowest(done.loss[alive[-1]], share)])
        end = _until(epochs, stack, state, x, y, backend)
        found.append((np.array(course), end.accuracy, alive))
    losses, final = (np.concatenate([f[i] for f in found], axis=-1) for i in (0, 1))
    starts = np.cumsum([0, *(len(accuracy) for _, accuracy, _ in found)])
    cost, table = [*stops, epochs][0] / epochs, []
    top = set(lowest(-final, 0.05).tolist())
    for rung, (stop, share) in enumerate(rungs):
        left = np.concatenate([f[2][rung + 1] + s for s, f in zip(starts, found, strict=False)])
        cost += len(left) / len(final) * ([*stops, epochs][rung + 1] - stop) / epochs
        ranks = pd.Series(-losses[rung]).rank().corr(pd.Series(final).rank())
        lost = final.max() - final[left].max()
        table.append((stop, share, ranks, len(top & set(left.tolist())) / len(top), lost, cost))
    columns = ["epochs", "share", "rank_correlation", "top_kept", "best_lost", "cost"]
    return pd.DataFrame(table, columns=columns)


def lowest(values: np.ndarray, share: float) -> np.ndarray:
    """The places of the lowest share of values, rounded up and in order; NaN counts as highest."""
    return np.sort(np.argsort(values, kind="stable")[: ceil(share * len(values))])


def _start(stack: Sequence[Experiment], masks: Sequence[Masks]) -> TrainState:
    return TrainState.start(runs.initialize(stack), runs.chosen_masks(stack, masks))


def _until(epoch: int, stack: Sequence[Experiment], state: TrainState, x, y, backend) -> Trained:
    """A stack trained on from a state until so many epochs are done."""
    configs, seed = [e.config for e in stack], stack[0].seed
    stop = epoch * configs[0].steps_an_epoch(len(x))
    return resume(state, x, y, configs, seed=seed, backend=backend, stop=stop, threads=1)
