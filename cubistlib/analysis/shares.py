"""Of the weights that a mask keeps, how many are used: those on a path, those that live."""

import pandas as pd

from cubistlib import store
from cubistlib.analysis.results import WEIGHTS, Columns, counting, once, telling
from cubistlib.analysis.success import interval
from cubistlib.support.types import arguments


def used(results: pd.DataFrame) -> pd.DataFrame:
    """Results with two columns more: the shares of the kept weights on a path, and alive.

    Columns `effective` and `live`. By the authors' rule a mask may be empty; of it nothing is
    used. Of a run that diverged nothing may live.
    """
    results = counting(results, *WEIGHTS)
    kept = results["weights_kept"].clip(lower=1)
    counts = {"effective": "effective_weights", "live": "live_weights"}
    shares = {name: results[count].astype(float) / kept for name, count in counts.items()}
    return results.assign(**shares)


def kept_shares(results: pd.DataFrame) -> pd.DataFrame:
    """Of the kept weights, the mean share on a path and alive, by algorithm and width.

    Columns algorithm, hidden, effective, live, in the order of the results; see `used`.
    """
    groups = used(store.tidied(results, "algorithm", "hidden")).groupby(
        ["algorithm", "hidden"], sort=False
    )
    return groups[["effective", "live"]].mean().reset_index()


@arguments
def pathless(results: pd.DataFrame, by: Columns = ("algorithm",)) -> pd.DataFrame:
    """How many masks of every group have no path from input to output at all.

    by: columns that make a group. Columns by, runs, masks (those without a path), pathless (their
    share), and low and high, between which the share lies with a certainty of 95 % or more (see
    `success.interval`).
    """
    results = store.tidied(results, *by, "effective_weights", "diverged")
    telling(results, "effective_weights")
    once(results)
    none = results.assign(none=results["effective_weights"].eq(0)).groupby([*by])["none"]
    table = none.agg(runs="size", masks="sum").reset_index()
    low, high = interval(table["masks"], table["runs"])
    return table.assign(pathless=table["masks"] / table["runs"], low=low, high=high)
