"""What effort buys: the best of so many runs that is to be expected, and what those cost."""

import numpy as np
import pandas as pd

from cubistlib import store
from cubistlib.analysis.results import Columns, converged, counting
from cubistlib.support.types import Count, Whole, arguments

POINTS = 60  # numbers of runs at which the best is told, few first, at even ratios
INTERVAL = (0.025, 0.975)


@arguments
def expected_best(
    results: pd.DataFrame, by: Columns = ("algorithm",), resamples: Count = 200, seed: Whole = 0
) -> pd.DataFrame:
    """The best accuracy to be expected of n runs of each group, n from 1 to as many as there are.

    by: columns that make a group. Columns by, runs (n), steps (that so many runs take in the
    mean), accuracy (a share, of the best of n runs drawn with replacement from those that there
    are), low and high: between these lies 95 % of what resamples of the runs give (bootstrap). It
    tells nothing of luckier runs than those that there are. A run that diverged does not count.
    Source: Dodge et al. 2019, eq. 8. Raises ValueError for results without steps.
    """
    runs = converged(counting(store.tidied(results, *by), "steps"))
    rng, parts = np.random.default_rng(seed), []
    for names, own in runs.groupby([*by], sort=False):
        values, counts = np.unique(own["accuracy"].to_numpy(float), return_counts=True)
        n = np.unique(np.geomspace(1, len(own), POINTS).round().astype(int))
        redrawn = rng.multinomial(len(own), counts / len(own), size=resamples)
        low, high = np.quantile([_best(values, c, n) for c in redrawn], INTERVAL, axis=0)
        part = {"runs": n, "steps": n * own["steps"].mean(), "accuracy": _best(values, counts, n)}
        parts.append(
            pd.DataFrame(dict(zip(by, names, strict=True)) | part | {"low": low, "high": high})
        )
    none = pd.DataFrame(columns=[*by, "runs", "steps", "accuracy", "low", "high"])
    return pd.concat(parts, ignore_index=True) if parts else none


def _best(values: np.ndarray, counts: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The expected largest of n values, drawn with replacement from so many of each; ascending."""
    below = np.cumsum(counts) / counts.sum()
    chances = np.diff(below[None] ** n[:, None], axis=1, prepend=0)
    return chances @ values
