"""Write the data card of outputs/published/paper: its columns, studies and files.

    python tools/describe_data.py

What is there decides; a study that is not whole says how much of it is.
"""

import argparse
import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq

from cubistlib import analysis, store
from cubistlib.store.record import RECORD, record
from cubistlib.store.shards import Shards
from cubistlib.support.files import write_text

CARD = "README.md"
COSTS = "costs.json"  # in a study's folder: {machine: [rows, seconds]}

HEAD = """# Data card

Every run of the studies below: one row an experiment, in Parquet files that `cubistlib.store.read`,
pandas, polars or DuckDB read. A row can be made again from its study and number, to the last bit on
a processor that rounds alike: `python -m cubistlib replay STUDY NUMBER`.
Which networks, data and trainings these are is said by `study.json` beside a study's files and by
the notebooks; the data is the Cubist Spiral of 49,982 points, all of which are trained on, and
accuracies are of these. `search.parquet` holds rows of the searches' studies once more, the best of
every size.

This page is made by `python tools/describe_data.py`, the data by `python tools/make_reference.py`.
"""


def card(folder: Path) -> str:
    """The page, as Markdown."""
    parts = [HEAD, _studies(folder), _columns(), _files(folder)]
    return "\n".join(parts)


def _studies(folder: Path) -> str:
    rows = []
    for place in sorted(path.parent for path in folder.rglob(RECORD)):
        name, known = place.relative_to(folder).as_posix(), record(place)
        runs = sum(pq.read_metadata(file).num_rows for file in place.glob("*.parquet"))
        spent = json.loads((place / COSTS).read_text()) if (place / COSTS).exists() else {}
        took = "; ".join(f"{s:,} s for {n:,} of them ({w})" for w, (n, s) in spent.items())
        kind, versions = known["study"]["kind"], ", ".join(known["versions"])
        whole = "" if _whole(place, known) else ", not all yet"
        rows.append((f"`{name}`", kind, f"{runs:,}{whole}", took or "not noted", versions))
    heads = "study", "kind", "rows", "time by the clock", "version of cubistlib"
    return f"## Studies\n\n{_table(heads, rows)}"


def _whole(place: Path, known: dict) -> bool:
    """Whether all shards of a study are there."""
    return len(Shards(place, known["study"]).finished()) == known["study"]["shards"]


def _columns() -> str:
    rows = [(f"`{name}`", str(kind), text) for name, (kind, text) in store.COLUMNS.items()]
    return f"## Columns\n\n{_table(('column', 'type', 'what it holds'), rows)}"


def _files(folder: Path) -> str:
    rows = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name != Path(CARD) and not name.name.startswith("."):
            data = path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            rows.append((f"`{name.as_posix()}`", f"{len(data):,}", f"`{digest}`"))
    return f"## Files\n\n{_table(('file', 'bytes', 'SHA-256'), rows)}"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Write the card of what is published."""
    write_text(analysis.PAPER / CARD, card(analysis.PAPER))


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args()
    main()
