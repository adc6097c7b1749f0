"""Processes of this machine that help this one: quiet at Ctrl-C, and gone when it is gone."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import context, parent_process, resource_tracker
from types import ModuleType

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

# Whether the system itself can end a process when a pipe is closed: Linux can.
CLOSING_KILLS = hasattr(fcntl, "F_SETSIG")


class Child(context.SpawnProcess):
    """A process that does not import the script that starts it.

    So a script needs no `if __name__ == "__main__":`, and may come from stdin. What is defined
    in the script is not known to the child.
    """

    def start(self) -> None:
        with _deaf(), _without_script():
            super().start()

    def run(self) -> None:
        _end_with_parent()
        super().run()


class Children(context.SpawnContext):
    """A context, as multiprocessing has it, whose processes are told of and can be ended."""

    def __init__(self) -> None:
        self.started: list[Child] = []
        _start_tracker()

    def Process(self, *arguments, **options) -> Child:  # type: ignore[override]
        child = Child(*arguments, **options)
        self.started.append(child)
        return child

    def kill(self) -> None:
        """Ends them at once: asked to end, one would first end what it is doing."""
        for child in self.started:
            with suppress(AttributeError, ValueError):  # not started, or over
                child.kill()


def _start_tracker() -> None:
    """Starts multiprocessing's own helper, which at an exit in haste would complain of leaks.

    Now, as it unblocks Ctrl-C when it is started.
    """
    if os.name != "posix":
        return
    sys.warnoptions.append("ignore:resource_tracker:UserWarning")
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.pop()


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started in the block does not hear Ctrl-C: who starts it decides what that ends.

    Ctrl-C is blocked, not ignored, so that none is lost.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_script() -> Iterator[None]:
    """multiprocessing has a child import what is __main__ here: something empty."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _end_with_parent() -> None:
    """In a new child: leaves Ctrl-C to the parent, and ends at once when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    if CLOSING_KILLS:
        # The watch needs Python's lock, which compiling holds for seconds.
        kill_at_closing(parent.sentinel, os.getpid())
    threading.Thread(target=watch, daemon=True).start()


def kill_at_closing(reading: int, process: int) -> None:
    """Has Linux kill a process as soon as nobody holds a pipe's writing end any more.

    The process must hold the reading end, which may be armed from outside it.
    """
    fcntl.fcntl(reading, fcntl.F_SETOWN, process)
    fcntl.fcntl(reading, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(reading, fcntl.F_SETFL, fcntl.fcntl(reading, fcntl.F_GETFL) | fcntl.FASYNC)
