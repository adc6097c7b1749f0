"""The site: it is made of everything there is, and no link of it leads nowhere."""

import re
import subprocess
import sys
from pathlib import Path

import make_site
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The whole site, made by the command, which warns of nothing."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, ROOT / "tools" / "make_site.py", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site):
    files = [
        file
        for file in site.rglob("*.html")
        if file.name != "explorer.html" and "_static" not in file.parts
    ]
    return {f: BeautifulSoup(f.read_text("utf-8"), "html.parser") for f in files}


def test_the_readme_groups_all_notebooks():
    named = [name for names in make_site.groups().values() for name in names]
    assert named == sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert next(iter(make_site.groups())) == "Ground"


def test_columns_of_a_table_are_taken_by_number():
    table = "| a | b | c |\n| --- | --- | --- |\n| 1 | [x](y) | 3 |\n\nbelow"
    assert make_site.columns(table, [0, 2]) == "| a | c |\n| --- | --- |\n| 1 | 3 |\n"


def test_set_up_is_folded_and_nothing_after_it():
    tagged = new_code_cell("a: int = 1", metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell("# Why?"), new_code_cell("import os"), tagged, new_code_cell("a")]
    folded = make_site.folded(new_notebook(cells=cells)).cells
    hidden = ["hide-input" in cell.metadata.get("tags", []) for cell in folded]
    assert hidden == [False, True, True, False]
    plain = make_site.folded(new_notebook(cells=[new_code_cell("a")])).cells[0]
    assert "hide-input" not in plain.metadata.get("tags", [])


def test_links_of_what_cells_have_shown_lead_to_pages():
    shown = new_output("display_data", data={"text/markdown": "see [52](52_why.ipynb#a) and `b`"})
    tagged = new_code_cell("a: int = 1", metadata={"tags": ["parameters"]}, outputs=[shown])
    linked = make_site.folded(new_notebook(cells=[tagged])).cells[0].outputs[0]
    assert linked.data["text/markdown"] == "see [52](52_why.html#a) and `b`"


def test_every_notebook_has_a_page_and_a_card(site, pages):
    front = pages[site / "index.html"]
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        card = front.find("article", id=path.stem)
        assert card.h3.a["href"] == f"notebooks/{path.stem}.html"
        page = pages[site / "notebooks" / f"{path.stem}.html"]
        assert page.h1.text.rstrip("#") == card.h3.text
        assert page.find(class_="prev-next-area").find("a")
        assert all("_images" not in figure.get("alt", "_images") for figure in page.find_all("img"))
    assert front.find("iframe")["src"] == "explorer.html"
    assert front.find(class_="claims").table and front.find(class_="front").table


def test_the_library_s_page_says_what_it_offers(site, pages):
    page = pages[site / "library.html"]
    for name in ("networks.Masks", "training.train", "pruners.snip.SNIP", "verdict.verdict"):
        assert page.find(id=f"cubistlib.{name}").find_next("dd").text.strip()


def test_links_lead_somewhere_and_nothing_is_fetched(site, pages):
    named = {file: {tag["id"] for tag in page.find_all(id=True)} for file, page in pages.items()}
    for file, page in pages.items():
        for tag in page.find_all(["a", "link", "script", "img", "iframe"]):
            to = tag.get("href") or tag.get("src") or ""
            place, _, anchor = to.partition("#")
            if re.match(r"https?:|mailto:|data:", place):
                assert tag.name == "a" or place.startswith("data:"), f"{file}: {to} is fetched"
                continue
            target = file.parent / place.split("?")[0] if place else file
            assert target.exists(), f"{file}: {to} leads nowhere"
            if anchor and target in pages:
                assert anchor in named[target], f"{file}: {to} leads to no place in it"


def test_a_link_that_leads_nowhere_is_an_error(tmp_path):
    configuration = (ROOT / "docs" / "site" / "conf.py").read_text("utf-8")
    (tmp_path / "conf.py").write_text(re.sub(r"html_(static|extra)_path.*", "", configuration))
    (tmp_path / "index.md").write_text("# Title\n\nA link to [nowhere](nowhere.md).\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", tmp_path, tmp_path / "html"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "'nowhere.md' [myst.xref_missing]" in done.stderr


@pytest.mark.parametrize("theirs", ["source/index.rst", "html/objects.inv", "notes.txt"])
def test_a_folder_that_is_no_site_is_left_alone(tmp_path, capsys, theirs):
    file = tmp_path / theirs
    file.parent.mkdir(exist_ok=True)
    file.write_text("dear")
    assert make_site.main([str(tmp_path)]) == 2
    assert "holds what is no site: give another folder" in capsys.readouterr().err
    assert file.read_text() == "dear"


def test_what_a_killed_start_has_left_is_replaced(tmp_path, monkeypatch):
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "half.html").write_text("")
    (tmp_path / make_site.MARK).write_text("")
    monkeypatch.setattr(make_site, "assemble", lambda source: source.mkdir())
    monkeypatch.setattr(make_site, "sphinx", lambda options: 0)
    assert make_site.main([str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [make_site.MARK, "source"]


def test_a_file_in_the_folder_s_place_is_a_sentence(tmp_path, capsys):
    file = tmp_path / "site"
    file.write_text("dear")
    assert make_site.main([str(file)]) == 2
    assert str(file) in capsys.readouterr().err and file.read_text() == "dear"
