"""What the paper claims, each claim held to data by a rule that is told."""

from collections.abc import Mapping

import pandas as pd
from claiming import TARGETS, Claim, Fewest, Seeds, at, fewest, fewest_of_any, often, points, share

from cubistlib import analysis
from cubistlib.plots import LABELS
from cubistlib.search import sparsest
from cubistlib.search.witness import Witness
from cubistlib.studies import paper

PRUNING, *SEARCHES = (name for name in paper.STUDIES if name.startswith("random-init"))
STARTS = {0.95: "fixed-init-95", 0.995: "fixed-init-99.5"}
KINDS = "pruning", "structured-search", "unstructured-search"
AGAIN = "replicates/pruning", "replicates/widest", "replicates/many"
MANY = AGAIN[-1]  # of one size alone

PAPERS = "python tools/make_reference.py paper"
REPLICATED = f"{PAPERS} replicates"

NARROW = 4  # the narrowest width that was asked for more than 26 weights
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


def the_gap(
    pruned: pd.DataFrame, again: pd.DataFrame, searched: pd.DataFrame, wanted: int
) -> Claim:
    """pruned, again: every run of the nine from random starts, of the paper's grid and of its
    replicates, which are to have `wanted`. searched: every run of the search."""
    ruler, every = fewest(searched), pd.concat([pruned, again], ignore_index=True)
    kept, luckiest = ({t: fewest_of_any(runs, t) for t in TARGETS} for runs in (pruned, again))
    live = {t: fewest_of_any(every, t, "live_parameters") for t in TARGETS}
    few = {t: often(every[every["parameters_kept"] <= ruler[t]])[t] for t in TARGETS}
    return Claim(
        claim="No algorithm gets by with as few",
        paper="each needs more",
        here=f"fewest kept by {len(pruned):,} of {len(paper.STUDIES[PRUNING]):,} runs of the "
        f"paper's grid: {at(kept)}, by {len(again):,} of {wanted:,} from other starts: "
        f"{at(luckiest)}, by the search's {len(searched):,} trainings {at(ruler)}; of the pruners' "
        f"runs that keep no more than that {at(few)} get there. Fewest alive: {at(live)}. "
        f"{as_few(every[every['study'] != MANY], searched)}{lacking(pruned)}",
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
    times = runs.groupby("algorithm")["steps"].median() / masks["steps"].median()
    parts = [
        analysis.at_equal_runs(
            runs[runs["algorithm"].isin(names)], masks, TARGETS[0], times=int(cost)
        )
        for cost, names in times.groupby(times.round()).groups.items()
    ]
    told = pd.concat(parts).sort_values("successes", ascending=False)
    beyond = told[told["successes"] > told["successes_high"]]
    words = "in {successes_median:.0f} ({successes_low:.0f} to {successes_high:.0f}) where {name} "
    words += "does in {successes} of {runs:,}"
    rows = beyond.assign(name=beyond["algorithm"].map(LABELS)).to_dict("records")
    names = ", ".join(words.format(**row) for row in rows)
    sizes = sorted({*runs["weights_kept"]} & {*masks["weights_kept"]})
    return (
        f"Given as few trainings of each size from {sizes[0]} to {sizes[-1]} weights, the search "
        f"would reach {TARGETS[0]:.0%} {names or 'as often as anybody'}; of "
        f"{len(told) - len(beyond)} of {len(told)} chance cannot tell"
    )


def the_width(pruned: pd.DataFrame, seeds: Seeds, widest: pd.DataFrame) -> Claim:
    """pruned: every run of the paper's grid. seeds, widest: its replicates, the latter of the
    largest width, which has fewer k and seeds."""
    every, wide = pd.concat([seeds.runs, widest], ignore_index=True), largest(seeds.runs)
    cost, once = lost(seeds.runs, wide), lost(pruned, common(pruned))
    others = [w for w in widths(seeds.runs) if w not in (NARROW, wide)]
    sure = ", ".join(f"{w} ({beyond(lost(seeds.runs, wide, w))} of {len(cost)})" for w in others)
    return Claim(
        claim="Wider is worse for most algorithms",
        paper="curves sink from width 3 to 256",
        here=f"accuracy from width {NARROW} to {wide}, at equal k, {seeds}: {falls(cost)}, "
        f"{ends_of(cost)} points (below 0: a gain); beyond chance from other widths, "
        f"too: {sure}. To width {largest(widest)}, {of_widest(widest, pruned)}: "
        f"{falls(lost(every, largest(widest)))}. To width {common(pruned)} on the paper's grid, "
        f"one run a cell: {falls(once)}, {ends_of(once)} points{lacking(pruned)}",
        holds="yes"
        if 2 * beyond(cost) > len(cost)
        else "in part"
        if 2 * (cost["cost"] > 0).sum() > len(cost)
        else "no",
        rule="yes if over the seeds the interval of the loss lies above 0 for more than half of "
        "the nine; in part if only the loss does",
        notebook="30_overparameterization",
        command=REPLICATED,
        studies=(PRUNING, *AGAIN[:2]),
    )


def lost(runs: pd.DataFrame, wide: int, narrow: int = NARROW) -> pd.DataFrame:
    """What a width costs beside a narrow one at equal k, by algorithm, the least first."""
    runs = runs.assign(width=runs["hidden"].str[0])
    cost = analysis.width_cost(runs[runs["width"].isin([narrow, wide])], narrow)
    return cost[cost["width"] == wide].set_index("algorithm").sort_values("cost")


def falls(cost: pd.DataFrame) -> str:
    """How many lose in the mean, and how many surely."""
    return f"{(cost['cost'] > 0).sum()} of {len(cost)} lose, {beyond(cost)} beyond chance"


def ends_of(cost: pd.DataFrame) -> str:
    """Who loses least and who most, and how much, with intervals."""
    return " to ".join(f"{LABELS[name]} {points(cost.loc[name])}" for name in cost.index[[0, -1]])


def beyond(cost: pd.DataFrame) -> int:
    """For how many algorithms the interval of a loss lies above 0."""
    return int((cost["low"] > 0).sum())


def the_paths(pruned: pd.DataFrame, seeds: Seeds, widest: pd.DataFrame) -> Claim:
    """pruned, seeds, widest: as for `the_width`."""
    wide, most = largest(seeds.runs), largest(widest)
    used, none = on_paths(seeds.runs, (NARROW, wide))
    once, empty = on_paths(pruned, (NARROW, common(pruned)))
    _, last = on_paths(pd.concat([seeds.runs, widest], ignore_index=True), (NARROW, most))
    fall = unused(seeds.runs, wide)
    more = none.iloc[0]["high"] < none.iloc[1]["low"]
    return Claim(
        claim="Pruned masks hold disconnected paths",
        paper="more at larger widths",
        here=f"of the kept weights {used.iloc[0]:.0%} lie on a path at width {NARROW} and "
        f"{used.iloc[1]:.0%} at {wide}, {seeds}: {falls(fall)}, {ends_of(fall)} points; "
        f"{shares(none)} masks have no path at all, at {most}, {of_widest(widest, pruned)}, "
        f"{shares(last.tail(1))}. On the paper's grid, one run a cell, {once.iloc[0]:.0%} at "
        f"{NARROW} and {once.iloc[1]:.0%} at {common(pruned)}, and {shares(empty)}"
        f"{lacking(pruned)}",
        holds="yes"
        if more and beyond(fall) == len(fall)
        else "in part"
        if more or beyond(fall)
        else "no",
        rule="yes if over the seeds the interval of what is lost of the share lies above 0 for all "
        "nine and those of masks without a path do not overlap; no if neither",
        notebook="32_disconnected_paths",
        command=REPLICATED,
        studies=(PRUNING, *AGAIN[:2]),
    )


def on_paths(runs: pd.DataFrame, ends: tuple[int, int]) -> tuple[pd.Series, pd.DataFrame]:
    """At two widths the mean share of weights on a path, and `analysis.pathless`, at equal k."""
    runs = analysis.used(alike(runs, ends))
    return runs.groupby("width")["effective"].mean(), analysis.pathless(runs, ["width"])


def unused(runs: pd.DataFrame, wide: int) -> pd.DataFrame:
    """What each loses of the share of weights on a path from the narrow width to another.

    By algorithm the median over seeds and its interval (sign test), the least first; columns as
    of `lost`.
    """
    runs = analysis.used(alike(runs, (NARROW, wide)))
    means = runs.groupby(["algorithm", "seed", "width"])["effective"].mean().unstack()
    loss = (means[NARROW] - means[wide]).groupby("algorithm")
    found = pd.DataFrame({name: analysis.of_differences(own) for name, own in loss}).T
    return found.rename(columns={"median": "cost"}).sort_values("cost")


def alike(runs: pd.DataFrame, ends: tuple[int, int]) -> pd.DataFrame:
    """Runs of two widths, of the k that all algorithms were asked for at either."""
    runs = runs.assign(width=runs["hidden"].str[0])
    runs = runs[runs["width"].isin(ends)]
    keep = [set(own["keep"]) for _, own in runs.groupby("width")]
    return runs[runs["keep"].isin(set.intersection(*keep))]


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


def widths(runs: pd.DataFrame) -> list[int]:
    """All widths of the networks that were pruned."""
    return sorted(int(width) for width in runs["hidden"].str[0].unique())


def largest(runs: pd.DataFrame) -> int:
    return widths(runs)[-1]


def common(pruned: pd.DataFrame) -> int:
    """The widest network of which the runs of all nine are in."""
    runs = pruned.groupby([pruned["hidden"].str[0], "algorithm"]).size().unstack()
    return int(runs.index[runs.eq(runs.max(axis=1), axis=0).all(axis=1)].max())


def of_widest(widest: pd.DataFrame, pruned: pd.DataFrame) -> str:
    """How many seeds of which k the replicates of the largest width have, and of whom none."""
    without = sorted(LABELS[name] for name in {*pruned["algorithm"]} - {*widest["algorithm"]})
    tried = sorted(set(widest["keep"]) & set(alike(pruned, (NARROW, common(pruned)))["keep"]))
    lacks = f", without {', '.join(without)}" if without else ""
    return f"{widest['seed'].nunique()} seeds of k = {', '.join(map(str, tried))}{lacks}"


def shares(none: pd.DataFrame) -> str:
    """Of `analysis.pathless`, how many masks of how many at each width."""
    return " and ".join(share(row.masks, row.runs) for row in none.itertuples())


def lacking(pruned: pd.DataFrame) -> str:
    """What is not in yet of the paper's grid, as the end of a sentence; "" if all is."""
    table = paper.STUDIES[PRUNING].table  # type: ignore[attr-defined]
    there = set(pruned["experiment"])
    left = [e for e in table if e.number not in there]
    whose = sorted({f"{LABELS[e.algorithm]} at width {e.hidden[0]}" for e in left})
    return f"; not in yet: {len(left):,} runs of the grid, of {', '.join(whose)}" if left else ""
