"""The network in the page does what the library does: JavaScript in node against Python."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import page_cases
import pytest

from cubistlib.search import frontier, verify

TESTS = Path(__file__).parent / "page"
FILES = sorted(path.name for path in TESTS.glob("*.test.mjs"))
NODE = shutil.which("node")
HOW = "needs node 18 or newer: apt-get install nodejs, or nodejs.org"


def node(file, cases):
    """A file of tests run by node against the cases in a folder."""
    known = {**os.environ, "CUBISTLIB_PAGE_CASES": str(cases)}
    return subprocess.run([NODE, TESTS / file], capture_output=True, text=True, env=known)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """A folder of cases."""
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True) if NODE else None
    if version is None or int(version.stdout[1:].split(".")[0]) < 18:
        pytest.skip(HOW)
    folder = tmp_path_factory.mktemp("page")
    page_cases.write(folder)
    return folder


@pytest.mark.parametrize("file", FILES)
def test_in_node(cases, file):
    done = node(file, cases)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped 0" in done.stdout


def test_witnesses_that_the_page_writes_hold(cases):
    assert node("witness.test.mjs", cases).returncode == 0
    written = json.loads((cases / "witnesses.json").read_text())
    assert len(written) > len(frontier.published())  # all of them, and others
    for case in written:
        witness = verify.read(cases / case["file"])
        assert verify.faults(witness) == [] and witness["found"]["by"] == "a page"
        assert witness["parameters"] == case["parameters"]


# A number of the first case that is made wrong, by how much, and what is said then.
FAULTS = {
    "a weight": ("networks", "network weights 0 0", 1e-3, "logits in double precision["),
    "a logit": ("networks", "expected logits 5", 1e-2, "logits[5] is"),
    "a point": ("networks", "expected wrong 0", 1, "wrong points"),
    "a map": ("networks", "expected maps 1 values 7", 1e-2, "map of 1.0[7] is"),
    "a state": ("networks", "expected states 0 0", 1, "states of units"),
    "kept": ("networks", "expected kept weights", 1, "kept counts"),
    "effective": ("networks", "expected effective parameters", -1, "effective counts"),
    "live": ("networks", "expected live parameters", -1, "live counts"),
    "a part removed": ("networks", "expected live removed 0 unit", 1, "removed parts"),
    "what is left": ("networks", "expected live network biases 0 0", 1e-2, "biases that are left"),
    "an equation": ("networks", "expected equations 3", ".", "equations of units"),
    "a start": ("training", "network weights 0 0", 1e-3, "losses["),
    "a rate": ("training", "config lr", 1e-3, "rates[0] is"),
    "the last loss": ("training", "expected losses 99", 1e-4, "losses[99] is"),
    "a bias": ("training", "expected network biases 0 1", 1e-4, "biases[0][1] is"),
    "a score": ("rules", "scores 0 0", 1e-3, "scores[0][0] is"),
    "a choice": ("rules", "chosen 2 kept 0 0", 2, "9 kept"),
    "the last choice": ("rules", "last kept 0 0", 2, "one by one"),
}


@pytest.fixture(scope="module")
def first(cases, tmp_path_factory):
    """The first case alone of each kind, with which all is well: kind -> (content, the case)."""

    def read(kind):
        content = json.loads((cases / f"{kind}.json").read_text())
        listed = content if kind == "networks" else content["cases"]
        del listed[1:]
        return content, listed[0]

    folder = tmp_path_factory.mktemp("first")
    for kind in ("networks", "training", "rules"):
        (folder / f"{kind}.json").write_text(json.dumps(read(kind)[0]))
        assert node(f"{kind}.test.mjs", folder).returncode == 0
    return read


@pytest.mark.parametrize("kind, place, by, said", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_seen(first, tmp_path, kind, place, by, said):
    content, part = first(kind)
    *way, last = [int(step) if step.isdigit() else step for step in place.split()]
    for step in way:
        part = part[step]
    part[last] += by
    (tmp_path / f"{kind}.json").write_text(json.dumps(content))
    done = node(f"{kind}.test.mjs", tmp_path)
    assert done.returncode != 0 and said in done.stdout
