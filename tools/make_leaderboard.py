"""Put the leaderboard into the README: every algorithm on the verdict's grid, at equal cost.

    python tools/make_leaderboard.py

From the runs that are published, outputs/published/verdict/, one file an algorithm.
"""

import argparse

import pandas as pd
import readme

from cubistlib import analysis, verdict
from cubistlib.plots import LABELS
from cubistlib.studies import paper
from cubistlib.studies import verdict as grid

NAME = "leaderboard"
TARGETS = (0.8, 0.9, 0.95)
HEADS = (
    "place at equal steps", "algorithm", "trainings a run", "search ahead, points",
    "place at equal runs", "search ahead, points", "runs ≥ 80 / 90 / 95 %", "best", "median",
    "weights that live",
)  # fmt: skip


def table(runs: pd.DataFrame, search: pd.DataFrame) -> str:
    """The table of these runs: by place at equal gradient steps, the nine in plain type."""
    results = pd.concat([search, runs], ignore_index=True)
    order, others = (
        verdict.places(results, "live_parameters", equal=equal) for equal in ("steps", "runs")
    )
    others = others.set_index("algorithm")
    training = grid.training(int(runs["points"].max()))
    lines = [HEADS, ("---",) * len(HEADS)]
    for row in order.to_dict("records"):
        name, own = row["algorithm"], runs[runs["algorithm"] == row["algorithm"]]
        lines.append(
            (
                place(row),
                LABELS.get(name, name) if name in paper.NINE else f"**{LABELS.get(name, name)}**",
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
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def place(row: dict) -> str:
    """A place, and between which places it lies."""
    return f"{row['place']:.0f} ({row['best']:.0f}–{row['worst']:.0f})"


def made() -> str:
    """The table of what is published."""
    return table(verdict.published(), analysis.reference())


def main() -> None:
    """Draw the table."""
    readme.put(NAME, made())


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args()
    main()
