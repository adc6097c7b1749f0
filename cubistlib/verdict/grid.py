"""A pruner on the grid that all are held to, beside what is published of it."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from cubistlib import analysis, store, sweep
from cubistlib.store.table import frame_of
from cubistlib.studies import habits, paper, tuning
from cubistlib.studies.verdict import LARGE, NAME, WIDTHS, file, study
from cubistlib.support import paths
from cubistlib.support.checks import require


def nine() -> pd.DataFrame:
    """The paper's nine algorithms on the grid, as they came with the package."""
    return _read(map(file, sorted(paper.NINE)))


def published() -> pd.DataFrame:
    """All algorithms whose runs on the grid came with the package: the nine, and later ones."""
    return _read(sorted(paths.published(NAME).glob("*.parquet")))


def tuned() -> pd.DataFrame:
    """The runs on the large grid that came with the package, each algorithm as it was tuned.

    While it is under way, of every width the seeds that all algorithms have there; without rows
    before any width has been begun by all that have been tuned or are on the small grid.
    """
    small = [path.stem for path in paths.published(NAME).glob("*.parquet")]
    names, parts = sorted({*tuning.tuned(), *small}), []
    for width in WIDTHS:
        folders = [paths.published(NAME) / LARGE / name / str(width) for name in names]
        begun = [folder for folder in folders if any(folder.glob("*.parquet"))]
        if begun and len(begun) == len(names):
            parts.append(analysis.shared_seeds(store.read(begun)))
    return pd.concat(parts, ignore_index=True) if parts else frame_of(store.SCHEMA.empty_table())


def habit(way: str) -> pd.DataFrame:
    """The runs of a way of `studies.habits`, which came with the package."""
    require(way in habits.WAYS, f"habit: ways are {', '.join(habits.WAYS)}, got {way!r}")
    runs = store.read(paths.published(NAME) / "habits" / way)
    return runs.assign(width=runs["hidden"].str[0])


def _read(files: Iterable[Path]) -> pd.DataFrame:
    return pd.concat(map(store.read, files), ignore_index=True)


def verdict(algorithm: str, backend: str = "auto", place: Path | None = None) -> pd.DataFrame:
    """Run a pruner on the grid; its results with those of the others and of the search.

    algorithm: a name of `pruners.available()`, also of one defined in a notebook. place: a folder
    that keeps its runs, from where a start after a kill goes on; by default nothing is kept, since
    a pruner that somebody works on changes from run to run. Rows of `store.SCHEMA`, for
    `standings` and `places`, and for `analysis.frontiers`, `analysis.smallest` and `analysis.gap`
    by any count. Raises ValueError for an unknown name.
    """
    grid = replace(study(algorithm), backend=backend)
    if place is None:
        with TemporaryDirectory() as aside:
            mine = sweep.run(grid, Path(aside))
    else:
        mine = sweep.run(grid, place, renew=True)
    others = published()
    others = others[others["algorithm"] != algorithm]
    return pd.concat([analysis.reference(), others, mine], ignore_index=True)
