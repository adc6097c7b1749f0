"""The commands for studies: plan, sweep and replay."""

import argparse
import json
import sys
from difflib import get_close_matches

from cubistlib import store, sweep
from cubistlib.store.locks import Slice
from cubistlib.studies import Study, paper
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.sweep import cost, kept, winners
from cubistlib.sweep.choice import Choice

ALIKE = 0.75  # of 1, in `difflib`: two letters of five changed places have 0.8


def plan(given: argparse.Namespace) -> int:
    """Lists the paper's studies: how many experiments, what they cost here, what is done."""
    _meant(given.profile)
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
    _meant(given.profile)
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
    profile, known = given.profile, sorted(paths.profiles())
    require(profile in known, f"unknown profile {profile!r}; there are: {', '.join(known)}")
    study = kept.study(given.study, given.profile)
    before = kept.stored(study, given.profile, given.number)
    # A training of a wide network takes half a minute, a start of an elimination many.
    print(f"running experiment {given.number} of {given.study} again", file=sys.stderr, flush=True)
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
    by = f"; that was made by version {stored['version']}"
    by *= bool(stored["version"] != row["version"])
    if changed:
        print(f"differs from the result in {place} in {', '.join(changed)}{by}", file=sys.stderr)
        return 1
    print(f"identical to the result in {place}{by}")
    return 0


def _meant(profile: str) -> None:
    """Refuses a new profile whose name is nearly that of one that there is."""
    known = paths.profiles()
    others = [name for name in known if name not in profile]  # paper-2 is no slip
    if profile not in known and (like := get_close_matches(profile, others, 1, ALIKE)):
        place = paths.shown(sweep.results(profile))
        new = f"for a new one make the folder {place}"
        raise UserError(f"no profile {profile!r} yet: {like[0]!r} is meant, or {new}")


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
