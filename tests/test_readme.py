"""The README's Python runs as it stands, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

from cubistlib import pruners, store, testing

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def run_block(word):
    """The one block of Python with that word in it."""
    (block,) = [block for block in BLOCKS if word in block]
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})


def test_the_library_at_a_glance_runs(capsys):
    run_block("cubist_spiral()")
    said = capsys.readouterr().out
    assert re.search(r"best of 64: \d\d\.\d% with 27 weights, \d\d\.\d% with 20", said)
    assert "weights on a path:" in said


def test_its_pruner_keeps_what_every_pruner_promises():
    run_block("InverseMagnitude")
    testing.check_pruner(pruners.get("inverse_magnitude")())


def test_a_study_of_ones_own_is_swept_and_replayed(tmp_path, monkeypatch):
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    run_block("SearchStudy")
    assert len(store.read(tmp_path / "outputs" / "mine" / "results" / "mine" / "search")) == 64


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!http)([^)#]+)\)", README))))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_every_notebook_is_on_the_map():
    names = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert names == set(re.findall(r"notebooks/(\d\d_\w+\.ipynb)", README))
