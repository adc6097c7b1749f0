"""What arguments may be: whole numbers, rates, shares, names, checked in one place by pydantic.

A field `steps: Count` takes whole numbers ≥ 1. True and False are never numbers, nor is text;
numpy's numbers become Python's, infinity and NaN are refused, and so is what no machine could
do or hold. A list is written as one even if it is of one value, [15]: a lone 15 is refused,
since what reads a list after the check would stumble over it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, partial, wraps
from inspect import signature
from typing import Annotated, Any, ParamSpec, TypeVar, get_args, get_type_hints

import numpy as np
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from cubistlib.support.checks import UserError

T = TypeVar("T")
P = ParamSpec("P")

# The most of what takes a step of work, or a place in memory, each; a rate above it is none.
MANY = 1_000_000


def plain(value: Any) -> Any:
    """A numpy scalar as Python has it, a list as a tuple, and anything else as it is."""
    if isinstance(value, np.generic):
        return value.item()
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Allowed:
    """What a type allows, in words that stand in for all that pydantic would say."""

    words: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        inner = core_schema.no_info_before_validator_function(plain, handler(source))
        return core_schema.custom_error_schema(inner, "allowed", custom_error_message=self.words)


@dataclass(frozen=True)
class AtMost:
    """An upper bound, for numbers that the type it follows allows."""

    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: Any) -> Any:
        if value > self.most:
            raise PydanticCustomError("allowed", f"at most {self.most:,}")
        return value


@dataclass(frozen=True)
class OneOf:
    """One of some names, which are asked for anew each time: there may be more by then."""

    names: Callable[[], Iterable[str]]

    @property
    def words(self) -> str:
        return f"one of {', '.join(self.names())}"

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def _check(self, value: Any) -> str:
        if isinstance(value, str) and value in self.names():
            return str(value)
        raise PydanticCustomError("allowed", self.words)


@dataclass(frozen=True)
class _Listed:
    """Whatever lists its values, as a tuple of at least so many; a mapping lists its pairs."""

    least: int
    once: bool = False  # no text twice

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        taken = partial(self._taken, get_args(source)[0])
        return core_schema.no_info_before_validator_function(taken, handler(source))

    def _taken(self, kind: Any, values: Any) -> tuple:
        values = values.items() if isinstance(values, Mapping) else values
        listed = isinstance(values, Iterable) and not isinstance(values, str)
        found = tuple(values) if listed else ()
        twice = self.once and len({*map(str, found)}) < len(found)
        if not listed or len(found) < self.least or twice:
            many = (" of one or more" if self.least else "") + (", none twice" if self.once else "")
            lone = "lone" if not listed and _takes(kind, values) else "allowed"
            raise PydanticCustomError(lone, f"a list{many}, each {_own(kind).words}")
        return found


Integer = Annotated[int, Field(strict=True), Allowed("a whole number")]
Whole = Annotated[int, Field(strict=True, ge=0), Allowed("a whole number ≥ 0")]
Size = Annotated[int, Field(strict=True, ge=1), Allowed("a whole number ≥ 1"), AtMost(1000 * MANY)]
Count = Annotated[int, Field(strict=True, ge=1), Allowed("a whole number ≥ 1"), AtMost(MANY)]
CountOrAll = Annotated[Count | None, Allowed(f"a whole number 1 … {MANY:,}")]  # None: all there are
Width = Annotated[int, Field(strict=True, ge=1), Allowed("a whole number ≥ 1"), AtMost(10_000)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False), Allowed("a number")]
Rate = Annotated[
    float, Field(strict=True, allow_inf_nan=False, ge=0), Allowed("a number ≥ 0"), AtMost(MANY)
]
Positive = Annotated[
    float,
    Field(strict=True, allow_inf_nan=False, gt=0),
    Allowed("a number > 0"),
    AtMost(1000 * MANY),
]
Multiple = Annotated[
    float, Field(strict=True, allow_inf_nan=False, ge=1), Allowed("a number ≥ 1"), AtMost(MANY)
]
Share = Annotated[float, Field(strict=True, ge=0, le=1), Allowed("a number 0 … 1")]
PositiveShare = Annotated[float, Field(strict=True, gt=0, le=1), Allowed("a number > 0 and ≤ 1")]
Flag = Annotated[bool, Field(strict=True), Allowed("true or false")]
Text = Annotated[str, Field(strict=True), Allowed("text")]
Name = Annotated[
    str,
    Field(strict=True, pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$"),
    Allowed("of letters, digits, . _ - and single /"),
]
Plain = Annotated[Any, BeforeValidator(plain)]
OneOrMore = Annotated[tuple[T, ...], _Listed(1)]
AnyNumber = Annotated[tuple[T, ...], _Listed(0)]
ListOf = Annotated[Sequence[T], _Listed(1)]
SetOf = Annotated[Sequence[T], _Listed(1, once=True)]
AnyList = Annotated[Sequence[T], _Listed(0)]

# What plain annotations mean.
PLAIN: dict[type, Any] = {int: Integer, float: Number, bool: Flag, str: Text}


@cache
def at_least(least: int, most: int = MANY) -> Any:
    """The type of whole numbers of at least that size."""
    words = Allowed(f"a whole number ≥ {least}")
    return Annotated[int, Field(strict=True, ge=least), words, AtMost(most)]


def checked(place: str, kind: Any, value: Any) -> Any:
    """A value in plain form. Raises ValueError in one sentence, which begins with `place`."""
    return _passed(place, _validator(kind), value)


def validated(owner: str, thing: Any) -> None:
    """Puts the fields of a new dataclass in place in plain form, as their annotations say.

    A field of another type than those above and int, float, bool and str is left as it is.
    Raises ValueError in one sentence, which begins with `owner`.
    """
    kind: Any = type(thing)
    for name, validate in _validators(kind):
        value = _passed(f"{owner}: {name}", validate, getattr(thing, name))
        object.__setattr__(thing, name, value)


def arguments(function: Callable[P, T]) -> Callable[P, T]:
    """A function whose arguments are checked and put in plain form, as annotations say.

    One of another type than those above and int, float, bool and str is left as it is. Raises
    ValueError in one sentence, which begins with the function's name.
    """
    known = signature(function)

    @wraps(function)
    def called(*given: P.args, **named: P.kwargs) -> T:
        bound = known.bind(*given, **named)
        for name, validate in _validators(function):
            if name in bound.arguments:
                place = f"{function.__name__}: {name}"
                bound.arguments[name] = _passed(place, validate, bound.arguments[name])
        return function(*bound.args, **bound.kwargs)

    return called


def _passed(place: str, validate: Callable[[Any], Any], value: Any) -> Any:
    try:
        return validate(value)
    except ValidationError as error:
        fault = error.errors()[0]
        if fault["type"] == "value_error":  # what went wrong while looking for names
            raise UserError(str(fault["ctx"]["error"])) from error
        raise UserError(sentence(fault, place)) from None


def sentence(fault: ErrorDetails, *outer: str) -> str:
    """An error of pydantic's in one sentence: where, what is allowed and what was given.

    outer: the names that come before the place which the error knows.
    """
    name, *indices = map(str, (*outer, *fault["loc"]))
    place = f"{name}{''.join(f'[{i}]' for i in indices)}"
    given = brief(fault["input"])
    hint = f": write [{given}]" * (fault["type"] == "lone")
    return f"{place} must be {fault['msg']}, got {given}{hint}"


def brief(value: Any, most: int = 200) -> str:
    """A value as a sentence shows it: on one line, and of a long one the beginning."""
    try:
        shown = " ".join(repr(value).split())
    except Exception:  # Python writes no number of 5,000 digits, and a stranger's class may fail
        shown = f"an unprintable {type(value).__name__}"
    return shown if len(shown) <= most else f"{shown[:most]} …"


def _takes(kind: Any, value: Any) -> bool:
    try:
        _validator(kind)(value)
    except ValidationError:
        return False
    return True


@cache
def _validator(kind: Any) -> Callable[[Any], Any]:
    return TypeAdapter(kind).validator.validate_python


@cache
def _validators(kind: Any) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Each field or argument that is checked, and what checks it and gives its plain form."""
    try:
        hints = get_type_hints(kind, include_extras=True)
    except (NameError, SyntaxError, AttributeError, TypeError):
        return ()  # An annotation that means nothing outside its function, or at all.
    if is_dataclass(kind):
        names = [f.name for f in fields(kind) if f.init]
    else:
        listed = signature(kind).parameters.values()
        names = [p.name for p in listed if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    found: dict[str, Any] = {name: hints[name] for name in names if name in hints}
    types: dict[str, Any] = {
        n: PLAIN.get(h) if isinstance(h, type) else h for n, h in found.items()
    }
    return tuple((n, _validator(t)) for n, t in types.items() if _own(t))


def _own(kind: Any) -> Any:
    """What this module says of a type; None where it says nothing."""
    said = getattr(kind, "__metadata__", ())
    return next((m for m in said if isinstance(m, Allowed | OneOf | _Listed)), None)
