"""One training run as data."""

from dataclasses import dataclass

from cubistlib.studies.inherited import Inherited
from cubistlib.training import TrainConfig

SEARCH = "search"
HOST_WIDTH = 16  # the searches take the leading units of a host of this width


@dataclass(frozen=True)
class Experiment:
    """One training run. What is random in it comes from (study, number) and the replicate.

    algorithm: a pruner's name, or SEARCH. keep, selection: None in a search. mask: number of
    the mask in the search's list. seed: the replicate, which seeds the order of the data and
    the pruner's batches; experiments of one replicate share both (common random numbers).
    options: fields of the pruner that are not at their defaults, as (name, value) pairs.
    origin: (study, number) of the search's experiment from whose initialization it starts;
    without one it has its own. inherited: what it takes over from the parent of its mask.
    control: what is done to the pruner's masks, of CONTROLS; "" for nothing. draws: the study in
    whose name it draws what is random; "" for its own.
    """

    study: str
    number: int
    algorithm: str
    hidden: tuple[int, ...]
    config: TrainConfig
    seed: int
    keep: int | None = None
    selection: str | None = None
    mask: int | None = None
    options: tuple[tuple[str, bool | float], ...] = ()
    origin: tuple[str, int] | None = None
    inherited: Inherited | None = None
    control: str = ""
    draws: str = ""

    @property
    def sequence(self) -> tuple[str, int]:
        """(study, number) that seeds what is random in it alone."""
        return self.draws or self.study, self.number

    @property
    def title(self) -> str:
        """The algorithm as results name it: "lth", "lth_shuffled"."""
        return f"{self.algorithm}_{self.control}" if self.control else self.algorithm
