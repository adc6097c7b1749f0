"""A study's arguments as plain tuples and numbers, or one sentence on what is wrong with them."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from inspect import signature
from math import isfinite
from numbers import Real
from typing import Any

from cubistlib import pruners
from cubistlib.data import cubist_spiral
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import weights_of
from cubistlib.pruners.base import SELECTIONS
from cubistlib.search.masks import MaskList
from cubistlib.support.checks import is_whole, require
from cubistlib.training import backends
from cubistlib.training.config import SCHEDULES

NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*")
SPIRAL = tuple(signature(cubist_spiral).parameters)


def common(study: Any) -> dict[str, Any]:
    """The arguments that every study has."""
    name, backend, known = study.name, study.backend, ("auto", *backends.available())
    require(
        isinstance(name, str) and NAME.fullmatch(name) is not None,
        f"study: name must be of letters, digits, . _ - and single /, got {name!r}",
    )
    require(backend in known, f"study: backend must be one of {', '.join(known)}, got {backend!r}")
    pairs = study.spiral.items() if isinstance(study.spiral, Mapping) else study.spiral
    return {
        "lrs": tuple(map(float, listed("lrs", study.lrs, "numbers", _is_number))),
        "schedules": listed("schedules", study.schedules, f"some of {SCHEDULES}", SCHEDULES.count),
        "epochs": whole("epochs", study.epochs),
        "seeds": whole("seeds", study.seeds),
        "shard": whole("shard", study.shard),
        "spiral": _tuples("spiral", pairs, f"pairs of one of {SPIRAL} and a number", _is_spiral),
    }


def search(study: Any) -> dict[str, Any]:
    """The arguments of a search."""
    masks = study.masks
    if not isinstance(masks, MaskList):
        masks = listed("masks", masks, "masks of one network each", _is_mask)
    require(len(masks) > 0, f"study: masks must not be empty, {masks!r} is")
    rungs = _tuples("rungs", study.rungs, "pairs (epochs, share)", _is_rung)
    return {"masks": masks, "rungs": rungs}


def pruning(study: Any) -> dict[str, Any]:
    """The arguments of a study of pruning algorithms."""
    algorithms = listed("algorithms", study.algorithms, "names", lambda v: isinstance(v, str))
    for algorithm in algorithms:
        pruners.get(algorithm)
    widths, keep = (
        tuple(map(int, listed(name, values, "whole numbers ≥ 1", is_whole)))
        for name, values in (("widths", study.widths), ("keep", study.keep))
    )
    most = weights_of((max(widths),) * 3)
    require(min(keep) < most, f"study: keep must have a k below {most}, the weights of the widest")
    require(
        study.selection in SELECTIONS,
        f"study: selection must be one of {', '.join(SELECTIONS)}, got {study.selection!r}",
    )
    allowed = f"triples (algorithm, field, value) of {', '.join(algorithms)}"
    options = _tuples("options", study.options, allowed, lambda o: _is_option(o, algorithms))
    return {"algorithms": algorithms, "widths": widths, "keep": keep, "options": options}


def whole(name: str, value: object) -> int:
    """A whole number of at least 1. Raises ValueError for anything else."""
    require(is_whole(value), f"study: {name} must be a whole number ≥ 1, got {value!r}")
    return int(value)


def listed(name: str, values: object, what: str, fits: Callable[[Any], Any]) -> tuple:
    """Values that are all fit, at least one. Raises ValueError for anything else."""
    plain = isinstance(values, Iterable) and not isinstance(values, str | Mapping)
    found = tuple(values) if plain else ()
    sound = len(found) > 0 and all(map(fits, found))
    require(sound, f"study: {name} must be a list of {what}, got {values!r}")
    return found


def _tuples(name: str, values: Any, what: str, fits: Callable[[Any], Any]) -> tuple:
    """The same for tuples in a tuple, which may be empty."""
    if isinstance(values, Iterable) and not isinstance(values, str | Mapping):
        values = tuple(values)
    if values == ():
        return ()
    return tuple(map(tuple, listed(name, values, what, fits)))


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def _is_mask(value: object) -> bool:
    return isinstance(value, Masks) and len(value) == 1


def _is_sequence(value: object, length: int) -> bool:
    return isinstance(value, tuple | list) and len(value) == length


def _is_spiral(pair: Any) -> bool:
    return _is_sequence(pair, 2) and pair[0] in SPIRAL and _is_number(pair[1])


def _is_rung(pair: Any) -> bool:
    return _is_sequence(pair, 2) and is_whole(pair[0]) and _is_number(pair[1])


def _is_option(option: Any, algorithms: tuple[str, ...]) -> bool:
    if not _is_sequence(option, 3) or option[0] not in algorithms:
        return False
    return option[1] in {field.name for field in fields(pruners.get(option[0]))}
