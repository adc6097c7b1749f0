"""A study's results as files: ranges of shards, each file with its checksum in its name.

`00000-00127.<checksum>.parquet` holds shards 0 … 127, all of them finished. A file is written
beside its place and put there whole, so that whatever has such a name was once complete; a
damaged one does not fit its checksum. Where ranges overlap, as after a kill in the middle of
compacting, the widest counts, and the others are left over.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cubistlib.support.checks import UserError
from cubistlib.support.files import replacing
from cubistlib.support.paths import shown
from cubistlib.support.provenance import checksum

T = TypeVar("T")

NAME = re.compile(r"(\d{5,})-(\d{5,})\.([0-9a-f]{16})\.parquet")


@dataclass(frozen=True)
class ShardFile:
    """A file with the results of shards first … last."""

    path: Path
    first: int
    last: int
    checksum: str

    @property
    def shards(self) -> range:
        """The shards that it holds."""
        return range(self.first, self.last + 1)

    def intact(self) -> bool:
        """Whether it fits the checksum in its name. Raises FileNotFoundError if it is gone."""
        return checksum(self.path.read_bytes()) == self.checksum

    def read(self) -> bytes:
        """What it holds. Raises ValueError if that does not fit the checksum in its name."""
        data = self.path.read_bytes()
        if checksum(data) != self.checksum:
            raise UserError(
                f"{shown(self.path)} is damaged: its checksum does not fit; "
                "the next sweep of the study sets it aside and runs its experiments again"
            )
        return data


def put(folder: Path, first: int, last: int, data: bytes) -> None:
    """Keeps the results of shards first … last. Raises OSError if they cannot be written."""
    with replacing(folder / f"{first:05d}-{last:05d}.{checksum(data)}.parquet") as temporary:
        temporary.write_bytes(data)


def listing(folder: Path) -> list[ShardFile]:
    """The files that count, in order; no shard is in two of them."""
    found: list[ShardFile] = []
    seen: set[int] = set()
    for file in sorted(_all(folder), key=lambda f: (f.first - f.last, f.path.name)):
        if seen.isdisjoint(file.shards):
            seen.update(file.shards)
            found.append(file)
    return sorted(found, key=lambda f: f.first)


def settled(folder: Path, take: Callable[[list[ShardFile]], T]) -> T:
    """What `take` makes of the listing; begun again if files are put together meanwhile."""
    while True:
        try:
            return take(listing(folder))
        except FileNotFoundError:
            continue


def finished(folder: Path) -> set[int]:
    """The shards whose results are there, undamaged."""

    def intact(files: list[ShardFile]) -> set[int]:
        return {shard for file in files if file.intact() for shard in file.shards}

    return settled(folder, intact)


def set_aside(folder: Path) -> list[str]:
    """Renames every damaged file to `….damaged`; a sentence for each."""
    said = []
    for file in list(_all(folder)):
        # A slice beside this one may put it together with others, or set it aside itself.
        with suppress(FileNotFoundError):
            if file.intact():
                continue
            aside = file.path.with_suffix(".damaged")
            file.path.replace(aside)
            said.append(
                f"{shown(file.path)} does not fit its checksum: set aside as {aside.name}, "
                f"its {len(file.shards)} shards will be run again"
            )
    return said


def sweep_out(folder: Path) -> None:
    """Removes what a kill has left behind: unfinished files, and files that a wider one holds.

    Only while nothing else writes to the folder.
    """
    counting = {file.path for file in listing(folder)}
    for file in _all(folder):
        if file.path not in counting:
            file.path.unlink(missing_ok=True)
    for temporary in (*folder.glob(".*-*.parquet"), *folder.glob(".study.*.json")):
        temporary.unlink(missing_ok=True)


def _all(folder: Path) -> Iterator[ShardFile]:
    for path in folder.glob("*.parquet"):
        if name := NAME.fullmatch(path.name):
            first, last, checksum = name.groups()
            yield ShardFile(path, int(first), int(last), checksum)
