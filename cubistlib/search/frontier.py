"""The frontier: a folder of the witnesses that no other beats."""

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

from cubistlib.data import cubist_spiral
from cubistlib.search.witness import Witness
from cubistlib.support import paths
from cubistlib.support.checks import require
from cubistlib.training import TrainConfig, train
from cubistlib.training.config import SCHEDULES

# A folder each, strictest first: what is in one holds by the rules of all after it, too.
FOLDERS = ("sgd", "polished", "pruned-biases")

# What a witness has to say of how it was found, as text.
FOUND = ("recipe", "date", "by")


def published() -> dict[str, Witness]:
    """The witnesses that come with the package, by their files' names; see `read`."""
    return read(paths.published("frontier"))


def read(folder: Path) -> dict[str, Witness]:
    """The witnesses of a frontier's folder by name, as "sgd/22-parameters.json", in order.

    Raises ValueError for a file that is none.
    """
    files = [file for kind in FOLDERS for file in sorted((folder / kind).glob("*.json"))]
    return {file.relative_to(folder).as_posix(): Witness.read(file) for file in files}


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
    by its own rules or stricter ones: SGD by the paper's recipe is stricter than polishing, and
    to count every bias that is read than to count those that are not zero. Of equal ones the one
    of the larger smallest |logit| stays.
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
    for a witness that does not say how it was found, and for a file in the folder that is none.
    """
    before = read(folder)
    kept = unbeaten([*before.values(), *(w for w in witnesses if w.claims.accuracy >= least)])
    for file in kept.keys() - {f for f, w in before.items() if w is kept.get(f)}:
        witness = kept[file]
        silent = [word for word in FOUND if not isinstance(witness.found.get(word), str)]
        require(
            not silent, f"{file}: found has to say {', '.join(FOUND)}; lacks {' '.join(silent)}"
        )
        found = {**witness.found, "held_by_sgd": held_by_sgd(witness)}
        kept[file] = replace(witness, found=found)
        kept[file].write(folder / file)
    for beaten in before.keys() - kept.keys():
        (folder / beaten).unlink()
    return kept


def held_by_sgd(witness: Witness) -> int:
    """How many points are right after SGD from a witness's own numbers, at best.

    50 epochs by the paper's recipe at each rate and schedule of its searches, with its weight
    decay and without: steep weights that were found otherwise do not stand it.
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
    strictness = FOLDERS.index(_folder(witness))
    return claims.parameters, -claims.correct, strictness, -claims.smallest_logit
