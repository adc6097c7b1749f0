"""Try masks often enough to know how rarely they succeed; counts go to outputs/published/frontier/.

    python tools/run_power.py [structured] [promising] [why] [below] [--workers N]

Runs what is missing of the studies in `cubistlib.studies.power`, by default of all, and counts
them. Stopped at any instant, the next start goes on; single rows stay in outputs/power/.
With --tries, for a first look, counts go where --to says: those of fewer tries are not published.
What is tried for `why` and `below` hangs on the frontier's witnesses. They are copied when it is
first asked for, since a frontier moves on; to try what is there now, remove the copies.
"""

import argparse
from pathlib import Path

import parts

from cubistlib import sweep
from cubistlib.search import frontier
from cubistlib.search.witness import Witness
from cubistlib.studies import SearchStudy, power, tallies
from cubistlib.support import paths
from cubistlib.support.checks import require

PARENTS = "parents"  # a folder beside the frontier's own


def run(given: argparse.Namespace, study: SearchStudy, names: list[str] | None = None) -> None:
    """Runs what is missing of a study, and puts its counts into the file."""
    results = sweep.run(study, given.profile, workers=given.workers)
    tallies.put(power.counted(study, results, names), given.to)
    print(f"{study.name}: {len(results):,} trainings counted", flush=True)


def structured(given: argparse.Namespace) -> None:
    run(given, power.structured(**tries(given)))


def promising(given: argparse.Namespace) -> None:
    run(given, power.most_promising(tallies.read(given.to), **tries(given)))


def why(given: argparse.Namespace) -> None:
    for start in power.STARTS:
        run(given, *power.why(parents(given.frontier), start, **tries(given)))


def below(given: argparse.Namespace) -> None:
    for start in power.STARTS:
        run(given, *power.below(parents(given.frontier), start, **tries(given)))


PARTS = {"structured": structured, "promising": promising, "why": why, "below": below}


def tries(given: argparse.Namespace) -> dict[str, int]:
    return {} if given.tries is None else {"tries": given.tries}


def parents(folder: Path) -> dict[str, Witness]:
    """Witnesses by name, copied from the frontier when they are first asked for."""
    known = frontier.copied(folder / PARENTS, lambda: power.snapshot(frontier.read(folder)))
    require(known, f"{paths.shown(folder)} has no witness yet whose mask can be tried")
    return known


def main(arguments: list[str] | None = None) -> None:
    parser = parts.parser(__doc__, PARTS)
    parser.add_argument("--tries", type=int, help="of a mask and configuration, for a first look")
    parser.add_argument("--profile", default="power", help="rows go to outputs/<profile>/results/")
    parser.add_argument("--to", type=Path, help=f"the counts' file, {paths.shown(tallies.file())}")
    parser.add_argument("--frontier", type=Path, default=paths.published("frontier"))
    given = parser.parse_args(arguments)
    require(
        given.tries is None or given.to,
        "--tries needs --to, a file for its counts, which would else replace the published ones",
    )
    tallies.read(given.to)  # a file that is damaged is told of now, not after hours
    for part in parts.asked(given, PARTS):
        PARTS[part](given)


if __name__ == "__main__":
    parts.start(main)
