"""The folder in which a study's results come together: whose they are, which shards are there."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from cubistlib.store import locks, shards, table
from cubistlib.store.locks import Slice
from cubistlib.store.shards import ShardFile
from cubistlib.support import provenance
from cubistlib.support.checks import require
from cubistlib.support.files import write_text, writing
from cubistlib.support.paths import shown

RECORD = "study.json"

# So many neighbouring shards are put together in one file once all of them are there, then so
# many, a multiple: files stay few while a study is run, also in many slices.
BLOCKS = (16, 128)


@dataclass(frozen=True)
class StudyFolder:
    """Where the results of one study are, and of no other.

    name: the study's. definition: all that its results depend on, as JSON has it; kept beside
    them in study.json. shards: the numbers of each shard's experiments.
    """

    path: Path
    name: str
    definition: dict[str, Any]
    shards: Sequence[range]

    def __fspath__(self) -> str:
        return str(self.path)

    @contextmanager
    def hold(
        self, part: Slice = (1, 1), wait: bool = False, renew: bool = False
    ) -> Iterator[list[str]]:
        """Holds a slice of the study for writing; gives sentences on what was found.

        renew: results of another definition, or made by other code, are moved to the folder
        .before in there. Raises ValueError if the slice is held by another, if there are
        results of another definition, or if nothing can be written here.
        """

        def begin(alone: bool) -> list[str]:
            if renew and alone:
                self._renew()
            return self._agree(alone)

        with ExitStack() as stack:
            with writing(self.path):
                said = stack.enter_context(locks.held(self.path, part, wait, begin))
                said += shards.set_aside(self.path)
                if part == (1, 1):
                    shards.sweep_out(self.path)
            yield said

    def finished(self) -> set[int]:
        """The shards whose results are there, undamaged; none if they are of another study."""
        if self._changes(record(self.path)):
            return set()
        return {shard for shard in shards.finished(self.path) if shard < len(self.shards)}

    def write(self, frame: pd.DataFrame, shard: int) -> None:
        """Keeps a shard's results. Raises ValueError if they cannot be written."""
        with writing(self.path):
            shards.put(self.path, shard, shard, table.encoded(table.of(frame, self.path)))

    def compact(self, shard: int, mine: range | None = None) -> None:
        """Puts the blocks around a shard together as far as they are finished.

        The smallest also within a slice `mine`, the others whole: of two files that slices
        write, either none of the shards is in both or one holds all of the other's.
        """
        every = range(len(self.shards))
        with writing(self.path):
            for size, within in zip(BLOCKS, (mine or every, every), strict=True):
                first = shard - shard % size
                wanted = range(max(first, within.start), min(first + size, within.stop))
                self._put_together(wanted)

    def read(self) -> pd.DataFrame:
        """What is there of the results, as `store.read` gives it."""
        frame = table.read(self.path)
        foreign = sorted(set(frame["study"]) - {self.name})
        require(not foreign, f"{shown(self.path)} holds results of {', '.join(foreign)}, too")
        return frame

    def row(self, number: int, shard: int) -> pd.Series | None:
        """The result of one experiment, which is in that shard; None if it is not there.

        Raises ValueError if its file is damaged.
        """

        def holding(files: list[ShardFile]) -> list[pa.Table]:
            return [table.decoded(f.read(), f.path) for f in files if shard in f.shards]

        for frame in map(table.frame_of, shards.settled(self.path, holding)):
            return frame[frame["experiment"] == number].iloc[0]
        return None

    def _put_together(self, wanted: range) -> None:
        """One file for these shards, if all of them are there and nothing beside them."""
        files = [file for file in shards.listing(self.path) if file.first in wanted]
        held = [file for file in files if file.last in wanted]
        if len(held) < 2 or sum(len(file.shards) for file in held) < len(wanted):
            return
        try:
            tables = [table.decoded(file.read(), file.path) for file in held]
        except FileNotFoundError:  # a slice beside this one has put them together
            return
        # In one piece: how it came together must not show in a file.
        together = pa.concat_tables(tables).combine_chunks()
        shards.put(self.path, wanted[0], wanted[-1], table.encoded(together))
        for file in held:
            file.path.unlink(missing_ok=True)

    def _agree(self, alone: bool) -> list[str]:
        """Makes sure that what is here and what will come belong together, and records it.

        Gives a sentence if another version or other code of cubistlib began it.
        """
        known, there = record(self.path), bool(shards.listing(self.path))
        require(
            bool(known) or not there,
            f"{shown(self.path)} has results but no {RECORD} that tells of which study; "
            "move it away",
        )
        if not there and alone:  # nothing has come of what is on record
            known = {}
        changed = self._changes(known)
        require(
            not changed,
            f"{shown(self.path)} has results of another study of that name: "
            f"{'; '.join(changed)}; move the folder away or name the study anew",
        )
        own, code = version("cubistlib"), provenance.code()
        before, codes = known.get("versions", []), known.get("codes", [])
        said = []
        if before and own not in before:
            said = [f"{self.name}: begun with version {before[-1]}, from here on {own}"]
        elif before and code not in codes:
            said = [
                f"{self.name}: begun with other code of version {own}; replay shows what differs"
            ]
        if own not in before or code not in codes:
            made = {"versions": [*before, own], "codes": [*codes, code]}
            unique = {name: list(dict.fromkeys(values)) for name, values in made.items()}
            text = json.dumps({"study": self.definition} | unique, indent=1)
            write_text(self.path / RECORD, text)
        return said

    def _renew(self) -> None:
        """Moves what is of another definition or code to .before; only the last such is kept."""
        known = record(self.path)
        current = known.get("codes") == [provenance.code()] and not self._changes(known)
        if not known or current:
            return
        aside, older = self.path / ".before", self.path / ".older"
        shutil.rmtree(older, ignore_errors=True)
        if (aside / RECORD).exists():  # moved last: what is there is whole, and of another time
            aside.replace(older)
            shutil.rmtree(older)
        aside.mkdir(exist_ok=True)
        for path in (*self.path.glob("*.parquet"), self.path / RECORD):
            path.replace(aside / path.name)

    def _changes(self, known: dict) -> list[str]:
        """What differs from the definition on record; nothing without a record."""
        if not known:
            return []
        before, now = known["study"], self.definition
        return [
            f"{name} was {json.dumps(before.get(name))}, is {json.dumps(now.get(name))}"
            for name in dict.fromkeys([*before, *now])
            if before.get(name) != now.get(name)
        ]


def record(folder: Path) -> dict[str, Any]:
    """What study.json in a folder says: study (its definition), versions, codes; {} without one.

    Raises ValueError if it is damaged.
    """
    path = folder / RECORD
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        found = None
    sound = isinstance(found, dict) and isinstance(found.get("study"), dict)
    require(sound, f"{shown(path)} is damaged: it does not tell of a study")
    return found
