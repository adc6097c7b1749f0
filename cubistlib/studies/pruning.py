"""Studies of pruning algorithms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import prod
from typing import Annotated, Any, Literal

from cubistlib import pruners
from cubistlib.networks import weights_of
from cubistlib.pruners import Algorithm
from cubistlib.pruners.parts.selection import Selection
from cubistlib.studies import stacks
from cubistlib.studies.experiment import Experiment
from cubistlib.studies.study import Study, fit_host
from cubistlib.support import types
from cubistlib.support.checks import require
from cubistlib.training.config import Schedule

Option = Annotated[
    tuple[types.Text, types.Text, types.Plain], types.Allowed("a triple (algorithm, field, value)")
]
Cell = Annotated[
    tuple[Algorithm, types.Width, types.Size, types.Rate, Schedule],
    types.Allowed("a cell (algorithm, width, k, lr, schedule)"),
]


@dataclass(frozen=True, kw_only=True)
class PruningStudy(Study):
    """Algorithms at every width and k; only k below the network's size.

    options: (algorithm, field, value) for what is not at an algorithm's default; the value
    "lr" stands for the learning rate of the run. only: cells of this grid that are run, each
    (algorithm, width, k, lr, schedule); () for all. control: "shuffled" or "reinitialized", what
    is done to the masks before they are trained. tries: runs of every cell under every replicate,
    which share the order of the data. draws: another study, whose experiments of the
    same numbers start from the same networks and draw the same masks; "" for none.
    """

    algorithms: types.OneOrMore[Algorithm]
    widths: types.OneOrMore[types.Width]
    keep: types.OneOrMore[types.Size]
    selection: Selection = "exact"
    options: types.AnyNumber[Option] = ()
    only: types.AnyNumber[Cell] = ()
    control: Annotated[str, types.OneOf(lambda: ("", *stacks.CONTROLS))] = ""
    tries: types.Count = 1
    draws: Annotated[types.Name | Literal[""], types.Allowed("the name of a study")] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.origin is not None:
            fit_host("widths", self.widths)
        most = weights_of((max(self.widths),) * 3)
        require(
            min(self.keep) < most,
            f"study: keep must have a k below {most}, the weights of the widest, "
            f"got {types.brief(self.keep)}",
        )
        grid = self.algorithms, self.widths, self.keep, self.lrs, self.schedules
        total = prod(map(len, grid)) * self.seeds * self.tries
        allowed = f"study: it must have at most {types.MANY:,} experiments, got {total:,}"
        require(total <= types.MANY, allowed)
        for option in self.options:
            algorithm, field, _ = option
            known = pruners.get(algorithm) if algorithm in self.algorithms else None
            require(
                known and field in vars(known).get("__dataclass_fields__", ()),
                "study: options must name one of its algorithms and a field of it, "
                f"got {types.brief(option)}"
                + f"; {algorithm} is {known} here"
                * bool(known and not pruners.ours(known)),
            )
        given = [option[:2] for option in self.options]
        require(
            len(set(given)) == len(given),
            f"study: options must give a field once, got {types.brief(self.options)}",
        )
        cells = set(product(*grid)) if self.only else set()
        wrong = [cell for cell in self.only if tuple(cell) not in cells]
        require(not wrong, f"study: only must name cells of its grid, got {types.brief(wrong[:1])}")
        large = [cell for cell in self.only if cell[2] >= weights_of((cell[1],) * 3)]
        require(not large, f"study: k of a cell in only is too large, {types.brief(large[:1])}")
        for algorithm, lr in product(self.algorithms, self.lrs):
            pruners.get(algorithm)(**dict(self.options_of(algorithm, lr)))

    def variant(
        self, name: str, algorithm: str = "", control: str = "", **options: Any
    ) -> "PruningStudy":
        """The same grid for one algorithm with other options, from the same initializations.

        name: of its results, below this study's. algorithm: in place of this study's only one.
        control: what is done to the masks, if it is not what this study does. Run i of either
        starts from the same network and the replicate's order of the data, so that they are a pair
        for `analysis.paired`; where one trains several times, as LTH does, its last training has
        an order of its own. Raises ValueError for a study of several algorithms, or if there is
        no such option.
        """
        require(len(self.algorithms) == 1, f"{self.name}: a variant is one of a single algorithm")
        algorithm = algorithm or self.algorithms[0]
        known = {field: value for name, field, value in self.options if name == algorithm}
        given = tuple((algorithm, field, value) for field, value in (known | options).items())
        name, draws = f"{self.name}/{name}", self.draws or self.name
        only = tuple((algorithm, *cell[1:]) for cell in self.only)
        return replace(
            self,
            name=name,
            draws=draws,
            algorithms=(algorithm,),
            options=given,
            only=only,
            control=control or self.control,
        )

    def options_of(self, algorithm: str, lr: float) -> tuple[tuple[str, Any], ...]:
        """(field, value) of what is not at an algorithm's default, in a run at that rate."""
        asked = [(field, value) for name, field, value in self.options if name == algorithm]
        return tuple((field, lr if value == "lr" else value) for field, value in asked)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def table(self) -> list[Experiment]:
        """All experiments in order, without their origin."""
        return _table(self)

    @property
    def hangs_on_shard(self) -> bool:
        return any(pruners.get(name).beside for name in self.algorithms) or super().hangs_on_shard

    def _experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        start = self.start()
        return [replace(self.table[number], origin=start) for number in numbers]

    def stretches(self) -> list[tuple[int, int, int]]:
        table = self.table
        kinds = [(e.algorithm, e.hidden, e.seed) for e in table]
        starts = [i for i, kind in enumerate(kinds) if i == 0 or kind != kinds[i - 1]]
        bounds = zip(starts, [*starts[1:], len(kinds)], strict=True)
        return [(a, b, self._shard_size(table[a].hidden)) for a, b in bounds]


@lru_cache(maxsize=4)
def _table(study: PruningStudy) -> list[Experiment]:
    table: list[Experiment] = []
    grid = study.algorithms, study.widths, range(study.seeds), study.keep, study.configs
    only = set(study.only)
    for algorithm, width, seed, k, config, _ in product(*grid, range(study.tries)):
        hidden, options = (width,) * 3, study.options_of(algorithm, config.lr)
        asked = not only or (algorithm, width, k, config.lr, config.schedule) in only
        if k < weights_of(hidden) and asked:
            given = study.name, len(table), algorithm, hidden, config, seed, k, study.selection
            more = {"options": options, "control": study.control, "draws": study.draws}
            table.append(Experiment(*given, **more))  # type: ignore[arg-type]
    return table
