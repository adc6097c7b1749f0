"""Modules of JavaScript as one script, since browsers load no modules from a disk."""

import re
from pathlib import Path

from cubistlib.support.checks import require

IMPORT = re.compile(r'^import (?:\{ ([^}]*) \} from )?"(\.[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:(?:async )?function|class|const) ([\w$]+))", re.MULTILINE)


def bundle(entry: Path) -> str:
    """A module and all that it imports as one classic script, each in a function of its own.

    Imports are `import { a, b as c } from "./file.js"` and `import "./file.js"`, on a line each;
    exports stand before a function, a class or the one name of a const. Raises ValueError for
    others, for what is imported and not exported, and for a circle.
    """
    made: dict[Path, tuple[list[str], str]] = {}
    _add(entry.resolve(), made, ())
    return '"use strict";\n' + "\n".join(text for _, text in made.values())


def _add(file: Path, made: dict[Path, tuple[list[str], str]], within: tuple[Path, ...]) -> None:
    """Puts a module's exports and its part of the script after what it imports."""
    require(file not in within, f"{file.name}: modules import one another in a circle")
    if file in made:
        return
    text = file.read_text(encoding="utf-8")

    def taken(match: re.Match) -> str:
        other = (file.parent / match[2]).resolve()
        _add(other, made, (*within, file))
        names = match[1].split(", ") if match[1] else []
        for name in names:
            there = name.split(" as ")[0] in made[other][0]
            require(there, f"{file.name}: {other.name} does not export {name}")
        shown = ", ".join(names).replace(" as ", ": ")
        return f"const {{ {shown} }} = {_variable(other)};\n" if names else ""

    body, names = EXPORT.sub("", IMPORT.sub(taken, text)), EXPORT.findall(text)
    left = re.search(r"^(import|export)\b.*", body, re.MULTILINE)
    require(left is None, f"{file.name}: cannot be bundled: {left and left[0]}")
    wrapped = f"const {_variable(file)} = (() => {{\n{body}return {{ {', '.join(names)} }};\n}})();"
    made[file] = names, wrapped


def _variable(file: Path) -> str:
    """A module's name in the script."""
    return f"${file.parent.name}_{file.stem}"
