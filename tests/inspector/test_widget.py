"""The page in a notebook and its kernel, without a browser."""

import base64
from dataclasses import replace
from unittest.mock import Mock

import nbformat
import pytest
from ipywidgets.widgets.widget import _instances

import cubistlib as cl
from cubistlib.inspector.content import WIDEST
from cubistlib.inspector.explorer import KEPT, SOURCES
from cubistlib.inspector.view import View
from cubistlib.inspector.widget import Page
from cubistlib.runner import page
from cubistlib.support.checks import UserError


def test_a_page_shows_the_figure_and_no_widget(net, masks, few, monkeypatch):
    shown = []

    class Handle:
        def update(self, data, raw):
            shown[0] = data

    def display(data, **options):
        shown.append(data)
        return Handle()

    monkeypatch.setattr("cubistlib.inspector.widget.display", display)
    cl.inspect(net, masks, data=few)._ipython_display_()
    assert [set(data) for data in shown] == [
        {"image/png", "text/plain", KEPT},
        {page.WIDGET},
        {"text/html", "text/plain"},
    ]
    shown[0]["image/png"] = base64.b64encode(shown[0]["image/png"]).decode()
    outputs = [nbformat.v4.new_output("display_data", data=data) for data in shown]
    cell = nbformat.v4.new_code_cell("inspector", outputs=outputs)
    body, data = page._body(nbformat.v4.new_notebook(cells=[cell]), "What does it do?")
    assert body.count("<img") == 1 == len(data) and "<script" not in body


@pytest.fixture
def said(monkeypatch):
    """What inspectors say to their pages."""
    sentences = []
    monkeypatch.setattr(Page, "send", lambda self, message: sentences.append(message["said"]))
    return sentences


def test_the_page_and_the_controls_show_one_view(results, few, said):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    fields, page = inspector.controls.fields, inspector.page
    assert page.given["view"] == inspector.view and fields["algorithm"].value == "gmp"
    looked, answer = f"{inspector.view}&threshold=0.25&unit=h1.2", page.given["answer"]
    page._handle_custom_msg({"look": looked, "answer": answer}, [])
    assert inspector.view == looked and fields["threshold"].value == 0.25
    assert page.given["answer"] == answer  # nothing comes back to where it comes from
    fields["threshold"].value = 0.0
    assert "threshold" not in page.given["view"] and "unit=h1.2" in page.given["view"]
    fields["keep"].value = 20
    assert "keep=20" in page.given["view"] and page.given["answer"] > answer
    assert inspector.model.scene(View.parse(inspector.view)).specimen.weights_kept == 20
    assert said == []


def test_a_drag_of_k_trains_no_run_on_its_way(results, few):
    fields = cl.inspect(results, data=few).controls.fields
    assert not fields["keep"].continuous_update
    assert all(fields[name].continuous_update for name in ("step", "threshold"))


def test_the_page_asks_for_another_run(results, few, said):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    page, ask = inspector.page, inspector.page._handle_custom_msg
    ask({"change": {"algorithm": "snip"}}, [])
    assert "algorithm=snip" in inspector.view == page.given["view"] and "keep=15" in inspector.view
    assert page.given["films"][0]["titles"][-1].startswith("SNIP, width ")
    before, answer = inspector.view, page.given["answer"]
    ask({"view": before}, [])
    assert page.given["answer"] > answer  # the page hears that it has what it asked for
    ask({"view": "algorithm=foo"}, [])
    ask({"view": "unit=<img src=x>"}, [])
    assert page.given["view"] == inspector.view == before
    assert said[0].startswith("inspect: no result with algorithm 'foo'") and "no unit" in said[1]


def test_what_is_closed_holds_no_trainings_and_comes_again(results, few):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    before, catalogue, view = inspector._repr_png_(), inspector.model.catalogue, inspector._view
    film = catalogue.film(view)
    assert catalogue.loaded(view) and catalogue.film(view) is film
    inspector.close()
    assert catalogue._films == {} and not catalogue.loaded(view)
    assert inspector._repr_png_() == before and catalogue.film(view) is not film


