"""One notebook executed by papermill: within its time, and with outputs of a bounded size."""

import json
from logging import CRITICAL, Logger, getLogger
from pathlib import Path
from threading import Timer
from typing import Any, ClassVar

import papermill
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from cubistlib.runner.kernel import ThisPython

# Characters that a cell may leave, as JSON has them: printed, and displayed (figures).
PRINTED, DISPLAYED = 1_000_000, 20_000_000
TRACEBACK = 100_000
ENGINE = "bounded"
QUIET = Logger("notebook", CRITICAL)  # what the client says of a failure is said in a sentence


class Failed(Exception):
    """A notebook that did not end well; the message says in which cell and why."""


def execute(
    notebook: Path, output: Path, parameters: dict, seconds: float, bar: dict | bool
) -> None:
    """Execute a notebook with these parameters; what it comes to is in `output`, cell by cell.

    seconds: how long it may take in all, threading.TIMEOUT_MAX at most. bar: options of the
    progress bar, or False. Raises Failed, and OSError if `output` cannot be written.
    """
    getLogger("asyncio").setLevel(CRITICAL)  # of a client that failed it tells late, and at length
    try:
        papermill.execute_notebook(
            _literal(notebook),
            _literal(output),
            parameters=parameters,
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=bar,
            seconds=seconds,
        )
    except PapermillExecutionError as error:
        why = f"{error.ename}: {error.evalue}"
        raise Failed(_sentence(_place(error.exec_count), why)) from error
    except RuntimeError as error:  # nested too deeply to be copied
        raise Failed(_sentence(_place(None), str(error))) from error
    except ValueError as error:  # as of text that UTF-8 does not have
        raise Failed(_sentence("as it was written down", str(error))) from error


def kill_all() -> None:
    """End the kernels of all notebooks that are being executed, from any thread; those fail."""
    for client in list(_Client.running):
        client.kill()


class _Client(PapermillNotebookClient):
    """Kills its kernel when the time is over; keeps the beginning of what a cell puts out."""

    running: ClassVar[set["_Client"]] = set()
    _note: NotebookNode | None

    def __init__(self, manager: NotebookExecutionManager, seconds: float):
        self.late = False
        # A thread of its own: a flood of output keeps the event loop from looking at the clock.
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self._begin()
        super().__init__(
            manager,
            kernel_name="python3",
            kernel_manager_class=ThisPython,
            shutdown_kernel="immediate",
            log=QUIET,
            on_notebook_start=lambda **_: self._timer.start(),
            on_cell_start=lambda **_: self._begin(),
        )

    def execute(self, **options: Any) -> NotebookNode:
        """Execute the notebook. Raises RuntimeError if the kernel does not start, or dies."""
        self.running.add(self)
        try:
            return super().execute(**options)
        finally:
            self.running.discard(self)
            self._timer.cancel()
            self.kill()  # stopped, it may be there yet
            ensure_event_loop().close()  # of this thread, which nobody else closes

    def output(
        self, outs: list[NotebookNode], msg: dict, display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Takes an output in as far as there is room for it, and notes what is left out."""
        kind, content = msg["msg_type"], msg["content"]
        if kind == "error":
            _shorten(content)
        size, room = len(json.dumps(content)), self._room.get(kind, DISPLAYED)
        if kind in self._room:
            self._room[kind] = max(room - size, 0)
        if size <= room:
            return super().output(outs, msg, display_id, cell_index)
        if kind == "stream" and room:
            beginning = {**content, "text": content["text"][:room]}
            super().output(outs, {**msg, "content": beginning}, display_id, cell_index)
            size -= room
        self._leave_out(size, outs)
        return None

    def _leave_out(self, size: int, outs: list[NotebookNode]) -> None:
        self._left_out += size
        if self._note is None:
            self._note = new_output("stream", name="stderr")
            outs.append(self._note)
        self._note.text = f"\n[left out here: {self._left_out:,} characters of the output]\n"

    def _update_display_id(self, display_id: str, msg: dict) -> None:
        """Replaces what is displayed under a name, as far as there is room for what is new."""
        known, new = self._display_id_map.get(display_id, {}), len(json.dumps(msg["content"]))
        shown = [(self.nb.cells[cell].outputs, i) for cell, held in known.items() for i in held]
        more = sum(new - len(json.dumps(outs[i])) for outs, i in shown)
        if shown and more > self._room["display_data"]:
            self._leave_out(more, shown[0][0])
            return
        self._room["display_data"] -= more
        super()._update_display_id(display_id, msg)

    def clear_output(self, outs: list[NotebookNode], msg: dict, cell_index: int) -> None:
        """Clears a cell's outputs, which makes room again."""
        super().clear_output(outs, msg, cell_index)
        self._begin()

    def _begin(self) -> None:
        shown = ("display_data", "execute_result")
        self._room = {"stream": PRINTED, **dict.fromkeys(shown, DISPLAYED)}
        self._left_out = 0
        self._note = None

    def _end(self) -> None:
        self.late = True
        self.kill()

    def kill(self) -> None:
        """End its kernel at once."""
        if isinstance(self.km, ThisPython):
            self.km.kill()


class _Engine(Engine):
    """What papermill executes a notebook with: the client above."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, seconds: float = 0, **_: Any
    ) -> None:
        """Execute a notebook.

        Raises Failed if the kernel does not answer, dies, or sends what no notebook holds.
        """
        client = _Client(nb_man, seconds)
        try:
            client.execute()
        except OSError:  # of the disk
            raise
        except Exception as error:  # outputs come from anywhere
            code = [cell for cell in nb_man.nb.cells if cell.cell_type == "code"]
            begun = sum(bool(cell.metadata.papermill.start_time) for cell in code)
            why = f"ran longer than {seconds:g} s (--timeout)" if client.late else _said(error)
            raise Failed(_sentence(_place(begun), why)) from error


papermill_engines.register(ENGINE, _Engine)


def _literal(path: Path) -> str:
    """A path as papermill takes it, for which braces stand for parameters."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _shorten(content: dict) -> None:
    """An error's message and traceback, their ends: a message may show a whole table."""
    traceback = "\n".join(content["traceback"])
    if len(traceback) > TRACEBACK:
        content["traceback"] = [traceback[-TRACEBACK:]]
    content["evalue"] = content["evalue"][-TRACEBACK:]


def _said(error: Exception) -> str:
    """What is wrong, in a line: of what is no sentence, its kind, too."""
    first = (str(error).strip().splitlines() or [""])[0]
    return str(error) if isinstance(error, RuntimeError) else f"{type(error).__name__}: {first}"


def _place(cell: int | None) -> str:
    return f"in cell {cell}" if cell else "before its first cell"


def _sentence(place: str, why: str) -> str:
    """Where a notebook failed, and the last line of the reason."""
    last = (why.strip().splitlines() or ["no reason given"])[-1]
    plain = "".join(c if c.isprintable() else " " for c in last)
    return f"failed {place}: {plain[:300]}{' …' * (len(plain) > 300)}"
