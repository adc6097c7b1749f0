"""Where studies' results are, and what of them is there."""

from pathlib import Path

import pandas as pd

from cubistlib.store import StudyFolder
from cubistlib.studies import Study
from cubistlib.studies.definition import definition
from cubistlib.support import paths


def results(profile: str | Path) -> Path:
    """Where studies' results are: outputs/<profile>/results/; or in the folder that is named."""
    return profile if isinstance(profile, Path) else paths.outputs(profile) / "results"


def at_hand(name: str, profile: str | Path) -> str | Path:
    """Where results of a study are read: `profile`, or its folder of the published ones.

    Those of the paper's studies count for the profile paper where it has none of that name.
    """
    published = paths.published("paper")
    missing = profile == "paper" and not (results(profile) / name).is_dir()
    return published if missing and (published / name).is_dir() else profile


def folder(study: Study, profile: str | Path) -> StudyFolder:
    """Where a study's results are: in a folder of its name in there."""
    path = results(profile) / study.name
    return StudyFolder(path, study.name, definition(study), study.shards)


def finished(study: Study, profile: str | Path) -> int:
    """How many of a study's experiments have results; none if they are of another definition."""
    return sum(len(study.shards[shard]) for shard in folder(study, profile).finished())


def stored(study: Study, profile: str | Path, number: int) -> pd.Series | None:
    """The result of one experiment as it was written or published; None if there is none."""
    return folder(study, at_hand(study.name, profile)).row(number, study.shard_of(number))
