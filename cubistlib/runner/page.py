"""The page of a profile's results: executed notebooks as HTML and an index; works offline."""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import nh3
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from cubistlib.inspector import explorer
from cubistlib.runner import cards
from cubistlib.runner.jobs import Job
from cubistlib.runner.notebook import read
from cubistlib.support import files, paths
from cubistlib.support.checks import UserError, require

WIDGET = "application/vnd.jupyter.widget-view+json"
LINK = re.compile(r"(?:\./)?(\d\d_\w+)\.ipynb(#.*)?")
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);")
PLACE = re.compile(r"(https?|mailto):|[^:]*([/?#]|$)")  # where a link may lead
STYLE = Path(__file__).parent / "templates" / "shared.css"  # of cards and figures, on whatever page
TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("cubistlib.runner", "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
# What a notebook shows may come from anywhere: of its HTML the page keeps what cannot act.
STYLES = {"text-align", "vertical-align", "color", "background-color", "font-size", "font-weight"}
ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()} | {
    "*": {"class", "id", "title", "style", "border", "valign", "halign"}
}


def write(profile: str, jobs: Sequence[Job]) -> Path:
    """Make index.html and a page for each executed notebook; returns the index."""
    entries = [_entry(job) for job in jobs]
    names = {entry["name"] for entry in entries if entry["executed"]}
    for job, entry in zip(jobs, entries, strict=True):
        entry["words"] = _clean(entry["words"], names)
        if entry["executed"]:
            body, live = _clean(entry["body"], names), _living() if entry["kept"] else {}
            text = _render("notebook.html", profile=profile, entry=entry, body=body, **live)
            files.write_text(job.output.with_suffix(".html"), text)
    index = paths.outputs(profile) / "index.html"
    files.write_text(index, _render("index.html", profile=profile, entries=entries))
    return index


def alone(output: Path, title: str) -> str:
    """An executed notebook as a page by itself, under another title and without its code.

    Raises ValueError if the notebook cannot be read, or shows what is not there.
    """
    notebook = read(output)
    notebook.cells[0].source = f"# {title}"
    for cell in notebook.cells:
        cell.metadata["transient"] = {"remove_source": cell.cell_type == "code"}
    body, kept = _body(notebook, title)
    require(body, f"{paths.shown(output)}: shows what is not there")
    entry = {"question": title, "state": "done", "kept": kept}
    return _render("notebook.html", entry=entry, body=_clean(body, ()), **_living() if kept else {})


def _entry(job: Job) -> dict[str, Any]:
    """What the index shows of one notebook, beside its `Card`.

    state, note: how its last run went, a word and a sentence. executed, failed: which runs can be
    looked at. body: the executed notebook as HTML, as the notebook has it, not clean. kept: data
    of the explorers that have a place in it.
    """
    notebook = _executed(job)
    shown = cards.card(job.name, job.notebook.cells if notebook is None else notebook.cells)
    body, kept = ("", []) if notebook is None else _body(notebook, shown.question)
    state, note = _state(job)
    return vars(shown) | {
        "state": state,
        "note": note,
        "executed": bool(body),
        "failed": job.failed_output.is_file(),
        "body": body,
        "kept": kept,
    }


def _executed(job: Job) -> NotebookNode | None:
    """The executed notebook; None if there is none, or none that can be read."""
    try:
        return read(job.output)
    except UserError:
        return None


def _state(job: Job) -> tuple[str, str]:
    """How a notebook's last run went, a word and a sentence."""
    record = job.record()
    if record is None:
        return "not run", "yet"
    if record.state == "done":
        when = f"in {record.seconds:.1f} s, {record.finished}"
        return ("done", when) if job.current() else ("outdated", f"{when}; changed since then")
    if record.state == "running":
        return "stopped", "before its end"
    return record.state, record.reason.removeprefix(record.state).lstrip(": ")


def _body(notebook: NotebookNode, question: str) -> tuple[str, list[Markup]]:
    """An executed notebook as HTML without widgets, its figures described; or "".

    Beside it the data of explorers, for which their figures have a place.

    There is none of a notebook that shows what is not there, as an attachment that is missing.
    """
    notebook.metadata.pop("widgets", None)
    kept: list[Markup] = []
    names = explorer.names(notebook)
    resources = {"metadata": {"path": str(paths.notebooks())}}
    with suppress(InvalidNotebook, OSError, RecursionError):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [o for o in cell.outputs if WIDGET not in o.get("data", {})]
            for output in cell.get("outputs", []):
                if shown := cards.image(cell, output, question):
                    if held := output.data.get(explorer.KEPT):
                        name = next(names)
                        kept.append(explorer.data(name, held))
                        shown = explorer.place(name, shown)
                    output.data = {"text/html": shown}
        return _exporter().from_notebook_node(notebook, resources=resources)[0], kept
    return "", []


def _living() -> dict[str, object]:
    """What a page has more where figures are explorers: the one script, and the style."""
    script = explorer.living()
    return {
        "script": Markup(script),
        "script_hash": explorer.known_by(script),
        "explorer_style": Markup(explorer.styles("explorer.css", "living.css")),
    }


@cache
def _exporter() -> HTMLExporter:
    """Made once, since its templates take longer to compile than a page to fill.

    Its own cleaning takes half of the time and leaves more than `_clean` does, which comes after.
    """
    return HTMLExporter(
        template_name="basic",
        embed_images=True,
        exclude_anchor_links=True,
        filters={"clean_html": lambda html: html},
    )


def card(shown: cards.Card, folder: str, names: Collection[str]) -> Markup:
    """A card below a heading; its notebook's page, as those of these names, is in this folder."""
    entry = vars(shown) | {"words": _clean(shown.words, names, folder)}
    template = TEMPLATES.from_string('{% from "card.html" import card %}{{ card(entry, page, 3) }}')
    return Markup(template.render(entry=entry, page=f"{folder}{shown.name}.html"))


def _clean(html: str, executed: Collection[str], folder: str = "") -> Markup:
    """HTML without all that could act or load something, as scripts.

    Links from notebook to notebook lead to their pages, in this folder, or to the index if there
    is none.
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "src":
            return value if PICTURE.match(value) else None
        if name != "href":
            return value
        if link := LINK.fullmatch(value):
            known = link[1] in executed
            return f"{folder}{link[1]}.html{link[2] or ''}" if known else f"index.html#{link[1]}"
        return value if PLACE.match(value) else None

    return Markup(
        nh3.clean(
            html,
            attributes=ATTRIBUTES,
            attribute_filter=attribute,
            url_schemes={"http", "https", "mailto", "data"},
            filter_style_properties=STYLES,
            link_rel=None,
        )
    )


def _render(template: str, **values: object) -> str:
    styles = {"light": "default", "dark": "github-dark"}
    values |= {k: HtmlFormatter(style=v).get_style_defs(".highlight") for k, v in styles.items()}
    return TEMPLATES.get_template(template).render(values)
