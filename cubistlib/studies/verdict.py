"""The grid that every pruner is held to, and where the published runs on it are."""

from pathlib import Path

from cubistlib.studies.pruning import PruningStudy
from cubistlib.support import paths

NAME = "verdict"


def file(algorithm: str) -> Path:
    """Where the runs of an algorithm on the grid are that came with the package."""
    return paths.published(NAME) / f"{algorithm}.parquet"


def training(points: int) -> int:
    """Gradient steps of one training on the grid, on so many points: what costs are told in."""
    return study("gmp").configs[0].steps(points)


def study(algorithm: str) -> PruningStudy:
    """The grid that every pruner is held to: 144 runs of 50 epochs.

    Widths 3 and 8, six values of k from 15 to 26, two schedules at rate 0.1, six replicates.
    Run i starts from the same initialization and sees the data in the same order whatever the
    algorithm (common random numbers). Raises ValueError for an unknown name.
    """
    return PruningStudy(
        name=NAME,
        algorithms=(algorithm,),
        widths=(3, 8),
        keep=(15, 18, 20, 22, 24, 26),
        lrs=(0.1,),
        schedules=("constant", "cosine"),
        seeds=6,
    )