def test_whatever_fails_in_the_kernel_the_page_hears_of_it(results, few, said, monkeypatch):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    page, before = inspector.page, inspector.view
    given, full = page.given, Mock(side_effect=MemoryError("no room"))
    monkeypatch.setattr("cubistlib.inspector.widget.content", full)
    page._handle_custom_msg({"change": {"algorithm": "snip"}}, [])
    assert said == ["inspect: the kernel failed at this: MemoryError: no room"]
    assert inspector.view == before and page.given is given
    page._handle_custom_msg({"look": f"{before}&unit=x1", "answer": given["answer"]}, [])
    assert inspector.view == f"{before}&unit=x1"  # it goes on from what is shown
    full.side_effect = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        page._handle_custom_msg({"change": {"algorithm": "snip"}}, [])
    assert said[1].startswith("inspect: the kernel failed at this: KeyboardInterrupt")
    monkeypatch.undo()
    page._handle_custom_msg({"change": {"algorithm": "snip"}}, [])
    assert "algorithm=snip" in inspector.view == page.given["view"]


def test_a_network_too_wide_for_the_page_has_its_figure_and_a_sentence(few, said, monkeypatch):
    shown, text = [], (SOURCES / "state.js").read_text()
    assert f"MOST_OPENED = {WIDEST};" in text

    def display(data, **_):
        shown.append(data)
        return Mock()

    monkeypatch.setattr("cubistlib.inspector.widget.display", display)
    wide, small = cl.Network.initialize([2, WIDEST + 1]), cl.Network.initialize([2, WIDEST])
    inspector = cl.inspect({"wide": wide, "small": small}, view="algorithm=wide", data=few)
    inspector._ipython_display_()
    figure, sentence = shown
    assert figure["image/png"] and "at most 256 units a layer" in sentence["text/plain"]
    with pytest.raises(UserError, match="at most 256 units"):
        _ = inspector.page
    inspector.view = "algorithm=small"
    inspector._ipython_display_()
    before, page = inspector.view, inspector.page
    for fields in ({"algorithm": "wide"}, {"beside": "wide"}):
        page._handle_custom_msg({"change": fields}, [])
        assert inspector.view == page.given["view"] == before
    assert len(said) == 2 and all("at most 256 units" in sentence for sentence in said)


@pytest.mark.parametrize("late", [True, False])
def test_a_look_at_a_run_that_the_kernel_has_left_is_dropped(results, few, said, late):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    page, before = inspector.page, inspector.view
    look = {"look": f"{before}&threshold=0.25", "answer": page.given["answer"]}
    change = {"change": {"algorithm": "snip"}}
    for message in (change, look) if late else (look, change):
        page._handle_custom_msg(message, [])
    view = View.parse(inspector.view)
    assert page.given["view"] == inspector.view and view.algorithm == "snip"
    assert view.threshold == (0 if late else 0.25) and said == []
    now = {"look": f"{inspector.view}&unit=x1", "answer": page.given["answer"]}
    page._handle_custom_msg(now, [])
    assert inspector.view == str(replace(view, unit="x1"))


def test_a_cell_that_runs_again_closes_what_it_showed(net, masks, few, monkeypatch):
    class Shell:
        execution_count = 0

        def get_parent(self):
            return {"metadata": {"cellId": "a"}}

    monkeypatch.setattr("cubistlib.inspector.widget.display", lambda *_, **__: Mock())
    monkeypatch.setattr("cubistlib.inspector.cells.get_ipython", lambda: Shell)
    monkeypatch.setattr(Shell, "get_parent", Shell().get_parent)
    before = len(_instances)
    for run in range(3):
        Shell.execution_count = run
        for _ in range(2):  # a cell may show two
            inspector = cl.inspect(net, masks, data=few)
            inspector._ipython_display_()
            assert inspector.controls.fields
    left = len(_instances) - before
    inspector.close()
    assert len(_instances) - before == left / 2 > 0  # of two inspectors one is left
    inspector._ipython_display_()
    assert inspector.view == ""
