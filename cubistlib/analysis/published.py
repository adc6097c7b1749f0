"""What comes with the package: runs at the paper's scale, and the sparsest networks known."""

from typing import Annotated

import pandas as pd
from pydantic import InstanceOf

from cubistlib import store
from cubistlib.analysis.results import COUNTS, PARAMETERS, WEIGHTS
from cubistlib.search import frontier as frontier_files
from cubistlib.search.witness import Witness
from cubistlib.store.record import RECORD
from cubistlib.support import paths
from cubistlib.support.checks import UserError, nearest
from cubistlib.support.types import Allowed, AnyList, Name, arguments

OneWitness = Annotated[InstanceOf[Witness], Allowed("a Witness")]
Witnesses = Annotated[AnyList[OneWitness] | None, Allowed("a list of witnesses")]

PAPER = paths.published("paper")
REFERENCE = PAPER / "search.parquet"
PRUNING = "random-init/pruning", "fixed-init-95/pruning", "fixed-init-99.5/pruning"


def reference() -> pd.DataFrame:
    """The search's best runs at the paper's scale, which come with the package.

    Rows of `store.SCHEMA`: the best run of every number of weights and parameters, kept, on a
    path or live, up to 100 parameters. Each can be run again from its study and number.
    """
    return store.read(REFERENCE)


@arguments
def published(study: Name) -> pd.DataFrame:
    """Every run of a study that comes with the package. Raises ValueError for one that does not."""
    if not (PAPER / study / RECORD).is_file():
        there = [file.parent.relative_to(PAPER).as_posix() for file in PAPER.rglob(RECORD)]
        raise UserError(f"no study {study!r} is published; nearest are: {nearest(study, there)}")
    return store.read(PAPER / study)


def reference_pruning() -> pd.DataFrame:
    """Every run of the paper's three pruning studies, which come with the package."""
    return store.read([PAPER / study for study in PRUNING])


@arguments
def sparsest(witnesses: Witnesses = None) -> pd.DataFrame:
    """The sparsest networks known, as runs of two algorithms to stand beside results.

    sparsest_sgd: those that end in training of the paper's kind, SGD; sparsest: all. Columns
    algorithm, COUNTS, accuracy and diverged; of a witness all that is kept lives. Those whose
    biases were pruned count in another way and are left out. Default: those that come with the
    package.
    """
    given = frontier_files.published().values() if witnesses is None else witnesses
    rows = []
    for witness in (w for w in given if w.bias_rule == "read"):
        size = dict.fromkeys(WEIGHTS, int(witness.masks.weights_kept[0]))
        size |= dict.fromkeys(PARAMETERS, witness.claims.parameters)
        for name in ["sparsest"] + ["sparsest_sgd"] * (witness.kind == "sgd"):
            row = {"algorithm": name, **size, "accuracy": witness.claims.accuracy}
            rows.append(row | {"diverged": False})
    return pd.DataFrame(rows, columns=["algorithm", *COUNTS, "accuracy", "diverged"])
