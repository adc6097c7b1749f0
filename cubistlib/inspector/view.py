"""The view as a value: everything the inspector shows, as a short string and back."""

import math
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from cubistlib.support.checks import require
from cubistlib.support.types import brief


@dataclass(frozen=True)
class View:
    """What is looked at, and how.

    study, algorithm, width, seed: which runs; empty takes the best of all. keep: weights kept,
    step: of the training; None is the most there is. threshold: smaller |w| are removed.
    unit: "x1", "h2.3" (layer 2, unit 3) or "out". beside: algorithm of a second network, or
    empty. lives: what does nothing is taken out. ghosts: removed weights faintly. pre:
    values before the activation. shared: one colour scale for all hidden units.
    """

    study: str = ""
    algorithm: str = ""
    width: str = ""
    seed: str = ""
    keep: int | None = None
    step: int | None = None
    threshold: float = 0.0
    unit: str = "out"
    beside: str = ""
    lives: bool = False
    ghosts: bool = False
    pre: bool = False
    shared: bool = False

    def __str__(self) -> str:
        """Only what differs from the defaults: "algorithm=snip&keep=24&unit=h2.3"."""
        changed = {name: value for name, value in vars(self).items() if value != DEFAULTS[name]}
        written = {n: int(v) if isinstance(v, bool) else v for n, v in changed.items()}
        return urlencode(written, safe="/", quote_via=quote)

    @classmethod
    def parse(cls, text: str) -> "View":
        """The view that a string stands for. Raises ValueError for one that it is not."""
        require(isinstance(text, str), f"inspect: view must be text, got {brief(text)}")
        try:
            pairs = parse_qsl(
                text.strip(), keep_blank_values=True, strict_parsing=bool(text.strip())
            )
        except ValueError:
            pairs = [(text, "")]
        return cls(**{name: _read(name, value) for name, value in pairs})

    def changed(self, name: str, value: Any) -> "View":
        """The same view but for one field."""
        return replace(self, **{name: value})


DEFAULTS = vars(View())


def _read(name: str, text: str) -> Any:
    require(name in DEFAULTS, f"view: unknown {name!r}; allowed: {', '.join(DEFAULTS)}")
    default = DEFAULTS[name]
    if isinstance(default, str):
        return text
    if isinstance(default, bool):
        require(text in ("0", "1"), f"view: {name} must be 0 or 1, got {text!r}")
        return text == "1"
    kind, allowed = (float, "a number ≥ 0") if name == "threshold" else (int, "a whole number ≥ 0")
    try:
        number = kind(text)
    except ValueError:
        number = -1
    require(0 <= number < math.inf, f"view: {name} must be {allowed}, got {text!r}")
    return number
