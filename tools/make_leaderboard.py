"""Put the leaderboards into the README: every algorithm on the verdict's grids, at equal cost.

    python tools/make_leaderboard.py

From the runs that are published in outputs/published/verdict/: on the small grid, each algorithm at
its defaults, and on the large one, each as it was tuned; of the latter a few sentences as well.
"""

import argparse

import claiming
import pandas as pd
import readme
import tuned_words

from cubistlib import analysis, verdict
from cubistlib.analysis import success
from cubistlib.plots import LABELS
from cubistlib.studies import paper, tuning
from cubistlib.studies import verdict as grid

NAME, TUNED, WORDS = "leaderboard", "tuned leaderboard", "tuned words"
TARGETS, GOALS = (0.8, 0.9, 0.95), (0.95, 0.99, 0.995)
SIZE = "live_parameters"
HEADS = (
    "place at equal steps", "algorithm", "trainings a run", "search ahead, points",
    "place at equal runs", "search ahead, points", "runs ≥ 80 / 90 / 95 %", "best", "median",
    "weights that live",
)  # fmt: skip
TUNED_HEADS = (
    "algorithm",
    "rate, schedule, options",
    "trainings a run",
    *map("{:.1%}".format, GOALS),
)


def table(runs: pd.DataFrame, search: pd.DataFrame) -> str:
    """The table of these runs: by place at equal gradient steps, the nine in plain type."""
    results = pd.concat([search, runs], ignore_index=True)
    order, others = (verdict.places(results, SIZE, equal=equal) for equal in ("steps", "runs"))
    others = others.set_index("algorithm")
    training = grid.training(int(runs["points"].max()))
    lines = [HEADS, ("---",) * len(HEADS)]
    for row in order.to_dict("records"):
        name, own = row["algorithm"], runs[runs["algorithm"] == row["algorithm"]]
        lines.append(
            (
                place(row),
                label(name),
                f"{own['steps'].mean() / training:.2f}",
                f"{100 * row['gap']:.1f}",
                place(others.loc[name].to_dict()),
                f"{100 * others.loc[name, 'gap']:.1f}",
                " / ".join(f"{(own['accuracy'] >= target).sum()}" for target in TARGETS),
                f"{own['accuracy'].max():.1%}",
                f"{own['accuracy'].median():.1%}",
                f"{analysis.used(own)['live'].mean():.0%}",
            )
        )
    return page(lines)


def tuned(runs: pd.DataFrame) -> str:
    """The table of runs of the large grid and of the search: by what the same steps give.

    A cell is the fewest parameters that live to be expected of as many runs as BUDGET pays for,
    where these are as likely as not to reach the goal, with its interval, and how many of all runs
    reach it.
    """
    ends = {goal: claiming.for_a_budget(runs, goal) for goal in GOALS}
    often = {goal: reached(runs, goal) for goal in GOALS}
    cost = runs.groupby("algorithm")["steps"].mean() / grid.training(int(runs["points"].max()))
    order = pd.DataFrame({goal: end["fewest"] for goal, end in ends.items()}).reindex(cost.index)
    order = order.fillna(float("inf")).assign(cost=cost).sort_values([*GOALS, "cost"])
    lines = [TUNED_HEADS, ("---",) * len(TUNED_HEADS)]
    for name in order.index:
        told = (claiming.expected(e.loc[name]) if name in e.index else "–" for e in ends.values())
        cells = (f"{few}; {often[goal][name]}" for few, goal in zip(told, GOALS, strict=True))
        lines.append((label(name), setting(name), f"{cost[name]:.2f}", *cells))
    return page(lines)


def reached(runs: pd.DataFrame, goal: float) -> pd.Series:
    """How many runs of how many of each algorithm reach a goal, in words."""
    counted = success.counts(runs, ["algorithm"], [goal]).set_index("algorithm")
    often = counted[[success.column(goal), "trainings"]].map("{:,}".format)
    return often[success.column(goal)] + " of " + often["trainings"]


def setting(name: str) -> str:
    """An algorithm's configuration on the large grid."""
    if name not in tuning.tuned():
        return "one for all" if name in verdict.RIVALS[1:] else "all of the paper's"
    best = tuning.best(name)
    options = "".join(f", {field} {value}" for _, field, value in best.options)
    return f"{best.lrs[0]:g}, {best.schedules[0]}{options}"


def label(name: str) -> str:
    """An algorithm's name; bold if it is none of the paper's."""
    known = LABELS.get(name, name)
    return known if name in (*paper.NINE, *verdict.RIVALS) else f"**{known}**"


def page(lines: list[tuple[str, ...]]) -> str:
    """Rows of cells as a table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def place(row: dict) -> str:
    """A place, and between which places it lies."""
    return f"{row['place']:.0f} ({row['best']:.0f}–{row['worst']:.0f})"


def made() -> dict[str, str]:
    """The tables of what is published, by name."""
    found = {NAME: table(verdict.published(), analysis.reference())}
    if len(large := verdict.tuned()):
        parts = [analysis.published(name) for name in claiming.SEARCHES]
        search = pd.concat(parts, ignore_index=True)
        every = [large, verdict.rivals(search)]
        found[TUNED] = tuned(pd.concat(every, ignore_index=True))
        usual = analysis.published(claiming.OVER_WIDTH[0])
        found[WORDS] = tuned_words.sentences(usual, large, search)
    return found


def main() -> None:
    """Draw the tables."""
    for name, text in made().items():
        readme.put(name, text)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args()
    main()
