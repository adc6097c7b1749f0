"""A tiny study of the search that goes down, for tests and the processes that they kill."""

import os
from pathlib import Path

from cubistlib import sweep
from cubistlib.search.descent import Budget
from cubistlib.search.descent.polish import Polish
from cubistlib.studies.eliminating import EliminationStudy

BUDGET = Budget(
    low=12,
    high=20,
    tries=6,
    beam=3,
    branch=2,
    generations=1,
    children=8,
    room=2,
    polished=1,
    polishings=1,
    hops=0,
    polish=Polish(rounds=1, points=50),
    host=(4, 4, 4),
)


def tiny(**changes) -> EliminationStudy:
    """Four starts, a fraction of a second each."""
    given = {
        "name": "tiny/elimination",
        "structures": ((3, 1, 3), (2, 2, 2)),
        "seeds": 2,
        "budget": BUDGET,
        "spiral": (("points", 600),),
    }
    return EliminationStudy(**(given | changes))


def work(home: Path) -> None:
    """Its sweep under `home`."""
    os.environ["CUBISTLIB_HOME"] = str(home)
    sweep.advance(tiny(), "test", workers=1)
