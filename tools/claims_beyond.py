"""What this project adds to the paper, each claim held to data by a rule that is told."""

from collections.abc import Mapping, Sequence

import pandas as pd
from claiming import (
    BUDGET,
    NOTHING,
    TARGETS,
    Claim,
    Files,
    at,
    expected,
    fewest,
    for_a_budget,
    often,
    share,
)

from cubistlib.analysis import success
from cubistlib.plots import LABELS
from cubistlib.studies import paper
from cubistlib.verdict import RIVALS, rivals


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
    """runs: of all algorithms on the large grid, each as it was tuned. searched: by the search."""
    every = pd.concat([runs, rivals(searched)], ignore_index=True)
    ends = {t: for_a_budget(every, t) for t in TARGETS}
    names = sorted(runs["algorithm"].unique())
    groups = {
        "the later ones": [name for name in names if name not in paper.NINE],
        "the nine": [name for name in names if name in paper.NINE],
    }
    first = ends[TARGETS[0]]
    ahead = {words: sum(below(first, name) for name in own) for words, own in groups.items()}
    later = len(groups["the later ones"])
    told = [f"{words} {from_to(ends, own)}" for words, own in groups.items()]
    theirs = [from_to(ends, [name]) for name in RIVALS if (every["algorithm"] == name).any()]
    surely = [f"{n} of {len(groups[words])} of {words}" for words, n in ahead.items()]
    return Claim(
        claim="Later algorithms find sparse networks for less than the search",
        paper=NOTHING,
        here=f"fewest alive to be expected for the steps of {BUDGET:,} trainings, each as it was "
        f"tuned: {'; '.join(told)}; {', '.join(theirs)}. "
        f"Below all of these at "
        f"{TARGETS[0]:.0%} beyond chance: {', '.join(surely)}",
        holds="not yet"
        if not later
        else "yes"
        if ahead["the later ones"] == later
        else "in part"
        if ahead["the later ones"]
        else "no",
        rule=f"yes if for {TARGETS[0]:.0%} the intervals of all later ones lie below all of the "
        "search's, in part if one's does",
        notebook="69_the_new_verdict",
        command="python tools/run_grid.py",
    )


def below(ends: pd.DataFrame, name: str) -> bool:
    """Whether an algorithm's interval lies below those of the search, if these get there."""
    theirs = ends.loc[ends.index.isin(RIVALS), "low"]
    return name in ends.index and bool((ends.loc[name, "high"] < theirs).all())


def from_to(ends: Mapping[float, pd.DataFrame], names: Sequence[str]) -> str:
    """The best and the worst of some algorithms at each target, and how many get there."""
    told = []
    for end in ends.values():
        own = end[end.index.isin(names)]
        words = [f"{LABELS.get(n, n)} {expected(row)}" for n, row in own.iterrows()]
        few = f", {len(names) - len(own)} not" if 0 < len(own) < len(names) else ""
        told.append(f"{' to '.join(dict.fromkeys([*words[:1], *words[-1:]]))}{few}" or "not")
    return " / ".join(told)


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
