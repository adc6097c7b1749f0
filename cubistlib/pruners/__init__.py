"""Pruning algorithms, one file each, found by discovery: adding one means adding a file."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any

from cubistlib.pruners.base import AtInitialization, DuringTraining, Pruner
from cubistlib.pruners.scored import Scored
from cubistlib.pruners.task import Task
from cubistlib.support.types import OneOf, checked

__all__ = ["AtInitialization", "DuringTraining", "Pruner", "Scored", "Task", "available", "get"]


def available(controls: bool = True) -> dict[str, type[Pruner]]:
    """Every algorithm by name: those of this package and any subclass defined elsewhere.

    controls: whether the controls are among them. Algorithms made from others, such as
    `Shuffled(SNIP())`, have a name only once they are made and are not listed. Of two classes
    with one name the one defined last counts, as when a notebook cell is run again.
    """
    found = {c.name: c for c in _algorithms() if isinstance(getattr(c, "name", 0), str)}
    return {name: c for name, c in sorted(found.items()) if controls or not c.control}


Algorithm = Annotated[str, OneOf(available)]


def get(name: str) -> type[Pruner]:
    """The algorithm of that name. Raises ValueError with the names that there are."""
    return available()[checked("algorithm", Algorithm, name)]


def __getattr__(name: str) -> Any:
    """`pruners.SNIP` and every other algorithm by its class's name."""
    if not name.startswith("_"):
        for algorithm in _algorithms():
            if algorithm.__name__ == name:
                return algorithm
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _algorithms() -> Iterator[type[Pruner]]:
    """Every class that can be used, in the order of definition within a family."""
    _load()
    families = [Pruner]
    while families:
        for subclass in families.pop().__subclasses__():
            families.append(subclass)
            if not inspect.isabstract(subclass):
                yield subclass


@cache
def _load() -> None:
    """Import every module of this package, once: to look for them takes milliseconds."""
    for module in pkgutil.walk_packages(__path__, __name__ + "."):
        importlib.import_module(module.name)
