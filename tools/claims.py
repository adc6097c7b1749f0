"""What the paper claims and what this project adds, each held to data by a rule that is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from cubistlib import analysis
from cubistlib.analysis import success
from cubistlib.plots import LABELS
from cubistlib.search import sparsest
from cubistlib.search.witness import Witness
from cubistlib.studies import paper
from cubistlib.studies import verdict as grid

TARGETS = (0.95, 0.995)
PRUNING, *SEARCHES = (name for name in paper.STUDIES if name.startswith("random-init"))
STARTS = {0.95: "fixed-init-95", 0.995: "fixed-init-99.5"}
KINDS = "pruning", "structured-search", "unstructured-search"
AGAIN = "replicates/pruning", "replicates/widest", "replicates/many"

PAPERS, NOTHING = "python tools/make_reference.py paper", "–"

NARROW = 4  # the narrowest width that was asked for more than 26 weights
RESAMPLES = 50  # for the interval of a cost, as in the notebook
BAND = 22, 26  # weights: below, hardly any of the search's masks trains
CLOSE = 0.1  # how far, relative, a count may be from the paper's "about"


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


def the_search(searched: pd.DataFrame, known: Mapping[float, int]) -> Claim:
    """searched: every run of the search. known: fewest parameters by target, by SGD."""
    kept, live = fewest(searched), fewest(searched, "live_parameters")
    close = all(abs(kept[t] / sparsest.PAPER[t] - 1) <= CLOSE for t in TARGETS)
    sparser = any(known[t] < live[t] for t in TARGETS)
    return Claim(
        claim="A search finds the sparsest networks",
        paper=f"{at(sparsest.PAPER, 'about {}')} parameters",
        here=f"{at(kept)} parameters kept, {at(live)} alive; {at(often(searched))} trainings get "
        f"there. SGD is known to end in {at(known)}",
        holds="no" if not close else "in part" if sparser else "yes",
        rule=f"yes if the search keeps what the paper says within {CLOSE:.0%}; in part if SGD is "
        "known to end in networks sparser than any of the search's",
        notebook="51_the_frontier",
        command=PAPERS,
        studies=tuple(SEARCHES),
    )


def the_gap(pruned: pd.DataFrame, again: pd.DataFrame, searched: pd.DataFrame) -> Claim:
    """pruned, again: every run of the nine from random starts, of the paper's grid and of its
    replicates. searched: every run of the search."""
    ruler, every = fewest(searched), pd.concat([pruned, again], ignore_index=True)
    kept, luckiest = ({t: fewest_of_any(runs, t) for t in TARGETS} for runs in (pruned, again))
    live = {t: fewest_of_any(every, t, "live_parameters") for t in TARGETS}
    few = {t: often(every[every["parameters_kept"] <= ruler[t]])[t] for t in TARGETS}
    return Claim(
        claim="No algorithm gets by with as few",
        paper="each needs more",
        here=f"fewest kept by {len(pruned):,} runs of the paper's grid: {at(kept)}, by "
        f"{len(again):,} from other starts: {at(luckiest)}, by the search {at(ruler)}; of the runs "
        f"that keep no more than that {at(few)} get there. Fewest alive: {at(live)}"
        f"{lacking(pruned)}",
        holds=all_short({t: fewest_of_any(every, t) for t in TARGETS}, ruler),
        rule="yes if all nine keep more than the search at both targets; no if one keeps fewer; "
        "else, where one is level, in part",
        notebook="33_the_gap",
        command="python tools/make_reference.py paper replicates",
        studies=(PRUNING, *AGAIN),
    )


def the_width(pruned: pd.DataFrame) -> Claim:
    """pruned: every run of the nine from random starts."""
    wide = widest(pruned)
    runs = pruned.assign(width=pruned["hidden"].str[0])
    cost = analysis.width_cost(runs[runs["width"].isin([NARROW, wide])], NARROW)
    cost = cost[cost["width"] == wide].set_index("algorithm").sort_values("cost")
    sure, worse = int((cost["low"] > 0).sum()), int((cost["cost"] > 0).sum())
    ends = (f"{LABELS[name]} {points(cost.loc[name])}" for name in cost.index[[0, -1]])
    return Claim(
        claim="Wider is worse for most algorithms",
        paper="curves sink from width 3 to 256",
        here=f"from width {NARROW} to {wide}, at equal k, {worse} of {len(cost)} lose accuracy in "
        f"the mean, {sure} of them beyond chance: {' to '.join(ends)} points; "
        f"{cost['runs'].sum():,} runs of the wide, one a cell{lacking(pruned)}",
        holds="yes" if 2 * sure > len(cost) else "in part" if 2 * worse > len(cost) else "no",
        rule="yes if for more than half of the nine the interval of the loss lies above 0; in part "
        "if only the loss does",
        notebook="30_overparameterization",
        command=PAPERS,
        studies=(PRUNING,),
    )


def the_paths(pruned: pd.DataFrame) -> Claim:
    """pruned: every run of the nine from random starts."""
    tried = pruned.loc[pruned["hidden"] == (NARROW,) * 3, "keep"]
    widths = NARROW, widest(pruned)
    ends = [pruned[pruned["hidden"] == (width,) * 3] for width in widths]
    ends = [runs[runs["keep"].isin(tried)] for runs in ends]
    used = [analysis.kept_shares(runs).set_index("algorithm")["effective"] for runs in ends]
    none = [analysis.pathless(runs.assign(all=True), ["all"]).iloc[0] for runs in ends]
    falls, more = int((used[1] < used[0]).sum()), none[0]["high"] < none[1]["low"]
    empty = " and ".join(share(end["masks"], end["runs"]) for end in none)
    return Claim(
        claim="Pruned masks hold disconnected paths",
        paper="more at larger widths",
        here=f"of the kept weights {used[0].mean():.0%} lie on a path at width {widths[0]} and "
        f"{used[1].mean():.0%} at {widths[1]}, fewer for {falls} of {len(used[1])}; {empty} masks "
        f"have no path at all{lacking(pruned)}",
        holds="yes" if more and falls == len(used[1]) else "in part" if more or falls else "no",
        rule="yes if the share falls for all nine and the intervals of masks without a path do not "
        "overlap; no if neither",
        notebook="32_disconnected_paths",
        command=PAPERS,
        studies=(PRUNING,),
    )


def the_start(runs: Mapping[float, pd.DataFrame], searched: pd.DataFrame) -> Claim:
    """runs: all from the best start for each target. searched: every run from random ones."""
    nine = {t: own[own["algorithm"] != "search"] for t, own in runs.items()}
    own = {t: of[of["algorithm"] == "search"] for t, of in runs.items()}
    ruler = {t: fewest(pd.concat([own[t], searched]))[t] for t in TARGETS}
    again = {
        by: {t: fewest_of_any(own[t], t, by).parameters for t in TARGETS}
        for by in ("parameters_kept", "live_parameters")
    }
    kept = {t: fewest_of_any(nine[t], t) for t in TARGETS}
    live = {t: fewest_of_any(nine[t], t, "live_parameters") for t in TARGETS}
    return Claim(
        claim="Even from the best start they stop short",
        paper="none gets as sparse",
        here=f"fewest kept: {at(kept)}, by the search again from there "
        f"{at(again['parameters_kept'])}, from any start {at(ruler)}; runs that get there: "
        f"{at({t: often(nine[t])[t] for t in TARGETS})}. Fewest alive: {at(live)}, by the search "
        f"again {at(again['live_parameters'])}",
        holds=all_short(kept, ruler),
        rule="as in 2, by what is kept, beside the search from any start",
        notebook="31_optimal_width_and_initialization",
        command=PAPERS,
        studies=tuple(f"{start}/{kind}" for start in STARTS.values() for kind in KINDS),
    )


def the_reading(witness: Witness) -> Claim:
    """witness: the sparsest for 95 % by SGD."""
    return Claim(
        claim="Sparse networks can be read",
        paper="by a map of each neuron",
        here=f"the sparsest for 95 % by SGD has {sum(witness.hidden)} hidden units and "
        f"{witness.claims.parameters} parameters; the inspector shows each unit's map and equation",
        holds="shown",
        rule="a judgement, which no number makes",
        notebook="40_neuron_inspector",
        command="python -m cubistlib run quick 40_neuron_inspector",
    )


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


def all_short(kept: Mapping[float, Fewest], ruler: Mapping[float, int]) -> str:
    """Whether the nine need more than the search at both targets."""
    leads = [kept[t].parameters - ruler[t] for t in TARGETS]
    return "yes" if min(leads) > 0 else "in part" if min(leads) == 0 else "no"


def widest(pruned: pd.DataFrame) -> int:
    """The widest network of which the runs of all nine are in."""
    runs = pruned.groupby([pruned["hidden"].str[0], "algorithm"]).size().unstack()
    return int(runs.index[runs.eq(runs.max(axis=1), axis=0).all(axis=1)].max())


def lacking(pruned: pd.DataFrame) -> str:
    """What is not in yet, as the end of a sentence; "" if all is."""
    table = paper.STUDIES[PRUNING].table  # type: ignore[attr-defined]
    there = set(pruned["experiment"])
    left = [e for e in table if e.number not in there]
    whose = sorted({f"{LABELS[e.algorithm]} at width {e.hidden[0]}" for e in left})
    return f"; not in yet: {len(left):,} runs, of {', '.join(whose)}" if left else ""


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
    """A row of `analysis.width_cost`, in percentage points."""
    return "{:.1f} ({:.1f} to {:.1f})".format(*(100 * cost[["cost", "low", "high"]]))
