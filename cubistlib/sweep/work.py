"""Runs a study shard by shard, so that whatever happens nothing finished is lost."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from cubistlib.store import shards
from cubistlib.store import table as store
from cubistlib.studies.study import Study, run_shard
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import writing
from cubistlib.sweep import executors, identity, locks
from cubistlib.sweep.executors import Executor
from cubistlib.sweep.locks import Slice
from cubistlib.sweep.progress import bar


def run(study: Study, profile: str, **options) -> pd.DataFrame:
    """Run what is missing of a study and return its results, as `store.read` does.

    options: as in `advance`.
    """
    advance(study, profile, **options)
    target = folder(study, profile)
    frame = store.read(target)
    foreign = sorted(set(frame["study"]) - {study.name})
    require(not foreign, f"{paths.shown(target)} holds results of {', '.join(foreign)}, too")
    return frame


def advance(
    study: Study,
    profile: str,
    executor: str = "threads",
    workers: int | None = None,
    address: str | None = None,
    part: Slice = (1, 1),
    wait: bool = False,
    renew: bool = False,
    say: Callable[[str], None] | None = None,
) -> None:
    """Run what is missing of a study, or of a slice of it.

    Results go to `folder(study, profile)`, a shard at a time; a stopped or killed sweep goes on
    from there. executor, workers, address: as in `executors.choose`; results do not depend on
    them. part: (i, n) runs the i-th of n slices alone. wait: wait for a sweep that holds the
    study. renew: results of another definition, or of other code of this library, are moved to
    the folder .before in there, instead of refused or gone on from; for notebooks, whose
    parameters change. say: takes sentences on what happens, by default printed to stderr.
    Raises ValueError if another sweep holds the study, if its definition has changed under
    finished results, if results cannot be written, or if the executor is lost.
    """
    target, say = folder(study, profile), say or _say
    mine = slice_of(study, part)
    study.start()
    executors.check(executor, workers, address)
    with ExitStack() as stack:
        with writing(target):
            before = stack.enter_context(locks.held(target, part, wait))
        if renew:
            identity.renew(study, target)
        for sentence in [*before, *_prepare(study, target, part)]:
            say(sentence)
        there = shards.finished(target)
        missing = [shard for shard in mine if shard not in there]
        if missing:
            with executors.choose(executor, workers, address) as pool:
                _work(study, target, mine, missing, pool)
        lost = set(mine) - shards.finished(target)
        require(
            not lost,
            f"{paths.shown(target)}: results of {len(lost)} shards are gone that this sweep wrote; "
            "start again to run them anew",
        )
        with writing(target):
            for shard in range(0, len(study.shards), store.BLOCKS[0]):
                _compact(study, target, shard)


def results(profile: str) -> Path:
    """Where studies' results are: outputs/<profile>/results/."""
    return paths.outputs(profile) / "results"


def folder(study: Study, profile: str) -> Path:
    """Where a study's results are: in a folder of its name in there."""
    return results(profile) / study.name


def slice_of(study: Study, part: Slice) -> range:
    """The shards of slice (i, n): neighbours, so that they can be put together early."""
    i, n = part
    require(1 <= i <= n, f"a slice must be i/n with 1 ≤ i ≤ n, got {i}/{n}")
    count = len(study.shards)
    return range(count * (i - 1) // n, count * i // n)


def finished(study: Study, profile: str) -> int:
    """How many of a study's experiments have results."""
    return sum(map(len, finished_shards(study, profile)))


def finished_shards(study: Study, profile: str) -> list[range]:
    """The experiments of the shards that have results; none if they are of another definition."""
    target = folder(study, profile)
    if not identity.same(study, target):
        return []
    return [study.shards[i] for i in sorted(shards.finished(target)) if i < len(study.shards)]


def stored(study: Study, profile: str, number: int) -> pd.Series | None:
    """The result of one experiment as it was written; None if there is none."""
    frame = store.read_shard(folder(study, profile), study.shard_of(number))
    return None if frame is None else frame[frame["experiment"] == number].iloc[0]


def _prepare(study: Study, target: Path, part: Slice) -> list[str]:
    """Makes the folder fit for what will come; sentences on what was done."""
    said = identity.agree(study, target)
    with writing(target):
        said += shards.set_aside(target)
        if part == (1, 1):
            shards.sweep_out(target)
    return said


def _work(study: Study, target: Path, mine: range, missing: Sequence[int], pool: Executor) -> None:
    """Runs the missing shards of a slice and writes each as soon as it is there."""
    under_way: dict[Future, int] = {}
    left = Counter(shard // store.BLOCKS[0] for shard in missing)
    wanted, total = (sum(len(study.shards[i]) for i in some) for some in (missing, mine))
    with bar(study.name, total, total - wanted) as progress:

        def keep(future: Future) -> None:
            frame, shard = future.result(), under_way[future]
            with writing(target):
                store.write_shard(frame, target, shard)
                del under_way[future]  # not before: Ctrl-C may come in the middle of writing
                left[shard // store.BLOCKS[0]] -= 1
                if left[shard // store.BLOCKS[0]] == 0:
                    _compact(study, target, shard, mine)
            progress.update(len(frame))

        try:
            for future in _completed(study, missing, pool, under_way):
                keep(future)
        except BaseException as error:
            if not isinstance(error, UserError):  # such as a full disk, which would refuse more
                for future in [f for f in under_way if f.done() and not f.cancelled()]:
                    if future.exception() is None:
                        keep(future)
            if executors.is_lost(error):
                raise UserError(
                    f"{study.name}: the workers are gone ({type(error).__name__}); "
                    "what was finished before is kept, start again to go on"
                ) from error
            raise


def _completed(
    study: Study, missing: Iterable[int], pool: Executor, under_way: dict[Future, int]
) -> Iterator[Future]:
    """Shards' futures as they end, which the caller takes out of `under_way`.

    Only so many are under way that memory stays flat.
    """
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


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
