"""A notebook's card: its question, what it has found, and the figure that stands for it."""

import base64
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from markupsafe import Markup
from nbconvert.filters import markdown2html
from nbconvert.filters.markdown_mistune import InvalidNotebook
from nbformat import NotebookNode

HEADLINE = "headline"  # tag of the cell whose figure stands for its notebook
FINDING = "finding"  # tag of the cell whose words do, once it has run
TITLE = re.compile(r"\s*#\s+(?P<question>[^\n]+)\s*(?P<claim>.*?)(\n\s*\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Card:
    """question: the title. words: HTML, as the notebook has it, not clean. figure: an <img>, or
    nothing."""

    name: str
    question: str
    words: str
    figure: Markup


def card(name: str, cells: Sequence[NotebookNode]) -> Card:
    """The card of a notebook with these cells.

    Its words are what it has found, else its first paragraph.
    """
    title = TITLE.match(cells[0].source if cells else "")
    question = title["question"].strip() if title else name
    words = _finding(cells) or (title["claim"] if title else "")
    tagged = (c for c in cells if HEADLINE in c.metadata.get("tags", []))
    figures = [image(c, output, question) for c in tagged for output in c.get("outputs", [])]
    return Card(name, question, _markdown(words), Markup(next(filter(None, reversed(figures)), "")))


def image(cell: NotebookNode, output: NotebookNode, title: str) -> str:
    """A cell's output as an <img>, described by the cell's metadata `alt` or the title; or ""."""
    alt = cell.metadata.get("alt", title)
    data = output.get("data", {})
    if svg := data.get("image/svg+xml"):
        kind, encoded = "svg+xml", base64.b64encode("".join(svg).encode()).decode()
    elif png := data.get("image/png"):
        kind, encoded = "png", "".join(png.split())
    else:
        return ""
    return str(Markup('<img alt="{}" src="data:image/{};base64,{}">').format(alt, kind, encoded))


def _finding(cells: Sequence[NotebookNode]) -> str:
    """The markdown that the cell tagged `finding` has shown; "" if there is none, or not yet."""
    tagged = (c for c in cells if FINDING in c.metadata.get("tags", []))
    shown = [o.get("data", {}).get("text/markdown") for c in tagged for o in c.get("outputs", [])]
    return "".join(next(filter(None, reversed(shown)), ""))


def _markdown(text: str) -> str:
    """Markdown as HTML; "" if it shows an attachment, which only the notebook has."""
    with suppress(InvalidNotebook):
        return markdown2html(text)
    return ""
