"""The page of a run: nothing that a notebook says or shows can act on who reads it."""

import base64
import hashlib
import json
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from little import Little
from nbformat.v4 import new_output

from cubistlib.inspector import explorer
from cubistlib.runner import jobs, page
from cubistlib.support import provenance

PNG = "iVBORw0KGgoAAAANSUhEUg=="
IMAGE = f"data:image/png;base64,{PNG}"
EVIL = {
    "script": "<script>alert(1)</script>",
    "script_in_capitals": "<SCRIPT SRC=//e.org/x.js></SCRIPT>",
    "handler": f'<img src="{IMAGE}" onload="alert(1)">',
    "handler_of_an_error": "<img src=x onerror=alert(1)>",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>a</script></svg>',
    "link": '<a href="javascript:alert(1)">x</a>',
    "hidden_link": '<a href="java&#10;script:alert(1)">x</a>',
    "link_in_capitals": '<a href=" JaVaScRiPt:alert(1)">x</a>',
    "link_to_data": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "frame": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "object": '<object data="data:text/html,<script>alert(1)</script>"></object><embed src=x>',
    "image_from_elsewhere": '<img src="https://e.org/pixel.png">',
    "image_that_is_a_page": '<img src="data:text/html,<script>alert(1)</script>">',
    "style": "<style>@import url(//e.org/x.css);</style><p style='background:url(//e.org)'>x</p>",
    "overlay": "<div style='position:fixed;top:0;left:0;width:100%'>log in</div>",
    "form": "<form action=//e.org><input name=a><button>log in</button></form>",
    "base": '<base href="//e.org/"><meta http-equiv="refresh" content="0;url=//e.org">',
    "link_element": '<link rel="stylesheet" href="//e.org/x.css">',
    "half_a_tag": "<img src=x onerror=alert(1) ",
    "closing": "</main></body><script>alert(1)</script>",
    "template": "<template><script>alert(1)</script></template><math><mtext><script>a</script>",
    "comment": "<!--><script>alert(1)</script>-->",
}
OUTPUTS = {
    "text/html": lambda evil: new_output("display_data", data={"text/html": evil}),
    "image/svg+xml": lambda evil: new_output("display_data", data={"image/svg+xml": evil}),
    "text/markdown": lambda evil: new_output("display_data", data={"text/markdown": evil}),
    "text/latex": lambda evil: new_output("display_data", data={"text/latex": evil}),
    "application/javascript": lambda evil: new_output(
        "display_data", data={"application/javascript": evil}
    ),
    "image/png": lambda evil: new_output("display_data", data={"image/png": f'"{evil}'}),
    "image/jpeg": lambda evil: new_output("display_data", data={"image/jpeg": f'"{evil}'}),
    "text/plain": lambda evil: new_output("display_data", data={"text/plain": evil}),
    "stream": lambda evil: new_output("stream", text=evil),
    "error": lambda evil: new_output("error", ename=evil, evalue=evil, traceback=[evil]),
}


@pytest.fixture
def little(home, monkeypatch):
    monkeypatch.setattr(provenance, "library", lambda: "this")
    return Little(home)


def pages(little, outputs=(), executed="10_a", **options):
    """The index and the page of a notebook with these outputs, parsed, by file name."""
    little.both(executed, "show()", tags=["headline"], **options)
    notebook = nbformat.read(little.root / "notebooks" / f"{executed}.ipynb", as_version=4)
    shown = [cell for cell in notebook.cells if cell.source == "show()"]
    shown[0].outputs = list(outputs)
    little.outputs.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, little.outputs / f"{executed}.ipynb")
    page.write("quick", list(jobs.of("quick").values()))
    found = {path.name: path.read_text("utf-8") for path in little.outputs.glob("*.html")}
    assert set(found) == {"index.html", f"{executed}.html"}
    return {name: BeautifulSoup(text, "html.parser") for name, text in found.items()}


def assert_harmless(soup):
    acting = "script, iframe, object, embed, svg, form, input, button, base, link, template, math"
    assert soup.select(acting) == []
    assert [m["http-equiv"] for m in soup.select("meta[http-equiv]")] == ["Content-Security-Policy"]
    assert len(soup("body")) == len(soup("main")) == 1 and not soup.body("style")
    for tag in soup.body.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on") or name == "srcdoc"]
        assert re.match(r"data:image/(png|jpeg|svg\+xml);base64,", tag.get("src", IMAGE))
        assert re.match(r"https?:|[^:]*$", tag.get("href", ""))
        assert not re.search(r"url|position|width", tag.get("style", ""))


@pytest.mark.parametrize("kind", OUTPUTS)
def test_no_output_can_act(little, kind):
    for soup in pages(little, map(OUTPUTS[kind], EVIL.values())).values():
        assert_harmless(soup)


@pytest.mark.parametrize("name", EVIL)
def test_no_prose_can_act(little, name):
    evil = EVIL[name]
    title = f"# How {evil} far?\n\nThe claim {evil}\n\nMore."
    made = pages(little, title=title, text=[evil, f"a {evil} b", f"[x]({evil})", f"$x {evil}$"])
    for soup in made.values():
        assert_harmless(soup)
    assert "The claim" in made["index.html"].text and "More." in made["10_a.html"].text


