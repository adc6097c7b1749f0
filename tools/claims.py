"""What the paper claims but of width, each claim held to data by a rule that is told."""

from collections.abc import Mapping

import pandas as pd
from claiming import (
    AGAIN,
    PAPERS,
    PRUNING,
    REPLICATED,
    SEARCHES,
    TARGETS,
    Claim,
    Fewest,
    at,
    fewest,
    fewest_of_any,
    often,
)

from cubistlib import analysis
from cubistlib.plots import LABELS
from cubistlib.search import sparsest
from cubistlib.search.witness import Witness

STARTS = {0.95: "fixed-init-95", 0.995: "fixed-init-99.5"}
KINDS = "pruning", "structured-search", "unstructured-search"
MANY = AGAIN[-1]  # of one size alone
CLOSE = 0.1  # how far, relative, a count may be from the paper's "about"


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
        here=f"fewest kept by the {len(pruned):,} runs of the "
        f"paper's grid: {at(kept)}, by {len(again):,} from other starts: "
        f"{at(luckiest)}, by the search's {len(searched):,} trainings {at(ruler)}; of the pruners' "
        f"runs that keep no more than that {at(few)} get there. Fewest alive: {at(live)}. "
        f"{as_few(every[every['study'] != MANY], searched)}",
        holds=all_short({t: fewest_of_any(every, t) for t in TARGETS}, ruler),
        rule="yes if all nine keep more than the search at both targets; no if one keeps fewer; "
        "else, where one is level, in part",
        notebook="33_the_gap",
        command=REPLICATED,
        studies=(PRUNING, *AGAIN),
    )


def as_few(runs: pd.DataFrame, searched: pd.DataFrame) -> str:
    """Who gets to the first target more often than the search would by as many trainings."""
    masks = searched[searched["study"].str.contains("unstructured")]
    masks = analysis.at_best_setting(masks, TARGETS[0])
    times = runs.groupby("algorithm")["steps"].median() / masks["steps"].median()
    parts = [
        analysis.at_equal_runs(
            runs[runs["algorithm"].isin(names)], masks, TARGETS[0], times=int(cost)
        )
        for cost, names in times.groupby(times.round()).groups.items()
    ]
    told = pd.concat(parts).sort_values("successes", ascending=False)
    beyond = told[told["successes"] > told["successes_high"]]
    behind = told[told["successes"] < told["successes_low"]]
    words = "in {successes_median:.0f} ({successes_low:.0f} to {successes_high:.0f}) where {name} "
    words += "does in {successes} of {runs:,}"
    rows = beyond.assign(name=beyond["algorithm"].map(LABELS)).to_dict("records")
    names = ", ".join(words.format(**row) for row in rows)
    fewer = ", ".join(
        f"{LABELS[row.algorithm]} ({row.successes} of {row.runs:,})" for row in behind.itertuples()
    )
    sizes = sorted({*runs["weights_kept"]} & {*masks["weights_kept"]})
    return (
        f"Given as few trainings of each size from {sizes[0]} to {sizes[-1]} weights, the search, "
        f"at the rate and schedule that suit it best, would reach {TARGETS[0]:.0%} "
        f"{names or 'as often as anybody'}; "
        f"{f'more often than {fewer}; ' * bool(fewer)}of "
        f"{len(told) - len(beyond) - len(behind)} of {len(told)} chance cannot tell (each by "
        f"itself; from other starts a pruner has the rates that were best on the grid)"
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


def all_short(kept: Mapping[float, Fewest], ruler: Mapping[float, int]) -> str:
    """Whether the nine need more than the search at both targets."""
    leads = [kept[t].parameters - ruler[t] for t in TARGETS]
    return "yes" if min(leads) > 0 else "in part" if min(leads) == 0 else "no"
