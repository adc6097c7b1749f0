"""The paper's comparison again with many seeds, its controls, and what its setup decides.

The paper ran each cell, an algorithm at a width and a k, once at every rate and schedule. Here
each is run at the best of those from fresh initializations, so that what a typical run does can
be told from what the luckiest did.
"""

import operator
from dataclasses import replace
from typing import Any

import pandas as pd

from cubistlib import analysis
from cubistlib.networks import parameters_of
from cubistlib.pruners.controls.dense import widths_of_size
from cubistlib.studies import paper, power, stacks
from cubistlib.studies.pruning import Cell, PruningStudy
from cubistlib.studies.searching import SearchStudy
from cubistlib.support.checks import require
from cubistlib.training import SCHEDULES

WIDTHS, WIDE = (3, 4, 8, 16, 64), {"widths": (256,), "keep": (20, 65)}
SEEDS, FEW, FEWEST = 30, 10, 3  # the last for LTH at the widest
TICKETS = 100  # orders of the data
KEEP = paper.STUDIES["random-init/pruning"].keep  # type: ignore[attr-defined]
CONTROLS = ("random", "random_erk", "magnitude")

# Two algorithms get as many runs of one size as the search has.
MANY, ORDERS, MANY_OF = 10_000, 200, {"algorithms": ("gmp", "lth"), "widths": (3,), "keep": (20,)}

# What an ablation changes: the algorithm, its options, the selection rule.
ABLATED: dict[str, tuple[str, dict[str, Any], str]] = {
    **{name: (name, {}, "exact") for name in paper.NINE},
    **{f"{name}-authors": (name, {}, "authors") for name in paper.NINE},
    "snip-fresh": ("snip", {"reinitialize": True}, "exact"),
    "grasp-fresh": ("grasp", {"reinitialize": True}, "exact"),
    "synflow-biases": ("synflow", {"biases": True}, "exact"),
    "lth-20-percent": ("lth", {"share": 0.2}, "exact"),
    "lth-early": ("lth", {"early": 0.1}, "exact"),
    "gmp-35": ("gmp", {"end": 0.7}, "exact"),
    "gmp-25": ("gmp", {"end": 0.5}, "exact"),
    "rigl-small-layers": ("rigl", {"small_layers": True}, "exact"),
    "rigl-static": ("random_erk", {}, "exact"),
}


def best_cells(results: pd.DataFrame) -> tuple[Cell, ...]:
    """Of each algorithm, width and k the rate and schedule of the most accurate run.

    results: of a grid of networks whose hidden layers are equally wide. Of equally accurate runs
    the first; runs that diverged do not count.
    """
    runs = analysis.converged(results).sort_values("experiment")
    best = runs.loc[runs.groupby(["algorithm", "hidden", "keep"])["accuracy"].idxmax()]
    return tuple(
        (run["algorithm"], run["hidden"][0], int(run["keep"]), run["lr"], run["schedule"])
        for run in best.to_dict("records")
    )


