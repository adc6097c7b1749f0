"""A study as its record tells it: what `definition` wrote, read back."""

import ast
import json
import re
from dataclasses import fields
from typing import Any

from cubistlib.search import Canonical, Joined, Structured, Unstructured
from cubistlib.search.descent import Budget
from cubistlib.search.descent.polish import Polish
from cubistlib.studies.definition import definition
from cubistlib.studies.eliminating import EliminationStudy
from cubistlib.studies.pruning import PruningStudy
from cubistlib.studies.searching import SearchStudy
from cubistlib.studies.study import Origin, Study
from cubistlib.support.checks import UserError, require

KINDS = {kind.__name__: kind for kind in (EliminationStudy, PruningStudy, SearchStudy)}

# What a definition writes as Python does, and reads back here.
PARTS = {part.__name__: part for part in (Budget, Canonical, Polish, Structured, Unstructured)}

# Of masks and networks a definition tells no more than this.
CHECKSUM = re.compile(r'"\d+ (masks|networks), [0-9a-f]{16}"')


def recorded(known: dict[str, Any], given: dict[str, Any]) -> Study:
    """The study of a definition, as study.json has it.

    given: fields that the definition tells by a checksum alone: masks, networks. Raises
    ValueError if it tells too little, or of what is none in this version of the library.
    """
    name, kind = known.get("name"), KINDS.get(str(known.get("kind")))
    require(kind, f"{name}: its record is of no kind of study, {known.get('kind')!r:.60}")
    assert kind
    told = {f.name: known[f.name] for f in fields(kind) if f.init and f.name in known}
    own = {field: value for field, value in told.items() if field not in given}
    unknown = [field for field, value in own.items() if CHECKSUM.search(json.dumps(value))]
    require(
        not unknown,
        f"{name}: of {', '.join(unknown)} its record keeps a checksum alone; make the study in "
        "Python, and use its replay",
    )
    try:
        study = kind(**{field: _value(value) for field, value in own.items()}, **given)
    except UserError:
        raise
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError) as error:
        reason = (str(error).splitlines() or ["no reason given"])[0]
        raise UserError(f"{name}: its record tells of no study ({reason})") from error
    require(
        definition(study) == known,
        f"{name}: its record is of another version of this library, which made another study",
    )
    return study


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return Origin(**value)
    if isinstance(value, str) and "(" in value:
        return _part(ast.parse(value, mode="eval").body)
    return value


def _part(node: ast.AST) -> Any:
    """What a text of Python stands for: one of PARTS, or a literal."""
    if not isinstance(node, ast.Call):
        return ast.literal_eval(node)  # type: ignore[arg-type]
    called = node.func.id if isinstance(node.func, ast.Name) else ""
    given, named = map(_part, node.args), {k.arg: _part(k.value) for k in node.keywords}
    if called == Joined.__name__:  # whose lists stand there as texts
        return Joined(tuple(_part(ast.parse(text, mode="eval").body) for text in next(given)))
    if called not in PARTS:
        raise ValueError(f"there is no {called or 'such call'}")
    return PARTS[called](*given, **named)  # type: ignore[arg-type]
