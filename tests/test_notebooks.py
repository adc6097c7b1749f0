"""What every committed notebook looks like to its readers."""

import base64
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LIMIT = 400_000  # bytes
PLACES = re.compile(r"/(?:home|root|Users|tmp|work|opt)/\w")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def outputs(notebook):
    return [o for cell in notebook.cells for o in cell.get("outputs", [])]


def test_the_series_is_here():
    assert len(NOTEBOOKS) >= 17 and NOTEBOOKS[0].stem == "00_start_here"
    assert all(path.stat().st_size < LIMIT for path in NOTEBOOKS)


def test_it_was_executed_in_order_without_a_fault(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [o for o in outputs(notebook) if o.output_type == "error"]
    assert not [o for o in outputs(notebook) if o.get("name") == "stderr"]


def test_it_keeps_nothing_of_the_machine(notebook):
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    for output in outputs(notebook):
        shown = {k: v for k, v in output.get("data", {}).items() if not k.startswith("image/")}
        text = output.get("text", "") + str(shown)
        assert not PLACES.search(text), text
        assert "widget-view" not in text


def test_no_table_stands_in_the_middle_of_a_sentence(notebook):
    texts = [o.get("data", {}).get("text/markdown", "") for o in outputs(notebook)]
    assert not [text for text in texts if re.search(r"\[\d+ rows x \d+ columns\]|dtype: ", text)]


def test_it_has_the_shape_of_the_series(notebook):
    first, *_, last = notebook.cells
    assert first.source.startswith("# ") and "> **Claim of the paper.**" in first.source
    assert last.cell_type == "markdown" and ".ipynb" in last.source
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    assert tags.count("parameters") == 1 and tags.count("headline") == 1
    headings = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    assert any("## Takeaways" in text for text in headings)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert any(re.search(r"^assert ", source, re.MULTILINE) for source in code)
    assert max(len(source.splitlines()) for source in code) <= 15


# What prepares the ground, hands over a tool or shows one: its card has its first paragraph.
GROUND = ("00", "01", "02", "03", "19", "20", "21", "40")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_card_tells_a_finding_with_its_number(path):
    cells = nbformat.read(path, as_version=4).cells
    found = [cell for cell in cells if "finding" in cell.metadata.get("tags", [])]
    assert len(found) == (path.stem[:2] not in GROUND)
    for cell in found:
        assert re.search(r"\d", cell.outputs[-1].data["text/markdown"])


def test_the_first_one_leads_to_all_others():
    first = nbformat.read(NOTEBOOKS[0], as_version=4)
    text = "\n".join(cell.source for cell in first.cells if cell.cell_type == "markdown")
    assert {path.name for path in NOTEBOOKS[1:]} <= set(re.findall(r"\((\d\d_\w+\.ipynb)\)", text))


def test_a_study_is_run_by_a_sweep(notebook):
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert "Study(" not in code or "sweep.run(" in code
    assert "store.write(" not in code


def test_every_figure_has_words_for_those_who_cannot_see_it(notebook):
    for cell in notebook.cells:
        pictures = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        assert not pictures or len(cell.metadata.get("alt", "")) > 20, cell.source
        for picture in pictures:
            data = base64.b64decode(picture["data"]["image/png"])
            assert data.startswith(b"\x89PNG")


def test_links_between_notebooks_lead_somewhere(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\((\d\d_\w+\.ipynb)\)", cell.source):
                assert (FOLDER / target).is_file(), target
