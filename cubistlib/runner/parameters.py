"""Parameter files, params/<profile>/NN_name.yaml, checked before anything runs.

A notebook's own parameters cell says which parameters there are and of which type; the words
below say which values are allowed. From both, a pydantic model is made for each notebook.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails

from cubistlib.data import cubist_spiral
from cubistlib.networks.network import require_memory, weights_of
from cubistlib.pruners import Algorithm
from cubistlib.pruners.parts.selection import Selection
from cubistlib.runner.notebook import NAME, Notebook
from cubistlib.runner.yaml_file import read_yaml
from cubistlib.studies.experiment import HOST_WIDTH
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.types import (
    MANY,
    PLAIN,
    Allowed,
    Count,
    OneOrMore,
    PositiveShare,
    Rate,
    Size,
    Whole,
    Width,
    at_least,
    sentence,
)
from cubistlib.training.config import Schedule

Values = dict[str, Any]
HostWidth = Annotated[
    int, Field(strict=True, ge=1, le=HOST_WIDTH), Allowed(f"a whole number 1 … {HOST_WIDTH}")
]
Bounded = Annotated[int, Field(strict=True, ge=5, le=12), Allowed("a whole number 5 … 12")]
Ranges = Annotated[int, Field(strict=True, ge=60, le=3600), Allowed("a whole number 60 … 3,600")]
OfThree = Annotated[int, Field(strict=True, ge=1, le=26), Allowed("a whole number 1 … 26")]
Percent = Annotated[float, Field(strict=True, gt=0, le=100), Allowed("a number > 0 and ≤ 100")]

# Weights of a structure up to which its masks are listed; the paper's largest, (7, 3, 3), has 47.
LISTED = 48

# Faults of one file that are listed; a list of a thousand wrong numbers has a thousand.
TOLD = 20

# What a parameter of that name may hold, or each value of it if it is a list. Other names are
# checked for their type alone.
WORDS: dict[str, Any] = {
    **dict.fromkeys(("width", "widths", "hidden"), Width),
    **dict.fromkeys(("keep", "weights"), Size),
    **dict.fromkeys(("networks", "seeds", "epochs", "limit"), Count),
    **dict.fromkeys(("tries", "beam", "branch", "starts", "sample", "budgets"), Count),
    **dict.fromkeys(("lr", "lrs", "hams", "decays"), Rate),
    **dict.fromkeys(("masks", "budget"), Count),
    **dict.fromkeys(("schedule", "schedules"), Schedule),
    **dict.fromkeys(("algorithm", "algorithms"), Algorithm),
    "seed": Whole,
    **dict.fromkeys(("max_width", "structure"), HostWidth),
    "selection": Selection,
    "max_weights": Bounded,
    "left": OfThree,
    "ranges": Ranges,
    "spots": Whole,
    **dict.fromkeys(("target", "targets", "goals"), Percent),
    "jitters": PositiveShare,
    "trainings": at_least(2),
    "resamples": at_least(20),  # of fewer the middle 95 % says nothing
}
TYPES = {kind.__name__: checked for kind, checked in PLAIN.items()}


def _keep_below_size(values: Values) -> None:
    """The studies skip k ≥ size, so that each k must be below the widest network's size."""
    widest = max(values.get("widths", [values.get("width", 0)]))
    if "keep" not in values or not widest:
        return
    keep = values["keep"] if isinstance(values["keep"], list) else [values["keep"]]
    size = weights_of((widest,) * 3)
    require(
        max(keep) < size,
        f"keep must be below {size}, the weights of a network of width {widest}, got {max(keep)}",
    )


def _stack(values: Values) -> None:
    """A stack of networks is held at once, and the loss of its every step is drawn."""
    if {"networks", "hidden", "epochs"} <= set(values):
        networks, epochs = values["networks"], values["epochs"]
        require_memory("networks", tuple(values["hidden"]), networks)
        require(
            networks * epochs <= MANY,
            f"networks × epochs must be at most {MANY:,}, got {networks} × {epochs}",
        )


