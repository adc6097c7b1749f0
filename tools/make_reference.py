"""Make the results that come with the package, outputs/published/{paper,verdict}/.

    python tools/make_reference.py [paper] [replicates] [ablations] [verdict] [--workers N]

paper: what is missing of the paper's ten studies, in outputs/published/paper itself; of the
searches the best run of every size is noted in search.parquet, which is read in an instant.
replicates: the paper's comparison with many seeds, and its controls. ablations: what its setup
decides. verdict: on the grid of `cubistlib.verdict` every algorithm that has no file there yet.
Stopped at any instant, the next start goes on. What each study took is added up in its folder; in
the end the data card is made anew (tools/describe_data.py).
"""

import json
import math
import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import describe_data
import pandas as pd
import parts

from cubistlib import analysis, pruners, store, sweep
from cubistlib.studies import SearchStudy, Study, paper, remembered, replicates, verdict
from cubistlib.support import paths
from cubistlib.support.files import write_text

A_SLICE = 4  # shards a worker, of studies that prune alike
LARGEST = 100  # parameters; the paper's pruners keep at most 65 weights


def run(study: Study, workers: int | None) -> pd.DataFrame:
    """What is missing of a study, what that took, and all its results."""
    study = sweep.resolved(study, analysis.PAPER)
    with charged(study, workers):
        return sweep.run(study, analysis.PAPER, workers=workers)


def together(studies: Sequence[Study], workers: int | None) -> None:
    """What is missing of studies whose runs of one number prune alike, which is done once.

    A slice of each in turn; the first is charged with the pruning.
    """
    count = workers or os.cpu_count() or 1
    slices = math.ceil(len(studies[0].shards) / (A_SLICE * count))
    for i in range(slices):
        with remembered.pruning():
            for study in studies:
                with charged(study, workers):
                    sweep.advance(study, analysis.PAPER, workers=workers, part=(i + 1, slices))


@contextmanager
def charged(study: Study, workers: int | None) -> Iterator[None]:
    """Adds the seconds by the clock to what is known to have gone into a study, in its folder.

    Of a machine and a number of workers; a kill loses the seconds since the last start.
    """
    place = analysis.PAPER / study.name / describe_data.COSTS
    began, before = time.monotonic(), sweep.finished(study, analysis.PAPER)
    try:
        yield
    finally:
        done = sweep.finished(study, analysis.PAPER) - before
        if done:
            costs = json.loads(place.read_text()) if place.exists() else {}
            count = workers or os.cpu_count()
            where = f"{platform.machine()}, Python {platform.python_version()}, {count} workers"
            rows, seconds = costs.get(where, (0, 0))
            costs[where] = [rows + done, seconds + round(time.monotonic() - began)]
            write_text(place, json.dumps(costs, indent=1, sort_keys=True) + "\n")


def search(results: pd.DataFrame) -> pd.DataFrame:
    """The best run of every number of weights and parameters, however they are counted."""
    counted = {by: results[results[by] <= LARGEST] for by in analysis.PARAMETERS}
    best = [
        analysis.best_of_each_size(own.reset_index(drop=True), by) for by, own in counted.items()
    ]
    return pd.concat(best).drop_duplicates(["study", "experiment"]).reset_index(drop=True)


def of_the_paper(workers: int | None) -> None:
    studies = paper.STUDIES.values()
    searches = [run(study, workers) for study in studies if isinstance(study, SearchStudy)]
    print(store.write(search(pd.concat(searches, ignore_index=True)), analysis.REFERENCE))
    rows = [len(run(study, workers)) for study in studies]
    print(f"all {sum(rows):,} runs of {len(rows)} studies are there")


def replicated(workers: int | None) -> None:
    grid = run(paper.study("random-init/pruning"), workers)
    *plain, many = replicates.replicates(grid)
    for study in plain:
        together([study, *replicates.on_their_masks(study)], workers)
    rated = pd.concat([run(study, workers) for study in replicates.rates()], ignore_index=True)
    for study in (many, *replicates.controls(rated), *replicates.searches()):
        run(study, workers)


def ablated(workers: int | None) -> None:
    for study in replicates.ablations():
        run(study, workers)


def on_the_grid(workers: int | None) -> None:
    studies = [verdict.study(name) for name in pruners.available(controls=False)]
    place = paths.outputs("verdict")  # a folder each: they are studies of one name
    for study in studies:
        name = study.algorithms[0]
        if not verdict.file(name).exists():
            print(store.write(sweep.run(study, place / name, workers=workers), verdict.file(name)))


PARTS = {
    "paper": of_the_paper,
    "replicates": replicated,
    "ablations": ablated,
    "verdict": on_the_grid,
}


def main(arguments: list[str] | None = None) -> None:
    given = parts.parser(__doc__, PARTS).parse_args(arguments)
    try:
        for part in parts.asked(given, PARTS):
            PARTS[part](given.workers)
    finally:
        describe_data.main()


if __name__ == "__main__":
    parts.start(main)
