"""The folder in which a study's results come together: whose they are, which shards are there."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cubistlib.store import locks, table
from cubistlib.store.locks import Slice
from cubistlib.store.record import RECORD, begun_by_others, keep, record, signed
from cubistlib.store.shards import ShardFile, Shards
from cubistlib.support import provenance
from cubistlib.support.checks import require
from cubistlib.support.files import NotWritten, writing
from cubistlib.support.paths import shown

# So many neighbouring shards are put together in one file once all of them are there, then so
# many, a multiple: files stay few while a study is run, also in many slices.
BLOCKS = (16, 128)

# Letters of a part of a definition that a message gives.
LONGEST = 200

# The version and the code of results whose study.json was lost.
UNKNOWN = "unknown"


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

    @cached_property
    def files(self) -> Shards:
        """The files of its shards."""
        return Shards(self.path, self.definition)

    @cached_property
    def made_by(self) -> tuple[str, str]:
        """The version and the code of this library that are at work."""
        return version("cubistlib"), provenance.code()

    @contextmanager
    def hold(
        self, part: Slice = (1, 1), wait: bool = False, renew: bool = False
    ) -> Iterator[list[str]]:
        """Holds a slice of the study for writing; gives sentences on what was found.

        renew: results of another definition, or made by other code, are moved to the folder
        .before in there. A folder that nothing came of is gone afterwards. Raises ValueError if
        the slice is held by another, if there are results of another definition, or if nothing
        can be written here.
        """

        def begin(alone: bool) -> None:
            self._adopt()
            if renew and alone:
                self._renew()
            self._agree(alone)

        with ExitStack() as stack:
            with writing(self.path):
                new = not self.path.exists()
                said = stack.enter_context(locks.held(self.path, part, wait, begin))
                said += self.files.set_aside()
                if part == (1, 1):
                    self.files.sweep_out()
            try:
                yield said
            except BaseException:
                if new and part == (1, 1) and not self.files.listing():
                    (self.path / RECORD).unlink(missing_ok=True)
                raise

    def finished(self) -> set[int]:
        """The shards whose results are there, undamaged; none if they are of another study."""
        return set() if self._changes(record(self.path)) else self.files.finished()

    def others(self) -> str:
        """Words on another version or other code that has begun it; "" if there is none."""
        return begun_by_others(record(self.path), *self.made_by)

    def write(self, frame: pd.DataFrame, shard: int) -> None:
        """Keeps a shard's results, and what version and code they are of.

        Raises ValueError if they cannot be written, or if the folder was removed meanwhile.
        """
        known = self._check_place()
        with writing(self.path):
            if signed(known, *self.made_by) != known:
                with locks.gate(self.path):  # beside this slice another may add its own
                    known = self._check_place()
                    keep(self.path, signed(known, *self.made_by))
            self.files.put(shard, shard, table.encoded(table.of(frame, self.path)))

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
        return table.frame_of(table.together(self.files, self._decoded))

    def row(self, number: int, shard: int) -> tuple[pd.Series, Path] | None:
        """The result of one experiment, which is in that shard, and its file; None without one.

        Nor is it there if results are of another study. Raises ValueError if its file is damaged.
        """
        if self._changes(record(self.path)):
            return None

        def holding(files: list[ShardFile]) -> list[tuple[pa.Table, Path]]:
            return [(self._decoded(f), f.path) for f in files if shard in f.shards]

        for found, path in self.files.settled(holding):
            frame = table.frame_of(found)
            return frame[frame["experiment"] == number].iloc[0], path
        return None

    def _decoded(self, file: ShardFile) -> pa.Table:
        """What a file holds. Raises ValueError if those are not its shards' experiments."""
        found = table.decoded(file.read(), file.path)
        numbers = np.arange(self.shards[file.first].start, self.shards[file.last].stop)
        require(
            found["study"].unique().to_pylist() == [self.name]
            and np.array_equal(found["experiment"], numbers),
            f"{shown(file.path)} does not hold the experiments of its shards; move it away and "
            "start again to run them anew",
        )
        return found

    def _put_together(self, wanted: range) -> None:
        """One file for these shards, if all of them are there and nothing beside them."""
        files = [file for file in self.files.listing() if not file.fault]
        held = [file for file in files if file.first in wanted and file.last in wanted]
        if len(held) < 2 or sum(len(file.shards) for file in held) < len(wanted):
            return
        try:
            tables = [self._decoded(file) for file in held]
        except FileNotFoundError:  # a slice beside this one has put them together
            return
        # In one piece: how it came together must not show in a file.
        together = pa.concat_tables(tables).combine_chunks()
        self.files.put(wanted[0], wanted[-1], table.encoded(together))
        for file in held:
            file.path.unlink(missing_ok=True)

    def _check_place(self) -> dict[str, Any]:
        """The folder's record. Raises ValueError if the folder is not this study's any more."""
        known = record(self.path)
        if not known:
            raise NotWritten(
                f"{shown(self.path)} or its {RECORD} was removed while a sweep was at work on it; "
                "start again, which goes on from what is left there"
            )
        if changed := self._changes(known):
            raise NotWritten(
                f"{shown(self.path)} was begun anew by another study of that name while a sweep "
                f"was at work on it: {'; '.join(changed)}; name the study anew"
            )
        return known

    def _adopt(self) -> None:
        """Records of which study results are that have lost their study.json, if of this one."""
        files = self.files.listing()
        if not files or record(self.path):
            return
        require(
            any(file.intact() for file in files),
            f"{shown(self.path)} has results but no {RECORD} that tells of which study, and they "
            f"are not of {self.name} as it is defined now; move it away",
        )
        keep(self.path, signed({"study": self.definition}, UNKNOWN, UNKNOWN))

    def _agree(self, alone: bool) -> None:
        """Makes sure that what is here and what will come belong together.

        A record that is there stays as it is until results are added.
        """
        known = record(self.path)
        if alone and not self.files.listing():  # nothing has come of what is on record
            known = {}
        changed = self._changes(known)
        require(
            not changed,
            f"{shown(self.path)} has results of another study of that name: "
            f"{'; '.join(changed)}; move the folder away or name the study anew",
        )
        if not known:
            keep(self.path, signed({"study": self.definition}, *self.made_by))

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
            f"{name} was {_brief(before.get(name))}, is {_brief(now.get(name))}"
            for name in dict.fromkeys([*before, *now])
            if before.get(name) != now.get(name)
        ]


def _brief(value: Any) -> str:
    """A part of a definition as messages give it."""
    text = json.dumps(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
