"""Does a witness hold? An independent scorer: numpy alone, nothing else of this library.

    python -m cubistlib verify FILE …
    python cubistlib/search/verify.py FILE …

A witness is a file of a sparse network's numbers and of what is claimed of it, as told in
outputs/published/frontier/README.md. This makes the Cubist Spiral from its formula, counts, scores
every point in double precision and says in a line whether the claim holds. Exit status: 0 if all
hold, 1 if some do not, 2 if some file is no witness.
"""

import argparse
import json
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

FORMAT, BIAS_RULES, KINDS = "cubistlib witness 1", ("read", "pruned"), ("sgd", "polished")
COUNTS, NUMBERS = ("parameters", "correct", "points"), ("accuracy", "smallest_logit")
FIELDS = ("format", "hidden", "weights", "biases", "bias_rule", "kind", "found", *COUNTS, *NUMBERS)
# What has to be said of how a network was found, as text; the date is a day, as 2026-11-25.
FOUND = ("recipe", "date", "by")
MOST_BYTES, WIDEST = 1_000_000, 64
# Sizes of numbers that are not 0; their products stay within double precision.
LEAST, MOST = 1e-29, 1e9
HEX = re.compile(r"-?0x[01](\.[0-9a-f]{1,13})?p[+-]?\d{1,2}")

Array = np.ndarray
Layers = Sequence[Array]


class NoWitness(ValueError):
    """A file that is no witness; the message is one sentence."""


class Measured(NamedTuple):
    """What is so of a network, whatever is claimed."""

    parameters: int
    correct: int
    points: int
    accuracy: float
    smallest_logit: float


@lru_cache
def spiral(rounded: bool = True) -> tuple[Array, Array]:
    """The Cubist Spiral: x (49982, 2) float64, and y (49982,) bool, True on the inner arm.

    rounded: to float32 before and after standardizing, as the points are that networks are
    trained on and witnesses scored on; else the formula itself. Source: paper, Cubist Spiral.
    """
    outer, inner, kind = _arm(15.0), _arm(-15.0), np.float32 if rounded else np.float64
    x = np.concatenate([outer, inner]).astype(kind).astype(np.float64)
    x = x - x.sum(axis=0) / len(x)
    x = (x / np.sqrt((x * x).sum(axis=0) / (len(x) - 1))).astype(kind).astype(np.float64)
    return x, np.arange(len(x)) >= len(outer)


def _arm(offset: float) -> Array:
    angles = math.pi + np.arange(17) * math.pi / 4 + 1.6 * 2 * math.pi / 8
    radius = 10 * angles + math.pi + offset
    corners = np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])
    lengths = np.hypot(*(corners[1:] - corners[:-1]).T)
    points = []
    for near, far, length in zip(corners[:-1], corners[1:], lengths, strict=True):
        count = math.floor(25_000 * length / lengths.sum())
        points.append(far + np.arange(count)[:, None] * (near - far) / (count - 1))
    return np.concatenate(points)


def measure(weights: Layers, biases: Layers, rule: str, rounded: bool = True) -> Measured:
    """Counts a network's parameters, and scores it on all points.

    weights: (out, in) a layer; biases: (out,) a layer; float64. rule: "read" or "pruned".
    A point is right only where rounding in double precision could not have made it so.
    """
    x, y = spiral(rounded)
    _, logits, doubt = _forward(weights, biases, x)
    correct = int(np.where(y, logits - doubt > 0, logits + doubt <= 0).sum())
    smallest = float(abs(logits).min())
    return Measured(count(weights, biases, rule), correct, len(x), correct / len(x), smallest)


def count(weights: Layers, biases: Layers, rule: str) -> int:
    """Nonzero weights, and biases by a rule.

    "read", the paper's: the bias of every hidden unit with an outgoing weight, and the output's,
    zero or not. "pruned": the biases that are not zero.
    """
    kept = biases if rule == "pruned" else [np.any(w != 0, axis=0) for w in weights[1:]]
    return int(sum(map(np.count_nonzero, (*weights, *kept)))) + (rule == "read")


def idle(weights: Layers, biases: Layers) -> list[str]:
    """Which hidden units do nothing, as sentences: on no path, or the same on every point."""
    hidden, _, _ = _forward(weights, biases, spiral()[0])
    found = []
    for layer, (h, into, out) in enumerate(zip(hidden, weights, weights[1:], strict=False), 1):
        cut_off = ~np.any(into != 0, axis=1) | ~np.any(out != 0, axis=0)
        for unit in np.flatnonzero(cut_off | (h.min(axis=0) == h.max(axis=0))):
            why = "is on no path" if cut_off[unit] else "is the same on every point"
            found.append(f"unit {unit} of hidden layer {layer} {why}")
    return found


def _forward(weights: Layers, biases: Layers, x: Array) -> tuple[Layers, Array, Array]:
    """Hidden layers after the ReLU, (rows, units) each; logits, and bounds of their error."""
    hidden, doubt = [x], np.zeros_like(x)
    for w, b in zip(weights, biases, strict=True):
        z = hidden[-1] @ w.T + b
        # Rounding of a sum of products in any order, taken twice.
        rounding = (w.shape[1] + 2) * np.finfo(float).eps
        doubt = doubt @ abs(w).T + rounding * (abs(hidden[-1]) @ abs(w).T + abs(b))
        if len(hidden) < len(weights):
            doubt = np.where(z + doubt <= 0, 0, doubt)
        hidden.append(np.maximum(z, 0))
    return hidden[1:-1], z[:, 0], doubt[:, 0]


