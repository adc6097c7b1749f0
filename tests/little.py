"""A little series of notebooks in a temporary folder, for tests of parameters and runner."""

from pathlib import Path

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

WRITE = """
import os, pathlib
folder = pathlib.Path(os.environ["CUBISTLIB_HOME"]) / "outputs" / profile
folder.mkdir(parents=True, exist_ok=True)
"""
FIGURE = """
from IPython.display import SVG, display
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"))
"""


class Little:
    """Notebooks and parameter files below a root; a profile `quick`."""

    def __init__(self, root: Path):
        self.root = root
        self.outputs = root / "outputs" / "quick"

    def notebook(self, name, *code, parameters="", title=None, tags=None, text=()):
        """Write a notebook: a title, a parameters cell, then a cell for each `code`."""
        declared = new_code_cell('profile: str = "smoke"  # results\n' + parameters)
        declared.metadata["tags"] = ["parameters"]
        cells = [new_markdown_cell(title or f"# What is {name}?\n\nIt *claims* this."), declared]
        cells += [new_code_cell(source) for source in code]
        cells += [new_markdown_cell(source) for source in text]
        if tags:
            cells[-1].metadata["tags"] = tags
        notebook = new_notebook(cells=cells)
        # Registered nowhere: the runner must not ask for it.
        kernel = {"name": "elsewhere", "display_name": "Elsewhere", "language": "python"}
        notebook.metadata["kernelspec"] = kernel
        path = self.root / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
        return path

    def yaml(self, name, text=None, **values):
        """Write a parameter file, as text or from values."""
        path = self.root / "params" / "quick" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump({"profile": "quick", **values}) if text is None else text)
        return path

    def both(self, name, *code, **options):
        """A notebook without parameters of its own, and its parameter file."""
        self.notebook(name, *code, **options)
        self.yaml(name)
