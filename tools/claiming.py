"""What a claim is, and the words that all of them are told in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from cubistlib import analysis
from cubistlib.analysis import success
from cubistlib.plots import LABELS
from cubistlib.studies import paper, verdict

TARGETS = (0.95, 0.995)
BUDGET = 1000  # trainings, of every algorithm and of the search
NOTHING = "–"  # where the paper says nothing

PRUNING, *SEARCHES = (name for name in paper.STUDIES if name.startswith("random-init"))
OVER_WIDTH = "replicates/pruning", "replicates/widest", "replicates/widest-lth"
AGAIN = *OVER_WIDTH, "replicates/many"
PAPERS = "python tools/make_reference.py paper"
REPLICATED = f"{PAPERS} replicates"


@dataclass(frozen=True)
class Claim:
    """A row of the table. rule: what `holds` follows from. studies: whose time is told."""

    claim: str
    paper: str
    here: str
    holds: str
    rule: str
    notebook: str
    command: str
    studies: tuple[str, ...] = ()


class Fewest(NamedTuple):
    """The fewest parameters of any of the nine, and whose; none if no run gets there."""

    parameters: float
    names: str

    def __str__(self) -> str:
        return f"{self.parameters:g} ({self.names})" if self.names else "none"


class Files(NamedTuple):
    """How many witness files hold what they claim, of how many."""

    hold: int
    all: int


def fewest(runs: pd.DataFrame, by: str = "parameters_kept") -> dict[float, int]:
    """The fewest parameters that reach each target."""
    runs = analysis.converged(runs)
    return {t: int(runs.loc[runs["accuracy"] >= t, by].min()) for t in TARGETS}


def fewest_of_any(runs: pd.DataFrame, target: float, by: str = "parameters_kept") -> Fewest:
    """The fewest parameters of any algorithm of these runs, and whose they are."""
    table = analysis.smallest(runs, [target], by).set_index("algorithm").drop(columns="runs")
    counts = table.iloc[:, 0].dropna()
    if counts.empty:
        return Fewest(float("inf"), "")
    first = counts.index[counts == counts.min()]
    return Fewest(int(counts.min()), ", ".join(LABELS[name] for name in first))


def at(values: Mapping[float, object], words: str = "{}") -> str:
    """What there is at each target, in its order."""
    return " / ".join(words.format(values[t]) for t in TARGETS)


def often(runs: pd.DataFrame) -> dict[float, str]:
    """How many runs reach each target."""
    return {t: share((runs["accuracy"] >= t).sum(), len(runs)) for t in TARGETS}


def share(successes: int, runs: int) -> str:
    """ "18 of 9,720 (0.11 to 0.29 %)", with the interval by Clopper and Pearson."""
    low, high = success.interval([successes], [runs])
    ends = " to ".join(
        f"{end:.2g}" if end < 10 else f"{end:.0f}" for end in (*100 * low, *100 * high)
    )
    return f"{successes:,} of {runs:,} ({ends} %)"


def points(cost: pd.Series) -> str:
    """A loss as `analysis.width_cost` has it, in percentage points."""
    return "{:z.1f} ({:z.1f} to {:z.1f})".format(*(100 * cost[["cost", "low", "high"]]))


def for_a_budget(runs: pd.DataFrame, target: float) -> pd.DataFrame:
    """By algorithm the fewest parameters that live to be expected of BUDGET's steps.

    Of those that are as likely as not to reach the target; `analysis.fewest_within`.
    """
    steps = BUDGET * verdict.training(int(runs["points"].max()))
    told = analysis.expected_fewest(runs, target, resamples=1000)
    return analysis.fewest_within(told, steps).set_index("algorithm").sort_values("fewest")


def expected(end: pd.Series) -> str:
    """ "25 (23 to 29)", of what is to be expected and its interval."""
    return "{:.0f} ({:.0f} to {:.0f})".format(*end[["fewest", "low", "high"]]).replace(
        "inf", "never"
    )
