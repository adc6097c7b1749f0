"""What studies cost on this machine, and what of them is done."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd

from cubistlib.networks import weights_of
from cubistlib.store.record import record
from cubistlib.studies import PruningStudy, SearchStudy, Study, halving
from cubistlib.support.checks import UserError
from cubistlib.support.threads import one_thread, usable_cores
from cubistlib.sweep.places import folder

# A sample is trained for so many epochs, then for so many: cost is linear in the epochs.
SEARCHED, PRUNED = (1, 8), (1, 4)

# Experiments in a sample of a search; of each algorithm and width, by their dense weights.
SAMPLE = 96
FEWEST, MOST, MOST_WEIGHTS = 1, 16, 1 << 12

# Up to this width a sample is trained in full: schedules of pruning change the cost of an epoch.
NARROW = 16

# Of a study's widths up to this one the first, a middle one and the last are timed: cost is
# linear in the weights.
WIDEST = 128

# Seconds of a pruning experiment by algorithm and width, so far as they have been measured.
Costs = dict[str, dict[int, float]]

# Multiples of it, without their whole parts, lie evenly in 0 … 1 however many there are.
GOLDEN_RATIO = (5**0.5 - 1) / 2


def table(studies: Sequence[Study], profile: str, measured: bool = True) -> pd.DataFrame:
    """One row a study: study, experiments, done, seconds, left, versions.

    seconds: what all of it takes on this machine, every core at work; left: what is missing of
    that. Both are measured, which takes a while; nan unless `measured`.
    """
    found: list[tuple] = []
    costs: Costs = {}
    for study in studies:
        place = folder(study, profile)
        there = [study.shards[shard] for shard in sorted(place.finished())]
        each = _costs(study, costs) if measured else np.full(len(study), np.nan)
        whole, gone = each.sum(), sum(each[s.start : s.stop].sum() for s in there)
        done, versions = sum(map(len, there)), record(place.path).get("versions", [])
        found.append((study.name, len(study), done, whole, whole - gone, ", ".join(versions)))
    columns = ["study", "experiments", "done", "seconds", "left", "versions"]
    return pd.DataFrame(found, columns=columns)


def seconds(study: Study, known: Costs | None = None) -> float:
    """How long a study takes on this machine, from a sample of trainings.

    known: costs of pruning that need not be measured again; what is measured is added.
    """
    return float(_costs(study, {} if known is None else known).sum())


def _costs(study: Study, known: Costs) -> np.ndarray:
    """Seconds that each experiment takes of the whole machine, (experiments,)."""
    if study.origin is not None:  # every initialization costs the same
        study = replace(study, origin=replace(study.origin, experiment=0))
    if isinstance(study, SearchStudy):
        whole = _each(replace(study, rungs=()), range(len(study)), SAMPLE, SEARCHED)
        return np.full(len(study), whole * halving.cost(study.rungs, study.epochs))
    if not isinstance(study, PruningStudy):
        raise UserError(f"cost: searches and studies of pruning are measured, {study.name} is none")
    alike: dict[tuple[str, int], list[int]] = {}
    for number, e in enumerate(study.table):
        alike.setdefault((e.algorithm, e.hidden[0]), []).append(number)
    narrow = [w for w in study.widths if w <= WIDEST] or [min(study.widths)]
    timed = sorted({narrow[0], narrow[len(narrow) * 2 // 3], narrow[-1]})
    each = np.empty(len(study))
    for algorithm in study.algorithms:
        costs = known.setdefault(algorithm, {})
        if not costs or not min(costs) <= timed[0] <= timed[-1] <= max(costs):
            costs |= {width: _pruned(study, width, alike[algorithm, width]) for width in timed}
        for width in study.widths:
            each[alike[algorithm, width]] = _at(width, costs)
    return each


def as_text(table: pd.DataFrame) -> str:
    """The table to be read, with its sums."""
    figures = table[["experiments", "done", "seconds", "left"]]
    sums = {"study": "in all", **figures.sum(min_count=1)}
    rows = pd.concat([table, pd.DataFrame([sums])], ignore_index=True)
    shown = pd.DataFrame(
        {
            "study": rows["study"],
            "experiments": [f"{int(n):,}" for n in rows["experiments"]],
            "done": [f"{int(n):,}" for n in rows["done"]],
            "takes": [duration(s) for s in rows["seconds"]],
            "left": [duration(s) for s in rows["left"]],
            "version": rows["versions"].fillna(""),
        }
    )
    return shown.to_string(index=False, justify="left")


def as_data(table: pd.DataFrame) -> dict:
    """The table as JSON has it; seconds are null where they were not measured."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    sums = {"experiments": int(table["experiments"].sum()), "done": int(table["done"].sum())}
    return {"cores": usable_cores(), **sums, "studies": rows}


def duration(seconds: float) -> str:
    """Seconds as people say them: 40 s, 12 min, 3.5 h."""
    if np.isnan(seconds):
        return "–"
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def _pruned(study: PruningStudy, width: int, numbers: Sequence[int]) -> float:
    """Seconds that one of an algorithm's experiments at a width takes."""
    numbers = [number for number in numbers if study.table[number].seed == 0]  # of one stack
    size = int(np.clip(MOST_WEIGHTS // weights_of((width,) * 3), FEWEST, MOST))
    epochs = (study.epochs,) * 2 if width <= NARROW else PRUNED
    return _each(study, numbers, size, epochs)


def _each(study: Study, numbers: Sequence[int], size: int, epochs: tuple[int, int]) -> float:
    """Seconds that one of these experiments takes of the whole machine, in a shard of theirs.

    Every core trains the same sample, since cores share caches. What a stack costs however
    many networks it has, a shard pays once.
    """
    places = np.arange(1, size + 1) * GOLDEN_RATIO % 1
    sample = sorted({numbers[int(p * len(numbers))] for p in places})
    first, second = (min(e, study.epochs) for e in epochs)
    study_1, study_2 = (replace(study, epochs=e) for e in (first, second))
    study_2.run_together(sample[:1])  # loads what is compiled, draws the order of the data
    alone, together = _timed(study_1, sample[:1]), _timed(study_1, sample)
    one_more = (together - alone) / (len(sample) - 1) if len(sample) > 1 else alone
    stack = max(0.0, alone - one_more)
    shard = len(study.shards[study.shard_of(sample[0])])
    later = 0.0
    if second > first:
        an_epoch = (_timed(study_2, sample) - together) / (second - first) / len(sample)
        later = max(0.0, an_epoch) * (study.epochs - first)
    return one_more + stack / shard + later


def _timed(study: Study, sample: list[int]) -> float:
    """Seconds of the whole machine that a sample takes, by the processor's clock, which other
    work on the machine does not move.
    """
    cores = usable_cores()
    with one_thread(), ThreadPoolExecutor(cores) as pool:
        start = time.process_time()
        list(pool.map(lambda _: study.run_together(sample), range(cores)))
        used = time.process_time() - start
    return used / cores / cores


def _at(width: int, timed: dict[int, float]) -> float:
    """Cost at a width, linear in the weights between the timed ones and beyond the last."""
    widths, costs = zip(*sorted(timed.items()), strict=True)
    *weights, wanted = (weights_of((w,) * 3) for w in (*widths, width))
    if width <= widths[-1] or len(widths) == 1:
        return float(np.interp(wanted, weights, costs))
    slope = max(0.0, (costs[-1] - costs[-2]) / (weights[-1] - weights[-2]))
    return costs[-1] + slope * (wanted - weights[-1])
