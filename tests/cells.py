"""Notebooks run in the process of the tests: a kernel takes seconds to start."""

import ast
from contextlib import redirect_stdout
from io import StringIO

import matplotlib.pyplot as plt

from cubistlib.pruners import Pruner
from cubistlib.runner.notebook import Notebook

# What a page shows of a cell's last value, the richest first.
SHOWN = ("_repr_png_", "_repr_html_", "_repr_markdown_")


def run(notebook: Notebook, values: dict) -> str:
    """Runs the code cells with those parameters, draws every figure, returns what is read."""
    space, told = {"__name__": "__main__"}, StringIO()
    try:
        with redirect_stdout(told):
            for number, cell in enumerate(notebook.cells):
                if cell.cell_type == "code":
                    _cell(cell.source, f"{notebook.name}, cell {number}", space)
                if "parameters" in cell.metadata.get("tags", []):
                    space |= values
    finally:
        plt.close("all")
        # A pruner that a notebook defines would join the nine of other tests.
        for thing in [t for t in space.values() if isinstance(t, type) and issubclass(t, Pruner)]:
            if thing.__module__ == "__main__":
                thing.name = None
    return told.getvalue()


def _cell(source: str, name: str, space: dict) -> None:
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), space)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), name, "eval"), space)
        if not source.endswith(";"):
            _show(value)
    for number in plt.get_fignums():
        figure = plt.figure(number)
        figure.set_dpi(40)
        figure.canvas.draw()
    plt.close("all")


def _show(value: object) -> None:
    for name in SHOWN:
        if hasattr(value, name):
            shown = getattr(value, name)()
            print(shown if isinstance(shown, str) else value)
            return
