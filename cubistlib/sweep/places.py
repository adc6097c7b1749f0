"""Where studies' results are, and what of them is there."""

from pathlib import Path

from cubistlib.store import StudyFolder
from cubistlib.studies import Study
from cubistlib.studies.definition import definition
from cubistlib.support import paths


def results(profile: str | Path) -> Path:
    """Where studies' results are: outputs/<profile>/results/; or in the folder that is named."""
    return profile if isinstance(profile, Path) else paths.outputs(profile) / "results"


def every(profile: str | Path) -> list[Path]:
    """Where results of a profile's studies may be: its own, and for paper those published."""
    published = map(paths.published, ("paper", "frontier", "verdict"))
    return [results(profile), *(published if profile == "paper" else ())]


def at_hand(name: str, profile: str | Path) -> Path:
    """Where results of a study are read: the first of `every` that has a folder of its name."""
    places = every(profile)
    return next((place for place in places if (place / name).is_dir()), places[0])


def folder(study: Study, profile: str | Path) -> StudyFolder:
    """Where a study's results are: in a folder of its name in there."""
    path = results(profile) / study.name
    return StudyFolder(path, study.name, definition(study), study.shards)


def finished(study: Study, profile: str | Path) -> int:
    """How many of a study's experiments have results; none if they are of another definition."""
    return sum(len(study.shards[shard]) for shard in folder(study, profile).finished())
