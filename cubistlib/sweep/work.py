"""Runs a study shard by shard, so that whatever happens nothing finished is lost."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd

from cubistlib.store import StudyFolder
from cubistlib.store import folder as store_folder
from cubistlib.store.locks import Slice
from cubistlib.studies import Study, run_shard
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import NotWritten
from cubistlib.support.types import MANY, Allowed, Count, Flag, checked
from cubistlib.sweep import executors, portable, winners
from cubistlib.sweep.choice import Choice
from cubistlib.sweep.executors import Executor
from cubistlib.sweep.keys import Security
from cubistlib.sweep.places import folder
from cubistlib.sweep.progress import bar

Part = Annotated[
    tuple[Count, Count], Allowed(f"two whole numbers (i, n), as (3, 20), from 1 to {MANY:,}")
]


def run(study: Study, profile: str | Path, **options) -> pd.DataFrame:
    """Run what is missing of a study and return its results, as `store.read` does.

    options: as in `advance`.
    """
    study = _ready(study, profile)
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
    security: Security = None,
    insecure: bool = False,
) -> None:
    """Run what is missing of a study, or of a slice of it.

    Results go to `folder(study, profile)`, below outputs/<profile>/ or in the folder that
    `profile` is, a shard at a time; a stopped or killed sweep goes on from there. executor,
    workers, address, security, insecure: as in `Choice`; results do not depend on them, and
    what workers are sent runs as this user. part: (i, n) runs the i-th of n slices alone. wait:
    wait for a sweep that holds the study. renew: results of another definition, or of other code
    of this library, are moved to the folder .before in there, instead of refused or gone on
    from; for notebooks, whose parameters change. say: takes sentences on what happens, by
    default printed to stderr.
    Raises ValueError if another sweep holds the study, if its definition has changed under
    finished results, if it starts from a search that is not finished, if results cannot be
    written, or if the executor is lost.
    """
    study = _ready(study, profile)
    checked("wait", Flag, wait), checked("renew", Flag, renew)
    say = say or partial(print, file=sys.stderr)
    target, mine = folder(study, profile), slice_of(study, part)
    choice = Choice(executor, workers, address, security, insecure)
    known = portable.modules(study) if executor != "threads" else ()
    with ExitStack() as stack:
        try:
            said = stack.enter_context(target.hold(part, wait, renew))
        except NotWritten:
            if renew or not target.finished().issuperset(mine):
                raise
            return  # all is there: it may lie on a disk for reading alone
        there = target.finished()
        missing = [shard for shard in mine if shard not in there]
        if missing and (others := target.others()):
            said.append(f"{study.name}: {others}")
        for sentence in said:
            say(sentence)
        if missing:
            with choice.start() as pool:
                _work(study, target, mine, missing, portable.importing(known, pool))
        _put_together(study, target, mine)


def _put_together(study: Study, target: StudyFolder, mine: range) -> None:
    """The shards of a slice in few files. Raises ValueError if one is gone meanwhile."""
    lost = set(mine) - target.finished()
    require(
        not lost,
        f"{paths.shown(target.path)}: results of {len(lost)} shards are gone that this sweep "
        "wrote; start again to run them anew",
    )
    for shard in range(0, len(study.shards), store_folder.BLOCKS[0]):
        target.compact(shard)


def _ready(study: Study, profile: str | Path) -> Study:
    """The study with its start."""
    require(isinstance(study, Study), f"study must be one, as a SearchStudy(…), got {study!r}")
    return winners.resolved(study, profile)


def slice_of(study: Study, part: Slice) -> range:
    """The shards of slice (i, n): neighbours, so that they can be put together early."""
    i, n = checked("part", Part, part)
    require(i <= n, f"part must be (i, n) with 1 ≤ i ≤ n, got {part}")
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
        if len(under_way) >= 2 * max(1, pool.workers()):
            yield from wait_for(under_way, return_when=FIRST_COMPLETED).done
        under_way[pool.submit(run_shard, study, shard)] = shard
    while under_way:
        yield from wait_for(under_way, return_when=FIRST_COMPLETED).done
