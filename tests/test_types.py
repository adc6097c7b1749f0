"""The types of arguments: what each takes and refuses, and in which words."""

from dataclasses import InitVar, dataclass, field
from math import inf, nan
from typing import Annotated, Any

import numpy as np
import pytest

from cubistlib.support.checks import UserError
from cubistlib.support.types import (
    AnyNumber,
    Count,
    Flag,
    Integer,
    ListOf,
    Name,
    Number,
    OneOf,
    OneOrMore,
    Positive,
    Rate,
    Share,
    Size,
    Text,
    Whole,
    Width,
    arguments,
    at_least,
    brief,
    validated,
)

NEVER = [None, nan, inf, -inf, True, np.True_, "1", np.array([1, 2]), [1], 1j]
FRACTIONS = [0.5, np.float64(0.5), np.float32(0.5)]
WHOLE_NUMBERS = [2, np.int64(2), np.uint8(2)]
COLOURS = ["red", "green"]
COLOUR = Annotated[str, OneOf(lambda: COLOURS)]
NO_NAMES = ["", "../up", "/a", "a/", "a//b", "a b", "a\n", 5, None]

TYPES = [
    (Integer, "a whole number", [*WHOLE_NUMBERS, 0, -2], [*NEVER, *FRACTIONS, 1.0]),
    (Whole, "a whole number ≥ 0", [*WHOLE_NUMBERS, 0], [*NEVER, *FRACTIONS, 1.0, -1, np.int8(-1)]),
    (Count, "a whole number ≥ 1", [*WHOLE_NUMBERS, 1], [*NEVER, *FRACTIONS, 1.0, 0, np.int8(0)]),
    (Number, "a number", [*WHOLE_NUMBERS, *FRACTIONS, 0, -2.5], NEVER),
    (Rate, "a number ≥ 0", [*WHOLE_NUMBERS, *FRACTIONS, 0], [*NEVER, -1, np.float32(-0.1)]),
    (Positive, "a number > 0", [*WHOLE_NUMBERS, *FRACTIONS], [*NEVER, 0, 0.0, -1]),
    (Share, "a number 0 … 1", [*FRACTIONS, 0, 1, np.int64(1)], [*NEVER, 2, 1.01, -0.01]),
    (Flag, "true or false", [True, False, np.True_], [None, 0, 1, "yes", nan]),
    (Text, "text", ["", "1", np.str_("a")], [None, 1, True, b"a"]),
    (Name, "of letters, digits, . _ - and single /", ["a", "é_1/b-2.c"], NO_NAMES),
    (COLOUR, "one of red, green", ["red", np.str_("green")], ["blue", "", None, 1, ["red"]]),
]


def made(kind, value):
    """The value in plain form, as a dataclass's only field `it` of that type has it."""

    @dataclass(frozen=True)
    class Thing:
        it: kind

        def __post_init__(self):
            validated("thing", self)

    return Thing(value).it


def refusal(kind, value):
    with pytest.raises(UserError) as error:
        made(kind, value)
    return str(error.value)


@pytest.mark.parametrize(("kind", "words", "good", "bad"), TYPES, ids=[t[1] for t in TYPES])
def test_each_type_takes_and_refuses(kind, words, good, bad):
    for value in good:
        found = made(kind, value)
        assert found == value and not isinstance(found, np.generic)
        assert type(found) in (int, float, bool, str)
    for value in bad:
        assert refusal(kind, value) == f"thing: it must be {words}, got {value!r}"


def test_rates_and_shares_are_floats():
    assert all(isinstance(made(kind, 1), float) for kind in (Number, Rate, Positive, Share))


@pytest.mark.parametrize("values", [(3, 4), [3, 4], range(3, 5), np.array([3, 4]), iter([3, 4])])
def test_whatever_lists_its_values_becomes_a_tuple(values):
    assert made(OneOrMore[Count], values) == (3, 4)


def test_a_mapping_lists_its_pairs():
    assert made(AnyNumber[Annotated[tuple, Text]], ()) == ()
    assert made(OneOrMore[Any], {"points": 600}) == (("points", 600),)


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (OneOrMore[Count], [], "it must be a list of one or more, each a whole number ≥ 1, got []"),
        (
            OneOrMore[Share],
            0.5,
            "it must be a list of one or more, each a number 0 … 1, got 0.5: write [0.5]",
        ),
        (
            OneOrMore[COLOUR],
            "red",
            "it must be a list of one or more, each one of red, green, got 'red': write ['red']",
        ),
        (
            OneOrMore[Share],
            "red",
            "it must be a list of one or more, each a number 0 … 1, got 'red'",
        ),
        (AnyNumber[Rate], None, "it must be a list, each a number ≥ 0, got None"),
        (OneOrMore[Count], [3, 0], "it[1] must be a whole number ≥ 1, got 0"),
        (OneOrMore[Count], {3: 4}, "it[0] must be a whole number ≥ 1, got (3, 4)"),
        (OneOrMore[OneOrMore[Share]], [[1], [0, 3]], "it[1][1] must be a number 0 … 1, got 3"),
        (Text, np.zeros((100, 100)), "it must be text, got array([[0., 0., 0., ..., 0., 0., 0.], "),
    ],
)
def test_lists_are_refused_in_one_short_sentence(kind, value, sentence):
    said = refusal(kind, value)
    assert said.startswith(f"thing: {sentence}")
    assert "\n" not in said and len(said) < 300


