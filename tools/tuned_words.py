"""What pruners reach as they were tuned, beside the search, in the README's words."""

import claiming
import numpy as np
import pandas as pd

from cubistlib import analysis, verdict
from cubistlib.analysis import success
from cubistlib.plots import LABELS
from cubistlib.studies import habits, paper, tuning
from cubistlib.studies import verdict as grid
from cubistlib.verdict import RIVALS, rivals

TARGET, FEW = 0.95, (22, 26)  # weights kept, from and to
TRIED = {
    "gmp-1-cut": "GMP in one cut",
    "gmp-paths": "GMP that removes first what is on no path",
    "gmp-held": "GMP whose weights keep their signs",
    "granet": "GraNet, which takes removals back, beside GMP",
    "backward-by-size": "backward elimination that asks sizes, not the data",
}
ALIKE = {"keep": (22, 24, 26), "width": (3, 4, 8, 16)}  # cells of the replicates and of the grid


def sentences(usual: pd.DataFrame, runs: pd.DataFrame, search: pd.DataFrame) -> str:
    """An item of the README's list.

    usual: the nine at the paper's options, from many seeds. runs: of the large grid. search: by
    the paper's search, all phases.
    """
    told = cost(pd.concat([runs, verdict.in_three(search, TARGET)], ignore_index=True))
    ours, theirs = told.drop("search"), told.loc["search"]
    there = ours[np.isfinite(ours["steps"])]
    nine = there.index.isin(paper.NINE)
    rates = [tuning.best(name).lrs[0] for name in runs["algorithm"].unique()]
    ahead = (ours["high"] < theirs["low"]).sum()
    less = "does what search does, for a fraction of its cost" if ahead else "at the search's cost"
    return (
        f"- **Pruning {less}.** {options(usual)} Each "
        f"in the best of {tuning.CONFIGURATIONS} configurations, at rates of at most "
        f"{max(rates):g}, the best network of so many weights is expected to reach it after "
        f"{', '.join(trainings(row) for _, row in there.head(3).iterrows())} to "
        f"{trainings(there.iloc[-1])} trainings, by {nine.sum()} of the nine and {(~nine).sum()} "
        f"of the {(~ours.index.isin(paper.NINE)).sum()} later ones; by the search from scratch in "
        f"(3, 3, 3), at the rate and schedule that suit it best, after {span(theirs)}, so that "
        f"{ahead} are ahead beyond chance. {budget(runs, search)} {worth(usual, runs)} {habit()}"
    )


def options(usual: pd.DataFrame) -> str:
    """How often the nine get there as they came."""
    few = usual[usual["weights_kept"].between(*FEW)]
    often = few["accuracy"].ge(TARGET).groupby(few["algorithm"]).agg(["sum", "size"])
    often = often.sort_values("sum", kind="stable")
    (least, most), runs = often["sum"].iloc[[0, -1]], often["size"].unique()
    names = (LABELS[name] for name in often.index[[0, -1]])
    return (
        "At the paper's options, at the best of its rates, the nine get to 95 % with {} to {} "
        "weights in {} ({}) to {} ({}) of {} runs each (`replicates/pruning`).".format(
            *FEW, least, next(names), most, next(names), " or ".join(map(str, runs))
        )
    )


def cost(runs: pd.DataFrame) -> pd.DataFrame:
    """Trainings until the best of so many weights is expected at the target, by algorithm.

    Columns steps, low and high, the cheapest first; successes and runs.
    """
    few = runs[runs["weights_kept"].between(*FEW)]
    best = analysis.expected_best(few, resamples=1000)
    told = analysis.cost_to_reach(best, TARGET).set_index("algorithm")
    told /= grid.training(int(runs["points"].max()))
    counted = success.counts(few, ["algorithm"], [TARGET]).set_index("algorithm")
    counted = counted[[success.column(TARGET), "trainings"]].set_axis(["successes", "runs"], axis=1)
    return told.join(counted).sort_values(["steps", "high"])


def trainings(row: pd.Series) -> str:
    """ "7 (backward; 6 to 8, 240 of 372 runs)"."""
    name = LABELS.get(str(row.name), str(row.name))
    ends = span(row).partition(" (")[2].rstrip(")")
    return (
        f"{row['steps']:,.0f} ({name}; {ends}, {row['successes']:.0f} of {row['runs']:,.0f} runs)"
    )


def span(row: pd.Series) -> str:
    """ "243 (160 to 424)"."""
    return "{:,.0f} ({:,.0f} to {:,.0f})".format(*row[["steps", "low", "high"]]).replace(
        "inf", "never"
    )


def budget(runs: pd.DataFrame, search: pd.DataFrame) -> str:
    """What is to be expected for the same steps, when nobody says which size to ask for."""
    every = pd.concat([runs, rivals(search)], ignore_index=True)
    ends = {t: claiming.for_a_budget(every, t)["fewest"] for t in claiming.TARGETS}
    order = [n for n in ends[TARGET].index if n not in RIVALS]
    nine = [name for name in order if name in paper.NINE]

    def told(name: str) -> str:
        each = (f"{e[name]:.0f}" if name in e.index else "none" for e in ends.values())
        return f"{' and '.join(each)} of {LABELS.get(name, name)}"

    named = dict.fromkeys([order[0], nine[0], "gmp", order[-1], *RIVALS])
    return (
        f"For the steps of {claiming.BUDGET:,} trainings, when nobody says which size to ask for, "
        f"the fewest parameters alive to be expected for 95 % and 99.5 % are "
        f"{', '.join(map(told, named))}: each is of what it was asked for, pruners k from "
        f"{runs['keep'].min()} to {runs['keep'].max()}, the search's masks "
        f"at most 35 weights (claim 10, the second leaderboard, "
        f"`notebooks/69_the_new_verdict.ipynb`)."
    )


def worth(usual: pd.DataFrame, runs: pd.DataFrame) -> str:
    """What tuning itself is worth to the nine where few weights are left."""
    counts = []
    for table in (usual, runs[runs["algorithm"].isin(paper.NINE)]):
        cells = table["keep"].isin(ALIKE["keep"]) & table["hidden"].str[0].isin(ALIKE["width"])
        reached = table["accuracy"][cells].ge(TARGET).sum()
        counts.append(pd.DataFrame({"of": [""], "successes": reached, "trainings": cells.sum()}))
    before, after = (f"{c['successes'][0]} of {c['trainings'][0]:,}" for c in counts)
    lead = 100 * success.leads(counts[1], counts[0], ["of"])[["lead", "low", "high"]].iloc[0]
    return (
        f"Of the nine's runs with k = 22, 24, 26 at widths 3, 4, 8 and 16 {after} reach 95 % as "
        f"tuned, {before} at the best of the paper's rates in every cell: a difference of "
        "{:+.2f} points ({:+.2f} to {:+.2f}).".format(*lead)
        + " All were tuned on this data set, on other networks."
    )


def habit() -> str:
    """What a habit of those ahead is worth, one changed at a time, over all widths."""
    told = []
    for name, words in TRIED.items():
        both = (verdict.habit(way) for way in (name, habits.USUAL[name]))
        row = analysis.paired_groups(*both, ["algorithm"], analysis.LEARNED).iloc[0]
        told.append(f"{words} {analysis.pair_words(row)}")
    return f"One habit changed at a time, pair by pair: {'; '.join(told)}."
