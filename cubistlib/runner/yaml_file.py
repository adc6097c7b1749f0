"""A parameter file as a mapping: lines `name: value` or `name: [value, value]`, and no more.

What else YAML has, tags, aliases, deeper nesting, is refused where it begins, before anything
is built from it.
"""

from collections.abc import Iterator
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

import yaml

from cubistlib.runner.scalars import agreed
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import require_text
from cubistlib.support.types import brief

# Far above any parameter file, and read in a fraction of a second whatever stands there.
MOST_BYTES, MOST_PIECES = 1 << 15, 4000


def read_yaml(file: Path) -> dict[str, Any]:
    """The mapping that a parameter file holds. Raises ValueError in one short sentence."""
    try:
        return _mapping(_events(_text(file)))
    except UserError as error:
        raise UserError(f"{paths.shown(file)}: {error}") from error


def _text(file: Path) -> str:
    try:
        require(file.is_file(), "missing, or no file; each notebook needs its parameters there")
        with file.open("rb") as opened:
            held = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror or error})") from error
    require(len(held) <= MOST_BYTES, f"must be no larger than {MOST_BYTES // 1024} KiB")
    try:
        return held.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError("not YAML: not a text file in UTF-8") from error


def _events(text: str) -> Iterator[yaml.Event]:
    """What stands in a file, piece by piece. Raises ValueError whatever PyYAML raises."""
    try:
        for count, event in enumerate(yaml.parse(text, yaml.SafeLoader)):
            require(count < MOST_PIECES, f"{_line(event)} and on: too many names and values")
            yield event
    except UserError:
        raise
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UserError(f"not YAML, line {line}: no text holds U+{error.character:04X}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"not YAML, line {line}: {str(error.problem)[:200]}") from error
    except Exception as error:  # for "\U00110000" or %YAML 1.99…9 it has a ValueError
        raise UserError(f"not YAML: {str(error)[:200]}") from error


def _mapping(events: Iterator[yaml.Event]) -> dict[str, Any]:
    """The one mapping of the one document."""
    *_, first = islice(events, 3)  # the stream's and the document's beginnings come before it
    require(isinstance(first, yaml.MappingStartEvent), "must hold lines 'name: value'")
    _bare(first)
    values: dict[str, Any] = {}
    for event in takewhile(lambda e: not isinstance(e, yaml.MappingEndEvent), events):
        name = _scalar(event)
        named = isinstance(name, str) and name.isidentifier()
        require(named, f"{_line(event)}: {brief(name, 60)} cannot be a parameter's name")
        require(name not in values, f"{_line(event)}: {name[:60]} given twice")
        values[name] = _value(next(events), events)
    *_, last = islice(events, 2)  # after the document's end
    require(isinstance(last, yaml.StreamEndEvent), f"{_line(last)}: a second document begins")
    return values


def _value(event: yaml.Event, events: Iterator[yaml.Event]) -> Any:
    if not isinstance(event, yaml.SequenceStartEvent):
        return _scalar(event)
    _bare(event)
    listed = takewhile(lambda e: not isinstance(e, yaml.SequenceEndEvent), events)
    return [_scalar(item) for item in listed]


def _scalar(event: yaml.Event) -> Any:
    _bare(event)
    if not isinstance(event, yaml.ScalarEvent):
        raise UserError(f"{_line(event)}: must be 'name: value' or 'name: [value, value]'")
    try:
        require_text(event.value)
        return event.value if event.style else agreed(event.value)
    except UserError as error:
        raise UserError(f"{_line(event)}: {error}") from error


def _bare(event: yaml.Event) -> None:
    """Refuses an alias, and what bears an anchor or a tag."""
    bare = getattr(event, "anchor", None) is None and getattr(event, "tag", None) is None
    require(bare, f"{_line(event)}: &, * and ! mean nothing here: write the value out")


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1 if event.start_mark else 1}"
