"""What the paper claims of width, held to data by a rule that is told."""

import pandas as pd
from claiming import OVER_WIDTH, PRUNING, REPLICATED, Claim, points, share

from cubistlib import analysis
from cubistlib.plots import LABELS

NARROW = 4  # the narrowest width that was asked for more than 26 weights


def the_width(pruned: pd.DataFrame, seeds: pd.DataFrame, widest: pd.DataFrame) -> Claim:
    """pruned: every run of the paper's grid. seeds, widest: its replicates, the latter of the
    largest width, which has fewer k and seeds."""
    every, wide = pd.concat([seeds, widest], ignore_index=True), largest(seeds)
    cost, once = lost(seeds, wide), lost(pruned, largest(pruned))
    others = [w for w in widths(seeds) if w not in (NARROW, wide)]
    sure = ", ".join(f"{w} ({beyond(lost(seeds, wide, w))} of {len(cost)})" for w in others)
    return Claim(
        claim="Wider is worse for most algorithms",
        paper="curves sink from width 3 to 256",
        here=f"accuracy from width {NARROW} to {wide}, at equal k, {number(seeds)}: {falls(cost)}, "
        f"{ends_of(cost)} points (below 0: a gain); beyond chance from other widths, "
        f"too: {sure}. To width {largest(widest)}, {of_widest(widest, pruned)}: "
        f"{falls(lost(every, largest(widest)))}. To width {largest(pruned)} on the paper's grid, "
        f"one seed, intervals over runs: {falls(once)}, {ends_of(once)} points",
        holds="yes"
        if 2 * beyond(cost) > len(cost)
        else "in part"
        if 2 * (cost["cost"] > 0).sum() > len(cost)
        else "no",
        rule="yes if over the seeds the interval of the loss lies above 0 for more than half of "
        "the nine (it does for one of forty that lose nothing); in part if only the loss does",
        notebook="30_overparameterization",
        command=REPLICATED,
        studies=(PRUNING, *OVER_WIDTH),
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


def the_paths(pruned: pd.DataFrame, seeds: pd.DataFrame, widest: pd.DataFrame) -> Claim:
    """pruned, seeds, widest: as for `the_width`."""
    wide, most = largest(seeds), largest(widest)
    used, none = on_paths(seeds, (NARROW, wide))
    once, empty = on_paths(pruned, (NARROW, largest(pruned)))
    _, last = on_paths(pd.concat([seeds, widest], ignore_index=True), (NARROW, most))
    fall = unused(seeds, wide)
    more = none.iloc[0]["high"] < none.iloc[1]["low"]
    return Claim(
        claim="Pruned masks hold disconnected paths",
        paper="more at larger widths",
        here=f"of the kept weights {used.iloc[0]:.0%} lie on a path at width {NARROW} and "
        f"{used.iloc[1]:.0%} at {wide}, {number(seeds)}: {falls(fall)}, {ends_of(fall)} points; "
        f"{shares(none)} masks have no path at all, at {most}, {of_widest(widest, pruned)}, "
        f"{shares(last.tail(1))}. On the paper's grid, one seed, {once.iloc[0]:.0%} at "
        f"{NARROW} and {once.iloc[1]:.0%} at {largest(pruned)}, and {shares(empty)}",
        holds="yes"
        if more and beyond(fall) == len(fall)
        else "in part"
        if more or beyond(fall)
        else "no",
        rule="yes if over the seeds the interval of what is lost of the share lies above 0 for all "
        "nine and those of masks without a path do not overlap; no if neither",
        notebook="32_disconnected_paths",
        command=REPLICATED,
        studies=(PRUNING, *OVER_WIDTH),
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


def widths(runs: pd.DataFrame) -> list[int]:
    """All widths of the networks that were pruned."""
    return sorted(int(width) for width in runs["hidden"].str[0].unique())


def number(runs: pd.DataFrame) -> str:
    """How many seeds there are."""
    return f"{runs['seed'].nunique()} seeds"


def largest(runs: pd.DataFrame) -> int:
    return widths(runs)[-1]


def of_widest(widest: pd.DataFrame, pruned: pd.DataFrame) -> str:
    """How many seeds of which k the replicates of the largest width have, and who has fewer."""
    seeds = widest.groupby("algorithm")["seed"].nunique()
    fewer = [f", {LABELS[name]} {n}" for name, n in seeds.items() if n < seeds.max()]
    tried = sorted(set(widest["keep"]) & set(alike(pruned, (NARROW, largest(pruned)))["keep"]))
    return f"{seeds.max()} seeds of k = {', '.join(map(str, tried))}{''.join(fewer)}"


def shares(none: pd.DataFrame) -> str:
    """Of `analysis.pathless`, how many masks of how many at each width."""
    return " and ".join(share(row.masks, row.runs) for row in none.itertuples())
