"""The combinatorial search: which masks there are, listed, numbered and counted."""

from cubistlib.search.burnside import count_all, count_by_weights, count_masks
from cubistlib.search.canonical import Canonical, connected_masks
from cubistlib.search.masks import (
    Joined,
    MaskList,
    Structured,
    Unstructured,
    all_supports,
    structures,
    supports,
    unstructured_masks,
)

__all__ = [
    "Canonical", "Joined", "MaskList", "Structured", "Unstructured", "all_supports",
    "connected_masks", "count_all", "count_by_weights", "count_masks", "structures", "supports",
    "unstructured_masks",
]  # fmt: skip
