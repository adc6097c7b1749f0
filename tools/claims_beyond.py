"""What this project adds to the paper, each claim held to data by a rule that is told."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from claiming import NOTHING, TARGETS, Claim, Files, at, fewest, often, share

from cubistlib import analysis
from cubistlib.analysis import success
from cubistlib.plots import LABELS
from cubistlib.studies import paper
from cubistlib.studies import verdict as grid

RESAMPLES = 50  # for the interval of a cost, as in the notebook
BAND = 22, 26  # weights: below, hardly any of the search's masks trains


def the_frontier(
    sgd: Mapping[float, int], known: Mapping[float, int], searched: pd.DataFrame, files: Files
) -> Claim:
    """sgd, known: fewest parameters by target, by SGD and at all. files: of witnesses."""
    ruler = fewest(searched)
    fewer = [sgd[t] < ruler[t] for t in TARGETS]
    return Claim(
        claim="Far sparser networks exist",
        paper=NOTHING,
        here=f"{at(sgd)} by SGD, {at(known)} at all, where the search keeps {at(ruler)}; "
        f"{files.hold} of {files.all} witness files hold, scored anew",
        holds="yes"
        if all(fewer) and files.hold == files.all
        else "in part"
        if any(fewer)
        else "no",
        rule="yes if SGD is known to end in fewer parameters than the search keeps at both targets "
        "and every file holds",
        notebook="51_the_frontier",
        command="python tools/run_frontier.py",
    )


def the_floor(floor: Mapping[float, int], known: Mapping[float, int]) -> Claim:
    """floor: parameters that are needed, by proof. known: fewest at all. Both by target."""
    return Claim(
        claim="No network of three hidden layers can do with fewer",
        paper=NOTHING,
        here=f"{at(floor)} by proof, every bias counted; known: {at(known)}",
        holds="yes" if all(floor[t] <= known[t] for t in TARGETS) else "no",
        rule="yes if no network is known below it; the proof itself is checked in its notebook",
        notebook="53_how_sparse_can_it_be",
        command="python -m cubistlib run paper 53_how_sparse_can_it_be",
    )


def the_later(runs: pd.DataFrame, searched: pd.DataFrame) -> Claim:
    """runs: of all algorithms on the verdict's grid. searched: by the search in (3, 3, 3)."""
    target, columns = TARGETS[0], ["algorithm", "accuracy", "diverged", "steps"]
    small = [table[table["weights_kept"].between(*BAND)] for table in (runs, searched)]
    pooled = pd.concat([table[columns] for table in small], ignore_index=True)
    best = analysis.expected_best(pooled, resamples=RESAMPLES)
    costs = analysis.cost_to_reach(best, target).set_index("algorithm")
    costs = costs.div(grid.training(int(runs["points"].max()))).sort_values("steps")
    search, others = costs.loc["search"], costs.drop("search")
    there, reached = others[np.isfinite(others["steps"])], pooled["accuracy"] >= target
    often = reached.groupby(pooled["algorithm"]).agg(["sum", "size"])
    told = [f"{LABELS.get(n, n)} {trainings(row, often.loc[n])}" for n, row in there.iterrows()]
    later = [name for name in others.index if name not in paper.NINE]
    sure = there.index[there["high"] < search["low"]].intersection(later)
    return Claim(
        claim="Later algorithms find sparse networks at a fraction of the search's cost",
        paper=NOTHING,
        here=f"trainings until the best network of {BAND[0]} to {BAND[1]} weights is expected to "
        f"reach {target:.0%} (in brackets an interval, and the runs that do): "
        f"{', '.join(told) or 'none of them does'}; the search, in (3, 3, 3) where they have "
        f"widths 3 and 8, {trainings(search, often.loc['search'])}; "
        f"{len(there.index.intersection(later))} of {len(later)} later ones are expected to get "
        f"there, and {len(there.index.difference(later))} of the nine",
        holds="yes" if len(sure) == len(later) else "in part" if len(sure) else "no",
        rule="yes if the intervals of all later ones lie below the search's, in part if one's "
        "does; their defaults were chosen by hand on this problem, on other initializations",
        notebook="69_the_new_verdict",
        command="python tools/make_reference.py verdict",
    )


def trainings(row: pd.Series, often: pd.Series) -> str:
    """A cost with its interval, in trainings, and how many runs of how many get there."""
    cost = f"{row['steps']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f}".replace("inf", "never")
    return f"{cost}; {often['sum']:,} of {often['size']:,})"


def the_luck(tickets: Mapping[float, pd.DataFrame], counted: pd.DataFrame) -> Claim:
    """tickets: the search's best masks from their own starts, by target. counted: of the masks
    of the frontier that are known to reach the first target, as `power.part` gives them."""
    own = at({t: often(runs)[t] for t, runs in tickets.items()})
    rates = success.rates(success.pooled(counted, ["start"]), [0.95]).set_index("start")
    known = {"scratch", "weights"} <= {*rates.index}
    starts = [share(*rates.loc[start, ["successes", "trainings"]]) for start in rates.index]
    masks = "; ".join(f"{start} {often}" for start, often in zip(rates.index, starts, strict=True))
    return Claim(
        claim="Search misses them since good masks rarely train from scratch",
        paper=NOTHING,
        here=f"masks of the frontier that are known to reach 95 %: {masks or 'not counted yet'}. "
        f"The search's best masks from their own starts, in other orders of the data: {own}",
        holds="not yet"
        if not known
        else "yes"
        if rates.loc["scratch", "high"] < rates.loc["weights", "low"]
        else "no",
        rule="yes if the interval of the frontier's masks from scratch lies below that of the same "
        "from weights near those that work",
        notebook="52_why_search_missed_it",
        command="python tools/run_power.py",
    )
