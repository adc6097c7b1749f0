"""Go down to the frontier: the searches that found it, and their witnesses.

    python tools/run_frontier.py [dense] [gathered] [--biases] [--workers N]

dense: 104 starts from dense networks, some two minutes of a core each. gathered: goes on from
all that is known then. Runs what is missing, in outputs/published/frontier/elimination/, and puts
the best networks into the frontier. Stopped at any instant, the next start goes on.
"""

import argparse
import datetime
import os
import sys

from cubistlib import sweep
from cubistlib.search import frontier
from cubistlib.studies import EliminationStudy, descents
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require


def dense(biases: bool) -> EliminationStudy:
    return descents.dense(biases)


def gathered(biases: bool) -> EliminationStudy:
    """From what SGD ended in on the frontier, copied at the first start: a frontier moves on."""
    place = paths.published("frontier") / "elimination" / f"seeds{'-biases' * biases}"
    if not any(place.glob("*/*.json")):
        for name, witness in frontier.published().items():
            if witness.kind == "sgd" and (biases or witness.bias_rule == "read"):
                witness.write(place / name)
    return descents.gathered([w.network for w in frontier.read(place).values()], biases)


PARTS = {"dense": dense, "gathered": gathered}


def run(study: EliminationStudy, workers: int | None) -> None:
    """Runs what is missing of a study, and adds its witnesses to the frontier."""
    place = paths.published("frontier")
    results = sweep.run(study, place, workers=workers)
    today = datetime.date.today().isoformat()
    kept = frontier.add(descents.witnesses(results, today), place, frontier.LEAST)
    mine = sum(witness.found.get("study") == study.name for witness in kept.values())
    print(f"{study.name}: {mine} of {len(kept)} witnesses are its own", flush=True)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; default all")
    parser.add_argument("--biases", action="store_true", help="biases may be pruned too")
    parser.add_argument("--workers", type=int, help="default: one a core")
    given = parser.parse_args(arguments)
    unknown = set(given.parts) - set(PARTS)
    require(not unknown, f"there are the parts {', '.join(PARTS)}, got {', '.join(unknown)}")
    for part in given.parts or PARTS:
        run(PARTS[part](given.biases), given.workers)


if __name__ == "__main__":
    os.nice(10)  # it takes hours, beside which others work
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
