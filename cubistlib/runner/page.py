"""The page of a profile's results: executed notebooks as HTML and an index; works offline."""

import base64
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("cubistlib.runner", "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
TITLE = re.compile(r"\s*#\s+(?P<question>[^\n]+)\s*(?P<claim>.*?)(\n\s*\n|\Z)", re.DOTALL)


def write(profile: str, jobs: Sequence[Job]) -> Path:
    """Make index.html and a page for each executed notebook; returns the index."""
    entries = []
    for job in jobs:
        source = job.output if job.output.is_file() else job.notebook.path
        notebook = nbformat.read(source, as_version=4)
        entry = _entry(job, notebook)
        entries.append(entry)
        if entry["executed"]:
            body = _between_pages(_body(notebook, entry["question"]), jobs)
            text = _render("notebook.html", profile=profile, entry=entry, body=Markup(body))
            files.write_text(job.output.with_suffix(".html"), text)
    index = paths.outputs(profile) / "index.html"
    files.write_text(index, _render("index.html", profile=profile, entries=entries))
    return index


def _entry(job: Job, notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """What the index shows of one notebook.

    question: its title. claim: its first paragraph. figure: an <img>, or nothing. state, note:
    how its last run went, a word and a sentence. executed, failed: which runs can be looked at.
    """
    title = TITLE.match(notebook.cells[0].source if notebook.cells else "")
    question = title["question"].strip() if title else job.name
    tagged = (c for c in notebook.cells if HEADLINE in c.metadata.get("tags", []))
    figures = [_image(c, output, question) for c in tagged for output in c.get("outputs", [])]
    state, note = _state(job)
    return {
        "name": job.name,
        "question": question,
        "claim": Markup(markdown2html(title["claim"])) if title else "",
        "figure": Markup(next(filter(None, reversed(figures)), "")),
        "state": state,
        "note": note,
        "executed": job.output.is_file(),
        "failed": job.failed_output.is_file(),
    }


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


def _image(cell: nbformat.NotebookNode, output: nbformat.NotebookNode, title: str) -> str:
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


def _body(notebook: nbformat.NotebookNode, question: str) -> str:
    """An executed notebook as HTML without scripts or widgets, its figures described."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if WIDGET not in o.get("data", {})]
        for output in cell.get("outputs", []):
            if image := _image(cell, output, question):
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
    styles = {"light": "default", "dark": "github-dark"}
    values |= {k: HtmlFormatter(style=v).get_style_defs(".highlight") for k, v in styles.items()}
    return TEMPLATES.get_template(template).render(values)
