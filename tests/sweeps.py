"""Tiny studies, and the ways in which sweeps of them are run and killed by the tests."""

import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cubistlib import sweep
from cubistlib.search.masks import Unstructured
from cubistlib.store import folder as folder_module
from cubistlib.studies import PruningStudy, SearchStudy
from cubistlib.studies import study as study_module
from cubistlib.support.checks import UserError
from cubistlib.sweep import work as work_module

HERE = Path(__file__).parent
TINY_DATA = (("points", 600),)


def search(**changes) -> SearchStudy:
    """128 experiments in 32 shards, a few milliseconds each."""
    given = {
        "name": "tiny/search",
        "masks": Unstructured((2, 2, 2)),
        "lrs": (0.1,),
        "schedules": ("constant", "cosine"),
        "epochs": 2,
        "spiral": TINY_DATA,
        "shard": 4,
    }
    return SearchStudy(**(given | changes))


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Asserts that two tables of results are equal to the last bit."""
    pd.testing.assert_frame_equal(one, other, check_dtype=False, check_exact=True)


def pruning(**changes) -> PruningStudy:
    """24 experiments of three algorithms that draw, score and prune while training."""
    given = {
        "name": "tiny/pruning",
        "algorithms": ("gmp", "snip", "rigl"),
        "widths": (3, 4),
        "keep": (12, 15),
        "lrs": (0.1, 0.2),
        "schedules": ("cosine",),
        "epochs": 2,
        "options": (("snip", "reinitialize", True),),
        "spiral": TINY_DATA,
        "shard": 4,
    }
    return PruningStudy(**(given | changes))


def work(
    home: Path, blocks: Sequence[int] = (4, 8), shard: int = 4, limit: int = 0, **options
) -> None:
    """A sweep of the tiny search under `home`, in shards of so many experiments.

    blocks: how many shards are put together. limit: bytes that a file may have; writes beyond fail.
    What ends the sweep is written to `home`/error.
    """
    os.environ["CUBISTLIB_HOME"] = str(home)
    folder_module.BLOCKS = blocks
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        sweep.advance(search(shard=shard), "test", **options)
    except UserError as error:
        (home / "error").write_text(str(error))
        sys.exit(2)


def work_until(home: Path, call: int, **options) -> None:
    """The same in one thread, killed right before its call-th change of the file system."""
    left = iter(range(call))

    def counted(function):
        def wrapped(*arguments, **options):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return wrapped

    for owner, name in ((Path, "replace"), (Path, "unlink"), (Path, "write_bytes"), (os, "fsync")):
        setattr(owner, name, counted(getattr(owner, name)))
    work(home, workers=1, **options)


def slowly(study: SearchStudy, shard: int):
    """A shard that takes a while, so that a test has time to kill its worker."""
    time.sleep(0.1)
    return study_module.run_shard(study, shard)


if __name__ == "__main__":
    folder_module.BLOCKS, work_module.run_shard = (4, 8), slowly
    try:
        options = {"executor": "dask", "address": sys.argv[1], "insecure": True}
        sweep.advance(search(), "test", **options)
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
