"""What a study's results depend on, as JSON has it: by this, results are told from others'."""

import inspect
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any

from cubistlib import pruners
from cubistlib.networks import Masks, Network
from cubistlib.search import Joined, MaskList
from cubistlib.studies.study import Study
from cubistlib.support.provenance import checksum

# Fields that studies of before there were such lack; at these values none is named, so that
# what was defined then is still defined alike.
LATER: dict[str, Any] = {"tries": 1, "inherited": None, "keep": 0, "polished": ()}
LATER |= {"only": (), "control": "", "draws": "", "ham": 0.0, "ham_decay": 0.0}


def definition(study: Study) -> dict[str, Any]:
    """A study's kind, arguments and number of shards, and what its own algorithms are made of."""
    values = {field.name: getattr(study, field.name) for field in fields(study)}
    own = {n: _plain(v) for n, v in values.items() if n not in LATER or v != LATER[n]}
    named = {"kind": type(study).__name__, **own, "shards": len(study.shards)}
    if sources := _sources(own.get("algorithms", ())):
        named["sources"] = sources
    return json.loads(json.dumps(named))


def _plain(value: Any) -> Any:
    """A study's field as JSON has it; a list of masks by what it holds."""
    if type(value).__module__.startswith("cubistlib.search."):
        return f"Joined({_plain(value.lists)})" if isinstance(value, Joined) else repr(value)
    if is_dataclass(value) and not isinstance(value, MaskList):
        return {name: _plain(field) for name, field in vars(value).items()}
    if isinstance(value, Sequence) and len(value) and isinstance(value[0], Masks):
        parts = [
            b"".join(str(w.shape).encode() + w.tobytes() for w in mask.weights) for mask in value
        ]
        return f"{len(value)} masks, {checksum(b'|'.join(parts))}"
    if isinstance(value, Sequence) and len(value) and isinstance(value[0], Network):
        parts = [
            str(net.sizes).encode() + b"".join(a.tobytes() for a in net.arrays) for net in value
        ]
        return f"{len(value)} networks, {checksum(b'|'.join(parts))}"
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value


def _sources(algorithms: Sequence[str]) -> dict[str, str]:
    """A checksum of each algorithm that is not of this library, by its module or class."""
    found = {}
    for name in algorithms:
        algorithm = pruners.get(name)
        if not algorithm.__module__.startswith("cubistlib."):
            found[name] = "unknown"  # typed where nothing keeps it
            for source in (algorithm, sys.modules[algorithm.__module__]):  # with what is beside it
                with suppress(OSError, TypeError):
                    found[name] = checksum(inspect.getsource(source).encode())
    return found
