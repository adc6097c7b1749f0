"""Execute the notebooks with their own parameters and save them, outputs and all, small.

    python tools/refresh_notebooks.py [NN_name …]

What is committed comes from here: run in order, no widget state, no traces of the machine,
figures with a palette of 256 colours. The headline figure of 33_the_gap becomes the README's.
Ends with the size of each; over 400 KB is an error.
"""

import base64
import io
import sys
from pathlib import Path

import nbformat
import papermill
from PIL import Image

from cubistlib.runner.kernel import ThisPython
from cubistlib.runner.notebook import series
from cubistlib.support import paths
from cubistlib.support.files import write_text

LIMIT = 400_000  # bytes
PICTURES = {"33_the_gap": "docs/the_gap.png"}
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def refresh(path: Path) -> int:
    """Execute one notebook in place; returns its size in bytes."""
    executed = papermill.execute_notebook(
        str(path),
        None,
        kernel_name="python3",
        language="python",
        kernel_manager_class=ThisPython,
        progress_bar=False,
    )
    executed.metadata = nbformat.from_dict(METADATA)
    for cell in executed.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in ("tags", "alt") and v}
        for output in cell.get("outputs", []):
            clean(output, path)
    if path.stem in PICTURES:
        save_headline(executed, paths.root() / PICTURES[path.stem])
    text = nbformat.writes(executed)
    write_text(path, text + "\n")
    return len(text.encode())


def clean(output: dict, path: Path) -> None:
    """Refuse what readers should not see; make figures small."""
    if output.get("name") == "stderr":
        sys.exit(f"{path}: a cell writes to stderr: {output['text'][:200]}")
    if str(paths.root()) in str(output):
        sys.exit(f"{path}: an output shows where this checkout lies")
    data = output.get("data", {})
    data.pop("application/vnd.jupyter.widget-view+json", None)
    if "image/png" in data:
        data["image/png"] = palettized(data["image/png"])


def save_headline(notebook: nbformat.NotebookNode, target: Path) -> None:
    """The figure of the cell tagged `headline` as a file."""
    cell = next(c for c in notebook.cells if "headline" in c.metadata.get("tags", []))
    figure = next(o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", {}))
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(base64.b64decode(figure))


def palettized(png: str) -> str:
    """The same picture with at most 256 colours, base64 in and out."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    small = io.BytesIO()
    picture.quantize(256, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def main(names: list[str]) -> int:
    """Refresh those notebooks, or all; 1 if one is too large."""
    names_here = series()
    sizes = {name: refresh(paths.notebooks() / f"{name}.ipynb") for name in names or names_here}
    for name, size in sizes.items():
        print(f"{size / 1000:6.0f} KB  {name}")
    return int(max(sizes.values()) > LIMIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
