"""What is looked at, as a string."""

import pytest

import cubistlib as cl
from cubistlib.inspector.view import View
from cubistlib.inspector.widget import Inspector


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(study="smoke/12_snip", algorithm="a & b=c", width="7-3-3", seed="2", keep=0, step=0),
        View(threshold=0.25, unit="h2.3", beside="search", lives=True, ghosts=True),
        View(pre=True, shared=True, step=19_500),
    ],
)
def test_a_view_is_a_string_and_back(view):
    assert View.parse(str(view)) == view


def test_a_view_says_only_what_is_not_default():
    assert str(View()) == ""
    assert str(View(unit="h2.3", threshold=0.5, lives=True)) == "threshold=0.5&unit=h2.3&lives=1"


@pytest.mark.parametrize("view", [3, None, b"keep=3", View()])
def test_a_view_that_is_no_text_is_a_sentence(model, view):
    inspector = Inspector(model, View())
    shown = inspector.view
    with pytest.raises(cl.UserError, match=r"^inspect: view must be text, got "):
        inspector.view = view
    assert inspector.view == shown


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nonsense", "view: unknown 'nonsense'; allowed: study"),
        ("colour=red", "view: unknown 'colour'"),
        ("keep=-1", "view: keep must be a whole number ≥ 0, got '-1'"),
        ("keep=2.5", "view: keep must be a whole number ≥ 0, got '2.5'"),
        ("threshold=nan", "view: threshold must be a number ≥ 0, got 'nan'"),
        ("lives=yes", "view: lives must be 0 or 1, got 'yes'"),
        ("keep=9999", "inspect: no result with keep 9999; there are: 0, 1, 2, "),
        ("step=7", "inspect: no result with step 7; there are: 0"),
        ("unit=h9.1", "no unit 'h9.1' in a 2-6-6-6-1 network"),
        ("unit=h1.0", "no unit 'h1.0'"),
        ("algorithm=foo", "inspect: no result with algorithm 'foo'; there are: network"),
        ("beside=search", "inspect: nothing named 'search' to set beside"),
    ],
)
def test_a_view_that_does_not_exist_is_a_sentence(net, masks, few, text, sentence):
    with pytest.raises(ValueError) as caught:
        cl.inspect(net, masks, view=text, data=few)
    assert str(caught.value).startswith(sentence)
    assert caught.value._render_traceback_() == [str(caught.value)]
