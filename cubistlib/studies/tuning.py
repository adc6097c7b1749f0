"""Hyper-parameters of every pruner by one rule: the best of a random search of equal budget.

The budget is runs: each algorithm is tried in as many configurations as any other, on the same
cells from the same networks, whatever a run of it costs. With equal gradient steps one of five
trainings a run would be looked at in a fifth of the configurations, and be known the less for
having a cost that the verdict charges it with anyhow. For the same reason fields that set how
much a run costs (`trainings`, `rounds`, `length`, what a second-order cut looks at and how many
there are) stay at their defaults: more of it would always be chosen.
"""

import zlib
from collections.abc import Iterator
from dataclasses import fields
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cubistlib import pruners, store
from cubistlib.studies.pruning import PruningStudy
from cubistlib.support import paths
from cubistlib.support.checks import require
from cubistlib.training import SCHEDULES

NAME = "tuning"
CONFIGURATIONS = 24  # of each algorithm; the first has its defaults

# The paper's three, and others around them, most below.
RATES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2)
USUAL = 0.1, "cosine"  # rate and schedule of the first configuration

TIMES = (0.1, 0.2, 0.3, 0.5, 1.0)  # the run's rate, that of later trainings
ENDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
DAMPING = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
SURGERY: dict[str, tuple[Any, ...]] = {"rate": TIMES, "finish": TIMES, "damping": DAMPING}
MASKS = ("gmp", "granet", "acdc", "snip", "synflow", "random_erk")

# What values of an algorithm's fields are drawn from, each as likely; "lr" is the run's own rate.
# Of one that is not listed, as somebody's own, rate and schedule are drawn alone.
SPACES: dict[str, dict[str, tuple[Any, ...]]] = {
    "acdc": {"cycles": (2, 3, 5, 8, 12), "end": ENDS[:-1]},
    "backward": {"fine": (5, 10, 20, 30), "points": (128, 256, 512, 1024)},
    "cbs": SURGERY | {"least": (1e-5, 1e-4, 1e-3)},
    "chita": SURGERY | {"steps": (20, 50, 100)},
    "cts": {"early": (0.05, 0.1, 0.2, 0.3), "lr": (0.01, 0.02, 0.05, 0.1, 0.2)},
    "cyclic": {"mask": MASKS, "rate": TIMES},
    "dwf": {
        "factors": (2, 3, 4), "decay": (2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3), "rate": TIMES,
        "gradual": (True, False), "spread": (0.0, 0.25, 0.5, 1.0),
    },
    "force": {"steps": (3, 5, 10, 30, 100)},
    "gmp": {"end": ENDS, "prunings": (25, 50, 100, 199, 400)},
    "granet": {
        "end": ENDS, "prunings": (25, 50, 100, 199, 400), "regrow": (0.05, 0.1, 0.2, 0.3, 0.5),
    },
    "grasp": {
        "reinitialize": (False, True), "temperature": (1.0, 10.0, 50.0, 200.0, 1000.0),
        "points": (25, 100, 400),
    },
    "iter_snip": {"steps": (3, 5, 10, 30, 100)},
    "lrr": {"share": (0.1, 0.2, 0.3), "level": (0.05, 0.1, 0.2, 0.4), "rate": TIMES},
    "lth": {"early": (0.0, 0.02, 0.05, 0.1, 0.2)},
    "obs": SURGERY,
    "pilot": {
        "decay": (3e-5, 1e-4, 3e-4, 1e-3), "fall": (0.0, 1.0, 2.0, 3.0), "rate": TIMES,
        "gradual": (True, False),
    },
    "prospr": {
        "inner_lr": ("lr", 0.03, 0.1, 0.3), "inner_steps": (1, 3, 5, 10),
        "cut_first": (True, False),
    },
    "rigl": {
        "alpha": (0.1, 0.2, 0.3, 0.5), "delta": (50, 100, 200, 400), "end": (0.5, 0.65, 0.75, 0.9),
        "small_layers": (False, True),
    },
    "sculpt": {"mask": MASKS, "factor": (1.5, 2.0, 3.0, 5.0), "rate": TIMES},
    "snip": {"reinitialize": (False, True), "batches": (1, 4, 16)},
    "synflow": {"biases": (False, True), "steps": (10, 30, 100)},
}  # fmt: skip


