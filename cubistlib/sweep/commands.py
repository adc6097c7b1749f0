"""The commands for studies: plan, sweep and replay."""

import argparse
import json
import sys

from cubistlib import sweep
from cubistlib.studies import paper
from cubistlib.studies.study import Study
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.sweep import cost, executors, winners
from cubistlib.sweep.locks import Slice


def add(commands: argparse._SubParsersAction) -> None:
    """Adds the commands to a parser's."""
    given = commands.add_parser("plan", help="list the paper's studies: number, cost, what is done")
    given.add_argument("profile", help="results are looked for in outputs/<profile>/, as paper")
    given.add_argument("--json", action="store_true", help="for programs")
    given.add_argument("--no-cost", action="store_true", help="do not measure the cost")
    given.set_defaults(command=_plan)

    given = commands.add_parser("sweep", help="run the paper's studies, going on where they are")
    given.add_argument("profile", help="results go to outputs/<profile>/results/, as paper")
    given.add_argument("names", nargs="*", metavar="study", help="as plan lists them, default all")
    given.add_argument("--executor", default="threads", choices=executors.KINDS)
    given.add_argument("--workers", type=int, help="default: one a core")
    given.add_argument("--address", help="of a Dask scheduler, as tcp://host:8786")
    given.add_argument(
        "--shard", default="1/1", help="i/N: only the i-th of N slices, for job arrays"
    )
    given.add_argument("--wait", action="store_true", help="wait for a sweep that holds the study")
    given.set_defaults(command=_sweep)

    given = commands.add_parser("replay", help="run one experiment again and compare")
    given.add_argument("study", help="a name as plan lists it")
    given.add_argument("number", type=int, help="the experiment's number in the study")
    given.add_argument("--profile", default="paper", help="whose results to compare with")
    given.set_defaults(command=_replay)


def _plan(given: argparse.Namespace) -> int:
    studies = [_ready(study, given.profile)[0] for study in paper.STUDIES.values()]
    table = cost.table(studies, given.profile, cost=not given.no_cost)
    print(json.dumps(cost.as_data(table), indent=1) if given.json else cost.as_text(table))
    return 0


def _sweep(given: argparse.Namespace) -> int:
    part = _slice(given.shard)
    where = {"executor": given.executor, "workers": given.workers, "address": given.address}
    studies = [paper.study(name) for name in given.names or paper.STUDIES]
    print(f"results: {paths.shown(sweep.results(given.profile))}/", flush=True)
    for study in studies:
        ready, waits = _ready(study, given.profile)
        if waits:
            require(not given.names, waits)
            print(f"left out: {waits}")  # other slices may still be at its search
            continue
        sweep.advance(ready, given.profile, part=part, wait=given.wait, **where)
        done = sweep.finished(ready, given.profile)
        print(f"{study.name}: {done:,} of {len(study):,} experiments done", flush=True)
    return 0


def _ready(study: Study, profile: str) -> tuple[Study, str]:
    """The study with its start, and "", or as it is and a sentence on what it waits for."""
    waits = winners.waits(study, profile)
    return (study if waits else winners.resolved(study, profile)), waits


def _replay(given: argparse.Namespace) -> int:
    study = winners.resolved(paper.study(given.study), given.profile)
    before = sweep.stored(study, given.profile, given.number)
    row = study.replay(given.number).iloc[0]
    print(row.to_string())
    if before is None:
        print("no stored result to compare with")
        return 0
    both_missing = row.isna() & before[row.index].isna()
    changed = row.index[~both_missing & ~(row == before[row.index])]
    if len(changed):
        print(f"differs from the stored result in {', '.join(changed)}", file=sys.stderr)
        return 1
    print("identical to the stored result")
    return 0


def _slice(text: str) -> Slice:
    try:
        i, n = map(int, text.split("/"))
    except ValueError as error:
        raise UserError(f"--shard must be i/N, as 3/20, got {text!r}") from error
    require(1 <= i <= n, f"--shard must be i/N with 1 ≤ i ≤ N, got {text}")
    return i, n
