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
    """

    masks: SearchedMasks
    rungs: types.AnyNumber[Rung] = ()

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

    @property
    def widest(self) -> tuple[int, ...]:
        """The smallest hidden widths into which every mask fits."""
        if isinstance(self.masks, MaskList):
            return self.masks.widest
        return common_widths(mask.hidden for mask in self.masks)

    def __len__(self) -> int:
        return len(self.masks) * self.seeds * len(self.lrs) * len(self.schedules)

    def experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        hidden = lru_cache(maxsize=1)(lambda index: self.masks[index].hidden)
        configs, origin, found = self.configs, self.start(), []
        for number in numbers:
            rest, config = divmod(number, len(configs))
            mask, seed = divmod(rest, self.seeds)
            given = self.name, number, SEARCH, hidden(mask), configs[config], seed
            found.append(Experiment(*given, mask=mask, origin=origin))
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