def _search(values: Values) -> None:
    """The masks of a structure are listed, of so many weights as some of them have."""
    if not {"hidden", "weights"} <= set(values):
        return
    hidden, asked = tuple(values["hidden"]), values["weights"]
    most, fewest = weights_of(hidden), hidden[-1] + sum(map(max, pairwise((2, *hidden))))
    require(
        most <= LISTED,
        f"hidden must have at most {LISTED} weights, whose masks can be listed, "
        f"got {values['hidden']} with {most:,}",
    )
    require(
        min(asked) <= most and fewest <= max(asked),
        f"weights must reach into {fewest} … {most}, what masks of {values['hidden']} have, "
        f"got {asked}",
    )


def _descent(values: Values) -> None:
    """Dense networks of three hidden layers, all of them trained at once."""
    if "structure" in values:
        widths = values["structure"]
        require(len(widths) == 3, f"structure must be three hidden widths, got {widths}")
        require_memory("tries", tuple(widths), values["tries"])


def _spiral(values: Values) -> None:
    """Whether the data set can be made; it takes milliseconds."""
    if {"turns", "points"} <= set(values):
        names = ("turns", "sides", "gap", "points", "noise")
        cubist_spiral(**{name: values[name] for name in names if name in values})


def _type(name: str, hint: str) -> Any:
    value: Any = WORDS.get(name, TYPES[hint.removeprefix("list[").removesuffix("]")])
    return OneOrMore[value] if hint.startswith("list[") else value


def check(profile: str, notebooks: dict[str, Notebook]) -> dict[str, Values]:
    """The parameters of every notebook in a profile, by the notebook's name.

    Files that are not named as notebooks are (`notebook.left_out`) do not count. Raises ValueError
    with every fault of every file, a sentence a line.
    """
    folder, faults, found = paths.params(profile), [], {}
    files = {file.stem for file in folder.glob("*.yaml") if NAME.fullmatch(file.stem)}
    for name in sorted({*notebooks, *files}):
        file = folder / f"{name}.yaml"
        try:
            require(name in notebooks, f"{paths.shown(file)}: there is no notebook of that name")
            found[name] = _checked(notebooks[name], file, profile)
        except UserError as error:
            faults.append(str(error))
    require(not faults, "\n".join(faults))
    return found


def _checked(notebook: Notebook, file: Path, profile: str) -> Values:
    """One notebook's parameters from its file, its defaults checked as well."""
    defaults = {name: p.default for name, p in notebook.parameters.items()}
    where, here = paths.shown(notebook.path), paths.shown(file)
    require("profile" in defaults, f"{where}: parameters must have a line 'profile: str = …'")
    values = read_yaml(file)
    faults = [f"{where}: {fault}" for fault in _faults(notebook, defaults)]
    faults += [f"{here}: {fault}" for fault in _faults(notebook, values)]
    if isinstance(values.get("profile"), str) and values["profile"] != profile:
        faults.append(f"{here}: profile must be {profile!r}, its folder's name")
    more = [f"{here}: and {len(faults) - TOLD} faults more"] * (len(faults) > TOLD)
    require(not faults, "\n".join(faults[:TOLD] + more))
    return _valid(notebook, values)


def _valid(notebook: Notebook, values: Values) -> Values:
    """The parameters in plain form, lists as lists. Raises pydantic's ValidationError."""
    fields: dict[str, Any] = {n: (_type(n, p.hint), ...) for n, p in notebook.parameters.items()}
    model = create_model(notebook.name, __config__=ConfigDict(extra="forbid"), **fields)
    return model.model_validate(values).model_dump(mode="json")


def _faults(notebook: Notebook, values: Values) -> Iterator[str]:
    """What is wrong with these parameters, a sentence each."""
    try:
        valid = _valid(notebook, values)
    except ValidationError as error:
        yield from (_sentence(fault, notebook) for fault in error.errors())
        return
    for rule in (_keep_below_size, _stack, _search, _descent, _spiral):
        try:
            rule(valid)
        except ValueError as error:
            yield str(error)


def _sentence(fault: ErrorDetails, notebook: Notebook) -> str:
    """A pydantic error as a sentence that names the field and what is allowed."""
    name = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        allowed = ", ".join(notebook.parameters)
        return f"unknown parameter {name[:60]}; allowed: {allowed}"
    if fault["type"] == "missing":
        return f"{name} is missing (a {notebook.parameters[name].hint})"
    return sentence(fault)
