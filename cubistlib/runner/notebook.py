"""The notebooks of the series as the runner sees them: parameters, needs, fingerprint."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.provenance import digest

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
        try:
            return nbformat.read(self.path, as_version=4).cells
        except (OSError, ValueError, nbformat.ValidationError) as error:
            raise UserError(f"{paths.shown(self.path)}: not a readable notebook") from error

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
        except (SyntaxError, ValueError, AttributeError) as error:
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


def series() -> dict[str, Notebook]:
    """Every notebook of the series by name, in order."""
    folder = paths.notebooks()
    found = {path.stem: Notebook(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}
    require(bool(found), f"{folder}: no notebooks NN_name.ipynb here; set CUBISTLIB_HOME")
    return found
