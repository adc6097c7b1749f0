"""Studies of the search that goes down: the sparsest networks that each of its starts finds."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import pairwise
from operator import gt
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import InstanceOf

from cubistlib.networks import Masks, Network, connectivity, narrowed, simplify
from cubistlib.search.descent import Budget, Found, Population, descend
from cubistlib.search.descent.population import counted, hosted, scored
from cubistlib.studies.experiment import Experiment
from cubistlib.studies.study import Study
from cubistlib.support import types
from cubistlib.support.checks import require
from cubistlib.training import TrainConfig, Trained, TrainState

# What a network ended in: training of the paper's kind, SGD, or polishing, which is none.
KINDS = ("elimination", "elimination-polished")
# The same where biases were pruned too, so that its count is another.
BIASES = "-biases"

BUDGET = Budget()

Structure = Annotated[
    tuple[types.Width, types.Width, types.Width], types.Allowed("three hidden widths")
]
OneNetwork = Annotated[InstanceOf[Network], types.Allowed("a Network of three hidden layers")]


@dataclass(frozen=True, kw_only=True)
class EliminationStudy(Study):
    """The best network of every kind and count that each start finds; see `search.descent`.

    A start is a shard, and stands on (study, start) alone. structures: hidden widths of the
    dense networks to start from, each `seeds` times. networks: instead of those, some that an
    earlier study's SGD ended in, as stacks of one; then all starts begin from all of them. They
    stand among what SGD found as they are, so a polished network must not be given. keep: of
    every dense network so many weights, drawn at random, to begin with; 0 for all. polished:
    networks of any kind that polishing goes on from, besides those that SGD ends in.

    Experiment number = start × slots + slot, slot = kind × counts + (parameters − low). One that
    a start did not find has `diverged` set and no accuracy. `parameters_kept` is the count; where
    biases may be pruned, what is not zero.

    `steps`: gradient steps, a batch each, of all trainings of the start. Not counted: the
    gradients that moves look at, the forward passes of removals and scores, polishing, and with
    `networks` what the earlier study took to find them.
    """

    # The search has rates and lengths of its own, and the fast engine; a shard is a start.
    lrs: tuple[float, ...] = field(default=(0.05,), init=False)
    schedules: tuple[str, ...] = field(default=("cosine",), init=False)
    epochs: int = field(default=50, init=False)
    origin: None = field(default=None, init=False)
    backend: str = field(default="fused", init=False)
    shard: int = field(default=1, init=False)
    ham: float = field(default=0.0, init=False)
    ham_decay: float = field(default=0.0, init=False)

    structures: types.AnyNumber[Structure] = ()
    networks: types.AnyNumber[OneNetwork] = ()
    keep: types.Whole = 0
    polished: types.AnyNumber[OneNetwork] = ()
    budget: Annotated[InstanceOf[Budget], types.Allowed("a Budget")] = BUDGET

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            bool(self.structures) != bool(self.networks),
            "study: it must have structures to start from, or networks, and not both",
        )
        given = *self.networks, *self.polished
        wide = [*self.structures, *(net.hidden for net in given)]
        require(
            all(len(h) == 3 and not any(map(gt, h, self.budget.host)) for h in wide),
            f"study: structures and networks must fit into the budget's host, {self.budget.host}",
        )
        require(
            all(len(net) == 1 and net.sizes[0] == 2 and net.sizes[-1] == 1 for net in given),
            "study: networks must be stacks of one, of 2 inputs and 1 output",
        )
        require(
            not (self.keep and self.networks), "study: keep is for structures, which begin dense"
        )
        require(
            not self.polished or self.budget.polished > 0,
            "study: with polished networks the budget's polished must not be 0",
        )

    @property
    def counts(self) -> range:
        """Parameters that are looked for."""
        return range(self.budget.low, self.budget.high + 1)

    @property
    def slots(self) -> int:
        """Experiments of a start."""
        return len(KINDS) * len(self.counts)

    def __len__(self) -> int:
        return max(1, len(self.structures)) * self.seeds * self.slots

    def _experiments(self, numbers: Sequence[int]) -> list[Experiment]:
        return [self._experiment(number) for number in numbers]

    def _experiment(self, number: int) -> Experiment:
        start, slot = divmod(number, self.slots)
        structure, seed = divmod(start, self.seeds)
        hidden = self.structures[structure] if self.structures else self.budget.host
        kind = KINDS[slot // len(self.counts)] + BIASES * self.budget.biases
        return Experiment(self.name, number, kind, hidden, self.configs[0], seed)

    def stretches(self) -> list[tuple[int, int, int]]:
        return [(0, len(self), self.slots)]

    @property
    def hangs_on_shard(self) -> bool:
        return True  # a start's networks come from one another

    def run_together(self, numbers: Sequence[int]) -> pd.DataFrame:
        self.shard_of(min(numbers)), self.shard_of(max(numbers))
        starts = sorted({number // self.slots for number in numbers})
        rows = [row for start in starts for row in self._rows(start)]
        frame = pd.DataFrame([row for row in rows if row["experiment"] in set(numbers)])
        integers = {"mask": "Int64", "keep": "Int32", "correct": "Int32"}
        return frame.astype(integers).reset_index(drop=True)

    def train(self, number: int) -> Trained:
        """An experiment's network, found once more. Raises ValueError if its start has none."""
        row = self.replay(number).iloc[0]
        require(not row["diverged"], f"{self.name}: experiment {number} found no network")
        net = network_of(row)
        masks = masks_of(net, self.budget.biases)
        scores = (np.array([row[name]]) for name in ("accuracy", "loss", "diverged"))
        return Trained(TrainState.start(net, masks), *scores)

    def descend(self, start: int) -> Found:
        """All that a start finds."""
        sequence = np.random.SeedSequence(zlib.crc32(self.name.encode()), spawn_key=(start,))
        structure = start // self.seeds
        origin = self.structures[structure] if self.structures else self._all(self.networks)
        polished = self._all(self.polished) if self.polished else None
        return descend(origin, sequence, self.data, self.budget, self.keep, polished)

    def _all(self, networks: Sequence[Network]) -> Population:
        stacks = [hosted(net, self.budget.host) for net in networks]
        nets = Network.concatenate([net for net, _ in stacks])
        masks = Masks.concatenate([mask for _, mask in stacks])
        return scored(nets, masks, np.array([self.configs[0]] * len(nets), object), self.data)

    def _rows(self, start: int) -> list[dict[str, Any]]:
        found = self.descend(start)
        numbers = iter(range(start * self.slots, (start + 1) * self.slots))
        rows = []
        for niches in (found.sgd, found.polished):
            for count in self.counts:
                experiment = self._experiment(next(numbers))
                row = self._missing(experiment, count)
                if count in niches.kept:
                    row |= self._found(niches.kept[count][:1], count)
                rows.append(row | {"steps": found.steps})
        return rows

    def _missing(self, e: Experiment, count: int) -> dict[str, Any]:
        """The row of a count for which nothing was found."""
        counts = dict.fromkeys(("effective_weights", "effective_parameters"), 0)
        counts |= dict.fromkeys(("weights_kept", "live_weights", "live_parameters"), 0)
        return {
            "study": e.study,
            "experiment": e.number,
            "algorithm": e.algorithm,
            "hidden": e.hidden,
            "mask": None,
            "keep": None,
            "parameters_kept": count,
            **counts,
            **_trained(e.config),
            "selection": None,
            "seed": e.seed,
            "correct": None,
            "points": len(self.data[0]),
            "accuracy": np.nan,
            "loss": np.nan,
            "diverged": True,
            "version": version("cubistlib"),
            "network": None,
        }

    def _found(self, best: Population, count: int) -> dict[str, Any]:
        """What the best network of a count says instead."""
        net, _ = narrowed(best.network, best.masks)
        masks = Masks.from_weights([w != 0 for w in net.weights])
        paths, live = connectivity(masks), simplify(net, masks, self.data[0])
        return {
            "hidden": net.hidden,
            "weights_kept": int(masks.weights_kept[0]),
            "effective_weights": int(paths.effective_weights[0]),
            "effective_parameters": int(paths.effective_parameters[0]),
            "live_weights": int(live.live_weights[0]),
            "live_parameters": int(live.live_parameters[0]),
            **_trained(best.configs[0]),
            "correct": int(best.correct[0]),
            "accuracy": best.correct[0] / len(self.data[0]),
            "loss": float(best.loss[0]),
            "diverged": False,
            "network": flat(net),
        }


def _trained(config: TrainConfig) -> dict[str, Any]:
    return {"lr": config.lr, "schedule": config.schedule, "epochs": config.epochs}


def flat(net: Network) -> list[float]:
    """A stack of one as the column `network` holds it."""
    layers = zip(net.weights, net.biases, strict=True)
    return np.concatenate([part[0].ravel() for layer in layers for part in layer]).tolist()


def network_of(row: pd.Series) -> Network:
    """The network of a row of results that has one, as a stack of one."""
    sizes, values = (2, *row["hidden"], 1), np.array(row["network"], np.float32)
    weights, biases = [], []
    for into, out in pairwise(sizes):
        w, b, values = np.split(values, [into * out, into * out + out])
        weights.append(w.reshape(1, out, into))
        biases.append(b[None])
    return Network(tuple(weights), tuple(biases))


def masks_of(net: Network, biases: bool = False) -> Masks:
    """What is not zero; unless biases may be pruned, with all biases of the bias rule."""
    return counted(net, Masks.from_weights([w != 0 for w in net.weights]), biases)[1]
