"""The notebooks of the series as the runner sees them: parameters, needs, fingerprint."""

import ast
import json
import os
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.reader import NotJSONError

from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import require_text
from cubistlib.support.provenance import digest

NAME = re.compile(r"[0-9][0-9]_\w+")
LONGEST = 200  # bytes of a name: file systems allow 255, and runs add to it
TOO_DEEP = (RecursionError, MemoryError)  # what parsers say of a thousand brackets
HINT = re.compile(r"(?:list\[)?(?:int|float|str|bool)\]?")


@dataclass(frozen=True)
class Parameter:
    """One line of a notebook's parameters cell: `name: hint = default`."""

    hint: str
    default: Any


@dataclass(frozen=True)
class Notebook:
    """One notebook, NN_name.ipynb."""

    path: Path

    @property
    def name(self) -> str:
        """NN_name, which its parameter file and its outputs share."""
        return self.path.stem

    @cached_property
    def cells(self) -> list:
        """Its cells. Raises ValueError if the file cannot be read as a notebook."""
        return read(self.path).cells

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """What its cell tagged `parameters` declares, by name.

        Raises ValueError unless the cell exists and holds nothing but `name: hint = literal`.
        """
        where = paths.shown(self.path)
        tagged = [c for c in self.cells if "parameters" in c.metadata.get("tags", [])]
        require(len(tagged) == 1, f"{where}: needs one cell tagged 'parameters'")
        try:
            return dict(map(_declaration, ast.parse(tagged[0].source).body))
        except (SyntaxError, ValueError, AttributeError, TypeError, *TOO_DEEP) as error:
            raise UserError(
                f"{where}: the parameters cell may hold only lines 'name: hint = literal' with "
                "a hint of int, float, str, bool or list[…] of these"
            ) from error

    def needs(self, names: list[str]) -> list[str]:
        """Which of `names` it reads results of: those before it that its code mentions."""
        code = "\n".join(cell.source for cell in self.cells if cell.cell_type == "code")
        mentioned = set(re.findall(r"\b\d\d_\w+", code))
        return [name for name in names if name in mentioned and name < self.name]

    def fingerprint(self) -> str:
        """A hash of what its author wrote; outputs and execution counts do not count."""
        return digest([(c.cell_type, c.source, c.metadata) for c in self.cells])


def _declaration(line: ast.stmt) -> tuple[str, Parameter]:
    if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
        raise ValueError("not a line 'name: hint = literal'")
    hint = ast.unparse(line.annotation)
    require(HINT.fullmatch(hint) is not None, "hint not allowed")
    return line.target.id, Parameter(hint, ast.literal_eval(line.value or ""))


def read(path: Path) -> NotebookNode:
    """A notebook in format 4, into which older ones are converted, as its schema asks for it.

    Raises ValueError if the file cannot be read as that.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells without ids get some
            notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook, relax_add_props=True)
        require_text(json.dumps(notebook, ensure_ascii=False))
        return notebook
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except (NotJSONError, UnicodeDecodeError, *TOO_DEEP) as error:
        raise _unreadable(path, "it is not JSON") from error
    except UserError as error:
        raise _unreadable(path, str(error)) from error
    except (nbformat.ValidationError, nbformat.NBFormatError) as error:
        raise _unreadable(path, str(error).splitlines()[0][:100]) from error
    except Exception as error:  # whatever the conversion of something else stumbles over
        raise _unreadable(path, "its JSON is none of a notebook") from error


def _unreadable(path: Path, reason: str) -> UserError:
    return UserError(f"{paths.shown(path)}: not a readable notebook ({reason})")


def series() -> dict[str, Notebook]:
    """Every notebook of the series by name, in order.

    Raises ValueError if there is none, or if one's name is too long for what a run writes.
    """
    folder = paths.notebooks()
    found = {path.stem: Notebook(path) for path in _candidates() if NAME.fullmatch(path.stem)}
    require(bool(found), f"{folder}: no notebooks NN_name.ipynb here; set CUBISTLIB_HOME")
    for name, notebook in found.items():
        where = paths.shown(notebook.path)
        require(len(os.fsencode(name)) <= LONGEST, f"{where}: its name is over {LONGEST} bytes")
    return found


def left_out(profile: str) -> list[str]:
    """Notebooks and parameter files that are not named as the series', as an editor's copies."""
    found = [*_candidates(), *sorted(paths.params(profile).glob("*.yaml"))]
    return [paths.shown(path) for path in found if not NAME.fullmatch(path.stem)]


def _candidates() -> list[Path]:
    found = paths.notebooks().glob("[0-9][0-9]_*.ipynb")
    return sorted(path for path in found if path.is_file())
