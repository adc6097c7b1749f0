"""Runs the notebooks of a profile: checked before, skipped where up to date, safe to kill."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import TIMEOUT_MAX

from filelock import Timeout

from cubistlib.runner import execution, page
from cubistlib.runner import jobs as of_profile
from cubistlib.runner.execution import Failed
from cubistlib.runner.jobs import Job, Record
from cubistlib.runner.notebook import left_out
from cubistlib.store.locks import acquired
from cubistlib.support import files, paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.types import Positive, checked


def command(given: argparse.Namespace) -> int:
    """Run a profile's notebooks, all or those named with what they need; then make the page.

    Returns the exit status: 0, or 1 if a notebook failed. Raises ValueError for bad input,
    before anything has started, and if the outputs cannot be written.
    """
    seconds = checked("--timeout", Positive, min(given.timeout, TIMEOUT_MAX))
    jobs = of_profile.of(given.profile)
    unknown = [name for name in given.names if name not in jobs]
    require(not unknown, f"unknown notebook {', '.join(unknown)}; there are: {', '.join(jobs)}")
    if others := left_out(given.profile):
        print(f"left out, not named NN_name: {', '.join(others)}")
    with files.writing(paths.outputs(given.profile)), _alone(given.profile):
        sound = _run(jobs, given.names or list(jobs), given.force, seconds)
        print(f"page: {page.write(given.profile, list(jobs.values()))}")
    return 0 if sound else 1


def _run(jobs: dict[str, Job], names: Sequence[str], force: bool, seconds: float) -> bool:
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
            record = _execute(job, line, seconds)
        job.keep(record)
        unsound |= {job.name} if record.reason else set()
        print(record.reason or f"{record.seconds:.1f} s")
    return not unsound


def _execute(job: Job, line: str, seconds: float) -> Record:
    """Execute one notebook; its output of before stays in place unless this run ends well.

    What a failed run wrote is kept as NN_name.failed.ipynb. On a terminal a progress bar takes
    the line's place meanwhile.
    """
    job.keep(Record("running", job.fingerprint))
    job.failed_output.unlink(missing_ok=True)
    before, start = job.files(), time.monotonic()
    bar = {"desc": line, "leave": False} if sys.stdout.isatty() else False
    reason = ""
    try:
        with files.replacing(job.output) as temporary, _kept(temporary, job.failed_output):
            execution.execute(job.notebook.path, temporary, job.parameters, seconds, bar)
    except Failed as error:
        reason = str(error)
    if bar:
        print(f"\r{line}", end="")
    return Record(
        "failed" if reason else "done",
        job.fingerprint,
        seconds=round(time.monotonic() - start, 1),
        finished=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        reason=reason,
        written=job.written_since(before),
    )


@contextmanager
def _kept(output: Path, place: Path) -> Iterator[None]:
    """Keeps what a failed run has written."""
    try:
        yield
    except Failed:
        if output.exists() and output.stat().st_size:
            output.replace(place)
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
        lock = acquired(folder / ".lock", blocking=False)
    except Timeout as error:
        raise UserError(f"profile {profile}: another run is at work on it") from error
    try:
        for left in folder.glob(".[0-9][0-9]_*.ipynb"):
            left.unlink()
        yield
    finally:
        lock.release()
