"""One way to refuse bad input: a sentence that says what, where and what is allowed."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

NEAR = 5  # names that a message tells of many
ZEROS = re.compile(r"(?<!\d)0+(?=\d)")  # before a number


class UserError(ValueError):
    """Input that cannot be used; the message is one sentence, shown without a traceback."""


def require(condition: object, message: str) -> None:
    """Raise UserError(message) unless the condition holds."""
    if not condition:
        raise UserError(message)


def nearest(name: str, known: Iterable[str]) -> str:
    """Those of many names that are most like one that is not among them, for a message.

    First those that only write a number in another way, 01 for 1.
    """
    names = dict.fromkeys(known)
    same = [known for known in names if ZEROS.sub("", known) == ZEROS.sub("", name)]
    close = get_close_matches(name, names, NEAR, 0)
    return ", ".join([*dict.fromkeys([*same, *close])][:NEAR]) or "none at all"
