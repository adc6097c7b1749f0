"""Masks that are known to be good: some network under them has reached an accuracy."""

from collections.abc import Iterator
from operator import le

import numpy as np
import pandas as pd

from cubistlib import analysis, store
from cubistlib.networks import Masks
from cubistlib.search import frontier
from cubistlib.search.masks import widened
from cubistlib.studies import paper
from cubistlib.studies.eliminating import KINDS, masks_of, network_of
from cubistlib.studies.searching import SearchStudy
from cubistlib.support import paths


def good_masks(hidden: tuple[int, ...], target: float) -> dict[str, Masks]:
    """What is published of masks inside a structure that have reached a target, by source.

    hidden: widths, such as (3, 3, 3), into which the masks are put as they are. target: an
    accuracy, a share. Sources: "elimination", what the searches that went down ended in;
    "frontier", the witnesses; "search", the masks of the paper's searches, at least once in all
    their trainings. Networks that SGD ended in alone, every bias counted; a source without a mask
    is left out. Many are the same but for the naming of their units; see `search.fitting`.
    """
    sources = {"elimination": _eliminations, "frontier": _witnesses, "search": _searches}
    found = {name: [*masks(hidden, target)] for name, masks in sources.items()}
    return {
        name: Masks.concatenate([widened(one, hidden) for one in masks])
        for name, masks in found.items()
        if masks
    }


def _eliminations(hidden: tuple[int, ...], target: float) -> Iterator[Masks]:
    for file in sorted((paths.published("frontier") / "elimination").glob("*/study.json")):
        runs = _reaching(store.read(file.parent), hidden, target)
        for _, row in runs[runs["algorithm"] == KINDS[0]].iterrows():
            yield masks_of(network_of(row))


def _witnesses(hidden: tuple[int, ...], target: float) -> Iterator[Masks]:
    for witness in frontier.published().values():
        by_sgd = (witness.kind, witness.bias_rule) == ("sgd", "read")
        if by_sgd and witness.claims.accuracy >= target and _within(witness.hidden, hidden):
            yield witness.masks


def _searches(hidden: tuple[int, ...], target: float) -> Iterator[Masks]:
    for study in paper.STUDIES.values():
        if isinstance(study, SearchStudy):
            numbers = _reaching(analysis.published(study.name), hidden, target)["mask"].unique()
            yield from (study.masks[int(number)] for number in numbers)


def _reaching(runs: pd.DataFrame, hidden: tuple[int, ...], target: float) -> pd.DataFrame:
    """The runs that reach a target with networks that lie inside a structure."""
    runs = analysis.converged(runs)
    runs = runs[runs["accuracy"] >= target]
    return runs[np.array([_within(widths, hidden) for widths in runs["hidden"]], bool)]


def _within(widths: tuple[int, ...], hidden: tuple[int, ...]) -> bool:
    return len(widths) == len(hidden) and all(map(le, widths, hidden))
