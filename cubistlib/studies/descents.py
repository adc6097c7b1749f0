"""The searches that went down to the frontier, as data, and the witnesses among what they found."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import gt
from pathlib import Path
from typing import Any

import pandas as pd

from cubistlib import store
from cubistlib.networks import Network
from cubistlib.search import verify
from cubistlib.search.descent import Budget
from cubistlib.search.witness import Witness
from cubistlib.studies.eliminating import BIASES, KINDS, EliminationStudy, masks_of, network_of

# Narrow in the middle, most of them: that is where the sparsest networks lie.
STRUCTURES = (
    *((5, 1, 3), (4, 1, 3), (5, 1, 4), (6, 1, 4), (3, 1, 3), (4, 2, 3), (5, 2, 3)),
    *((4, 1, 4), (3, 2, 3), (6, 1, 3), (3, 2, 2), (4, 2, 2), (3, 3, 3)),
)

# Wide enough that a random mask is one of many.
WIDE = ((8, 8, 8), (6, 4, 6))

# The fewest parameters that are looked for, and where biases may go; starts of a structure.
LOW, SEEDS = (17, 14), (8, 2)

# The most where pruners' networks are thinned out: those of 99.5 % have up to 61.
HIGH = 64

# Starts from dense networks do not polish, which would take them as long again. One that goes on
# from what they found does, and has more generations.
GOES_ON = Budget(generations=200, polished=4, polishings=4, hops=4)

RECIPE = (
    "backward elimination with a beam, then evolution with niches for every count; all trainings "
    "SGD with momentum 0.9, batches of 128, rates of 0.003 to 0.1, constant over 4 epochs or "
    "cosine over 12 to 50, no weight decay"
)
POLISHED = f"{RECIPE}; then linear programmes on the points near the boundary"


def dense(biases: bool = False, **changes) -> EliminationStudy:
    """104 starts from dense networks, 26 with biases; changes: fields that are to be others."""
    given: dict[str, Any] = {
        "name": _name("dense", biases),
        "structures": STRUCTURES,
        "seeds": SEEDS[biases],
        "budget": Budget(low=LOW[biases], polished=0, biases=biases),
    }
    return EliminationStudy(**given | changes)


def sparse(biases: bool = False, **changes) -> EliminationStudy:
    """Eight starts from networks under random masks of 40 weights; changes: as in `dense`."""
    given = {"structures": WIDE, "keep": 40, "seeds": 4}
    return dense(biases, **{"name": _name("sparse", biases)} | given | changes)


def pruned(
    algorithm: str, networks: Iterable[Network], biases: bool = False, **changes
) -> EliminationStudy:
    """Two starts from the best networks of one algorithm that fit; changes: as in `dense`."""
    budget = Budget(low=LOW[biases], high=HIGH, polished=0, biases=biases)
    given = {"structures": (), "networks": _fit(networks), "seeds": 2, "budget": budget}
    return dense(biases, **{"name": _name(f"from-{algorithm}", biases)} | given | changes)


def gathered(
    networks: Iterable[Network], polished: Iterable[Network] = (), biases: bool = False, **changes
) -> EliminationStudy:
    """Eight starts from all that is known; changes: as in `dense`.

    networks: those that SGD ended in. polished: all others.
    """
    given: dict[str, Any] = {
        "networks": tuple(networks),
        "polished": tuple(polished),
        "seeds": 8,
        "budget": replace(GOES_ON, low=LOW[biases], biases=biases),
    }
    return EliminationStudy(name=_name("gathered", biases), **given | changes)


def seeds(place: Path, name: str) -> Path:
    """Where the witnesses are copied to that a study begins with. place: where results are.

    An algorithm's own are those of both its studies, whether biases may be pruned or not.
    """
    what = Path(name).name
    if what.startswith("from-"):
        what = what.removesuffix(BIASES)
    return place / Path(name).parent / "seeds" / what


def begun_with(place: Path, name: str) -> dict[str, tuple[Network, ...]]:
    """What a study begins with whose results are there, by field; {} if with structures.

    Its copies of witnesses by what they ended in, and for `gathered` the `best` of the studies
    before it.
    """
    copies = seeds(place, name)
    if not copies.is_dir():
        return {}
    known = [Witness.read(file) for file in sorted(copies.glob("*.json"))]
    by_sgd, polished = ([w.network for w in known if w.kind == kind] for kind in verify.KINDS)
    for other in _before(place, name):
        by_sgd += best(store.read(place / other))
    return {"networks": _fit(by_sgd), "polished": tuple(polished)}


def _before(place: Path, name: str) -> list[str]:
    """The studies with results from which one goes on, in the order in which they are run."""
    biases = name.endswith(BIASES)
    if name != _name("gathered", biases):
        return []
    pruners = sorted(path.name for path in (place / _name("", False)).glob("from-*"))
    pruners = [what.removesuffix(BIASES) for what in pruners if what.endswith(BIASES) == biases]
    every = [_name(what, biases) for what in ("dense", "sparse", *pruners)]
    return [other for other in every if (place / other).is_dir()]


def _fit(networks: Iterable[Network]) -> tuple[Network, ...]:
    """Those that fit into the host of every start."""
    return tuple(net for net in networks if not any(map(gt, net.hidden, Budget().host)))


def best(results: pd.DataFrame, room: int = 3) -> list[Network]:
    """Of every count the most accurate networks that SGD ended in, at most so many."""
    sgd = results[~results["diverged"].astype(bool) & results["algorithm"].str.startswith(KINDS[0])]
    sgd = sgd[~sgd["algorithm"].str.startswith(KINDS[1])]
    order = sgd.sort_values(["parameters_kept", "correct", "experiment"], ascending=[1, 0, 1])
    return [network_of(row) for _, row in order.groupby("parameters_kept").head(room).iterrows()]


def witnesses(results: pd.DataFrame, date: str) -> Iterator[Witness]:
    """Of every kind and count the best network in results of such studies, as a witness.

    date: of the day, as 2026-11-25.
    """
    found = results[~results["diverged"].astype(bool)]
    best = found.groupby(["algorithm", "parameters_kept"])["correct"].idxmax()
    for _, row in found.loc[best].iterrows():
        free = row["algorithm"].endswith(BIASES)
        net, polished = network_of(row), row["algorithm"].startswith(KINDS[1])
        told: dict[str, Any] = {
            "recipe": POLISHED if polished else RECIPE,
            "date": date,
            "by": "cubistlib",
        }
        told |= {"study": row["study"], "number": int(row["experiment"])}
        told |= {"seed": int(row["seed"]), "steps": int(row["steps"])}
        kind, rule = ("sgd", "polished")[polished], ("read", "pruned")[free]
        yield Witness.of(net, masks_of(net, free), kind, rule, told)


def _name(what: str, biases: bool) -> str:
    return f"elimination/{what}{BIASES * biases}"
