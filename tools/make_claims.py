"""Put the claims into README and summary: what the paper finds, and what is found here.

    python tools/make_claims.py

Every number comes from outputs/published, and whether a claim holds from a rule that stands below
the table (tools/claims*.py). What cannot be said yet, since runs are missing, is said in its row.
"""

import argparse
import json
from functools import cache

import claims
import claims_beyond
import claims_width
import numpy as np
import pandas as pd
import readme
from claiming import AGAIN, NOTHING, PRUNING, SEARCHES, TARGETS, Claim, Files
from claims import KINDS, STARTS
from describe_data import COSTS

from cubistlib import analysis, verdict
from cubistlib.search import frontier, sparsest, verify
from cubistlib.studies import paper, power, replicates, tallies
from cubistlib.support import paths

NAME, RESULTS = "claims", "results"
SUMMARY = readme.README.parent / "docs" / "SUMMARY.md"
GOALS = " / ".join(f"{100 * t:g} %" for t in TARGETS)
HEADS = "claim", "paper", f"here, for {GOALS}", "holds?", "notebook", "made by", "time"


def took(studies: tuple[str, ...]) -> str:
    """The hours that the folders of these studies tell of, and of how many runs if not of all."""
    files = [analysis.PAPER / study / COSTS for study in studies]
    spent = [json.loads(file.read_text()).values() for file in files if file.exists()]
    rows, seconds = np.array([cost for costs in spent for cost in costs]).reshape(-1, 2).sum(0)
    every = sum(map(wanted, studies))
    some = f" for {rows:,.0f} of {every:,} runs" if rows < every else ""
    return f"{seconds / 3600:.1f} h{some}" if rows else "not noted"


@cache
def wanted(study: str) -> int:
    """How many runs a study is to have."""
    if study in paper.STUDIES:
        return len(paper.STUDIES[study])
    again = {each.name: each for each in replicates.replicates(analysis.published(PRUNING))}
    return len(again[study])


def made() -> list[Claim]:
    """All rows, from what is published."""
    searched = pd.concat([analysis.published(name) for name in SEARCHES], ignore_index=True)
    pruned = analysis.published(PRUNING)
    plain, *widest, many = (analysis.published(name) for name in AGAIN)
    again = pd.concat([plain, *widest, many], ignore_index=True)
    starts = {
        t: pd.concat([analysis.published(f"{start}/{kind}") for kind in KINDS])
        for t, start in STARTS.items()
    }
    tickets = {
        t: analysis.published(f"replicates/{name.replace('fixed-init', 'ticket')}")
        for t, name in STARTS.items()
    }
    tried = power.part(tallies.read(), "frontier")
    witnesses, floor = frontier.published(), frontier.floor()
    known = sparsest.sparsest(witnesses).set_index("target").loc[[*TARGETS]]
    sgd, every = known["sgd"].to_dict(), known["any"].to_dict()
    files = [
        not verify.faults(verify.read(file))
        for folder in frontier.FOLDERS
        for file in paths.published(f"frontier/{folder}").glob("*.json")
    ]
    return [
        claims.the_search(searched, sgd),
        claims.the_gap(pruned, again, searched),
        claims_width.the_width(pruned, plain, pd.concat(widest)),
        claims_width.the_paths(pruned, plain, pd.concat(widest)),
        claims.the_start(starts, searched),
        claims.the_reading(witnesses[known.loc[0.95, "sgd_file"]]),
        claims_beyond.the_frontier(sgd, every, searched, Files(sum(files), len(files))),
        claims_beyond.the_floor(floor, every),
        claims_beyond.the_luck(tickets, tried[tried["parameters"] >= sgd[TARGETS[0]]]),
        claims_beyond.the_later(verdict.tuned(), searched),
    ]


def table(rows: list[Claim]) -> str:
    """The table and its rules, as the README has them."""
    lines = [HEADS, ("---",) * len(HEADS)]
    for number, row in enumerate(rows, 1):
        notebook = f"[{row.notebook[:2]}](notebooks/{row.notebook}.ipynb)"
        first = f"{number}. {row.claim}"
        lines.append(
            (first, row.paper, row.here, row.holds, notebook, f"`{row.command}`", took(row.studies))
        )
    page = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    rules = "; ".join(f"({number}) {row.rule}" for number, row in enumerate(rows, 1))
    return f"{page}\nHolds? {rules}."


def results(rows: list[Claim]) -> str:
    """The claims as a list, as docs/SUMMARY.md has them."""
    return "\n".join(
        f"{number}. **{row.claim}**{paper_s(row)}. Holds: {row.holds}. Here {row.here}. "
        f"[Notebook {row.notebook[:2]}](../notebooks/{row.notebook}.ipynb)"
        for number, row in enumerate(rows, 1)
    )


def paper_s(row: Claim) -> str:
    """What the paper says of it, if it does."""
    return "" if row.paper == NOTHING else f" (paper: {row.paper})"


def main() -> None:
    """Draw the table and the list."""
    rows = made()
    readme.put(NAME, table(rows))
    readme.put(RESULTS, results(rows), SUMMARY)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args()
    main()
