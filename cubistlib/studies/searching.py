"""Studies of searches: every mask of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field, InstanceOf

from cubistlib.networks import Masks
from cubistlib.search import MaskList
from cubistlib.search.masks import common_widths
from cubistlib.studies import halving
from cubistlib.studies.experiment import SEARCH, Experiment
from cubistlib.studies.inherited import Inherited
from cubistlib.studies.study import Study, fit_host
from cubistlib.support import types
from cubistlib.support.checks import require

Rung = Annotated[tuple[types.Count, types.Share], types.Allowed("a pair (epochs ≥ 1, share 0 … 1)")]
OneMask = Annotated[InstanceOf[Masks], Field(max_length=1), types.Allowed("one network's masks")]
SearchedMasks = Annotated[
    InstanceOf[MaskList] | types.OneOrMore[OneMask],
    Field(union_mode="left_to_right"),  # which does not look into a list that is made on demand
    types.Allowed("a list of one or more, each one network's masks"),
]


@dataclass(frozen=True, kw_only=True)
class SearchStudy(Study):
    """Every mask of a list under every configuration and replicate.

    rungs: successive halving within each shard and replicate, (epochs, share) pairs: after so
    many epochs that share of the networks, those of lowest loss, goes on. See `halving`.
    tries: starts of every mask under every configuration and replicate; those of one replicate
    share the order of the data, which takes longer to draw than a network to train. inherited:
    what networks take over from a parent of their mask when they start; by default nothing.
    """

    masks: SearchedMasks
    rungs: types.AnyNumber[Rung] = ()
    tries: types.Count = 1
    inherited: Annotated[InstanceOf[Inherited] | None, types.Allowed("an Inherited")] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        fit_host("masks", self.widest)
        require(
            len(self.masks) > 0, f"study: masks must not be empty, {types.brief(self.masks)} is"
        )
        some = self.masks if isinstance(self.masks, tuple) else [self.masks[0]]
        ends = {(mask.sizes[0], mask.sizes[-1]) for mask in some}
        require(ends == {(2, 1)}, "study: masks must be of networks of 2 inputs and 1 output")
        most = 100 * types.MANY  # they are made on demand, but their shards are a list
        require(len(self) <= most, f"study: it must have at most {most:,} experiments")
        halving.check(self.rungs, self.epochs)
        self._check_starts()

    def _check_starts(self) -> None:
        parents = () if self.inherited is None else self.inherited.networks
        drawn = self.origin is None if self.inherited is None else self.inherited.draws
        require(
            self.origin is None or not parents,
            "study: it may have an origin or inherited networks, not both",
        )
        require(
            self.tries == 1 or drawn,
            f"study: tries must be 1 where all tries start alike, got {self.tries}",
        )
        fit = not parents or len(parents) == len(self.masks)
        fit = fit and all(p.sizes == m.sizes for p, m in zip(parents, self.masks, strict=False))
        require(fit, "study: inherited must have a network in the shape of every mask")

    @property
    def widest(self) -> tuple[int, ...]:
        """The smallest hidden widths into which every mask fits."""
        if isinstance(self.masks, MaskList):
            return self.masks.widest
        return common_widths(mask.hidden for mask in self.masks)

    def __len__(self) -> int:
        return len(self.masks) * self.seeds * self.tries * len(self.lrs) * len(self.schedules)

    def _experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        hidden = lru_cache(maxsize=1)(lambda index: self.masks[index].hidden)
        configs, origin, found = self.configs, self.start(), []
        for number in numbers:
            rest, config = divmod(number, len(configs))
            mask, seed = divmod(rest // self.tries, self.seeds)
            given = self.name, number, SEARCH, hidden(mask), configs[config], seed
            found.append(Experiment(*given, mask=mask, origin=origin, inherited=self.inherited))
        return found

    def stretches(self) -> list[tuple[int, int, int]]:
        return [(0, len(self), self._shard_size(self.widest))]

    def _run_stack(self, stack: list[Experiment], x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
        if self.rungs:
            return halving.run(stack, x, y, self.masks, self.rungs, self.backend)
        return super()._run_stack(stack, x, y)

    @property
    def _masks(self) -> Sequence[Masks]:
        return self.masks

    @property
    def hangs_on_shard(self) -> bool:
        return bool(self.rungs) or super().hangs_on_shard  # who goes on hangs on the others
