"""The page of a profile's results: executed notebooks as HTML and an index; works offline."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import nbformat
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from pygments.formatters import HtmlFormatter

from cubistlib.runner.jobs import Job
from cubistlib.support import files, paths

WIDGET = "application/vnd.jupyter.widget-view+json"
HEADLINE = "headline"  # tag of the cell whose figure stands for its notebook
LINK = re.compile(r'href="(?:\./)?(\d\d_\w+)\.ipynb(#[^"]*)?"')
TITLE = re.compile(r"\s*#\s+(?P<question>[^\n]+)\s*(?P<claim>.*?)(\n\s*\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """What the index shows of one notebook.

    question: its title. claim: its first paragraph. figure: an <img>, or nothing. state, note:
    how its last run went, a word and a sentence. executed, failed: which runs can be looked at.
    """

    name: str
    question: str
    claim: Markup
    figure: Markup
    state: str
    note: str
    executed: bool
    failed: bool


def write(profile: str, jobs: Sequence[Job]) -> Path:
    """Make index.html and a page for each executed notebook; returns the index."""
    entries = []
    for job in jobs:
        source = job.output if job.output.is_file() else job.notebook.path
        notebook = nbformat.read(source, as_version=4)
        entry = _entry(job, notebook)
        entries.append(entry)
        if entry.executed:
            body = _between_pages(_body(notebook, entry.question), jobs)
            text = _render("notebook.html", profile=profile, entry=entry, body=Markup(body))
            files.write_text(job.output.with_suffix(".html"), text)
    index = paths.outputs(profile) / "index.html"
    files.write_text(index, _render("index.html", profile=profile, entries=entries))
    return index


def _entry(job: Job, notebook: nbformat.NotebookNode) -> Entry:
    first = notebook.cells[0].source if notebook.cells else ""
    title = TITLE.match(first)
    question = title["question"].strip() if title else job.name
    claim = Markup(markdown2html(title["claim"])) if title else Markup()
    tagged = (c for c in notebook.cells if HEADLINE in c.metadata.get("tags", []))
    figures = [image for cell in tagged for image in _images(cell, question)]
    runs = job.output.is_file(), job.failed_output.is_file()
    figure = Markup("".join(figures[-1:]))
    return Entry(job.name, question, claim, figure, *_state(job), *runs)


def _state(job: Job) -> tuple[str, str]:
    """How a notebook's last run went, a word and a sentence."""
    record = job.record
    if record is None:
        return "not run", "yet"
    if record.state == "done":
        when = f"in {record.seconds:.1f} s, {record.finished}"
        return ("done", when) if job.current() else ("outdated", f"{when}; changed since then")
    if record.state == "running":
        return "stopped", "before its end"
    note = record.reason.removeprefix(record.state).lstrip(": ")
    return record.state, note


def _images(cell: nbformat.NotebookNode, alt: str) -> list[str]:
    """The figures of a cell as <img> elements, described by its metadata `alt` or by `alt`."""
    alt = cell.metadata.get("alt", alt)
    found = (_image(output, alt) for output in cell.get("outputs", []))
    return [image for image in found if image]


def _image(output: nbformat.NotebookNode, alt: str) -> str:
    data = output.get("data", {})
    if svg := data.get("image/svg+xml"):
        kind, encoded = "svg+xml", base64.b64encode("".join(svg).encode()).decode()
    elif png := data.get("image/png"):
        kind, encoded = "png", "".join(png.split())
    else:
        return ""
    return str(Markup('<img alt="{}" src="data:image/{};base64,{}">').format(alt, kind, encoded))


def _body(notebook: nbformat.NotebookNode, question: str) -> str:
    """An executed notebook as HTML without scripts or widgets, its figures described."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                output for output in cell.outputs if WIDGET not in output.get("data", {})
            ]
        for output in cell.get("outputs", []):
            if image := _image(output, cell.metadata.get("alt", question)):
                output.data = {"text/html": image}
    exporter = HTMLExporter(template_name="basic", embed_images=True, exclude_anchor_links=True)
    resources = {"metadata": {"path": str(paths.notebooks())}}
    return exporter.from_notebook_node(notebook, resources=resources)[0]


def _between_pages(body: str, jobs: Sequence[Job]) -> str:
    """Links from notebook to notebook lead to their pages, or to the index if there is none."""
    executed = {job.name for job in jobs if job.output.is_file()}

    def target(link: re.Match) -> str:
        name, place = link[1], link[2] or ""
        return f'href="{name}.html{place}"' if name in executed else f'href="index.html#{name}"'

    return LINK.sub(target, body)


def _render(template: str, **values: object) -> str:
    loader = jinja2.PackageLoader("cubistlib.runner", "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    light, dark = (
        HtmlFormatter(style=style).get_style_defs(".highlight")
        for style in ("default", "github-dark")
    )
    return environment.get_template(template).render(light=light, dark=dark, **values)
