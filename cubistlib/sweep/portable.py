"""What workers outside this process have to know of a study: the modules of its own pruners."""

import io
import pickle
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from cubistlib import pruners
from cubistlib.studies import Study
from cubistlib.support.checks import UserError, require
from cubistlib.sweep.executors import Executor

# The script, notebook or prompt that runs the sweep: workers do not import it.
SCRIPT = "__main__"


def modules(study: Study) -> tuple[str, ...]:
    """The modules of a study's own pruners, which are found by their being imported.

    Raises ValueError for a study of which only the script knows, or which cannot be sent.
    """
    names = getattr(study, "algorithms", ())
    owners = {name: pruners.get(name).__module__ for name in names}
    for name, module in owners.items():
        _require_module(f"the pruner {name!r}", module)
    try:
        _Sent(io.BytesIO()).dump(study)
    except UserError:
        raise
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise UserError(f"{study.name} cannot be sent to workers: {error}") from error
    return tuple(sorted({m for m in owners.values() if not m.startswith("cubistlib.")}))


class _Sent(pickle.Pickler):
    """Looks at everything that is sent."""

    def persistent_id(self, thing: Any) -> None:
        if isinstance(thing, type) or callable(thing):
            what = repr(getattr(thing, "__name__", thing))
            _require_module(what, getattr(thing, "__module__", None))


def _require_module(what: str, module: str | None) -> None:
    require(
        module != SCRIPT,
        f"{what} is defined in the script or notebook itself, which workers do not import: "
        "put it into a module of its own and import that, or use executor='threads'",
    )


def importing(known: Sequence[str], pool: Executor) -> Executor:
    """An executor whose workers import these modules first."""
    return Executor(partial(pool.submit, _call, known), pool.workers) if known else pool


def _call(known: Sequence[str], function: Callable, *arguments: Any) -> Any:
    for module in known:
        try:
            import_module(module)
        except ImportError as error:
            raise UserError(
                f"a worker cannot import {module}, which has a pruner of this study ({error})"
            ) from error
    return function(*arguments)
