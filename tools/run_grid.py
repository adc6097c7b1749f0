"""Run what the verdict on all algorithms rests on, into outputs/published/verdict/.

    python tools/run_grid.py [tuning] [grid] [habits] [--of ALGORITHM …] [--blocks N] [--workers N]

tuning: of every algorithm 24 configurations (`studies.tuning`), into tuning/ALGORITHM.parquet once
all are run; until then they are in outputs/verdict/. What they are and how they came out stands in
tuning/configurations.json, the chosen one first. grid: the large grid (`studies.verdict`),
each algorithm in the configuration that came out first, into grid/ALGORITHM/WIDTH/, shard by shard.
Of the grid a fifth of the seeds comes first, for all widths from the narrowest on and at each for
all algorithms, then the next fifth: wherever it is stopped, all have about equally many. habits:
what those ahead have in common, tried one by one (`studies.habits`), into habits/. --blocks: so
many fifths alone. --of: these algorithms alone; for tuning and grid. Stopped at any instant, the
next start goes on.
It takes some 1.3 hours of a core for the tuning and 3.2 for the grid, 2 of these at widths 64 and
256, where second-order pruners and backward elimination take a minute a run; 0.6 for habits.
"""

import json
from collections.abc import Sequence

import pandas as pd
import parts

from cubistlib import pruners, store, sweep
from cubistlib.studies import habits, tuning, verdict
from cubistlib.support import paths
from cubistlib.support.checks import require
from cubistlib.support.files import write_text

TOLD = "configurations.json"
BLOCKS = 5  # divides the replicates at every width of the grid
PARTS = ("tuning", "grid", "habits")


def tuned(algorithms: Sequence[str], workers: int | None) -> None:
    """Runs what is missing of the configurations; the cheapest algorithm first."""
    place = paths.outputs("verdict")
    for name in sorted(algorithms, key=cost):
        if tuning.file(name).exists():
            continue
        frames = [sweep.run(study, place, workers=workers) for study in tuning.studies(name)]
        runs = pd.concat(frames, ignore_index=True)
        print(store.write(runs, tuning.file(name)), flush=True)
    write_text(tuning.place() / TOLD, told())


def told() -> str:
    """Of what is published every configuration and how it came out, the best of each first."""
    lines = {}
    for name in tuning.tuned():
        studies = {study.name: study for study in tuning.studies(name)}
        for row in tuning.ranking(store.read(tuning.file(name))).to_dict("records"):
            study = studies[row["study"]]
            lines[study.name] = {
                "lr": study.lrs[0],
                "schedule": study.schedules[0],
                "options": {field: value for _, field, value in study.options},
                "mean rank": round(row["rank"], 3),
                "steps": round(row["steps"]),
            }
    each = (f" {json.dumps(name)}: {json.dumps(rest)}" for name, rest in lines.items())
    return "{\n" + ",\n".join(each) + "\n}\n"


def cost(algorithm: str) -> float:
    """Gradient steps of a run on the small grid; without bound for one that is not there."""
    file = verdict.file(algorithm)
    return float(store.read(file)["steps"].mean()) if file.exists() else float("inf")


def gridded(algorithms: Sequence[str], workers: int | None, blocks: int = BLOCKS) -> None:
    """Runs what is missing of the large grid, in as many blocks of seeds, of what is tuned."""
    there = [name for name in algorithms if name in tuning.tuned()]
    if lacking := [name for name in algorithms if name not in there]:
        print(f"left out, since not tuned yet: {', '.join(lacking)}", flush=True)
    for block in range(1, blocks + 1):
        for width in verdict.WIDTHS:
            for name in there:
                study = verdict.large(name, width)
                part = block, BLOCKS
                sweep.advance(study, paths.published("verdict"), workers=workers, part=part)
        print(f"grid: {block} of {BLOCKS} blocks of seeds are in", flush=True)


def tried(workers: int | None) -> None:
    """Runs what is missing of the habits."""
    for study in habits.studies():
        sweep.advance(study, paths.published("verdict"), workers=workers)
        print(f"{study.name} is in", flush=True)


def main(arguments: list[str] | None = None) -> None:
    parser = parts.parser(__doc__, PARTS)
    every = sorted(pruners.available(controls=False))
    parser.add_argument("--of", nargs="+", default=every, metavar="ALGORITHM", help="default: all")
    parser.add_argument("--blocks", type=int, default=BLOCKS, help=f"of the grid, of {BLOCKS}")
    given = parser.parse_args(arguments)
    unknown = set(given.of) - {*every}
    require(not unknown, f"--of takes {', '.join(every)}, got {', '.join(sorted(unknown))}")
    require(1 <= given.blocks <= BLOCKS, f"--blocks must be 1 … {BLOCKS}, got {given.blocks}")
    for part in parts.asked(given, PARTS):
        if part == "tuning":
            tuned(given.of, given.workers)
        elif part == "grid":
            gridded(given.of, given.workers, given.blocks)
        else:
            tried(given.workers)


if __name__ == "__main__":
    parts.start(main)