def faults(witness: dict[str, Any]) -> list[str]:
    """In what a witness's claims are wrong, in words with both numbers; [] if they hold."""
    layers = witness["weights"], witness["biases"]
    wrong = idle(*layers)
    for name, found in measure(*layers, witness["bias_rule"])._asdict().items():
        # Sums in another order differ in their last digits.
        slack = 0 if name in COUNTS else 1e-6 * found + 1e-9
        if abs(witness[name] - found) > slack:
            wrong.append(f"{name} is {found!r}, not {witness[name]!r}")
    return wrong


def read(path: Path) -> dict[str, Any]:
    """A witness's fields, weights and biases as float64 arrays. Raises NoWitness."""
    try:
        _require(not path.is_dir(), "is a folder; give its files")
        _require(path.exists(), "no such file")
        _require(path.is_file(), "is no plain file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        _require(len(data) <= MOST_BYTES, f"a witness has at most {MOST_BYTES:,} bytes")
        return checked(json.loads(data.decode(), object_pairs_hook=_once))
    except NoWitness as error:
        reason = str(error)
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
    except (ValueError, RecursionError) as error:  # of characters, syntax, digits, depth
        reason = f"not JSON ({str(error).splitlines()[0]})"
    raise NoWitness(f"{path}: {reason}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _require(len(dict(pairs)) == len(pairs), "a field stands there twice")
    return dict(pairs)


def checked(fields: Any) -> dict[str, Any]:
    """What JSON gave as a witness, weights and biases as arrays. Raises NoWitness."""
    _require(isinstance(fields, dict), f"must be an object of {', '.join(FIELDS)}")
    for name in sorted({*fields} ^ {*FIELDS}):
        verb = "lacks" if name in FIELDS else "has unknown"
        raise NoWitness(f"{verb} {name!r:.60}; has to be of {', '.join(FIELDS)}")
    for name, allowed in (("format", (FORMAT,)), ("bias_rule", BIAS_RULES), ("kind", KINDS)):
        _check(name, fields[name], fields[name] in allowed, " or ".join(allowed))
    _check("found", fields["found"], isinstance(fields["found"], dict), "an object")
    _check_found(fields["found"])
    hidden = _list("hidden", fields["hidden"], 3, partial(_whole, most=WIDEST))
    weights = _list("weights", fields["weights"], 4)
    biases = _list("biases", fields["biases"], 4)
    for i, (into, out) in enumerate(pairwise((2, *hidden, 1))):
        row = partial(_list, length=into, of=_number)
        weights[i] = np.array(_list(f"weights[{i}]", weights[i], out, row))
        biases[i] = np.array(_list(f"biases[{i}]", biases[i], out, _number))
    for name in COUNTS:
        _whole(name, fields[name])
    numbers = {name: _number(name, fields[name]) for name in NUMBERS}
    return {**fields, **numbers, "weights": weights, "biases": biases}


def _check_found(found: Mapping[str, Any]) -> None:
    said = {name: found.get(name) for name in FOUND}
    silent = [n for n, text in said.items() if not isinstance(text, str) or not text.strip()]
    _require(not silent, f"found has to say {', '.join(FOUND)}; lacks {', '.join(silent)}")
    _check("found's date", found["date"], _is_day(found["date"]), "a day as 2026-11-25")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _list(place: str, value: Any, length: int, of: Callable | None = None) -> list[Any]:
    _check(place, value, type(value) is list and len(value) == length, f"a list of {length}")
    return [of(f"{place}[{i}]", part) if of else part for i, part in enumerate(value)]


def _number(place: str, value: Any) -> float:
    """A number, or the text of one in hexadecimal as Python's float.hex writes it."""
    number = math.nan
    if isinstance(value, str) and HEX.fullmatch(value):
        number = float.fromhex(value)
    elif type(value) in (int, float) and abs(value) <= MOST:
        number = float(value)
    fits = number == 0 or LEAST <= abs(number) <= MOST
    _check(place, value, fits, f"0 or a number of size {LEAST:g} ... {MOST:g}")
    return number


def _whole(place: str, value: Any, most: int = 1_000_000) -> int:
    _check(
        place, value, type(value) is int and 1 <= value <= most, f"a whole number 1 ... {most:,}"
    )
    return value


def _check(place: str, value: Any, fits: object, allowed: str) -> None:
    _require(fits, f"{place} must be {allowed}, got {json.dumps(value):.60}")


def _require(condition: object, sentence: str) -> None:
    if not condition:
        raise NoWitness(sentence)


def sentence(witness: dict[str, Any]) -> str:
    """What a witness shows, in words; its share of right points is rounded down."""
    correct, points = witness["correct"], witness["points"]
    rule = "" if witness["bias_rule"] == "read" else " with biases pruned"
    return (
        f"{witness['parameters']} parameters{rule}, {correct:,} of {points:,} points right "
        f"({math.floor(10_000 * correct / points) / 100:g} %), "
        f"smallest |logit| {witness['smallest_logit']:.2g}, structure {(*witness['hidden'],)}"
    )


def verify(path: Path) -> int:
    """Says in a line whether a file's claim holds. Gives 0, 1 if not, 2 if it is no witness."""
    try:
        witness = read(path)
    except NoWitness as error:
        print(error, file=sys.stderr, flush=True)
        return 2
    wrong = faults(witness)
    said = f"does not hold: {'; '.join(wrong)}" if wrong else f"holds: {sentence(witness)}"
    print(f"{path}: {said}".encode(errors="backslashreplace").decode(), flush=True)
    return 1 if wrong else 0


def command(given: argparse.Namespace) -> int:
    """Verify files; the worst of their statuses."""
    statuses = [verify(path) for path in given.files]
    if len(statuses) > 1:
        print(f"{statuses.count(0)} of {len(statuses)} hold")
    return max(statuses)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Whether witnesses hold.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a witness")
    sys.exit(command(parser.parse_args()))
