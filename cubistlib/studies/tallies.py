"""Counts of successes on disk: one table of all studies, which comes with the package."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from cubistlib.analysis import success
from cubistlib.search.sparsest import TARGETS
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import replacing, writing

# Whose counts they are: the study, what starts inherit, and the mask by name and by size.
LABELS = ["study", "start", "mask", "hidden", "parameters"]
CONFIGURATION = ["lr", "schedule"]
COLUMNS = [*LABELS, *CONFIGURATION, "trainings", *map(success.column, TARGETS), "best", "points"]


def file() -> Path:
    """Where the counts that come with the package are."""
    return paths.published("frontier") / "success.parquet"


def read(path: Path | None = None) -> pd.DataFrame:
    """The counts in a file, by default those that come with the package; none without one.

    Raises ValueError for a file that is damaged or holds something else.
    """
    path = path or file()
    if not path.exists():
        return pd.DataFrame(columns=COLUMNS)
    try:
        table = pd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UserError(
            f"{paths.shown(path)}: not a readable Parquet file of counts; remove it, and what "
            "was in it is counted again"
        ) from error
    missing = ", ".join(name for name in COLUMNS if name not in table)
    require(not missing, f"{paths.shown(path)}: no counts of successes, it lacks {missing}")
    return table


def put(table: pd.DataFrame, path: Path | None = None) -> pd.DataFrame:
    """Writes one study's counts into a file, for those that are there, and returns all.

    Raises ValueError, as `read` does, for a file that holds no counts.
    """
    path = path or file()
    before = read(path)
    others = before[~before["study"].isin(table["study"])]
    # Studies are in one order, whichever was counted last.
    every = pd.concat([part for part in (others, table) if len(part)], ignore_index=True)
    every = every.sort_values("study", kind="stable", ignore_index=True)
    with writing(path.parent), replacing(path) as temporary:
        every.to_parquet(temporary, index=False, compression="zstd")
    return every