def replicates(grid: pd.DataFrame) -> list[PruningStudy]:
    """The nine from fresh initializations: 30 seeds a cell, fewer at width 256, fewest of LTH.

    grid: results of random-init/pruning, whose best rates and schedules are taken.
    """
    cells = best_cells(grid)
    eight = tuple(name for name in paper.NINE if name != "lth")
    return [
        _study("replicates/pruning", cells, seeds=SEEDS),
        _study("replicates/widest", cells, algorithms=eight, seeds=FEW, **WIDE),
        _study("replicates/widest-lth", cells, algorithms=("lth",), seeds=FEWEST, **WIDE),
        _study("replicates/many", cells, seeds=ORDERS, tries=MANY // ORDERS, **MANY_OF),
    ]


def on_their_masks(plain: PruningStudy) -> list[PruningStudy]:
    """What the algorithms chose, trained as it is, shuffled layer by layer, and with other values.

    plain: one of `replicates`. Run i starts from the networks of its run i, whose masks and values
    are the ticket. Only beside the ticket trained as it is do the others tell what place and values
    are worth, since some algorithms prune while they train.
    """
    stem = "replicates/" if plain.name == "replicates/pruning" else f"{plain.name}-"
    return [
        replace(plain, name=f"{stem}{control}", control=control, draws=plain.name)
        for control in stacks.CONTROLS
    ]


def rates() -> list[PruningStudy]:
    """The paper's grid for the controls that are pruners, which tells their best rates."""
    once: dict[str, Any] = {"algorithms": CONTROLS, "options": (), "seeds": 1}
    return [
        _study("replicates/control-rates", None, **once),
        _study("replicates/widest-control-rates", None, **once, **WIDE),
    ]


def controls(rated: pd.DataFrame) -> list[PruningStudy]:
    """Masks that look at nothing, or at the initial values alone; rated: results of `rates`."""
    cells, own = best_cells(rated), {"algorithms": CONTROLS, "options": ()}
    return [
        _study("replicates/controls", cells, **own, seeds=SEEDS),
        _study("replicates/widest-controls", cells, **own, seeds=FEW, **WIDE),
    ]


def dense() -> SearchStudy:
    """Dense networks of every size up to the largest that pruners leave, 30 seeds each."""
    budgets = range(parameters_of((1, 1, 1)), 2 * KEEP[-1])
    structures = dict.fromkeys(map(widths_of_size, budgets))
    return SearchStudy(
        name="replicates/dense",
        masks=tuple(map(power.dense, structures)),
        lrs=paper.RATES,
        schedules=SCHEDULES,
        seeds=SEEDS,
    )


def tickets() -> list[SearchStudy]:
    """The masks of the search's sparsest networks from their own starts, in other orders of data.

    How good a start is that all of fixed-init-* begin with, for the mask that it came with: the
    one for 95 % and the one for 99.5 %, at every rate and schedule of the paper. The first order
    is the search's own.
    """
    found = []
    for target, origin in {"95": paper.BEST_95, "99.5": paper.BEST_995}.items():
        best = analysis.best_run(analysis.published(origin.study), origin.target)
        masks = paper.STUDIES[origin.study].masks  # type: ignore[attr-defined]
        found.append(
            SearchStudy(
                name=f"replicates/ticket-{target}",
                masks=(masks[int(best["mask"])],),
                origin=replace(origin, experiment=int(best["experiment"])),
                lrs=paper.RATES,
                schedules=SCHEDULES,
                seeds=TICKETS,
            )
        )
    return found


def searches() -> list[SearchStudy]:
    """Those of masks of their own, which no record tells."""
    return [dense(), *tickets()]


def ablations() -> list[PruningStudy]:
    """One thing changed at a time, on common networks: ten seeds of ten cells.

    Run i of each starts from the same network, whatever is changed.
    """
    return [
        PruningStudy(
            name=f"ablations/{name}",
            algorithms=(algorithm,),
            widths=(3, 16, 64),
            keep=(20, 26, 40, 65),
            lrs=(0.1,),
            schedules=("cosine",),
            seeds=FEW,
            selection=selection,
            options=tuple((algorithm, field, value) for field, value in options.items()),
            draws="ablations",
        )
        for name, (algorithm, options, selection) in ABLATED.items()
    ]


def _study(name: str, cells: tuple[Cell, ...] | None, **changes) -> PruningStudy:
    given: dict[str, Any] = {
        "algorithms": paper.NINE,
        "widths": WIDTHS,
        "keep": KEEP,
        "lrs": paper.RATES,
        "schedules": SCHEDULES,
    }
    given |= {"options": paper.OPTIONS + paper.REINITIALIZED} | changes
    if cells is not None:
        named = given["algorithms"], given["widths"], given["keep"]
        given["only"] = tuple(cell for cell in cells if all(map(operator.contains, named, cell)))
        require(given["only"], f"{name}: there are no runs yet of which one could be the best")
    given["options"] = tuple(o for o in given["options"] if o[0] in given["algorithms"])
    return PruningStudy(name=name, **given)
