"""Searches with power: masks that are tried often enough to know how rarely they succeed.

Dense structures; masks of the frontier, and those right below it, from scratch and from what the
frontier's witnesses left.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from cubistlib.analysis import success
from cubistlib.networks import Masks, parameters_of
from cubistlib.search import structures
from cubistlib.search.sparsest import TARGETS
from cubistlib.search.witness import Witness
from cubistlib.studies import below as under
from cubistlib.studies.experiment import HOST_WIDTH
from cubistlib.studies.inherited import KINDS, Inherited
from cubistlib.studies.searching import SearchStudy
from cubistlib.studies.tallies import CONFIGURATION, LABELS
from cubistlib.support.checks import require
from cubistlib.training import SCHEDULES

# Tries of a mask under each of six configurations and each order of the data, and such orders.
TRIES = {"structured": 167, "promising": 167, "why": 167, "below": 1}
ORDERS = {"structured": 10, "promising": 100, "why": 20, "below": 10}

# Experiments a shard: under half a minute of work, most of it on networks, not on orders.
SHARD = 3006

# "About 30 parameters" of the paper are below this, and a first layer of one unit is a bottleneck.
FEWER, FIRST = 38, 2

# So many structures are tried most, those promising most for this accuracy.
PROMISING, GOAL = 5, 0.95

# The masks of the frontier that are tried: of so many parameters, and at most so many masks.
FEWEST, MOST, MASKS = 20, 40, 12

STARTS = ("scratch", *KINDS)
JITTER = 0.05  # relative; without any, only the order of the data would differ

# Which studies are about what.
PARTS = {"structured": ["structured"], "promising": ["promising"], "frontier": [*STARTS]}
PARTS["below"] = [f"below-{start}" for start in STARTS]

BELOW = "masks below "  # then the target, and how many there are


def dense(hidden: Sequence[int]) -> Masks:
    """The mask of a structure that keeps everything."""
    sizes = (2, *hidden, 1)
    return Masks.from_weights([np.ones((out, into), bool) for into, out in pairwise(sizes)])


def small_structures() -> list[tuple[int, ...]]:
    """The 66 structures of fewer than 38 parameters, of two units or more in the first layer.

    Three hidden layers, sparsest first.
    """
    every = [h for h in structures(HOST_WIDTH) if h[0] >= FIRST and parameters_of(h) < FEWER]
    return sorted(every, key=lambda hidden: (parameters_of(hidden), hidden))


def structured(
    hidden: Sequence[Sequence[int]] = (), tries: int = TRIES["structured"]
) -> SearchStudy:
    """Dense structures, by default all small ones, from 10,020 initializations each."""
    masks = tuple(map(dense, hidden or small_structures()))
    return _study("structured", masks, tries, ORDERS["structured"])


def most_promising(table: pd.DataFrame, tries: int = TRIES["promising"]) -> SearchStudy:
    """The `promising` structures of these counts, from 100,200 other initializations each."""
    masks = tuple(map(dense, promising(table)))
    return _study("promising", masks, tries, ORDERS["promising"])


def promising(table: pd.DataFrame) -> list[tuple[int, ...]]:
    """The five structures to try most, by the counts of `structured`.

    First the smallest that have reached 95 %; if those are fewer, the most accurate others.
    Raises ValueError while they are not counted.
    """
    table = table[table["study"] == "power/structured"]
    require(len(table), "power: which structures are promising is told by power/structured first")
    table = success.pooled(table, LABELS)
    table["reached"] = table[success.column(GOAL)] > 0
    table.loc[table["reached"], "best"] = 0  # of those that have, only the size counts
    order = ["reached", "best", "parameters", "hidden"]
    table = table.sort_values(order, ascending=[False, False, True, True])
    return [tuple(map(int, hidden.split("-"))) for hidden in table["hidden"][:PROMISING]]


def snapshot(witnesses: Mapping[str, Witness]) -> dict[str, Witness]:
    """A witness for every count of up to 40 parameters, "22-parameters" and so on, in order.

    Of several the first, which in a frontier is the one by SGD; none that lacks a unit's bias.
    """
    found: dict[int, Witness] = {}
    for witness in witnesses.values():
        if witness.bias_rule == "read" and witness.claims.parameters <= MOST:
            found.setdefault(witness.claims.parameters, witness)
    return {f"{count:02}-parameters": found[count] for count in sorted(found)}


def chosen(witnesses: Mapping[str, Witness]) -> dict[str, Witness]:
    """A dozen of a snapshot, of 20 to 40 parameters, spread as evenly as can be."""
    fit = [name for name, w in witnesses.items() if w.claims.parameters >= FEWEST]
    places = np.linspace(0, len(fit) - 1, min(MASKS, len(fit))).round().astype(int)
    return {fit[place]: witnesses[fit[place]] for place in places}


def why(
    witnesses: Mapping[str, Witness], start: str, tries: int = TRIES["why"]
) -> tuple[SearchStudy, list[str]]:
    """The masks of the `chosen` witnesses, and their names, from one of STARTS, 20,040 each.

    start: "scratch", or the witnesses' own "signs" or "weights". Raises ValueError if there is
    no such witness.
    """
    parents = chosen(witnesses)
    require(parents, f"power: no witness of {FEWEST} to {MOST} parameters whose mask can be tried")
    children = [(w.network, w.masks) for w in parents.values()]
    return _from(children, start, start, tries, ORDERS["why"]), list(parents)


def below(
    witnesses: Mapping[str, Witness], start: str, tries: int = TRIES["below"]
) -> tuple[SearchStudy, list[str]]:
    """Masks right below the sparsest witnesses by SGD, named by their target; 60 tries each.

    See `below.below`; start as in `why`. Raises ValueError if there is no such witness.
    """
    by_sgd = {name: w for name, w in witnesses.items() if w.kind == "sgd"}
    tried, names = [], []
    for target, _, children in under.below(by_sgd):
        tried += children
        names += [f"{BELOW}{success.column(target)}: {len(children)}"] * len(children)
    require(tried, "power: no witness by SGD below which masks can be tried")
    return _from(tried, f"below-{start}", start, tries, ORDERS["below"]), names


def _from(
    children: Sequence[under.Child], name: str, start: str, tries: int, orders: int
) -> SearchStudy:
    require(start in STARTS, f"power: start must be one of {', '.join(STARTS)}, got {start!r}")
    networks, masks = zip(*children, strict=True)
    jitter = JITTER if start == "weights" else 0
    inherited = None if start == "scratch" else Inherited(networks, start, jitter)
    return _study(name, masks, tries, orders, inherited)


def _study(
    name: str, masks: tuple[Masks, ...], tries: int, orders: int, inherited: Inherited | None = None
) -> SearchStudy:
    return SearchStudy(
        name=f"power/{name}",
        masks=masks,
        lrs=(0.05, 0.1),
        schedules=SCHEDULES,
        seeds=orders,
        tries=tries,
        inherited=inherited,
        shard=SHARD,
    )


def counted(
    study: SearchStudy, results: pd.DataFrame, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Successes of every mask under every configuration, at the targets of "sparsest so far".

    names: of the masks, where their structure does not say which they are; masks of one name
    and as many parameters are counted together. Columns LABELS, CONFIGURATION, and those of
    `success.counts`.
    """
    table = success.counts(results, ["mask", *CONFIGURATION], TARGETS)
    start = study.inherited.what if study.inherited else STARTS[0]
    masks = [study.masks[number] for number in table["mask"]]
    hidden = ["-".join(map(str, mask.hidden)) for mask in masks]
    named = [names[number] for number in table["mask"]] if names else hidden
    if names and len(set(names)) < len(names):
        hidden = ["several"] * len(masks)
    parameters = [int(mask.parameters_kept[0]) for mask in masks]
    labels = zip(LABELS, (study.name, start, named, hidden, parameters), strict=True)
    return success.pooled(table.assign(**dict(labels)), LABELS + CONFIGURATION)


def part(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The counts of one of PARTS, those of all configurations added up."""
    studies = [f"power/{study}" for study in PARTS[name]]
    return success.pooled(table[table["study"].isin(studies)], LABELS)


def not_found(table: pd.DataFrame) -> pd.DataFrame:
    """What was tried below the sparsest for each target, and what that rules out.

    Columns target ("95 %"), parameters, start, masks, trainings, successes, and the rates that
    `success.seen` gives: seen, of all trainings, is one of the mean rate over the masks, and
    seen_of_one, of the trainings that each had, one of the rate of any single mask.
    """
    tried = part(table, "below").sort_values(["parameters", "start"], ignore_index=True)
    names = [str(name).removeprefix(BELOW).split(": ") for name in tried["mask"]]
    successes = [row[target] for (_, row), (target, _) in zip(tried.iterrows(), names, strict=True)]
    named = {"target": [target for target, _ in names], "masks": [int(n) for _, n in names]}
    tried = tried.assign(**named, successes=successes, seen=success.seen(tried["trainings"]))
    tried["seen_of_one"] = success.seen(tried["trainings"] / tried["masks"])
    columns = ["target", "parameters", "start", "masks", "trainings", "successes"]
    return tried[[*columns, "seen", "seen_of_one"]]
