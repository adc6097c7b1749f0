"""What the cells of a notebook show: a cell that runs again closes what it showed before."""

from typing import Any, Protocol

from IPython.core.getipython import get_ipython
from ipywidgets import Widget


class Closing(Protocol):
    """Something that can be taken away."""

    def close(self) -> None: ...


# By cell its last run and what that shows.
_shown: dict[str, tuple[int, list[Closing]]] = {}


def show(shown: Closing) -> None:
    """Tell that the running cell shows this; what it showed when it ran before is closed."""
    shell: Any = get_ipython()
    message = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = message.get("metadata", {}).get("cellId")
    if cell is None:
        return
    run, before = _shown.get(cell, (0, []))
    if run != shell.execution_count:
        for old in before:
            if old is not shown:
                old.close()
        before = []
    _shown[cell] = shell.execution_count, [*before, shown]


def close(widget: Widget) -> None:
    """Close a widget and all that it is made of."""
    for child in getattr(widget, "children", ()):
        close(child)
    for part in ("layout", "style"):
        if hasattr(widget, part):
            getattr(widget, part).close()
    widget.close()
