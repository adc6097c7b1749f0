"""What runs do as a rule: the median of a group, and what is about it."""

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.analysis.results import Columns, converged, telling
from cubistlib.networks import numbers
from cubistlib.support.checks import require
from cubistlib.support.types import arguments

OUTSIDE = 0.1  # of the runs lie below `low`, and as many above `high`


@arguments
def spread(results: pd.DataFrame, value: str, by: Columns) -> pd.DataFrame:
    """Median and outer tenths of a column of results in every group.

    by: columns that make a group, in whose order of results they come. Columns by, runs,
    median, low and high: one run in ten lies below `low`, one above `high`. Diverged runs do not
    count. Raises ValueError if runs that count lack the value.
    """
    runs = converged(store.tidied(results, *by, value))
    telling(runs, value)
    groups = runs.astype({value: float}).groupby([*by], sort=False, observed=True)[value]
    found = groups.agg(runs="size", median="median")
    found["low"], found["high"] = groups.quantile(OUTSIDE), groups.quantile(1 - OUTSIDE)
    return found.reset_index()


def neighbours(sizes: pd.Series) -> pd.Series:
    """Sizes of which every three neighbours are one, their mean: float64, in the order given.

    sizes: such as the k of runs; of those that occur three are put together, as evenly as it
    goes, for groups of more runs than there are of a single one. Raises ValueError for a size
    that is no finite number.
    """
    require(isinstance(sizes, pd.Series), "neighbours: sizes must be a column of a table")
    tried = np.unique(numbers("neighbours: sizes", sizes).astype(float))
    require(np.isfinite(tried).all(), "neighbours: each size must be a finite number")
    parts = np.array_split(tried, max(1, len(tried) // 3))
    return sizes.map({size: part.mean() for part in parts for size in part}).astype(float)
