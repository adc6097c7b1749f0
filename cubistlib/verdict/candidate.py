"""A pruner from a Python file: what the file defines, and what is wrong with it in a sentence."""

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cubistlib import pruners, testing
from cubistlib.pruners.base import Pruner
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.provenance import checksum


def load(file: Path, name: str = "") -> type[Pruner]:
    """The pruner that a file defines; name: which, if it defines several.

    The file is run as a script would be: what lies beside it can be imported. It is then one of
    `pruners.available()`. Raises ValueError, a sentence with its line, if the file cannot be run,
    if it defines none or several, or one that has the name of an algorithm that there is.
    """
    where = paths.shown(file)
    require(file.exists(), f"{where}: there is no such file; verdict takes a Python file")
    require(file.is_file(), f"{where}: is no file; verdict takes a Python file")
    known = pruners.available()
    module = f"verdict_{file.stem}"
    _run(file, module)
    kinds = [kind for kind in vars(sys.modules[module]).values() if _own(kind, module)]
    lacking = {kind.__name__: " and ".join(_lacks(kind)) for kind in kinds}
    whole = [kind for kind in kinds if not lacking[kind.__name__]]
    own = {kind.name: kind for kind in whole}
    for kind in whole:
        last = own[kind.name]
        require(
            kind is last,
            f"{where}: classes {kind.__name__} and {last.__name__} have one name, {kind.name!r}; "
            "give each its own",
        )
    wanting = "; ".join(f"class {kind} lacks {what}" for kind, what in lacking.items())
    what = 'a class below cubistlib.pruners.Pruner with a `name = "…"` is one'
    require(own, f"{where}: defines no pruner that can be used; {wanting or what}")
    if name:
        require(name in own, f"{where}: defines no pruner {name!r}; there are: {', '.join(own)}")
    else:
        require(len(own) == 1, f"{where}: defines {', '.join(own)}; say which by --pruner")
    chosen = name or next(iter(own))
    taken = chosen in known and known[chosen].__module__ != module
    require(not taken, f"{where}: there is an algorithm {chosen!r} already")
    return own[chosen]


def _own(thing: object, module: str) -> bool:
    """Whether it is a class of pruners that this module defines."""
    return inspect.isclass(thing) and issubclass(thing, Pruner) and thing.__module__ == module


def _lacks(kind: type[Pruner]) -> list[str]:
    """What a class lacks of what a pruner has to have."""
    named = isinstance(getattr(kind, "name", None), str)
    methods = [f"a method `{method}`" for method in sorted(kind.__abstractmethods__)]
    return methods + ['a `name = "…"`'] * (not named)


def check(algorithm: type[Pruner], file: Path) -> None:
    """Holds it to what every pruner promises. Raises ValueError with the promise it breaks."""
    with told(file):
        pruner = algorithm()
        try:
            testing.check_pruner(pruner)
        except (AssertionError, UserError) as broken:
            raise UserError(f"{paths.shown(file)}: {broken}") from broken


def digest(file: Path) -> str:
    """A hash of what the file says, and of what it has loaded from beside or below it."""
    loaded = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    near = {Path(name) for name in loaded if file.parent in Path(name).parents}
    texts = [path.read_bytes() for path in sorted({file, *near}) if path.suffix == ".py"]
    return checksum(b"\0".join(texts))


@contextmanager
def told(file: Path) -> Iterator[None]:
    """Turns what a file's own code raises into a sentence with the last of its lines in it."""
    try:
        yield
    except (UserError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename) == file]
        lines = [error.lineno] if isinstance(error, SyntaxError) and error.lineno else lines
        line = f", line {lines[-1]}" if lines else ""
        words = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())
        raise UserError(
            f"{paths.shown(file)}{line}: {type(error).__name__}: {words[:300]}"
        ) from error


def _run(file: Path, name: str) -> None:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UserError(f"{paths.shown(file)}: verdict takes a Python file, NAME.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look themselves up there
    folder = str(file.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    with told(file):
        spec.loader.exec_module(module)
