"""Make the static site: the notebooks as they are committed, documents, explorer, docstrings.

    python tools/make_site.py [FOLDER]

FOLDER: build/site by default, made anew each time; its html/ is the site. What Sphinx reads lies
in source/, a mirror of the repository, so that links are those of the repository. A link that
leads nowhere is an error. Nothing is fetched, neither here nor when a page is looked at.
"""

import argparse
import base64
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
import readme
from markupsafe import Markup
from nbformat import NotebookNode
from sphinx.cmd.build import main as sphinx

from cubistlib.inspector import explorer
from cubistlib.runner import cards, page
from cubistlib.support import paths
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import write_text, writing

ROOT = readme.README.parent
LIVING = "living.js"  # among the site's static files
MARK = ".site"  # a file in every folder that this tool has made
PICTURE = re.compile(r'src="data:image/(\w+)[^;]*;base64,([^"]*)"')
ROW = re.compile(r"\|(?P<group>[^|]*)\| \[\d\d [^]]+\]\(notebooks/(?P<name>\w+)\.ipynb\) \|")
LINK = re.compile(r"\((\d\d_\w+)\.ipynb(#[^)]*)?\)")
# What a page of the site can lead to, beside the notebooks.
DOCUMENTS = ("*.md", "LICENSE", "CITATION.cff", "docs/*.md", "docs/*.png", "benchmarks/*.md")
DATA = ("**/README.md", "frontier/*/*.json", "nine/*/*.json")
# Columns of the claims: what is claimed, what is found, whether it holds, where.
SHOWN, FRONT = (0, 2, 3, 4), (0, 3, 4)


def groups() -> dict[str, list[str]]:
    """The notebooks by group, as the README lists them."""
    found: dict[str, list[str]] = {}
    for row in ROW.finditer(readme.README.read_text(encoding="utf-8")):
        group = row["group"].strip() or list(found)[-1]
        found.setdefault(group, []).append(row["name"])
    return found


def mirrored() -> Iterator[Path]:
    """The documents, as they lie in the repository."""
    for pattern in DOCUMENTS:
        yield from ROOT.glob(pattern)
    published = ROOT / "outputs" / "published"
    for pattern in DATA:
        yield from published.glob(pattern)


