"""Run published rows again, drawn at random, and compare them to the last bit.

    python tools/replay_published.py [N] [PART…] [--seed S]

N: how many, 200 by default, of all rows of studies below outputs/published/{paper,verdict}
together, each as likely.
PART: the beginning of studies' names, as random-init or replicates/pruning, of which alone is
drawn. Says how many of each study came out the same; status 1 if one did not. A row of width 256
may take a minute, one of LTH; the others milliseconds to seconds.
"""

import argparse
import sys

import numpy as np
import pandas as pd
import parts

from cubistlib import analysis, store
from cubistlib.store.record import RECORD
from cubistlib.support import paths
from cubistlib.support.checks import require
from cubistlib.sweep import kept


def published(wanted: list[str]) -> dict[str, pd.DataFrame]:
    """Rows of every published study whose name begins with one of those, or of all."""
    roots = analysis.PAPER, paths.published("verdict")
    files = ((root, file.parent) for root in roots for file in sorted(root.rglob(RECORD)))
    names = {place.relative_to(root).as_posix(): place for root, place in files}
    unknown = [part for part in wanted if not any(name.startswith(part) for name in names)]
    there = ", ".join(dict.fromkeys(name.partition("/")[0] for name in names))
    require(not unknown, f"nothing is published of {', '.join(unknown)}; there are {there}")
    chosen = [n for n in names if not wanted or n.startswith(tuple(wanted))]
    return {name: store.read(names[name]) for name in chosen}


def drawn(tables: dict[str, pd.DataFrame], count: int, seed: int) -> dict[str, pd.DataFrame]:
    """That many rows of all tables together, without doubles, by study."""
    total = sum(map(len, tables.values()))
    require(1 <= count <= total, f"N must be 1 … {total:,}, the rows there are, got {count:,}")
    picked = np.sort(np.random.default_rng(seed).choice(total, count, replace=False))
    ends = np.cumsum([len(table) for table in tables.values()])
    places = np.split(picked, np.searchsorted(picked, ends)[:-1])
    firsts = ends - [len(table) for table in tables.values()]
    found = zip(tables.items(), places, firsts, strict=True)
    return {name: rows.iloc[place - first] for (name, rows), place, first in found if len(place)}


def same(name: str, rows: pd.DataFrame) -> int:
    """How many of these rows of a study come out the same."""
    again = kept.study(name, "paper").run(rows["experiment"].tolist())
    return int((~kept.differing(again, rows).any(axis=1)).sum())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=200, metavar="N", help="default 200")
    parser.add_argument("parts", nargs="*", metavar="PART", help="beginnings of studies' names")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    given = parser.parse_args(arguments)
    require(given.seed >= 0, f"--seed must be 0 or above, got {given.seed}")
    alike = 0
    for name, rows in drawn(published(given.parts), given.count, given.seed).items():
        found = same(name, rows)
        print(f"{name}: {found} of {len(rows)} the same", flush=True)
        alike += found
    print(f"{alike} of {given.count} the same")
    if alike < given.count:
        sys.exit(1)


if __name__ == "__main__":
    parts.start(main)
