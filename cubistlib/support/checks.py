"""One way to refuse bad input: a sentence that says what, where and what is allowed."""

from collections.abc import Iterable
from difflib import get_close_matches

NEAR = 5  # names that a message tells of many


class UserError(ValueError):
    """Input that cannot be used; the message is one sentence, shown without a traceback."""


def require(condition: object, message: str) -> None:
    """Raise UserError(message) unless the condition holds."""
    if not condition:
        raise UserError(message)


def nearest(name: str, known: Iterable[str]) -> str:
    """Those of many names that are most like one that is not among them, for a message."""
    return ", ".join(get_close_matches(name, dict.fromkeys(known), NEAR, 0)) or "none at all"
