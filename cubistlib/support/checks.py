"""One way to refuse bad input: a sentence that says what, where and what is allowed."""

from numbers import Integral


class UserError(ValueError):
    """Input that cannot be used; the message is one sentence, shown without a traceback."""


def is_whole(value: object, least: int = 1) -> bool:
    """Whether a value is a whole number (not True or False) of at least that size."""
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= least


def require(condition: object, message: str) -> None:
    """Raise UserError(message) unless the condition holds."""
    if not condition:
        raise UserError(message)