def studies(algorithm: str) -> list[PruningStudy]:
    """An algorithm in every configuration that is tried, "tuning/ALGORITHM/NN", 0 its defaults.

    56 runs each: widths 4 and 16, four values of k (of which width 4 has three), eight
    replicates. Run i starts from the same network in all of them, whatever the algorithm; these
    are not the networks of the grids, though replicates share the order of the data with theirs.
    """
    return list(islice(_studies(algorithm), CONFIGURATIONS))


def study(algorithm: str, number: int) -> PruningStudy:
    """The configuration of that number. Raises ValueError for one that is not tried."""
    require(
        0 <= number < CONFIGURATIONS,
        f"tuning: configurations are 0 … {CONFIGURATIONS - 1}, there is no {number}",
    )
    return studies(algorithm)[number]


def place() -> Path:
    """The folder of what came with the package: a file an algorithm."""
    return paths.published("verdict") / NAME


def file(algorithm: str) -> Path:
    """Where all runs of an algorithm's configurations are that came with the package."""
    return place() / f"{algorithm}.parquet"


def tuned() -> list[str]:
    """The algorithms whose configurations have been run and came with the package."""
    return sorted(path.stem for path in place().glob("*.parquet"))


def best(algorithm: str) -> PruningStudy:
    """The configuration of an algorithm that `ranking` puts first, by what is published.

    Raises ValueError for an algorithm of which nothing is.
    """
    require(
        algorithm in tuned(),
        f"tuning: no runs of {algorithm} are published, `python tools/run_grid.py tuning` makes "
        f"them; there are those of {', '.join(tuned()) or 'none'}",
    )
    first = ranking(store.read(file(algorithm)))["study"].iloc[0]
    return study(algorithm, int(first.rpartition("/")[-1]))


def ranking(runs: pd.DataFrame) -> pd.DataFrame:
    """Configurations in the order in which they are chosen: columns study, rank, steps.

    runs: of several studies on the same cells, each a width and a k. In every cell studies are
    ranked by the median accuracy of their runs, in which one that diverged has 0; equal ones share
    the mean of their ranks. The best mean rank over all cells wins (`rank`), of equal ones the
    cheaper (`steps`, of a run in the mean), of equally dear ones the first by name. Raises
    ValueError where a study lacks a cell.
    """
    runs = store.tidied(runs, "study", "hidden", "keep", "accuracy", "diverged", "steps")
    runs = runs.assign(accuracy=runs["accuracy"].where(~runs["diverged"].astype(bool), 0.0))
    cells = runs.groupby(["hidden", "keep", "study"])["accuracy"].median().unstack()
    require(len(cells) and cells.notna().all(axis=None), "tuning: every study must have every cell")
    table = pd.DataFrame({"rank": cells.rank(axis=1, ascending=False).mean()})
    table["steps"] = runs.groupby("study")["steps"].mean()
    return table.reset_index().sort_values(["rank", "steps", "study"], ignore_index=True)


def _studies(algorithm: str) -> Iterator[PruningStudy]:
    """Configurations as they are drawn, those that have come before left out; without end."""
    usual = {field.name: field.default for field in fields(pruners.get(algorithm))}  # type: ignore[arg-type]
    own = {name: space for name, space in SPACES.get(algorithm, {}).items() if name in usual}
    seen: list[tuple] = []
    for draw in count():
        lr, schedule, *values = _lots((RATES, SCHEDULES, *own.values()), algorithm, draw)
        options = {n: v for n, v in zip(own, values, strict=True) if v != usual[n]}
        drawn = (lr, schedule, options) if seen else (*USUAL, {})
        if drawn not in seen:
            yield _study(algorithm, len(seen), *drawn)
            seen.append(drawn)


def _lots(spaces: tuple[tuple, ...], algorithm: str, draw: int) -> list[Any]:
    """A value of each space, by what no version of numpy changes."""
    seed = np.random.SeedSequence((zlib.crc32(algorithm.encode()), draw))
    lots = seed.generate_state(len(spaces), np.uint64).tolist()
    return [space[lot % len(space)] for space, lot in zip(spaces, lots, strict=True)]


def _study(
    algorithm: str, number: int, lr: float, schedule: str, options: dict[str, Any]
) -> PruningStudy:
    return PruningStudy(
        name=f"{NAME}/{algorithm}/{number:02d}",
        draws=NAME,
        algorithms=(algorithm,),
        widths=(4, 16),
        keep=(18, 26, 40, 65),
        lrs=(lr,),
        schedules=(schedule,),
        seeds=8,
        options=tuple((algorithm, field, value) for field, value in options.items()),
    )