def test_the_browser_is_told_to_load_nothing(little):
    for soup in pages(little).values():
        policy = soup.select_one("meta[http-equiv]")["content"].split("; ")
        assert policy[:2] == ["default-src 'none'", "img-src data:"]
        # Before all that it is to hold for.
        assert soup.head.find_all(True)[1]["http-equiv"] == "Content-Security-Policy"


@pytest.mark.parametrize("name", EVIL)
def test_what_an_output_keeps_of_an_explorer_is_data(little, name):
    kept = {"view": EVIL[name], "films": [{"titles": [EVIL[name]]}], EVIL[name]: None}
    data = {"image/png": PNG, explorer.KEPT: kept}
    made = pages(little, [new_output("display_data", data=data), OUTPUTS["text/html"](EVIL[name])])
    held, script = made["10_a.html"].select("script")
    assert held["type"] == "application/json" and json.loads(held.text) == kept
    assert script.text == explorer.living() and script.attrs == {}
    assert made["10_a.html"].select_one(f"#{held['data-living']} > img")
    policy = made["10_a.html"].select_one("meta[http-equiv]")["content"].split("; ")
    digest = hashlib.sha256(script.text.encode()).digest()
    known = f"script-src 'sha256-{base64.b64encode(digest).decode()}'"
    assert policy[:5] == [
        "default-src 'none'",
        "img-src data: blob:",
        "style-src 'unsafe-inline'",
        known,
        "worker-src blob:",
    ]
    for part in (held, script):
        part.decompose()
    assert_harmless(made["10_a.html"])
    assert_harmless(made["index.html"])


def test_an_explorer_keeps_its_place(little):
    """Whatever ids the notebook's own elements have, as headings and pasted pages bring them."""
    shown = [new_output("display_data", data={"image/png": PNG, explorer.KEPT: {"view": ""}})] * 2
    first = pages(little, shown)["10_a.html"]
    names = [held["data-living"] for held in first.select("script[data-living]")]
    foreign = [f'<p id="{name}">mine</p>' for name in ["living-1", *names]]
    made = pages(little, shown, text=["## living 1", *foreign])["10_a.html"]
    again = [held["data-living"] for held in made.select("script[data-living]")]
    assert len({*names, *again}) == 4
    for name in again:
        (place,) = made.select(f'[id="{name}"]')
        assert place.img


def test_what_is_meant_to_be_seen_is_untouched(little):
    table = (
        '<div><style scoped>.dataframe tbody tr th {vertical-align: top;}</style><table border="1" '
        'class="dataframe"><thead><tr style="text-align: right;"><th></th><th colspan="2">a&lt;b'
        '</th></tr></thead><tbody><tr><th rowspan="2" valign="top">é</th><td>1.5</td></tr></tbody>'
        "</table></div>"
    )
    prose = (
        "## A heading\n\n$x_1 < x_2$ and $$\\sum_i |w_i|$$, `code <b>`, **bold**, [docs](https://e.org/"
        "?a=1&b=2), [there](10_a.ipynb#A-heading), [mail](mailto:a@e.org), [beside](a.csv)\n\n"
        f"- one\n\n> said\n\n![alt text]({IMAGE})\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |"
    )
    outputs = [
        new_output("display_data", data={"text/html": table}),
        new_output("display_data", data={"image/png": PNG}),
        new_output("stream", text="\x1b[31mred\x1b[0m <plain> & so"),
    ]
    soup = pages(little, outputs, text=[prose], title="# How <b far?\n\n`a < b`")["10_a.html"]
    shown = soup.select_one("table.dataframe")
    assert [cell.text for cell in shown(["th", "td"])] == ["", "a<b", "é", "1.5"]
    assert shown["border"] == "1" and shown.tr["style"].startswith("text-align")
    assert (shown.find_all("th")[2]["rowspan"], shown.find_all("th")[2]["valign"]) == ("2", "top")
    assert [image["src"] for image in soup("img")] == [IMAGE, IMAGE]
    assert [image["alt"] for image in soup("img")] == ["How <b far?", "alt text"]
    links = [link["href"] for link in soup.select(".rendered_html a")]
    there = "10_a.html#A-heading"
    assert links == ["https://e.org/?a=1&b=2", there, "mailto:a@e.org", "a.csv"]
    for words in ("$x_1 < x_2$", "$$\\sum_i |w_i|$$", "red <plain> & so", "code <b>"):
        assert words in soup.text
    assert soup.select_one("span.ansi-red-fg").text == "red"
    assert soup.select_one(".highlight .n").text == "profile"
    assert soup.select_one("blockquote") and soup.select_one("li") and soup.select_one("strong")


def test_a_link_in_printed_text_is_text(little):
    said = 'href="10_a.ipynb"'
    soup = pages(little, [new_output("stream", text=said)])["10_a.html"]
    assert said in soup.text


def test_a_notebook_that_no_page_can_be_made_of_is_in_the_index(little):
    little.both("10_a", "1")
    source = nbformat.read(little.root / "notebooks" / "10_a.ipynb", as_version=4)
    source.cells[0].source += " ![figure](attachment:gone.png)"
    little.outputs.mkdir(parents=True)
    nbformat.write(source, little.outputs / "10_a.ipynb")
    page.write("quick", list(jobs.of("quick").values()))
    index = BeautifulSoup((little.outputs / "index.html").read_text(), "html.parser")
    assert index.select_one("article h2").text == "What is 10_a?"
    assert not index.select("article a")
