"""A study's results as files: ranges of shards, each file with its checksum in its name.

`00000-00127.<checksum>.parquet` holds shards 0 … 127, all of them finished. A file is written
beside its place and put there whole, so that whatever has such a name was once complete. The
checksum is taken over the study's definition, the range and what the file holds: a file that is
damaged, named for other shards or brought from another study does not fit it. Where ranges
overlap, as after a kill in the middle of compacting, the widest counts, and the others are left
over.
"""

import errno
import os
import re
from bisect import bisect
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from cubistlib.support.checks import UserError, require
from cubistlib.support.files import replacing
from cubistlib.support.paths import shown
from cubistlib.support.provenance import checksum, digest

T = TypeVar("T")

NAME = re.compile(r"(\d{5,})-(\d{5,})\.([0-9a-f]{16})\.parquet", re.ASCII)

# Listings that are begun anew since files were put together meanwhile; each such time there are
# fewer of them, so that more are no sweep's doing.
TRIES = 100


@dataclass(frozen=True)
class ShardFile:
    """A file with the results of shards first … last of a study.

    study: a digest of its definition. fault: why it cannot be what its name says, or "".
    """

    path: Path
    first: int
    last: int
    checksum: str
    study: str
    fault: str

    @property
    def shards(self) -> range:
        """The shards that it holds."""
        return range(self.first, self.last + 1)

    def intact(self) -> bool:
        """Whether it fits the checksum in its name.

        Raises FileNotFoundError if it is gone, ValueError if it cannot be read.
        """
        return not self.fault and self._fits(self._bytes())

    def read(self) -> bytes:
        """What it holds. Raises ValueError if that does not fit the checksum in its name."""
        require(
            not self.fault,
            f"{shown(self.path)} {self.fault}; the next sweep of the study sets it aside",
        )
        data = self._bytes()
        require(
            self._fits(data),
            f"{shown(self.path)} is damaged, or of other shards or another study: its checksum "
            "does not fit; the next sweep of the study sets it aside and runs its experiments "
            "again",
        )
        return data

    def _fits(self, data: bytes) -> bool:
        return _checksum(self.study, self.first, self.last, data) == self.checksum

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise UserError(
                f"{shown(self.path)} cannot be read ({error.strerror}); make it readable, or "
                "move it away and its experiments will be run again"
            ) from error


@dataclass(frozen=True)
class Shards:
    """The shard files of a study. definition: as study.json has it, with the number of shards."""

    folder: Path
    definition: dict[str, Any]

    @cached_property
    def study(self) -> str:
        """A digest of the study's definition."""
        return digest(self.definition)

    def put(self, first: int, last: int, data: bytes) -> None:
        """Keeps the results of shards first … last. Raises OSError if they cannot be written."""
        fits = _checksum(self.study, first, last, data)
        with replacing(self.folder / f"{first:05d}-{last:05d}.{fits}.parquet") as temporary:
            temporary.write_bytes(data)

    def listing(self) -> list[ShardFile]:
        """The files that count, in order, no shard in two of them; those with a fault besides."""
        files = list(self._all())
        found: list[ShardFile] = []
        for file in sorted(files, key=lambda f: (f.first - f.last, f.path.name)):
            place = bisect(found, file.first, key=lambda f: f.first)
            after = place == 0 or found[place - 1].last < file.first
            before = place == len(found) or file.last < found[place].first
            if after and before and not file.fault:
                found.insert(place, file)
        return sorted([*found, *(f for f in files if f.fault)], key=lambda f: f.first)

    def settled(self, take: Callable[[list[ShardFile]], T]) -> T:
        """What `take` makes of the listing; begun again if files are put together meanwhile."""
        for _ in range(TRIES):
            with suppress(FileNotFoundError):
                return take(self.listing())
        raise UserError(f"{shown(self.folder)}: files vanish while they are read; try again")

    def finished(self) -> set[int]:
        """The shards whose results are there, undamaged."""

        def intact(files: list[ShardFile]) -> set[int]:
            return {shard for file in files if file.intact() for shard in file.shards}

        return self.settled(intact)

    def set_aside(self) -> list[str]:
        """Renames every file that is not what its name says to `….damaged`; a sentence for each."""
        said = []
        for file in self._all():
            # A slice beside this one may put it together with others, or set it aside itself.
            with suppress(FileNotFoundError):
                if file.intact():
                    continue
                aside = file.path.with_suffix(".damaged")
                file.path.replace(aside)
                why = file.fault or (
                    "is damaged, or of other shards, another study or an older version: its "
                    "checksum does not fit"
                )
                again = "" if file.fault else f", its {len(file.shards)} shards will be run again"
                said.append(f"{shown(file.path)} {why}; set aside as {aside.name}{again}")
        return said

    def sweep_out(self) -> None:
        """Removes what a kill has left behind: unfinished files, and files that a wider one holds.

        Only while nothing else writes to the folder.
        """
        counting = {file.path for file in self.listing()}
        for file in self._all():
            if file.path not in counting:
                file.path.unlink(missing_ok=True)
        for temporary in (*self.folder.glob(".*-*.parquet"), *self.folder.glob(".study.*.json")):
            if not temporary.is_dir():
                temporary.unlink(missing_ok=True)

    def _all(self) -> Iterator[ShardFile]:
        """Every file with a shard's name, what vanishes meanwhile included."""
        for entry in _entries(self.folder):
            if name := NAME.fullmatch(entry.name):
                first, last = int(name[1]), int(name[2])
                fault = ""
                if not _is_file(entry) and os.path.lexists(entry.path):
                    fault = "is no file of results but a folder, a pipe or a link to nothing"
                elif not first <= last < self.definition["shards"]:
                    fault = "is named for shards that the study does not have"
                yield ShardFile(Path(entry.path), first, last, name[3], self.study, fault)


def any_in(folder: Path) -> bool:
    """Whether something in a folder has a shard's name, whatever study it is of."""
    return any(NAME.fullmatch(entry.name) for entry in _entries(folder))


def _entries(folder: Path) -> list[os.DirEntry]:
    """What a folder holds; nothing if it is not there. Raises ValueError if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UserError(
            f"{shown(folder)} cannot be read ({error.strerror}); results are looked for there"
        ) from error


def _is_file(entry: os.DirEntry) -> bool:
    """Whether it is a file, or a link to one; one that cannot be looked at counts as one."""
    try:
        return entry.is_file()
    except OSError as error:
        return error.errno != errno.ELOOP


def _checksum(study: str, first: int, last: int, data: bytes) -> str:
    return checksum(f"{study} {first} {last} ".encode() + data)
