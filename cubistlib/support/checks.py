"""One way to refuse bad input: a sentence that says what, where and what is allowed."""


class UserError(ValueError):
    """Input that cannot be used; the message is one sentence, shown without a traceback."""


def require(condition: object, message: str) -> None:
    """Raise UserError(message) unless the condition holds."""
    if not condition:
        raise UserError(message)
