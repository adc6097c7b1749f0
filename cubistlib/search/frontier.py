"""The frontier: a folder of the witnesses that no other beats."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

from cubistlib.data import cubist_spiral
from cubistlib.search.witness import Witness
from cubistlib.support import paths
from cubistlib.training import TrainConfig, train
from cubistlib.training.config import SCHEDULES

# A folder each, strictest first: what is in one holds by the rules of all after it, too.
FOLDERS = ("sgd", "polished", "pruned-biases")

# Accuracy below which a network is of no interest.
LEAST = 0.75


def published() -> dict[str, Witness]:
    """The witnesses that come with the package, by their files' names; see `read`."""
    return read(paths.published("frontier"))


def read(folder: Path) -> dict[str, Witness]:
    """The witnesses of a frontier's folder by name, as "sgd/22-parameters.json", in order.

    Raises ValueError for a file that is none.
    """
    files = [file for kind in FOLDERS for file in sorted((folder / kind).glob("*.json"))]
    return {file.relative_to(folder).as_posix(): Witness.read(file) for file in files}


def copied(folder: Path, given: Callable[[], Mapping[str, Witness]]) -> dict[str, Witness]:
    """The witnesses of a folder by name; where there is none, those given become it first.

    For work that takes longer than what is known stays the same. A kill leaves all or nothing.
    """
    if not folder.is_dir():
        part = folder.with_name(f".{folder.name}")
        shutil.rmtree(part, ignore_errors=True)
        for name, witness in given().items():
            witness.write(part / f"{name}.json")
        if part.is_dir():
            part.replace(folder)
    return {file.stem: Witness.read(file) for file in sorted(folder.glob("*.json"))}


def floor() -> dict[float, int]:
    """Parameters that are proven to be needed for some accuracies, shares; {} without a proof."""
    file = paths.published("frontier") / "floor.json"
    proven = json.loads(file.read_text())["floor"] if file.exists() else []
    return {row["target"]: row["parameters"] for row in proven}


def name(witness: Witness) -> str:
    """Where a witness lies in a frontier's folder: "sgd/22-parameters.json"."""
    return f"{_folder(witness)}/{witness.claims.parameters:02}-parameters.json"


def unbeaten(witnesses: Iterable[Witness]) -> dict[str, Witness]:
    """Those that no other beats, by name.

    One is beaten if another has as many parameters or fewer and as many points right or more,
    by its own rules or stricter ones: training of the paper's kind is stricter than polishing,
    and to count every bias that is read than to count those that are not zero. Of equal ones one
    stays that tells its study, since it can be made anew; then that of the larger smallest
    |logit|, then the first given.
    """
    ordered = sorted(witnesses, key=_order)
    kept = {}
    for strictness, kind in enumerate(FOLDERS):
        most = 0
        for witness in ordered:
            correct = witness.claims.correct
            if FOLDERS.index(_folder(witness)) <= strictness and correct > most:
                most = correct
                if _folder(witness) == kind:
                    kept[name(witness)] = witness
    return kept


def add(witnesses: Iterable[Witness], folder: Path, least: float = 0) -> dict[str, Witness]:
    """Put what a frontier lacks into its folder, take out what is beaten, return what is there.

    least: accuracy, a share, below which a witness is of no interest. What is new is noted how
    far SGD holds it (`held_by_sgd`). A kill at any instant loses no witness. Raises ValueError
    before anything is written for a witness that may not be one, and for a file in the folder
    that is none.
    """
    before = read(folder)
    kept = unbeaten([*before.values(), *(w for w in witnesses if w.claims.accuracy >= least)])
    new = [file for file, witness in kept.items() if before.get(file) is not witness]
    for file in new:
        kept[file].check(file)
    for file in new:
        found = {**kept[file].found, "held_by_sgd": held_by_sgd(kept[file])}
        kept[file] = replace(kept[file], found=found)
        kept[file].write(folder / file)
    for beaten in before.keys() - kept.keys():
        (folder / beaten).unlink()
    return kept


def held_by_sgd(witness: Witness) -> int:
    """How many points are right after SGD from a witness's own numbers, at best.

    50 epochs at each rate and schedule of the paper's searches, with its weight decay and
    without: steep weights that were found otherwise do not stand it.
    """
    choices = product((0.05, 0.1), SCHEDULES, (5e-4, 0.0))
    configs = [TrainConfig(lr, schedule, weight_decay=decay) for lr, schedule, decay in choices]
    x, y = cubist_spiral()
    ends = [train(witness.network, witness.masks, x, y, config, seed=0) for config in configs]
    return max(round(float(end.accuracy[0]) * len(x)) for end in ends)


def _folder(witness: Witness) -> str:
    return "pruned-biases" if witness.bias_rule == "pruned" else witness.kind


def _order(witness: Witness) -> tuple[float, ...]:
    claims = witness.claims
    strictness, nameless = FOLDERS.index(_folder(witness)), "study" not in witness.found
    return claims.parameters, -claims.correct, strictness, nameless, -claims.smallest_logit
