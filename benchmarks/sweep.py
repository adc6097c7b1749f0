"""What a sweep adds to the engine, how long lists and resumptions take, and whether plans hold.

python benchmarks/sweep.py [--json FILE] [--only NAME]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median

import numpy as np

from cubistlib import sweep
from cubistlib.data import cubist_spiral
from cubistlib.search.burnside import count_masks
from cubistlib.search.canonical import Canonical
from cubistlib.search.masks import Unstructured, structures
from cubistlib.studies import SearchStudy, Study, paper, run_shard
from cubistlib.studies import stacks as of_stack
from cubistlib.support.threads import usable_cores
from cubistlib.sweep import cost
from cubistlib.training.loop import train

WORKERS = 2
MOST = 70_000_000  # masks of a structure that is listed
SEARCH_95 = paper.study("random-init/unstructured-search-95")
SEARCH_995 = paper.study("random-init/unstructured-search-99.5")


@dataclass(frozen=True)
class Line:
    """A figure, its unit, and the most that it may be."""

    name: str
    value: float
    unit: str
    limit: float


@contextmanager
def new_home() -> Iterator[Path]:
    """A folder of its own for results."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CUBISTLIB_HOME"] = folder
        yield Path(folder)


class Overhead(SearchStudy):
    """Some shards of the 95 % study, evenly spread over it."""

    @property
    def shards(self) -> list[range]:
        every = super().shards
        return every[:: len(every) // 8][:8]


def overhead() -> list[Line]:
    """Processor time and wall time of eight shards in a sweep over those of bare train()."""
    study = Overhead(**vars(SEARCH_95))
    x, y = cubist_spiral()
    stacks = [study.experiments(shard) for shard in study.shards]
    ready = [(of_stack.initialize(s), of_stack.chosen_masks(s, study.masks), s) for s in stacks]

    def engine(stack) -> None:
        nets, masks, s = stack
        train(nets, masks, x, y, [e.config for e in s], seed=0, threads=1)

    def bare() -> None:
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(engine, ready))

    def swept() -> None:
        with new_home():
            sweep.advance(study, "benchmark", workers=WORKERS)

    bare(), swept()
    pairs = [(timed(bare), timed(swept)) for _ in range(5)]
    ratios = [[s / b - 1 for b, s in zip(one, other, strict=True)] for one, other in pairs]
    wall, cpu = (100 * median(r[i] for r in ratios) for i in (0, 1))
    return [
        Line("sweep over bare engine, 2 workers, processor time", cpu, "%", 5),
        Line("sweep over bare engine, 2 workers, wall time", wall, "%", 5),
    ]


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds by the clock and by the processor."""
    start = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start[0], time.process_time() - start[1]


def canonical() -> list[Line]:
    """All canonical masks of (7, 3, 3), one after the other."""
    start, masks = time.perf_counter(), Canonical((7, 3, 3))
    firsts = range(0, len(masks), 1 << 16)
    stacks = (masks.take(np.arange(i, min(i + (1 << 16), len(masks)))) for i in firsts)
    assert sum(map(len, stacks)) == len(masks) == 8_338_343
    return [Line("8,338,343 canonical masks", time.perf_counter() - start, "s", 300)]


def agreement() -> list[Line]:
    """Structures up to width 5 whose canonical masks, listed, are as many as Burnside counts.

    Left out are those of more masks than MOST, which take more than a minute to list.
    """
    every = [hidden for hidden in structures(5) if count_masks(hidden) <= MOST]
    wrong = [hidden for hidden in every if len(Canonical(hidden)) != count_masks(hidden)]
    return [Line(f"of {len(every)} structures, counts that disagree", len(wrong), "", 0)]


def finished() -> list[Line]:
    """A finished study of 189,624 experiments: listed, gone on with, read."""
    study = SEARCH_995
    with new_home():
        write_finished(study)
        listed, _ = timed(lambda: cost.table([study], "benchmark", measured=False))
        resumed, _ = timed(lambda: sweep.advance(study, "benchmark"))
        read, _ = timed(lambda: sweep.folder(study, "benchmark").read())
    return [
        Line("listing 189,624 finished experiments", listed, "s", 3),
        Line("resuming them", resumed, "s", 3),
        Line("reading them as one table", read, "s", 3),
    ]


def write_finished(study: Study) -> None:
    """Results as a finished sweep leaves them, though nothing was trained."""
    run = study.run_together
    sample = replace(study, epochs=1, spiral=(("points", 600),)).run(range(256))
    rng = np.random.default_rng(0)

    def fake(numbers: range):
        frame = sample.iloc[: len(numbers)]
        drawn = rng.uniform(size=len(numbers))
        return frame.assign(experiment=numbers, accuracy=drawn, loss=drawn)

    object.__setattr__(study, "run_together", fake)
    sweep.advance(study, "benchmark", workers=1)
    object.__setattr__(study, "run_together", run)


def memory() -> list[Line]:
    """Largest memory of sweeps of more and more experiments over that of forty thousand.

    By then shards have been put together in files of full size.
    """
    base = peak(40_000)
    return [
        Line(f"memory of {count:,} experiments over 40,000", peak(count) - base, "MB", 20)
        for count in (80_000, 160_000)
    ]


def peak(count: int) -> float:
    command = [sys.executable, __file__, "--memory-of", str(count)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def memory_of(count: int) -> None:
    """Runs that many short trainings in this process and prints its largest memory in MB."""
    lrs = tuple(np.linspace(0.01, 0.1, count // 1000))
    study = SearchStudy(
        name="memory",
        masks=[*Unstructured((3, 3, 3))][:1000],
        lrs=lrs,
        schedules=("constant",),
        epochs=1,
        spiral=(("points", 600),),
    )
    with new_home():
        sweep.advance(study, "benchmark", workers=WORKERS)
    print(getrusage(RUSAGE_SELF).ru_maxrss / 1024)


# Of the studies' shards, every how many-th is trained in full.
PICKED = {
    "random-init/structured-search": 23,
    "random-init/unstructured-search-95": 76,
    "random-init/unstructured-search-99.5": 105,
    "fixed-init-95/pruning": 5,
    "fixed-init-95/structured-search": 1,
    "fixed-init-95/unstructured-search": 2,
    "fixed-init-99.5/pruning": 5,
    "fixed-init-99.5/structured-search": 2,
    "fixed-init-99.5/unstructured-search": 45,
}
# Of the largest study all algorithms and widths, but two values of k, one rate, one schedule:
# the rest of it would take hours.
FEWER = {"keep": (20, 50), "lrs": (0.1,), "schedules": ("cosine",)}


def plans() -> Iterator[Line]:
    """What `plan` foretells against full trainings of shards spread over each study.

    Both by the processor's clock, so that other work on the machine does not count.
    """
    costs: cost.Costs = {}
    yield truth(replace(paper.study("random-init/pruning"), **FEWER), 1, {})
    for name, every in PICKED.items():
        study = paper.study(name)
        if study.origin:  # every initialization costs the same
            study = replace(study, origin=replace(study.origin, experiment=0))
        yield truth(study, every, costs)


def truth(study: Study, every: int, costs: cost.Costs) -> Line:
    foretold = cost.seconds(study, costs)
    picked = range(len(study.shards))[every // 2 :: every]
    numbers = sum(len(study.shards[shard]) for shard in picked)

    def run() -> None:
        with ThreadPoolExecutor(usable_cores()) as pool:
            list(pool.map(partial(run_shard, study), picked))

    _, seconds = timed(run)
    off = foretold / (seconds / usable_cores() / numbers * len(study)) - 1
    print(f"{study.name}: foretold {cost.duration(foretold)}, {100 * off:+.0f} % of the truth")
    return Line(f"plan of {study.name} off by", 100 * abs(off), "%", 25)


PARTS = {f.__name__: f for f in (overhead, canonical, agreement, finished, memory, plans)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--only", choices=PARTS, help="one part of the table")
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.memory_of:
        return memory_of(given.memory_of)
    lines = []
    for name in [given.only] if given.only else PARTS:
        for line in PARTS[name]():
            lines.append(line)
            print(f"{line.name:60} {line.value:8.1f} {line.unit:3} (to reach: {line.limit:g})")
    largest = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest memory of this process: {largest:.0f} MB")
    if given.json:
        data = {"memory_mb": largest, "figures": [asdict(line) for line in lines]}
        given.json.write_text(json.dumps(data, indent=1))


if __name__ == "__main__":
    main()
