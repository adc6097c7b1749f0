"""What is known of each notebook's last run: a small JSON file beside the outputs."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cubistlib.support import files, paths

FOLDER = ".runs"

Signature = dict[str, list[int]]


@dataclass(frozen=True)
class Record:
    """state: running, done, failed or skipped ("running" also after a kill).

    fingerprint: of all that the run depended on. seconds, finished: how long it took, and when
    it ended. reason: why it failed or was skipped, a sentence. written: the files that the run
    wrote below the profile's outputs, with size and time of change.
    """

    state: str
    fingerprint: str
    seconds: float = 0.0
    finished: str = ""
    reason: str = ""
    written: Signature = field(default_factory=dict)

    def write(self, profile: str, name: str) -> None:
        """Keep it as the record of the notebook `name`."""
        files.write_text(_path(profile, name), json.dumps(asdict(self), indent=1))

    def current(self, profile: str, name: str, fingerprint: str) -> bool:
        """Whether a run would only repeat: it ended well, and its files are as it left them."""
        if self.state != "done" or self.fingerprint != fingerprint:
            return False
        now = signature(profile, name)
        return all(now.get(file) == stamp for file, stamp in self.written.items())


def read(profile: str, name: str) -> Record | None:
    """The record of a notebook's last run; None if there is none that can be read."""
    try:
        return Record(**json.loads(_path(profile, name).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def signature(profile: str, name: str) -> Signature:
    """Size and time of change of every file below a profile's outputs that the notebook may write.

    In results/ that is what bears its name: sweeps may be at work on studies beside it.
    """
    folder = paths.outputs(profile)
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        foreign = inside.parts[0] == "results" and name not in "/".join(inside.parts)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.is_file() and not hidden and not foreign:
            stat = path.stat()
            found[inside.as_posix()] = [stat.st_size, stat.st_mtime_ns]
    return found


def _path(profile: str, name: str) -> Path:
    return paths.outputs(profile) / FOLDER / f"{name}.json"
