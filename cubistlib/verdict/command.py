"""The command for a verdict on a pruner that somebody has in a file."""

import argparse

import pandas as pd

from cubistlib.support import files, paths
from cubistlib.verdict import candidate, grid, report
from cubistlib.verdict.places import places

# Runs of the pruners that somebody had a verdict on, and the reports.
KEPT = "verdicts"


def command(given: argparse.Namespace) -> int:
    """Checks a file's pruner, runs it on the grid, says its place and writes the report."""
    file = given.file.resolve()
    if given.to:
        files.require_page("--to", given.to)
    algorithm = candidate.load(file, given.pruner)
    name = algorithm.name
    folder = paths.outputs(KEPT) / name
    with files.writing(folder):
        candidate.check(algorithm, file)
        runs = len(grid.study(name))
        print(f"{name}: keeps what every pruner promises; its {runs} runs begin", flush=True)
        with candidate.told(file):
            results = grid.verdict(name, place=folder / candidate.digest(file))
    for equal in ("runs", "steps"):
        print(f"at equal {equal}: {_said(places(results, 'live_parameters', equal=equal), name)}")
    to = given.to or folder / "report.html"
    with files.writing(to.parent):
        print(f"report: {report.write(name, file, results, to)}")
    return 0


def _said(table: pd.DataFrame, name: str) -> str:
    place, best, worst, gap = table.set_index("algorithm").loc[
        name, ["place", "best", "worst", "gap"]
    ]
    within = f"place {place:.0f} of {len(table)}, between {best:.0f} and {worst:.0f}"
    return f"{within}; the search is ahead by {100 * gap:.1f} points"
