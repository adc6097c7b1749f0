"""The console as it is: it may lack characters, be closed, or have gone in the middle."""

import codecs
import os
import sys
from typing import TextIO

# What a console that lacks a character is given in its place.
PLAIN = {"…": "...", "–": "-", "−": "-", "×": "x", "·": "*", "≤": "<=", "≥": ">=", "→": "->"}
PLAINLY = "cubistlib.plainly"


def prepare() -> None:
    """Makes the standard streams take whatever is written to them; closed ones swallow it."""
    codecs.register_error(PLAINLY, _plainly)
    for name in ("stdin", "stdout", "stderr"):  # by number: a new file takes the lowest free one
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: PTH123, SIM115
        elif name != "stdin" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=PLAINLY)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(character, "?") for character in lacking), error.end


def flush() -> None:
    """Everything printed is out after this.

    Raises OSError if it cannot be, BrokenPipeError if the reader has gone.
    """
    try:
        sys.stdout.flush()
    except OSError:
        _drop(sys.stdout)
        raise


def complain(sentence: str) -> None:
    """Says what went wrong, if anybody listens."""
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:
        _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    """What is left in a stream goes nowhere; Python would complain of it once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
