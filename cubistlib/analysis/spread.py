"""What runs do as a rule: the median of a group, and what is about it."""

import pandas as pd

from cubistlib import store
from cubistlib.analysis.results import Columns, converged, telling
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