def test_names_are_asked_for_anew(monkeypatch):
    assert "got 'blue'" in refusal(COLOUR, "blue")
    monkeypatch.setitem(globals(), "COLOURS", [*COLOURS, "blue"])
    assert made(COLOUR, "blue") == "blue"


@pytest.mark.parametrize(
    ("kind", "bad"), [(int, 0.5), (int, True), (float, "1"), (float, inf), (bool, 1), (str, 1)]
)
def test_plain_annotations_mean_what_they_say(kind, bad):
    assert "thing: it must be " in refusal(kind, bad)


@dataclass
class Odd:
    """What no type here describes is its class's own business."""

    given: InitVar[int]
    array: np.ndarray
    several: list[int]
    maybe: int | None = None
    whatever: Any = "x"
    no_type: 5 = 5
    later: int = field(init=False)

    def __post_init__(self, given):
        validated("odd", self)


@pytest.mark.parametrize("value", [1, None, "x", [1], np.ones(2)])
def test_other_annotations_are_left_alone(value):
    odd = Odd(value, value, value, value, value, value)
    for name in ("array", "several", "maybe", "whatever", "no_type"):
        assert getattr(odd, name) is value


@pytest.mark.parametrize("text", ["Unknown", "no type at all", "np.nothing"])
def test_annotations_that_mean_nothing_are_left_alone(text):
    assert made(text, text) == text


@arguments
def told(by: ListOf[Text], share: Share = 0.5, *rest: int, name: str = "a", anything=None) -> Any:
    """What it was given."""
    return by, share, rest, name, anything


def test_arguments_of_a_function_come_in_plain_form():
    assert told(["x"], np.float32(1), 2, 2.5) == (("x",), 1.0, (2, 2.5), "a", None)
    assert type(told(("x",), np.float64(1))[1]) is float and told.__doc__ == "What it was given."
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        told(["x"], colour="red")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"by": ()}, "told: by must be a list of one or more, each text, got ()"),
        ({"by": "x"}, "told: by must be a list of one or more, each text, got 'x': write ['x']"),
        ({"by": ["x", 3]}, "told: by[1] must be text, got 3"),
        ({"by": ["x"], "share": 95}, "told: share must be a number 0 … 1, got 95"),
        ({"by": ["x"], "share": nan}, "told: share must be a number 0 … 1, got nan"),
        ({"by": ["x"], "name": None}, "told: name must be text, got None"),
    ],
)
def test_arguments_of_a_function_are_refused_in_a_sentence(given, sentence):
    with pytest.raises(UserError) as refused:
        told(**given)
    assert str(refused.value) == sentence


class Unprintable:
    def __repr__(self):
        raise RuntimeError("not today")


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (Count, 10**12, "it must be at most 1,000,000, got 1000000000000"),
        (Size, 10**12, "it must be at most 1,000,000,000, got 1000000000000"),
        (Width, 10**9, "it must be at most 10,000, got 1000000000"),
        (at_least(3), np.int64(10**9), "it must be at most 1,000,000, got np.int64(1000000000)"),
        (Rate, 1e300, "it must be at most 1,000,000, got 1e+300"),
        (Whole, -1, "it must be a whole number ≥ 0, got -1"),
        (Text, Unprintable(), "it must be text, got an unprintable Unprintable"),
        (OneOrMore[Count], [3, 10**9], "it[1] must be at most 1,000,000, got 1000000000"),
    ],
)
def test_what_no_machine_could_do_is_refused_and_shown_in_part(kind, value, sentence):
    assert refusal(kind, value) == f"thing: {sentence}"


def test_long_values_are_shown_in_part():
    assert len(brief(10**400)) == len(brief("a" * 10**6)) == 202
    assert brief(np.eye(2), 14) == "array([[1., 0. …"


def test_a_number_that_python_does_not_print():
    assert refusal(Share, 10**5000) == "thing: it must be a number 0 … 1, got an unprintable int"
