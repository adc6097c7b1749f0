"""The paper's ten studies, 485,838 experiments in all, as data. Source: paper, "Studies"."""

from typing import Any

from cubistlib.search import Structured, unstructured_masks
from cubistlib.studies.pruning import PruningStudy
from cubistlib.studies.searching import SearchStudy
from cubistlib.studies.study import Origin, Study
from cubistlib.support.checks import require

NINE = ("gmp", "lth", "snip", "grasp", "iter_snip", "force", "synflow", "prospr", "rigl")
SCHEDULES = ("constant", "cosine", "step")

# As the paper ran them; source: paper, "The nine algorithms".
OPTIONS = (("synflow", "biases", True), ("prospr", "inner_lr", "lr"))
REINITIALIZED = (("snip", "reinitialize", True), ("grasp", "reinitialize", True))

PRUNING: dict[str, Any] = {
    "lrs": (0.05, 0.1, 0.2),
    "schedules": SCHEDULES,
    "algorithms": NINE,
    "options": OPTIONS,
}
SEARCH: dict[str, Any] = {"lrs": (0.05, 0.1), "schedules": SCHEDULES}
SEARCH_995: dict[str, Any] = {"lrs": (0.05,), "schedules": SCHEDULES}

BEST_95 = Origin("random-init/unstructured-search-95", 0.95)
BEST_995 = Origin("random-init/unstructured-search-99.5", 0.995)

STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
        PruningStudy(
            name="random-init/pruning",
            widths=(3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 256),
            keep=(*range(15, 27), 30, 33, 37, 40, 44, 50, 53, 55, 57, 60, 65),
            **PRUNING | {"options": (*OPTIONS, *REINITIALIZED)},
        ),
        SearchStudy(name="random-init/structured-search", masks=Structured(16), **SEARCH),
        SearchStudy(
            name="random-init/unstructured-search-95", masks=unstructured_masks((3, 3, 3)), **SEARCH
        ),
        SearchStudy(
            name="random-init/unstructured-search-99.5",
            masks=unstructured_masks((7, 3, 3), first=3, below=33),
            **SEARCH_995,
        ),
        PruningStudy(
            name="fixed-init-95/pruning",
            origin=BEST_95,
            widths=(3, 16),
            keep=tuple(range(15, 27)),
            seeds=5,
            **PRUNING,
        ),
        SearchStudy(
            name="fixed-init-95/structured-search",
            origin=BEST_95,
            masks=Structured(16, below=(3, 3, 3)),
            **SEARCH,
        ),
        SearchStudy(
            name="fixed-init-95/unstructured-search",
            origin=BEST_95,
            masks=unstructured_masks((3, 2, 2)),
            **SEARCH,
        ),
        PruningStudy(
            name="fixed-init-99.5/pruning",
            origin=BEST_995,
            widths=(6, 16),
            keep=(16, 18, 20, 22, 24, 25, 26, 27, 28, 29, 30, 32, 34, 36),
            seeds=5,
            **PRUNING,
        ),
        SearchStudy(
            name="fixed-init-99.5/structured-search",
            origin=BEST_995,
            masks=Structured(16, below=(7, 3, 3)),
            **SEARCH,
        ),
        SearchStudy(
            name="fixed-init-99.5/unstructured-search",
            origin=BEST_995,
            masks=unstructured_masks((6, 3, 2), first=6, below=31),
            **SEARCH_995,
        ),
    )
}


def study(name: str) -> Study:
    """The study of that name. Raises ValueError with the names that there are."""
    require(name in STUDIES, f"unknown study {name!r}; there are: {', '.join(STUDIES)}")
    return STUDIES[name]
