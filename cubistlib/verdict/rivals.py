"""The paper's search as a rival of pruners: all of it, and each of its phases by itself."""

import pandas as pd

from cubistlib import analysis
from cubistlib.analysis.results import Target
from cubistlib.support.types import arguments

MASKS = "the search's masks at their best rate"  # and schedule, one for all
DENSE = "the search's dense networks at their best rate"
RIVALS = ("search", MASKS, DENSE)


@arguments
def rivals(searched: pd.DataFrame, target: Target = 0.95) -> pd.DataFrame:
    """The runs of the search, then once more its masks, and its dense networks, as MASKS and DENSE.

    Most of the search goes into masks of few weights, which no high accuracy is to be had with; so
    that for the same cost a phase alone may find what all of it does not. Either phase is taken at
    the learning rate and schedule at which most of its runs reach the target, as pruners are at
    theirs.
    """
    parts = [searched]
    some = _masks(searched)
    for name, own in ((MASKS, searched[some]), (DENSE, searched[~some])):
        if len(own):
            best = analysis.at_best_setting(own, target)
            study = f"{name}, " + best["study"]  # else runs are there twice
            parts.append(best.assign(algorithm=name, study=study))
    return pd.concat(parts, ignore_index=True)


@arguments
def in_three(searched: pd.DataFrame, target: Target = 0.95) -> pd.DataFrame:
    """The search's masks in (3, 3, 3) alone, at the setting at which most of them reach a target.

    Of so few weights more train there than in (7, 3, 3).
    """
    masks = searched[_masks(searched) & (searched["hidden"] == (3, 3, 3))]
    return analysis.at_best_setting(masks, target)


def _masks(searched: pd.DataFrame) -> pd.Series:
    """Which runs are of the phases that try masks."""
    return searched["study"].str.contains("unstructured")
