"""Put sparser networks into outputs/published/frontier/, and the table of them into the README.

    python tools/publish_frontier.py [FOLDER …] [--searched]

Takes the networks in all .json files below the folders: witnesses, or objects of `hidden`,
`weights` and `biases` with `kind` and `found`, as searches leave them. What does nothing in a
network is taken out, its claims are made anew, and those that no other beats stay. Then it draws
the table "sparsest so far" between two lines of the README.

--searched: takes the best runs of the published studies as well, where they beat the frontier.
Each is trained once more from its study and number.

Ends with status 2 and a sentence for what it cannot take; then nothing has changed.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import parts
import readme

from cubistlib import analysis
from cubistlib.networks import Masks, Network
from cubistlib.search import frontier, verify
from cubistlib.search.sparsest import as_markdown, sparsest
from cubistlib.search.witness import Witness
from cubistlib.studies import paper
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require

FOLDER = "outputs/published/frontier"
NAME = "sparsest so far"


def candidate(file: Path) -> Witness:
    """A file's network as a witness, in float32, its parts that do nothing taken out."""
    try:
        given = fields(file)
        with np.errstate(over="ignore"):
            network = Network.from_arrays(given["weights"], given["biases"])
        finite = all(np.isfinite(array).all() for array in network.arrays)
        require(finite, "all numbers must be finite in single precision")
        masks = Masks.from_weights([w != 0 for w in network.weights])
        rule = given.get("bias_rule", "read")
        return Witness.of(network, masks, given["kind"], rule, given["found"])
    except (OSError, TypeError, ValueError, RecursionError) as error:
        raise UserError(f"{file}: no network ({str(error).partition(chr(10))[0]})") from error


def fields(file: Path) -> dict[str, Any]:
    """What is told of a network in a file, of a witness or not. Raises ValueError."""
    given = json.loads(file.read_text(encoding="utf-8"))
    require(isinstance(given, dict), "must be an object of weights, biases, kind and found")
    if "format" in given:
        given = verify.read(file)
    lacking = [name for name in ("weights", "biases", "kind", "found") if name not in given]
    require(not lacking, f"lacks {', '.join(lacking)}")
    rules = {"kind": verify.KINDS, "bias_rule": verify.BIAS_RULES}
    for name, allowed in rules.items():
        value = given.get(name, "read")
        require(value in allowed, f"{name} must be {' or '.join(allowed)}, got {value!r:.60}")
    require(
        isinstance(given["found"], dict), f"found must be an object, got {given['found']!r:.60}"
    )
    day = str(given["found"].get("date", ""))
    require(
        day <= date.today().isoformat(), f"found's date must be a day that has been, got {day:.60}"
    )
    return given


def searched() -> Iterator[Witness]:
    """The best of the paper's runs, by what lives, that beat the frontier, trained once more."""
    known = frontier.published().values()
    trained = [w.claims for w in known if w.kind == "sgd" and w.bias_rule == "read"]
    for _, run in ahead(every_run(), trained).iterrows():
        yield parts.witness(run)


def every_run() -> pd.DataFrame:
    """All runs of the paper's studies."""
    return pd.concat([analysis.published(name) for name in paper.STUDIES], ignore_index=True)


def ahead(runs: pd.DataFrame, known: list[verify.Measured]) -> pd.DataFrame:
    """Of every live count the most accurate run, if nothing known has as few and as many right."""
    runs = analysis.converged(runs)
    runs = runs[runs["accuracy"] >= frontier.LEAST]
    best = runs.loc[runs.groupby("live_parameters")["accuracy"].idxmax()]
    rivals = [
        max((k.accuracy for k in known if k.parameters <= live), default=0.0)
        for live in best["live_parameters"]
    ]
    best = best[best["accuracy"] > rivals]
    return best[best["accuracy"] > best["accuracy"].cummax().shift(fill_value=0.0)]


def table() -> str:
    """The table with a line on its date, as the README has it."""
    witnesses = frontier.published()
    runs = analysis.reference()
    scratch = runs[runs["study"].str.startswith("random-init")]
    markdown = as_markdown(sparsest(witnesses, scratch, frontier.floor()), FOLDER)
    newest = max(witness.found["date"] for witness in witnesses.values())
    return f"{markdown}\nAs of {newest}."


def main(arguments: list[str] | None = None) -> None:
    """Take what is asked for, and draw the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--searched", action="store_true", help="the published studies' best runs")
    given = parser.parse_args(arguments)
    for folder in given.folders:
        require(folder.is_dir(), f"{folder}: must be a folder with .json files")
    files = [file for folder in given.folders for file in sorted(folder.rglob("*.json"))]
    found = [*map(candidate, files), *(searched() if given.searched else ())]
    before = frontier.published()
    kept = frontier.add(found, paths.published("frontier"), frontier.LEAST)
    new = [n for n, w in kept.items() if n not in before or before[n].claims != w.claims]
    print(f"{len(new)} of {len(found)} networks handed in are new on the frontier, which is now:")
    for name, witness in kept.items():
        print(f"{name}: {witness.claims.correct:,} right, {witness.hidden}")
    readme.put(NAME, table())


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
