"""What a profile asks for, a job for each notebook, and what is known of each one's last run."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from cubistlib.runner import parameters
from cubistlib.runner.notebook import Notebook, series
from cubistlib.support import files, paths, provenance
from cubistlib.support.checks import require

Stamps = dict[str, tuple[int, int]]
"""Size and time of change of files, by their place below the outputs."""


@dataclass(frozen=True)
class Record:
    """state: running, done, failed or skipped ("running" also after a kill).

    fingerprint: of the job as it was then. seconds, finished: how long it took, and when it
    ended. reason: why it failed or was skipped, a sentence. written: the files that the run
    wrote, by their place below the profile's outputs, and a hash of what each holds: times would
    not outlive a copy.
    """

    state: Literal["running", "done", "failed", "skipped"]
    fingerprint: str
    seconds: float = 0.0
    finished: str = ""
    reason: str = ""
    written: dict[str, Any] = field(default_factory=dict)  # records of old hold times, no hash


_RECORD = TypeAdapter(Record)


@dataclass(frozen=True)
class Job:
    """A notebook with the parameters of a profile.

    needs: names of the notebooks whose results it reads. fingerprint: a hash of all that its
    outputs depend on: its source, its parameters, the library and what computes for it, and
    the same for what it needs.
    """

    profile: str
    notebook: Notebook
    parameters: dict
    needs: tuple[str, ...]
    fingerprint: str

    @property
    def name(self) -> str:
        """The notebook's name."""
        return self.notebook.name

    @property
    def output(self) -> Path:
        """Where the executed notebook goes."""
        return paths.outputs(self.profile) / f"{self.name}.ipynb"

    @property
    def failed_output(self) -> Path:
        """Where it goes if a cell fails."""
        return self.output.with_suffix(".failed.ipynb")

    @property
    def _record(self) -> Path:
        return paths.outputs(self.profile) / ".runs" / f"{self.name}.json"

    def keep(self, record: Record) -> None:
        """Put on record how a run went."""
        files.write_text(self._record, json.dumps(asdict(record), indent=1))

    def record(self) -> Record | None:
        """What is known of its last run; None if there is nothing that can be read."""
        try:
            # By json, which reads names of files that are no text as it has written them.
            return _RECORD.validate_python(json.loads(self._record.read_bytes()))
        except (OSError, ValueError, RecursionError):
            return None

    def current(self) -> bool:
        """Whether a run would only repeat: the last ended well, its files are as it left them."""
        last = self.record()
        if last is None or last.state != "done" or last.fingerprint != self.fingerprint:
            return False
        try:
            return all(self._hash(file) == hashed for file, hashed in last.written.items())
        except OSError:
            return False

    def written_since(self, before: Stamps) -> dict[str, str]:
        """A hash of each file that is new or changed since `before`, by its place."""
        now = self.files()
        return {file: self._hash(file) for file in now if before.get(file) != now[file]}

    def _hash(self, file: str) -> str:
        return provenance.checksum((paths.outputs(self.profile) / file).read_bytes())

    def files(self) -> Stamps:
        """Every file below the outputs that bears its name, or lies in a folder that does.

        Others are not its own: notebooks and sweeps may be at work beside it.
        """
        folder = paths.outputs(self.profile)
        found = {}
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            hidden = any(part.startswith(".") for part in inside.parts)
            if hidden or self.name not in [Path(part).stem for part in inside.parts]:
                continue
            with suppress(OSError):  # gone meanwhile, or behind a folder that cannot be read
                if path.is_file():
                    stat = path.stat()
                    found[inside.as_posix()] = (stat.st_size, stat.st_mtime_ns)
        return found


def of(profile: str) -> dict[str, Job]:
    """A job for every notebook, by name and in order. Raises ValueError with every fault."""
    notebooks = series()
    known = sorted(folder.name for folder in paths.params("").glob("*/"))
    require(profile in known, f"unknown profile {profile!r}; there are: {', '.join(known)}")
    values = parameters.check(profile, notebooks)
    code = provenance.library()
    jobs: dict[str, Job] = {}
    for name, notebook in notebooks.items():
        needs = tuple(notebook.needs(list(notebooks)))
        parts = [code, notebook.fingerprint(), values[name]]
        fingerprint = provenance.digest([*parts, *(jobs[need].fingerprint for need in needs)])
        jobs[name] = Job(profile, notebook, values[name], needs, fingerprint)
    return jobs
