"""The site, opened from a disk: it lives, and asks for nothing outside its folder."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "make_site.py"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, TOOL, folder], check=True)
    return (folder / "html").as_uri()


@pytest.fixture
def page(chromium, site):
    page, said, asked = chromium.new_page(), [], []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and said.append(m.text))
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1280, "height": 900})
    yield page
    assert said == []
    assert [url for url in asked if not url.startswith((site, "blob:", "data:"))] == []
    page.close()


def test_the_front_page_trains_a_network(page, site):
    page.goto(f"{site}/index.html")
    page.locator(".framed").scroll_into_view_if_needed()
    explorer = page.frame_locator(".framed")
    explorer.locator(".unit").first.wait_for()
    explorer.get_by_label("hidden widths").fill("5, 5, 5")
    explorer.locator(".fresh").get_by_label("seed").fill("1")
    explorer.get_by_role("button", name="Fresh start", exact=True).click()
    accuracy = explorer.locator("[data-number=accuracy]").first
    assert accuracy.text_content().startswith("50")
    explorer.get_by_label("epochs").fill("12")
    explorer.get_by_role("button", name="Play", exact=True).click()
    explorer.locator(".curve[aria-label*='epoch 12 of 12:']").wait_for()
    assert float(accuracy.text_content().split()[0]) > 90


def test_figure_tables_and_explorer_begin_on_the_first_screen(page, site):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site}/index.html")
    for part in (".front img", ".front table >> nth=0", ".front table >> nth=1"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] < 900 and box["x"] + box["width"] <= 1440, part
    assert page.locator(".framed").bounding_box()["y"] < 750
    assert page.locator(".front table").nth(1).locator("tbody tr").count() == 10


def test_a_theme_chosen_by_hand_is_the_explorer_s_too(page, site):
    page.goto(f"{site}/index.html")
    page.locator(".framed").scroll_into_view_if_needed()
    framed = page.frame_locator(".framed").locator("body")
    framed.locator(".unit").first.wait_for()
    grounds = {"dark": "rgb(22, 24, 26)", "light": "rgb(255, 255, 255)"}
    for theme in ("dark", "light", "dark"):
        page.locator(".theme-switch-button").first.click()
        page.locator(f".theme-change-button[data-mode={theme}]").first.click()
        page.wait_for_timeout(300)
        ground = framed.evaluate("node => getComputedStyle(node).backgroundColor")
        assert ground == grounds[theme]
    page.evaluate("localStorage.clear()")  # other tests choose none


def test_the_explorers_of_a_notebook_live(page, site):
    page.goto(f"{site}/notebooks/40_neuron_inspector.html")
    page.locator(".explorer >> nth=1 >> .unit[aria-label]").first.wait_for()
    figures, first = page.locator(".living > img"), page.locator(".explorer").first
    assert figures.count() == 2 == page.locator(".explorer").count()
    assert not figures.first.is_visible() and "GMP" in first.locator("[data-story]").text_content()
    kept = first.locator("[data-number=kept]").first
    before = int(kept.text_content())
    first.get_by_role("button", name="Remove one", exact=True).click()
    page.wait_for_function(
        "([node, text]) => node.textContent !== text", arg=[kept.element_handle(), str(before)]
    )
    assert int(kept.text_content()) < before
    first.get_by_label("step", exact=True).press("Home")
    first.locator("[data-story]:has-text('step 0 of 19,500')").wait_for()


PAGES = ("index", "README", "library", "search", "docs/TROUBLE", "benchmarks/README")
NOTEBOOKS = ("notebooks/32_disconnected_paths", "notebooks/40_neuron_inspector")
SIZE = "(name) => parseFloat(getComputedStyle(document.querySelector(name)).fontSize)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_the_screen(page, site, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for name in (*PAGES, *NOTEBOOKS):
        page.goto(f"{site}/{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate("document.documentElement.dataset.theme") == scheme


def test_headings_have_their_order(page, site):
    page.goto(f"{site}/README.html")
    sizes = [page.evaluate(SIZE, f".bd-article {name}") for name in ("h1", "h2", "h3", "p")]
    assert sizes == sorted(sizes, reverse=True) and sizes[1] > sizes[2] > sizes[3]


def test_a_search_from_a_disk_finds_pages(page, site):
    page.goto(f"{site}/search.html?q=frontier")
    page.locator("#search-results li a").first.wait_for()
