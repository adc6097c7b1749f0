"""Compiling with numba: once for a machine, kept on disk, said in one line when it happens."""

import sys
from collections.abc import Callable

from numba import config, njit
from numba.core import event

from cubistlib.support.checks import UserError


def compiled(function: Callable) -> Callable:
    """`function` as machine code that runs without Python's lock.

    The code is kept beside the source, else in the user's cache folder, and compiled anew in
    every process where neither can be written to.
    """
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        return _not_compiled
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)


def compiled_if_possible(function: Callable) -> Callable:
    """Likewise, but `function` as it is where numba's compiler is off: slow, the same results."""
    return function if config.DISABLE_JIT else compiled(function)  # type: ignore[attr-defined]


def _not_compiled(*arguments):
    raise UserError(
        "NUMBA_DISABLE_JIT is set, and the training engine is compiled code: unset it, or train "
        "with backend='torch'"
    )


class _Announcement(event.Listener):
    """Says once that the engine is being compiled, so that nobody wonders at the pause."""

    said = False

    def on_start(self, event: event.Event) -> None:
        ours = event.data["dispatcher"].py_func.__module__.startswith("cubistlib.")
        if ours and not self.said:
            print("cubistlib: compiling the training engine, about 5 s, once", file=sys.stderr)
            self.said = True

    def on_end(self, event: event.Event) -> None:
        pass


event.register("numba:compile", _Announcement())
