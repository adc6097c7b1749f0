"""Runs a study shard by shard, so that whatever happens nothing finished is lost."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from functools import partial
from pathlib import Path

import pandas as pd

from cubistlib.store import StudyFolder
from cubistlib.store import folder as store_folder
from cubistlib.store.locks import Slice
from cubistlib.studies import Study, run_shard
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import NotWritten
from cubistlib.support.types import Count, checked
from cubistlib.sweep import executors, winners
from cubistlib.sweep.executors import Executor
from cubistlib.sweep.places import folder
from cubistlib.sweep.progress import bar


def run(study: Study, profile: str | Path, **options) -> pd.DataFrame:
    """Run what is missing of a study and return its results, as `store.read` does.

    options: as in `advance`.
    """
    study = winners.resolved(study, profile)
    advance(study, profile, **options)
    return folder(study, profile).read()


def advance(
    study: Study,
    profile: str | Path,
    executor: str = "threads",
    workers: int | None = None,
    address: str | None = None,
    part: Slice = (1, 1),
    wait: bool = False,
    renew: bool = False,
    say: Callable[[str], None] | None = None,
) -> None:
    """Run what is missing of a study, or of a slice of it.

    Results go to `folder(study, profile)`, below outputs/<profile>/ or in the folder that
    `profile` is, a shard at a time; a stopped or killed sweep goes on from there. executor,
    workers, address: as in `executors.choose`; results do not depend on them. part: (i, n) runs
    the i-th of n slices alone. wait: wait for a sweep that holds the study. renew: results of
    another definition, or of other code of this library, are moved to the folder .before in
    there, instead of refused or gone on from; for notebooks, whose parameters change. say: takes
    sentences on what happens, by default printed to stderr.
    Raises ValueError if another sweep holds the study, if its definition has changed under
    finished results, if it starts from a search that is not finished, if results cannot be
    written, or if the executor is lost.
    """
    study = winners.resolved(study, profile)
    say = say or partial(print, file=sys.stderr)
    target, mine = folder(study, profile), slice_of(study, part)
    executors.check(executor, workers, address)
    with target.hold(part, wait, renew) as said:
        for sentence in said:
            say(sentence)
        there = target.finished()
        missing = [shard for shard in mine if shard not in there]
        if missing:
            with executors.choose(executor, workers, address) as pool:
                _work(study, target, mine, missing, pool)
        lost = set(mine) - target.finished()
        require(
            not lost,
            f"{paths.shown(target.path)}: results of {len(lost)} shards are gone that this sweep "
            "wrote; start again to run them anew",
        )
        for shard in range(0, len(study.shards), store_folder.BLOCKS[0]):
            target.compact(shard)


def slice_of(study: Study, part: Slice) -> range:
    """The shards of slice (i, n): neighbours, so that they can be put together early."""
    i, n = (checked("a slice's numbers", Count, number) for number in part)
    require(i <= n, f"a slice must be i/n with 1 ≤ i ≤ n, got {i}/{n}")
    count = len(study.shards)
    return range(count * (i - 1) // n, count * i // n)


def _work(
    study: Study, target: StudyFolder, mine: range, missing: Sequence[int], pool: Executor
) -> None:
    """Runs the missing shards of a slice and writes each as soon as it is there."""
    under_way: dict[Future, int] = {}
    block = store_folder.BLOCKS[0]
    left = Counter(shard // block for shard in missing)
    wanted, total = (sum(len(study.shards[i]) for i in some) for some in (missing, mine))
    with bar(study.name, total, total - wanted) as progress:

        def keep(future: Future) -> None:
            frame, shard = future.result(), under_way[future]
            target.write(frame, shard)
            del under_way[future]  # not before: Ctrl-C may come in the middle of writing
            left[shard // block] -= 1
            if left[shard // block] == 0:
                target.compact(shard, mine)
            progress.update(len(frame))

        try:
            for future in _completed(study, missing, pool, under_way):
                keep(future)
        except BaseException as error:
            if not isinstance(error, NotWritten):  # a full disk would refuse more
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
