"""Runs a study shard by shard, so that whatever happens nothing finished is lost."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import pandas as pd

from cubistlib import executors, locks, paths, shards, store
from cubistlib.checks import UserError, require
from cubistlib.executors import Executor
from cubistlib.files import write_text
from cubistlib.locks import Slice
from cubistlib.progress import bar
from cubistlib.studies import Study, run_shard

RECORD = "study.json"


def run(study: Study, profile: str, **options) -> pd.DataFrame:
    """Run what is missing of a study and return its results, as `store.read` does.

    options: as in `advance`.
    """
    advance(study, profile, **options)
    return store.read(folder(study, profile))


def advance(
    study: Study,
    profile: str,
    executor: str = "threads",
    workers: int | None = None,
    address: str | None = None,
    part: Slice = (1, 1),
    wait: bool = False,
    say: Callable[[str], None] | None = None,
) -> None:
    """Run what is missing of a study, or of a slice of it.

    Results go to `folder(study, profile)`, a shard at a time; a stopped or killed sweep goes on
    from there. executor, workers, address: as in `executors.choose`; results do not depend on
    them. part: (i, n) runs the i-th of n slices alone. wait: wait for a sweep that holds the
    study. say: takes sentences on what happens, by default printed to stderr.
    Raises ValueError if another sweep holds the study, if its definition has changed under
    finished results, if results cannot be written, or if the executor is lost.
    """
    target, say = folder(study, profile), say or _say
    mine = slice_of(study, part)
    study.start()
    with ExitStack() as stack:
        with _writing(target):
            before = stack.enter_context(locks.held(target, part, wait))
        for sentence in chain([before] if before else [], _prepare(study, target, part)):
            say(sentence)
        there = shards.finished(target)
        missing = [shard for shard in mine if shard not in there]
        if missing:
            with executors.choose(executor, workers, address) as pool:
                _work(study, target, mine, missing, pool)
        with _writing(target):
            for shard in range(0, len(study.shards), store.BLOCKS[0]):
                _compact(study, target, shard)


def folder(study: Study, profile: str) -> Path:
    """Where a study's results are: outputs/<profile>/results/<study>/."""
    return paths.outputs(profile) / "results" / study.name


def slice_of(study: Study, part: Slice) -> range:
    """The shards of slice (i, n): neighbours, so that they can be put together early."""
    i, n = part
    require(1 <= i <= n, f"a slice must be i/n with 1 ≤ i ≤ n, got {i}/{n}")
    count = len(study.shards)
    return range(count * (i - 1) // n, count * i // n)


def finished(study: Study, profile: str) -> int:
    """How many of a study's experiments have results."""
    done = shards.finished(folder(study, profile))
    return sum(len(study.shards[i]) for i in done if i < len(study.shards))


def stored(study: Study, profile: str, number: int) -> pd.Series | None:
    """The result of one experiment as it was written; None if there is none."""
    frame = store.read_shard(folder(study, profile), study.shard_of(number))
    return None if frame is None else frame[frame["experiment"] == number].iloc[0]


def versions(study: Study, profile: str) -> list[str]:
    """The versions of cubistlib that results of a study were made with, in order."""
    record = _record(folder(study, profile))
    return record["versions"] if record else []


def _prepare(study: Study, target: Path, part: Slice) -> Iterator[str]:
    """Makes sure that what is there and what will come belong together; sentences on it."""
    record, own = _record(target), version("cubistlib")
    versions = record["versions"] if record else []
    if record:
        _check_same(study, record["study"], target)
        if own not in versions:
            yield f"{study.name}: begun with version {versions[-1]}, from here on {own}"
    if own not in versions:
        record = {"study": study.definition(), "versions": [*versions, own]}
        with _writing(target):
            write_text(target / RECORD, json.dumps(record, indent=1))
    yield from shards.set_aside(target)
    if part == (1, 1):
        shards.sweep_out(target)


def _check_same(study: Study, before: dict, target: Path) -> None:
    """Raises ValueError with the difference if the folder has results of another definition."""
    now = json.loads(json.dumps(study.definition()))
    changed = [
        f"{name} was {json.dumps(before.get(name))}, is {json.dumps(now.get(name))}"
        for name in [*before, *(n for n in now if n not in before)]
        if before.get(name) != now.get(name)
    ]
    require(
        not changed,
        f"{paths.shown(target)} has results of another study of that name: "
        f"{'; '.join(changed)}; move the folder away or name the study anew",
    )


def _record(target: Path) -> dict | None:
    try:
        return json.loads((target / RECORD).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UserError(f"{paths.shown(target / RECORD)} is damaged: not JSON") from error


def _work(study: Study, target: Path, mine: range, missing: Sequence[int], pool: Executor) -> None:
    """Runs the missing shards of a slice and writes each as soon as it is there."""
    under_way: dict[Future, int] = {}
    left = Counter(shard // store.BLOCKS[0] for shard in missing)
    done = len(study) - sum(len(study.shards[shard]) for shard in missing)
    with bar(study.name, len(study), done) as progress:

        def keep(future: Future) -> None:
            shard, frame = under_way[future], future.result()
            with _writing(target):
                store.write_shard(frame, target, shard)
                del under_way[future]
                left[shard // store.BLOCKS[0]] -= 1
                if left[shard // store.BLOCKS[0]] == 0:
                    _compact(study, target, shard, mine)
            progress.update(len(frame))

        try:
            for future in _completed(study, missing, pool, under_way):
                keep(future)
        except KeyboardInterrupt:
            for future in [f for f in under_way if f.done() and not f.cancelled()]:
                if future.exception() is None:
                    keep(future)
            raise
        except executors.LOST as error:
            raise UserError(
                f"{study.name}: the workers are gone ({type(error).__name__}); "
                "what was finished before is kept, start again to go on"
            ) from error


def _completed(
    study: Study, missing: Iterable[int], pool: Executor, under_way: dict[Future, int]
) -> Iterator[Future]:
    """Shards' futures as they end; only so many are under way that memory stays flat."""
    for shard in missing:
        if len(under_way) >= 2 * pool.workers():
            yield from wait_for(under_way, return_when=FIRST_COMPLETED).done
        under_way[pool.submit(run_shard, study, shard)] = shard
    while under_way:
        yield from wait_for(under_way, return_when=FIRST_COMPLETED).done


def _compact(study: Study, target: Path, shard: int, mine: range | None = None) -> None:
    """Puts the blocks around a shard together as far as they are finished.

    The smallest also within a slice, the others whole: of two files that slices write, either
    none of the shards is in both or one holds all of the other's.
    """
    every = range(len(study.shards))
    for size, within in zip(store.BLOCKS, (mine or every, every), strict=True):
        first = shard - shard % size
        store.compact(target, range(max(first, within.start), min(first + size, within.stop)))


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Turns what a disk refuses into a sentence; what is unfinished has been removed by then."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{paths.shown(target)}: results cannot be written ({error.strerror or error}); "
            "what was finished before is kept, start again when there is room"
        ) from error


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
