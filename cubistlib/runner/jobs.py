"""What a profile asks for: a job for each notebook, checked as a whole before any runs."""

from dataclasses import dataclass
from pathlib import Path

from cubistlib.runner import parameters, records
from cubistlib.runner.notebook import Notebook, series
from cubistlib.runner.records import Record
from cubistlib.support import paths, provenance
from cubistlib.support.checks import require


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
    def record(self) -> Record | None:
        """What is known of its last run."""
        return records.read(self.profile, self.name)

    def current(self) -> bool:
        """Whether its outputs are those that a run would give."""
        record = self.record
        return record is not None and record.current(self.profile, self.name, self.fingerprint)


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
