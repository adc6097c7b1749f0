"""Runs the notebooks of a profile: checked before, skipped where up to date, safe to kill."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import papermill
from filelock import FileLock, Timeout
from papermill.exceptions import PapermillExecutionError

from cubistlib.runner import jobs as of_profile
from cubistlib.runner import page
from cubistlib.runner.jobs import Job, Record
from cubistlib.runner.kernel import ThisPython
from cubistlib.support import files, paths
from cubistlib.support.checks import UserError, require


def command(given: argparse.Namespace) -> int:
    """Run a profile's notebooks, all or those named with what they need; then make the page.

    Returns the exit status: 0, or 1 if a notebook failed. Raises ValueError for bad input,
    before anything has started.
    """
    jobs = of_profile.of(given.profile)
    unknown = [name for name in given.names if name not in jobs]
    require(not unknown, f"unknown notebook {', '.join(unknown)}; there are: {', '.join(jobs)}")
    with _alone(given.profile):
        sound = _run(jobs, given.names or list(jobs), given.force)
        print(f"page: {page.write(given.profile, list(jobs.values()))}")
    return 0 if sound else 1


def _run(jobs: dict[str, Job], names: Sequence[str], force: bool) -> bool:
    """Run the notebooks of these names and what they need; whether all went well."""
    wanted = _with_needs(jobs, names)
    unsound: set[str] = set()
    for number, job in enumerate(wanted, start=1):
        line = f"[{number}/{len(wanted)}] {job.name} … "
        print(line, end="", flush=True)
        missing = [need for need in job.needs if need in unsound]
        if not missing and job.current() and not (force and job.name in names):
            print("up to date")
            continue
        if missing:
            reason = f"skipped: it needs {', '.join(missing)}"
            record = Record("skipped", job.fingerprint, reason=reason)
        else:
            record = _execute(job, line)
        job.keep(record)
        unsound |= {job.name} if record.reason else set()
        print(record.reason or f"{record.seconds:.1f} s")
    return not unsound


def _execute(job: Job, line: str) -> Record:
    """Execute one notebook; its output of before stays in place unless this run ends well.

    What a failed run wrote is kept as NN_name.failed.ipynb. On a terminal a progress bar takes
    the line's place meanwhile.
    """
    job.keep(Record("running", job.fingerprint))
    job.failed_output.unlink(missing_ok=True)
    before, start = job.files(), time.monotonic()
    reason = ""
    try:
        with files.replacing(job.output) as temporary:
            _papermill(job, temporary, line)
    except PapermillExecutionError as error:
        last = f"{error.ename}: {error.evalue}".strip().splitlines()[-1]
        reason = f"failed in cell {error.exec_count}: {last}"
    except RuntimeError as error:  # the kernel did not start, or died
        code = [c for c in nbformat.read(job.failed_output, 4).cells if c.cell_type == "code"]
        begun = sum(bool(cell.metadata.papermill.start_time) for cell in code)
        reason = f"failed in cell {begun}: {str(error).strip().splitlines()[-1]}"
    if sys.stdout.isatty():
        print(f"\r{line}", end="")
    return Record(
        "failed" if reason else "done",
        job.fingerprint,
        seconds=round(time.monotonic() - start, 1),
        finished=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        reason=reason,
        written={file: now for file, now in job.files().items() if before.get(file) != now},
    )


def _papermill(job: Job, output: Path, line: str) -> None:
    bar = {"desc": line, "leave": False} if sys.stdout.isatty() else False
    try:
        papermill.execute_notebook(
            str(job.notebook.path),
            str(output),
            parameters=job.parameters,
            kernel_name="python3",
            language="python",
            kernel_manager_class=ThisPython,
            shutdown_kernel="immediate",
            progress_bar=bar,
        )
    except (PapermillExecutionError, RuntimeError):
        output.replace(job.failed_output)
        raise


def _with_needs(jobs: dict[str, Job], names: Sequence[str]) -> list[Job]:
    """The jobs of these names and, said aloud, those they need that are not up to date."""
    wanted = set(names)
    for job in reversed(jobs.values()):  # a notebook needs only such as come before it
        needs = [n for n in job.needs if n not in wanted and not jobs[n].current()]
        if job.name in wanted and needs:
            print(f"{job.name} needs {', '.join(needs)}, not up to date: running before it")
            wanted.update(needs)
    return [job for job in jobs.values() if job.name in wanted]


@contextmanager
def _alone(profile: str) -> Iterator[None]:
    """Refuses a second runner on one profile, and clears away what a killed one left."""
    folder = paths.outputs(profile)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", blocking=False):
            for left in folder.glob(".[0-9][0-9]_*.ipynb"):
                left.unlink()
            yield
    except Timeout as error:
        raise UserError(f"profile {profile}: another run is at work on it") from error
