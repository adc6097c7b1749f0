"""The paper's ten studies, 485,838 experiments in all, as data. Source: paper, "Studies"."""

from collections.abc import Iterable

from cubistlib.search import MaskList, Structured, Unstructured
from cubistlib.studies.pruning import PruningStudy
from cubistlib.studies.searching import SearchStudy
from cubistlib.studies.study import Origin, Study
from cubistlib.support.checks import require
from cubistlib.support.types import brief
from cubistlib.training import SCHEDULES

NINE = ("gmp", "lth", "snip", "grasp", "iter_snip", "force", "synflow", "prospr", "rigl")

RATES = (0.05, 0.1, 0.2)

# As the paper ran them; source: paper, "The nine algorithms".
OPTIONS = (("synflow", "biases", True), ("prospr", "inner_lr", "lr"))
REINITIALIZED = (("snip", "reinitialize", True), ("grasp", "reinitialize", True))

BEST_95 = Origin("random-init/unstructured-search-95", 0.95)
BEST_995 = Origin("random-init/unstructured-search-99.5", 0.995)


def _pruning(name: str, widths: tuple[int, ...], keep: Iterable[int], **given) -> Study:
    given = {"algorithms": NINE, "schedules": SCHEDULES, "options": OPTIONS} | given
    return PruningStudy(name=name, widths=widths, keep=tuple(keep), lrs=RATES, **given)


def _search(name: str, masks: MaskList, origin: Origin | None = None, lrs=(0.05, 0.1)) -> Study:
    return SearchStudy(name=name, masks=masks, origin=origin, lrs=lrs, schedules=SCHEDULES)


STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
        _pruning(
            "random-init/pruning",
            widths=(3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 256),
            keep=(*range(15, 27), 30, 33, 37, 40, 44, 50, 53, 55, 57, 60, 65),
            options=(*OPTIONS, *REINITIALIZED),
        ),
        _search("random-init/structured-search", Structured(16)),
        _search("random-init/unstructured-search-95", Unstructured((3, 3, 3))),
        _search(
            "random-init/unstructured-search-99.5",
            Unstructured((7, 3, 3), first=3, below=33),
            lrs=(0.05,),
        ),
        _pruning(
            "fixed-init-95/pruning", widths=(3, 16), keep=range(15, 27), origin=BEST_95, seeds=5
        ),
        _search("fixed-init-95/structured-search", Structured(16, below=(3, 3, 3)), BEST_95),
        _search("fixed-init-95/unstructured-search", Unstructured((3, 2, 2)), BEST_95),
        _pruning(
            "fixed-init-99.5/pruning",
            widths=(6, 16),
            keep=(16, 18, 20, 22, 24, 25, 26, 27, 28, 29, 30, 32, 34, 36),
            origin=BEST_995,
            seeds=5,
        ),
        _search("fixed-init-99.5/structured-search", Structured(16, below=(7, 3, 3)), BEST_995),
        _search(
            "fixed-init-99.5/unstructured-search",
            Unstructured((6, 3, 2), first=6, below=31),
            BEST_995,
            lrs=(0.05,),
        ),
    )
}


def study(name: str) -> Study:
    """The study of that name. Raises ValueError with the names that there are."""
    known = name in list(STUDIES)  # which takes what no dictionary would be asked for
    require(known, f"unknown study {brief(name)}; there are: {', '.join(STUDIES)}")
    return STUDIES[name]
