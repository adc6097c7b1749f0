"""Pruning algorithms, one file each, found by discovery: adding one means adding a file."""

import importlib
import inspect
import pkgutil

from cubistlib.checks import require
from cubistlib.pruners.base import AtInitialization, DuringTraining, Pruner

__all__ = ["AtInitialization", "DuringTraining", "Pruner", "available", "get"]


def available() -> dict[str, type[Pruner]]:
    """Every algorithm by name: those of this package and any subclass defined elsewhere."""
    for module in pkgutil.iter_modules(__path__, __name__ + "."):
        importlib.import_module(module.name)
    found, queue = {}, [Pruner]
    while queue:
        for subclass in queue.pop().__subclasses__():
            queue.append(subclass)
            if not inspect.isabstract(subclass):
                found[subclass.name] = subclass
    return dict(sorted(found.items()))


def get(name: str) -> type[Pruner]:
    """The algorithm of that name. Raises ValueError with the names that there are."""
    names = available()
    require(name in names, f"unknown algorithm {name!r}; allowed: {', '.join(names)}")
    return names[name]
