"""Write what lives in the best runs of the nine algorithms to outputs/published/nine/.

    python tools/publish_nine.py

Of the paper's pruning with random initialization, trained once more from study and number: for each
target that an algorithm reaches the run with the fewest parameters that live,
<target>/<algorithm>.json, and for each k the most accurate, sizes/<algorithm>/<k>.json. A witness
each, which holds what lives alone. Files of an earlier time go.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pandas as pd
import parts

from cubistlib import analysis
from cubistlib.plots.style import LABELS, width_name
from cubistlib.search.witness import Witness
from cubistlib.support import paths

TARGETS = (0.95, 0.995)


def best(runs: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """The sparsest runs at each target, each with its file's name: "95/gmp.json"."""
    for target in TARGETS:
        for algorithm, own in runs.groupby("algorithm"):
            run = analysis.best_run(own, target, "live_parameters")
            if run["accuracy"] >= target and not run["diverged"]:
                yield f"{100 * target:g}/{algorithm}.json", run


def of_each_size(runs: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """The most accurate runs at each k, of equals the one with the fewest that live."""
    runs = analysis.converged(runs)
    runs = runs.sort_values(
        ["accuracy", "live_parameters", "experiment"], ascending=[False, True, True]
    )
    for (algorithm, k), own in runs.groupby(["algorithm", "keep"]):
        yield f"sizes/{algorithm}/{k}.json", own.iloc[0]


def witness(run: pd.Series) -> Witness:
    """A run made anew, told by its algorithm, width and what it keeps."""
    made = parts.witness(run)
    kept = f"{int(run['keep'])} weights kept, {int(run['parameters_kept'])} parameters"
    told = f"{LABELS[run['algorithm']]} as in the paper, width {width_name(run['hidden'])}, {kept}"
    return replace(made, found={**made.found, "recipe": told})


def main() -> None:
    """Write all files."""
    runs = analysis.reference_pruning()
    runs = runs[runs["study"] == "random-init/pruning"]
    folder = paths.published("nine")
    made = {name: witness(run) for name, run in chain(best(runs), of_each_size(runs))}
    shutil.rmtree(folder, ignore_errors=True)
    for name, each in made.items():
        each.write(folder / Path(name))
        print(f"{name}: {each.claims.parameters} parameters, {each.claims.accuracy:.2%}")


if __name__ == "__main__":
    parts.start(main)