def folded(notebook: NotebookNode) -> NotebookNode:
    """The notebook, which is changed, as Sphinx shows it: its set-up out of sight.

    That is all code up to its parameters. Figures are described as their cells say; those of
    explorers come to life. What cells have shown leads to pages; Sphinx itself sees to the links
    of other text.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tagged = [n for n, cell in enumerate(code) if "parameters" in cell.metadata.get("tags", [])]
    for n, cell in enumerate(code):
        if any(n <= last for last in tagged):
            cell.metadata.setdefault("tags", []).append("hide-input")
        if alt := cell.metadata.get("alt"):
            cell.metadata["mystnb"] = {"image": {"alt": alt}}
    for output in (output for cell in code for output in cell.outputs):
        if text := output.get("data", {}).get("text/markdown"):
            output.data["text/markdown"] = LINK.sub(r"(\1.html\2)", text)
    live(notebook)
    notebook.metadata.pop("widgets", None)
    return notebook


def live(notebook: NotebookNode) -> None:
    """Figures of its explorers, where their pages have the script that shows them."""
    outputs = [(cell, o) for cell in notebook.cells for o in cell.get("outputs", [])]
    shown = [(cell, o) for cell, o in outputs if explorer.KEPT in o.get("data", {})]
    names = explorer.names(notebook)
    for n, (cell, output) in enumerate(shown, 1):
        name, figure = next(names), cards.image(cell, output, "")
        kept = explorer.data(name, output.data.pop(explorer.KEPT))
        script = f'<script src="../_static/{LIVING}"></script>' if n == len(shown) else ""
        output.data["text/html"] = f"{explorer.place(name, figure)}{kept}{script}"


def columns(table: str, shown: Sequence[int]) -> str:
    """These columns of a table in Markdown; what stands below it is left out."""
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")]
    cells = [[cell.strip("| ") for cell in row] for row in rows]
    return "".join(f"| {' | '.join(row[n] for n in shown)} |\n" for row in cells)


def placed(card: cards.Card, folder: Path) -> cards.Card:
    """The card with its picture in a file of this folder, so that a page loads what it shows."""
    if found := PICTURE.search(card.figure):
        file = folder / f"{card.name}.{found[1].removesuffix('+xml')}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(found[2]))
        src = f'loading="lazy" src="cards/{file.name}"'
        figure = Markup(str(card.figure).replace(found[0], src))
        return cards.Card(card.name, card.question, card.words, figure)
    return card


def card_page(source: Path) -> str:
    """All cards by group, and the table of contents that orders the notebooks."""
    parts, every = [], [name for names in groups().values() for name in names]
    for group, names in groups().items():
        shown = []
        for name in names:
            notebook = nbformat.read(source / "notebooks" / f"{name}.ipynb", as_version=4)
            card = placed(cards.card(name, notebook.cells), source / "_extra" / "cards")
            shown.append(page.card(card, "notebooks/", every))
        listed = "\n".join(f"notebooks/{name}" for name in names)
        html = f'<div class="cards">\n{"".join(shown)}</div>'
        html = "\n".join(line for line in html.splitlines() if line.strip())
        parts.append(
            f"## {group}\n\n```{{raw}} html\n{html}\n```\n\n"
            f"```{{toctree}}\n:hidden:\n:caption: {group}\n{listed}\n```\n"
        )
    return "\n".join(parts)


def assemble(source: Path) -> None:
    """Put together in an empty folder what Sphinx reads."""
    for file in mirrored():
        to = source / file.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)
    for name in ("conf.py", "index.md", "library.md"):
        shutil.copyfile(ROOT / "docs" / "site" / name, source / name)
    for file in (ROOT / "notebooks").glob("*.ipynb"):
        to = source / "notebooks" / file.name
        to.parent.mkdir(exist_ok=True)
        nbformat.write(folded(nbformat.read(file, as_version=4)), to)
    claims = readme.part("claims")
    write_text(source / "_made" / "claims.md", columns(claims, SHOWN))
    write_text(source / "_made" / "verdicts.md", columns(claims, FRONT))
    write_text(source / "_made" / "sparsest.md", readme.part("sparsest so far"))
    write_text(source / "_extra" / "explorer.html", explorer.page())
    write_text(source / "_made" / "cards.md", card_page(source))
    files = [ROOT / "docs" / "site" / "site.css", page.STYLE]
    styles = [explorer.styles("explorer.css", "living.css"), *(f.read_text("utf-8") for f in files)]
    write_text(source / "_static" / "site.css", "\n".join(styles))
    write_text(source / "_static" / LIVING, explorer.living())


def make(folder: Path) -> int:
    """Make the site in this folder, which is replaced. Returns 0, or 1.

    Raises ValueError unless it is new, empty, or has been made by this tool, and if it cannot be
    written.
    """
    mark, html = folder / MARK, folder / "html"
    with writing(folder):
        theirs = folder.is_dir() and any(folder.iterdir()) and not mark.exists()
        require(not theirs, f"{paths.shown(folder)} holds what is no site: give another folder")
        if folder.is_dir():
            shutil.rmtree(folder)
        write_text(mark, "made by tools/make_site.py, which replaces this folder\n")
        assemble(folder / "source")
    options = ["-q", "-W", "--keep-going", "-d", str(folder / "doctrees")]
    done = sphinx([*options, str(folder / "source"), str(html)])
    if not done:
        print(f"{paths.shown(html / 'index.html')}: open it in a browser; it needs no network")
    return done


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "site")
    try:
        return make(parser.parse_args(arguments).folder)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
