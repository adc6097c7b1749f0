"""Pruning algorithms, one file each, found by discovery: adding one means adding a file."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, cast

from cubistlib.pruners.base import AtInitialization, DuringTraining, Pruner
from cubistlib.pruners.scored import Scored
from cubistlib.pruners.task import Task
from cubistlib.support.types import OneOf, checked

__all__ = ["AtInitialization", "DuringTraining", "Pruner", "Scored", "Task", "available", "get"]


def available(controls: bool = True) -> dict[str, type[Pruner]]:
    """Every algorithm by name: those of this package and any subclass defined elsewhere.

    controls: whether the controls are among them. Algorithms made from others, such as
    `Shuffled(SNIP())`, have a name only once they are made and are not listed. Of two classes
    with one name the one defined last counts, as when a notebook cell is run again; one from
    elsewhere goes before this package's.
    """
    _load_all()
    return {name: c for name, c in sorted(_loaded().items()) if controls or not c.control}


class _Names:
    """The names of all algorithms. To look for one loads no more than its file."""

    def __contains__(self, name: str) -> bool:
        return _named(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(available())


Algorithm = Annotated[str, OneOf(_Names)]


def get(name: str) -> type[Pruner]:
    """The algorithm of that name. Raises ValueError with the names that there are."""
    return cast(type[Pruner], _named(checked("algorithm", Algorithm, name)))


def __getattr__(name: str) -> Any:
    """`pruners.SNIP` and every other algorithm by its class's name."""
    if not name.startswith("_"):
        _load_all()
        for algorithm in _algorithms():
            if algorithm.__name__ == name:
                return algorithm
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _named(name: str) -> type[Pruner] | None:
    """The algorithm of that name; most have a file of that name, which is enough to load."""
    if module := _modules().get(name):
        importlib.import_module(module)
    return _loaded().get(name) or available().get(name)


def _loaded() -> dict[str, type[Pruner]]:
    """By name those that can be used, as far as modules that define them are loaded."""
    names = ((c, getattr(c, "name", "")) for c in _algorithms())
    named = [c for c, name in names if isinstance(name, str) and name]
    return {c.name: c for c in sorted(named, key=ours, reverse=True)}  # others count last


def ours(algorithm: type[Pruner]) -> bool:
    """Whether it is one of this package, not one defined elsewhere."""
    return algorithm.__module__.startswith(f"{__name__}.")


def _algorithms() -> Iterator[type[Pruner]]:
    """Every class there is that can be used, in the order of definition within a family."""
    families = [Pruner]
    while families:
        for subclass in families.pop().__subclasses__():
            families.append(subclass)
            if not inspect.isabstract(subclass):
                yield subclass


@cache
def _modules() -> dict[str, str]:
    """Every module of this package by its file's name; to look for them takes milliseconds."""
    found = pkgutil.walk_packages(__path__, __name__ + ".")
    return {module.name.rpartition(".")[2]: module.name for module in found}


@cache
def _load_all() -> None:
    for module in _modules().values():
        importlib.import_module(module)
