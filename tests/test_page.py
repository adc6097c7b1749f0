"""The page: what it shows of each notebook, and that it needs no network."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from little import Little
from nbformat.v4 import new_output

from cubistlib.runner import jobs, page
from cubistlib.runner.jobs import Record
from cubistlib.support import provenance

PNG = "iVBORw0KGgoAAAANSUhEUg=="


@pytest.fixture
def little(tmp_path, monkeypatch):
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    monkeypatch.setattr(provenance, "library", lambda: "this")
    return Little(tmp_path)


def executed(little, name, record=True, **output):
    """As if the runner had executed it: its last cell showed a figure."""
    source = little.root / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    output = output or {"image/png": PNG, "text/plain": "<Figure>"}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    code[-1].outputs = [new_output("display_data", data=output)]
    little.outputs.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, little.outputs / f"{name}.ipynb")
    if record:
        job = jobs.of("quick")[name]
        job.keep(Record("done", job.fingerprint, 3.21, "2026-01-02 03:04 UTC"))


def made(little):
    """The index and every page, parsed, by file name."""
    page.write("quick", list(jobs.of("quick").values()))
    files = little.outputs.glob("*.html")
    return {file.name: BeautifulSoup(file.read_text("utf-8"), "html.parser") for file in files}


def test_the_index_shows_question_claim_figure_and_time(little):
    little.both("10_a", "show()", tags=["headline"], title="# How < far?\n\nThe *claim*.\n\nMore.")
    executed(little, "10_a")
    article = made(little)["index.html"].find(id="10_a")
    assert article.h2.text == "How < far?"
    assert article.h2.a["href"] == "10_a.html"
    assert article.img["src"] == f"data:image/png;base64,{PNG}"
    assert article.img["alt"] == "How < far?"
    assert article.em.text == "claim" and "More." not in article.text
    assert "done in 3.2 s, 2026-01-02 03:04 UTC" in article.text
    assert article.find(class_="links").a["href"] == "10_a.ipynb"


def test_a_card_tells_what_its_notebook_found_once_it_has_run(little):
    for name in ("10_a", "12_b"):
        little.both(name, "tell()", tags=["finding"], title="# How?\n\nThe *claim*.")
    executed(little, "10_a", **{"text/markdown": "**GMP** 96.5 % <script>x</script>"})
    index = made(little)["index.html"]
    assert "GMP 96.5 %" in index.find(id="10_a").text and "claim" not in index.find(id="10_a").text
    assert index.find(id="10_a").strong.text == "GMP" and not index.find(id="10_a").script
    assert "claim" in index.find(id="12_b").text


def test_the_index_is_honest_about_what_did_not_run(little):
    for name in ("10_failed", "12_skipped", "13_stopped", "14_never", "15_changed"):
        little.both(name, "1")
    for name in ("10_failed", "15_changed"):
        executed(little, name)
    job = jobs.of("quick")
    job["10_failed"].keep(Record("failed", "x", reason="failed in cell 3: no"))
    (little.outputs / "10_failed.failed.ipynb").write_text("{}")
    job["12_skipped"].keep(Record("skipped", "x", reason="skipped: it needs 10_failed"))
    job["13_stopped"].keep(Record("running", "x"))
    little.both("15_changed", "2")
    index = made(little)["index.html"]
    states = [" ".join(p.text.split()) for p in index.select("article .state")]
    assert states == [
        "failed in cell 3: no; shown is the run before",
        "skipped it needs 10_failed",
        "stopped before its end",
        "not run yet",
        "outdated in 3.2 s, 2026-01-02 03:04 UTC; changed since then; shown is the run before",
    ]
    assert "1 failed, 1 not run, 1 outdated, 1 skipped, 1 stopped" in " ".join(index.text.split())
    links = [a["href"] for a in index.select("article .links a")]
    assert links == ["10_failed.ipynb", "10_failed.failed.ipynb", "15_changed.ipynb"]
    assert index.find(id="14_never").a is None


def test_pages_need_no_network(little):
    svg = {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"}
    little.both("10_a", "show()", text=["See [the docs](https://example.org) and $x^2$."])
    little.both("12_b", "show()", tags=["headline"])
    executed(little, "10_a")
    executed(little, "12_b", **svg)
    pages = made(little)
    assert set(pages) == {"index.html", "10_a.html", "12_b.html"}
    for soup in pages.values():
        assert not soup.select("script, link, iframe, object")
        assert all(tag["src"].startswith("data:") for tag in soup.select("[src]"))
        assert not re.search(r"@import|url\(", "".join(style.text for style in soup("style")))
        assert soup.select_one("meta[name=viewport]")


def test_links_between_notebooks_lead_to_pages(little):
    little.both("10_a", "1", text=["[b](12_b.ipynb#The-idea) [c](13_c.ipynb) [d](99_d.ipynb)"])
    little.both("12_b", "1")
    little.both("13_c", "1")
    executed(little, "10_a")
    executed(little, "12_b")
    links = [a["href"] for a in made(little)["10_a.html"].select(".rendered_html p a")]
    assert links == ["12_b.html#The-idea", "index.html#13_c", "index.html#99_d"]


def test_a_description_of_the_figure_in_the_cell_is_kept(little):
    path = little.notebook("10_a", "show()")
    little.yaml("10_a")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].metadata["alt"] = 'Curves, "rising"'
    nbformat.write(notebook, path)
    executed(little, "10_a")
    assert made(little)["10_a.html"].img["alt"] == 'Curves, "rising"'
