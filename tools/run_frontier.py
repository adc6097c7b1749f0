"""Go down to the frontier: the searches that found it, and their witnesses.

    python tools/run_frontier.py [dense] [sparse] [pruned] [gathered] [--biases] [--workers N]

dense: 104 starts from dense networks, about a minute of a core each. sparse: from networks
under random masks. pruned: from the best networks of the search from scratch and of each pruning
algorithm. gathered: goes on from all that is known then. Runs what is missing, in
outputs/published/frontier/elimination/, and puts the best networks into the frontier. Stopped at
any instant, the next start goes on.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pandas as pd
import parts

from cubistlib import analysis, sweep
from cubistlib.search import frontier
from cubistlib.search.witness import Witness
from cubistlib.studies import EliminationStudy, descents
from cubistlib.support import paths

# What an algorithm's best networks are best for: the fewest live parameters, or most accuracy.
TARGETS = (0.8, 0.9, 0.95, 0.995)


def dense(biases: bool, _: int | None) -> Iterator[EliminationStudy]:
    yield descents.dense(biases)


def sparse(biases: bool, _: int | None) -> Iterator[EliminationStudy]:
    yield descents.sparse(biases)


def pruned(biases: bool, _: int | None) -> Iterator[EliminationStudy]:
    """A study an algorithm."""
    runs = pd.concat([analysis.reference(), analysis.reference_pruning()], ignore_index=True)
    for algorithm, own in runs.groupby("algorithm"):
        known = seeds(f"from-{algorithm}", partial(best, own))
        yield descents.pruned(str(algorithm), [witness.network for witness in known], biases)


def gathered(biases: bool, workers: int | None) -> Iterator[EliminationStudy]:
    """From the frontier as it is now, and the best of every count in what has run before."""
    rules = ("read", "pruned") if biases else ("read",)
    every = frontier.published().values()
    fit = [witness for witness in every if witness.bias_rule in rules]
    name = f"gathered{'-biases' * biases}"
    seeds(name, lambda: fit)
    for part in (dense, sparse, pruned):
        for study in part(biases, workers):
            run(study, workers)
    begun = descents.begun_with(paths.published("frontier"), f"elimination/{name}")
    yield descents.gathered(**begun, biases=biases)


def seeds(name: str, given: Callable[[], Iterable[Witness]]) -> list[Witness]:
    """What a study begins with, copied at its first start: what is known moves on."""
    place = descents.seeds(paths.published("frontier"), f"elimination/{name}")

    def numbered() -> dict[str, Witness]:
        return {f"{number:02}": witness for number, witness in enumerate(given())}

    return list(frontier.copied(place, numbered).values())


def best(runs: pd.DataFrame) -> Iterator[Witness]:
    """An algorithm's best run for each target, trained once more."""
    chosen = [analysis.best_run(runs, target, "live_parameters") for target in TARGETS]
    chosen = pd.DataFrame(chosen).drop_duplicates(["study", "experiment"])
    yield from (parts.witness(run) for _, run in chosen.iterrows())


PARTS = {"dense": dense, "sparse": sparse, "pruned": pruned, "gathered": gathered}


def run(study: EliminationStudy, workers: int | None) -> pd.DataFrame:
    """All results of a study, what is missing run, its witnesses added to the frontier."""
    place = paths.published("frontier")
    # Much of a start is Python's own work, which threads would do in turns.
    results = sweep.run(study, place, executor="processes", workers=workers)
    today = datetime.date.today().isoformat()
    kept = frontier.add(descents.witnesses(results, today), place, frontier.LEAST)
    mine = sum(witness.found.get("study") == study.name for witness in kept.values())
    print(f"{study.name}: {mine} of {len(kept)} witnesses are its own", flush=True)
    return results


def main(arguments: list[str] | None = None) -> None:
    parser = parts.parser(__doc__, PARTS)
    parser.add_argument("--biases", action="store_true", help="biases may be pruned too")
    given = parser.parse_args(arguments)
    for part in parts.asked(given, PARTS):
        for study in PARTS[part](given.biases, given.workers):
            run(study, given.workers)


if __name__ == "__main__":
    parts.start(main)
