"""Write runs of every algorithm that the explorer's gallery shows to outputs/published/gallery/.

    python tools/publish_gallery.py

Of the large grid, each algorithm as it was tuned, at one width and k and from the same starts: the
most accurate run, best/<algorithm>.json, and the median one, typical/<algorithm>.json; of DENSE the
best run's network as it was when it had been trained and nothing was pruned, before/; and the
sparsest network of the paper's own search at 95 %, in which its neurons are read, read/search.json.
A witness each, which holds what lives alone, trained once more from study and number unless the
file of that run is there. Takes a minute.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import parts

from cubistlib import analysis, verdict
from cubistlib.inspector import film
from cubistlib.plots.style import LABELS
from cubistlib.search import verify
from cubistlib.search.witness import Witness
from cubistlib.studies import paper
from cubistlib.support import paths

WIDTH, KEEP, SEEDS = 16, 30, 30  # from so many weights on all typical networks live
DENSE = ("lth", "obs")  # train the dense network before anything is pruned
READ = "random-init/unstructured-search-95"
CELL = f"width {WIDTH}, {KEEP} weights kept"

Made = tuple[pd.Series, Callable[[pd.Series], Witness]]  # a run, and what makes a witness of it


def published() -> pd.DataFrame:
    """The runs at that width and k."""
    runs = verdict.tuned()
    same = (runs["hidden"] == 3 * (WIDTH,)) & (runs["keep"] == KEEP) & (runs["seed"] < SEEDS)
    return runs[same]


def best_and_typical(own: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The most accurate run, and the median: of an even number the lower one of the middle two."""
    ranked = own.sort_values(["accuracy", "seed"], ascending=[True, False])
    return ranked.iloc[-1], ranked.iloc[(len(ranked) - 1) // 2]


def wanted(runs: pd.DataFrame) -> Iterator[tuple[str, Made]]:
    """Each file's name with its run."""
    for algorithm, own in runs.groupby("algorithm"):
        best, typical = best_and_typical(own)
        yield f"best/{algorithm}.json", (best, lambda run: witness(run, f"best of {SEEDS}"))
        yield f"typical/{algorithm}.json", (typical, lambda run: witness(run, f"median of {SEEDS}"))
        if algorithm in DENSE:
            yield f"before/{algorithm}.json", (best, dense)
    sparsest = analysis.best_run(analysis.published(READ), 0.95)
    yield "read/search.json", (sparsest, parts.witness)


def witness(run: pd.Series, which: str) -> Witness:
    """A run made anew; of a later algorithm not every step is one of the paper's SGD."""
    made, algorithm = parts.witness(run), run["algorithm"]
    told = f"{LABELS[algorithm]} as it was tuned, {CELL}, {which} runs"
    kind = "sgd" if algorithm in paper.NINE else "polished"
    return replace(made, kind=kind, found={**made.found, "recipe": told})


def dense(run: pd.Series) -> Witness:
    """A run's network at the end of the training before its first pruning."""
    study = parts.published(run["study"])
    (experiment,) = study.experiments([int(run["experiment"])])
    shots = film.rerun(experiment, *study.data, backend=study.backend)
    whole = np.flatnonzero(shots.masks.weights_kept == shots.masks.weights_kept[0])[-1:]
    told = f"{LABELS[run['algorithm']]} as it was tuned, width {WIDTH}, trained and not pruned yet"
    found = {**parts.witness(run).found, "recipe": told, "steps": shots.steps[whole[0]]}
    return Witness.of(shots.nets[whole], shots.masks[whole], found=found)


def there(file: Path, run: pd.Series) -> bool:
    """Whether a file is a good witness of this run."""
    if not file.exists():
        return False
    known = verify.read(file)
    number = known["found"]["study"], known["found"]["number"]
    return number == (run["study"], run["experiment"]) and not verify.faults(known)


def main() -> None:
    """Write what is not there yet."""
    folder = paths.published("gallery")
    for name, (run, made) in wanted(published()):
        if not there(folder / name, run):
            found = made(run)
            found.write(folder / name)
            print(f"{name}: {found.claims.parameters} parameters, {found.claims.accuracy:.2%}")


if __name__ == "__main__":
    parts.start(main)
