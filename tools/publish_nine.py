"""Write what lives in the best runs of the nine algorithms to outputs/published/nine/.

    python tools/publish_nine.py

Of all published runs with random initialization, the paper's and those from other starts: for each
target that an algorithm reaches the run with the fewest parameters that live,
<target>/<algorithm>.json, and that with the fewest that its mask keeps, <target>-kept/; and for
each k the most accurate, sizes/<algorithm>/<k>.json. A witness each, which holds what lives alone,
trained once more from study and number unless its file is there. Files of an earlier time go.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pandas as pd
import parts
from claiming import AGAIN, PRUNING

from cubistlib import analysis
from cubistlib.plots.style import LABELS, width_name
from cubistlib.search import verify
from cubistlib.search.witness import Witness
from cubistlib.support import paths

TARGETS = (0.95, 0.995)
FOLDERS = {"": "live_parameters", "-kept": "parameters_kept"}  # what is fewest there


def published() -> pd.DataFrame:
    """Every run of the nine that begins at random."""
    return pd.concat([analysis.published(study) for study in (PRUNING, *AGAIN)], ignore_index=True)


def best(runs: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """The sparsest runs at each target by each count, each with its file's name: "95/gmp.json"."""
    for target in TARGETS:
        for folder, count in FOLDERS.items():
            for algorithm, own in runs.groupby("algorithm"):
                run = analysis.best_run(own, target, count)
                if run["accuracy"] >= target and not run["diverged"]:
                    yield f"{100 * target:g}{folder}/{algorithm}.json", run


def of_each_size(runs: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """The most accurate runs at each k, of equals the one with the fewest that live."""
    order = {"accuracy": False, "live_parameters": True, "study": True, "experiment": True}
    runs = analysis.converged(runs).sort_values([*order], ascending=[*order.values()])
    for (algorithm, k), own in runs.groupby(["algorithm", "keep"]):
        yield f"sizes/{algorithm}/{k}.json", own.iloc[0]


def witness(run: pd.Series) -> Witness:
    """A run made anew, told by its algorithm, width and what it keeps."""
    made = parts.witness(run)
    kept = f"{int(run['keep'])} weights kept, {int(run['parameters_kept'])} parameters"
    told = f"{LABELS[run['algorithm']]} as in the paper, width {width_name(run['hidden'])}, {kept}"
    return replace(made, found={**made.found, "recipe": told})


def there(file: Path, run: pd.Series) -> bool:
    """Whether a file is a good witness of this run."""
    if not file.exists():
        return False
    known = verify.read(file)
    found = known["found"]
    same = (found["study"], found["number"]) == (run["study"], run["experiment"])
    return same and known["parameters"] == run["live_parameters"] and not verify.faults(known)


def main() -> None:
    """Write what is not there yet, and put it in the place of the old."""
    runs, folder = published(), paths.published("nine")
    wanted = dict(chain(best(runs), of_each_size(runs)))
    for name in sorted(wanted):
        if not there(folder / name, wanted[name]):
            made = witness(wanted[name])
            made.write(folder / name)
            print(f"{name}: {made.claims.parameters} parameters, {made.claims.accuracy:.2%}")
    for file in folder.rglob("*.json"):
        if file.relative_to(folder).as_posix() not in wanted:
            file.unlink()


if __name__ == "__main__":
    parts.start(main)
