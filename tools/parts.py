"""What tools share: parts by name, workers, a low priority; published runs made anew."""

import argparse
import datetime
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache

import pandas as pd

from cubistlib.search.witness import Witness
from cubistlib.studies import Study
from cubistlib.support.checks import UserError, require
from cubistlib.sweep import kept


def parser(text: str, parts: Iterable[str]) -> argparse.ArgumentParser:
    """A command line of parts and --workers. text: what the tool says of itself."""
    made = argparse.ArgumentParser(description=text.split("\n\n")[0])
    made.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(parts)}; default all")
    made.add_argument("--workers", type=int, help="default: one a core")
    return made


def asked(given: argparse.Namespace, parts: Iterable[str]) -> list[str]:
    """The parts that are to be run, all by default. Raises ValueError for one there is not."""
    unknown = set(given.parts) - {*parts}
    require(not unknown, f"there are the parts {', '.join(parts)}, got {', '.join(unknown)}")
    return given.parts or [*parts]


def start(main: Callable[[], None]) -> None:
    """Runs a tool beside which others work; what it cannot do is a sentence and status 2."""
    os.nice(10)
    try:
        main()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("stopped; what was finished is kept, and the next start goes on", file=sys.stderr)
        sys.exit(130)


@cache
def published(name: str) -> Study:
    """A published study as its record tells it, which takes a while."""
    return kept.study(name, "paper")


def witness(run: pd.Series) -> Witness:
    """A published run, trained once more. Raises ValueError if it does not come out the same."""
    study = published(run["study"])
    done = study.train(int(run["experiment"]))
    again = f"{study.name} {run['experiment']} does not come out as it is published"
    require(done.accuracy[0] == run["accuracy"], again)
    today = datetime.date.today().isoformat()
    found = {"recipe": "the paper's own", "date": today, "by": "cubistlib", "study": study.name}
    found |= {"number": int(run["experiment"])}
    found |= {name: int(run[name]) for name in ("seed", "steps")}
    return Witness.of(done.network, done.state.masks, found=found)
