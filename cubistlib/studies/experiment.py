"""An experiment as data, and tables of them: pruners and searches over a grid."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from cubistlib.networks import Masks, weights_of
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
    without one it has its own.
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


def configurations(
    lrs: Iterable[float], schedules: Iterable[str], epochs: int
) -> list[TrainConfig]:
    """Every learning rate under every schedule."""
    return [TrainConfig(lr, schedule, epochs) for lr, schedule in product(lrs, schedules)]


def pruning_experiments(
    study: str,
    algorithm: str,
    widths: Sequence[int],
    keep: Sequence[int],
    configs: Sequence[TrainConfig],
    seeds: int,
    selection: str = "exact",
    depth: int = 3,
) -> list[Experiment]:
    """A pruner at every width, k, configuration and seed; only k below the network's size."""
    found: list[Experiment] = []
    for width, seed in product(widths, range(seeds)):
        hidden = (width,) * depth
        size = weights_of(hidden)
        for k, config in product((k for k in keep if k < size), configs):
            number = len(found)
            found.append(Experiment(study, number, algorithm, hidden, config, seed, k, selection))
    return found


def search_experiments(
    study: str, masks: Sequence[Masks], configs: Sequence[TrainConfig], seeds: int
) -> list[Experiment]:
    """Every mask under every configuration and seed; masks of one structure stay together."""
    every = range(len(masks) * seeds * len(configs))
    return list(searched(study, masks, configs, seeds, every))


def searched(
    study: str,
    masks: Sequence[Masks],
    configs: Sequence[TrainConfig],
    seeds: int,
    numbers: Iterable[int],
    origin: tuple[str, int] | None = None,
) -> Iterator[Experiment]:
    """Those of these numbers out of `search_experiments`, made without the others."""
    hidden = lru_cache(maxsize=1)(lambda index: masks[index].hidden)
    for number in numbers:
        rest, config = divmod(number, len(configs))
        mask, seed = divmod(rest, seeds)
        yield Experiment(
            study, number, SEARCH, hidden(mask), configs[config], seed, mask=mask, origin=origin
        )
