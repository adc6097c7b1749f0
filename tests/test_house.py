"""The house: what an import loads, how many rooms there are, where published data lie."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cubistlib as cl
from cubistlib import store
from cubistlib.studies import paper
from cubistlib.support import paths

HEAVY = ("torch", "numba", "pandas", "pyarrow", "matplotlib", "papermill", "ipywidgets")
ROOT = Path(cl.__file__).parent
HELP = """
import runpy, sys
sys.argv[1:] = ["--help"]
runpy.run_module("cubistlib", run_name="__main__")
"""


@pytest.mark.parametrize(
    "code",
    [
        "import cubistlib",
        "import cubistlib as cl; cl.Network.initialize((3, 3)); cl.cubist_spiral()",
        "import cubistlib as cl; cl.TrainConfig(); cl.Masks, cl.Task, cl.train, cl.connectivity",
        HELP,
    ],
)
def test_what_is_heavy_is_loaded_by_who_needs_it(code):
    told = f"import atexit, sys\natexit.register(lambda: print('loaded', *sys.modules))\n{code}"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert loaded[0] == "loaded" and "cubistlib" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_to_read_of_studies_loads_no_engine():
    code = "from cubistlib import analysis, plots; from cubistlib.studies import paper; import sys"
    told = f"{code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert not {"torch", "numba"} & {*done.stdout.split()}


def test_the_house_can_be_seen_at_a_glance():
    entries = [p.name for p in ROOT.iterdir() if p.name not in ("__pycache__", ".DS_Store")]
    assert len(entries) <= 20, entries


def test_published_data_lie_where_the_library_is(monkeypatch, tmp_path):
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    for kind in ("paper", "frontier", "verdict"):
        assert paths.published(kind).is_dir()
        assert paths.published(kind).resolve().is_relative_to(ROOT.parent / "outputs")
    tables = {kind: [*paths.published(kind).glob("*.p*")] for kind in ("paper", "verdict")}
    assert [table.name for table in tables["paper"]] == ["search.parquet"]
    held = {table.stem for table in tables["verdict"]}
    assert set(paper.NINE) <= held <= set(cl.pruners.available(controls=False))
    assert all(len(store.read(table)) for table in [*tables["paper"], *tables["verdict"]])


def test_every_public_name_is_where_it_was():
    names = "cubist_spiral Network Masks train TrainConfig Task pruners connectivity inspect fold"
    assert all(hasattr(cl, name) for name in names.split())
    code = """if True:
        import cubistlib.interop, cubistlib.search, cubistlib.store, cubistlib.studies
        import cubistlib.sweep, cubistlib.testing, cubistlib.verdict, cubistlib.analysis
        from cubistlib.studies import PruningStudy, SearchStudy, Origin, paper, halving
        from cubistlib.search import unstructured_masks, Structured, Canonical, count_masks
        assert callable(cubistlib.sweep.run) and callable(cubistlib.store.read)
        assert cubistlib.pruners.SNIP is cubistlib.pruners.get("snip")
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_types_are_there_for_who_checks_strictly(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import cubistlib as cl\n"
        "from cubistlib import search, store, sweep\n"
        "from cubistlib.studies import PruningStudy, SearchStudy\n\n"
        "nets: cl.Network = cl.Network.initialize((3, 3))\n"
        "masks = cl.Masks.ones_like(nets)\n"
        "print(cl.train, store.read, sweep.run, search.Canonical, PruningStudy, SearchStudy)\n"
        "control = cl.pruners.Shuffled(cl.pruners.SNIP())\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports", "silent", "mine.py"]
    known = {**os.environ, "MYPYPATH": str(ROOT.parent)}  # it does not see editable installs
    done = subprocess.run(command, cwd=tmp_path, env=known, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
