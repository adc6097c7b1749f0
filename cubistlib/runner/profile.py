"""Runs the notebooks of a profile: checked before, skipped where up to date, safe to kill."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import TIMEOUT_MAX
from typing import Annotated

from filelock import Timeout
from pydantic import Field
from tqdm.auto import tqdm

from cubistlib.runner import execution, page, side_by_side
from cubistlib.runner import jobs as of_profile
from cubistlib.runner.execution import Failed
from cubistlib.runner.jobs import Job, Record
from cubistlib.runner.notebook import left_out
from cubistlib.store.locks import acquired
from cubistlib.support import files, paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.threads import stop_if_asked, usable_cores
from cubistlib.support.types import Allowed, CountOrAll, checked

# At once: a notebook starts its kernel and draws on one core, which leaves the others waiting.
AT_ONCE = 2

Seconds = Annotated[float, Field(gt=0), Allowed("a number > 0")]


def command(given: argparse.Namespace) -> int:
    """Run a profile's notebooks, all or those named with what they need; then make the page.

    Returns the exit status: 0, or 1 if a notebook failed. Raises ValueError for bad input,
    before anything has started, and if the outputs cannot be written.
    """
    seconds = checked("--timeout", Seconds, min(given.timeout, TIMEOUT_MAX))
    workers = checked("--workers", CountOrAll, given.workers) or min(AT_ONCE, usable_cores())
    jobs = of_profile.of(given.profile)
    unknown = [name for name in given.names if name not in jobs]
    require(not unknown, f"unknown notebook {', '.join(unknown)}; there are: {', '.join(jobs)}")
    if others := left_out(given.profile):
        print(f"left out, not named NN_name: {', '.join(others)}")
    with files.writing(paths.outputs(given.profile)), _alone(given.profile):
        sound = _run(jobs, given.names or list(jobs), given.force, seconds, workers)
        print(f"page: {page.write(given.profile, list(jobs.values()))}")
    return 0 if sound else 1


def _run(
    jobs: dict[str, Job], names: Sequence[str], force: bool, seconds: float, workers: int
) -> bool:
    """Run the notebooks of these names and what they need; whether all went well."""
    wanted = {job.name: job for job in _with_needs(jobs, names)}
    needs = {name: [need for need in job.needs if need in wanted] for name, job in wanted.items()}
    unsound: set[str] = set()

    def settle(name: str) -> str:
        """Runs a notebook if it has to; what is to be said of it."""
        job = wanted[name]
        missing = [need for need in job.needs if need in unsound]
        if not missing and job.current() and not (force and name in names):
            return "up to date"
        if missing:
            reason = f"skipped: it needs {', '.join(missing)}"
            record = Record("skipped", job.fingerprint, reason=reason)
        else:
            record = _execute(job, seconds)
        job.keep(record)
        unsound.update({name} if record.reason else set())
        return record.reason or f"{record.seconds:.1f} s"

    with closing(side_by_side.done(needs, settle, execution.kill_all, workers)) as all_of_them:
        for number, (name, said) in enumerate(all_of_them, start=1):
            tqdm.write(f"[{number}/{len(wanted)}] {name} … {said}")
            sys.stdout.flush()
    return not unsound


def _execute(job: Job, seconds: float) -> Record:
    """Execute one notebook; its output of before stays in place unless this run ends well.

    What a failed run wrote is kept as NN_name.failed.ipynb. On a terminal a progress bar shows
    how far it is.
    """
    stop_if_asked()
    job.keep(Record("running", job.fingerprint))
    job.failed_output.unlink(missing_ok=True)
    before, start = job.files(), time.monotonic()
    bar = {"desc": job.name, "leave": False} if sys.stdout.isatty() else False
    reason = ""
    try:
        with files.replacing(job.output) as temporary, _kept(temporary, job.failed_output):
            execution.execute(job.notebook.path, temporary, job.parameters, seconds, bar)
    except Failed as error:
        reason = str(error)
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
        stop_if_asked()
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
