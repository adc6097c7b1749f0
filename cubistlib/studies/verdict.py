"""The grids that pruners are held to, and where the published runs on the small one are.

The small one takes two minutes, every algorithm at its defaults; the large one takes hours, each in
the configuration that `studies.tuning` chose.
"""

from dataclasses import replace
from pathlib import Path

from cubistlib.studies import tuning
from cubistlib.studies.pruning import PruningStudy
from cubistlib.support import paths
from cubistlib.support.checks import require

NAME, LARGE = "verdict", "grid"

# Of the large grid: for each width the k and the number of replicates.
KEEP = (14, 16, 18, 20, 22, 24, 26, 30, 36, 44, 53, 65)
WIDTHS = {
    **dict.fromkeys((3, 4, 6, 8, 16), (KEEP, 30)),
    64: ((18, 22, 26, 36, 44, 65), 10),
    256: ((26, 65), 5),
}


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


def large(algorithm: str, width: int) -> PruningStudy:
    """The large grid at one of its WIDTHS, "grid/ALGORITHM/WIDTH": shards of one replicate.

    Run i starts from the same network whatever the algorithm, as in the small one. Raises
    ValueError for another width, and for an algorithm that has not been tuned.
    """
    require(width in WIDTHS, f"grid: widths are {', '.join(map(str, WIDTHS))}, got {width}")
    keep, seeds = WIDTHS[width]
    chosen = tuning.best(algorithm)
    return replace(
        chosen,
        name=f"{LARGE}/{algorithm}/{width}",
        draws=f"{LARGE}/{width}",
        widths=(width,),
        keep=keep,
        seeds=seeds,
    )
