"""The commands for studies: plan, sweep and replay."""

import argparse
import json
import sys

from cubistlib import store, sweep
from cubistlib.store.locks import Slice
from cubistlib.studies import Study, paper
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.sweep import cost, kept, winners
from cubistlib.sweep.choice import Choice


def plan(given: argparse.Namespace) -> int:
    """Lists the paper's studies: how many experiments, what they cost here, what is done."""
    studies = [_ready(study, given.profile)[0] for study in paper.STUDIES.values()]
    table = cost.table(studies, given.profile, measured=not given.no_cost)
    print(json.dumps(cost.as_data(table), indent=1) if given.json else cost.as_text(table))
    return 0


def run(given: argparse.Namespace) -> int:
    """Runs what is missing of the paper's studies."""
    part = _slice(given.slice)
    where = {name: getattr(given, name) for name in ("executor", "workers", "address", "insecure")}
    where["security"] = given.tls
    Choice(**where)  # refused before anything is said
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


def replay(given: argparse.Namespace) -> int:
    """Runs one experiment again and compares it with the result that is kept of it."""
    study = kept.study(given.study, given.profile)
    before = kept.stored(study, given.profile, given.number)
    again = store.tidied(study.replay(given.number))[[*store.COLUMNS]]
    row = again.iloc[0]
    shown = row.astype(object)
    shown["accuracy"] = f"{row['accuracy']:.3%}"
    print(shown.to_string())
    if before is None:
        print("no stored result to compare with")
        return 0
    stored, file = before
    place = paths.shown(file.resolve())
    wrong = kept.differing(again, stored.to_frame().T)
    changed = [*wrong.columns[wrong.any()]]
    if changed:
        print(f"differs from the result in {place} in {', '.join(changed)}", file=sys.stderr)
        return 1
    print(f"identical to the result in {place}")
    return 0


def _ready(study: Study, profile: str) -> tuple[Study, str]:
    """The study with its start, and "", or as it is and a sentence on what it waits for."""
    waits = winners.waits(study, profile)
    return (study if waits else winners.resolved(study, profile)), waits


def _slice(text: str) -> Slice:
    try:
        i, n = map(int, text.split("/"))
    except ValueError as error:
        raise UserError(f"--slice must be i/N, as 3/20, got {text!r}") from error
    require(1 <= i <= n, f"--slice must be i/N with 1 ≤ i ≤ N, got {text}")
    return i, n
