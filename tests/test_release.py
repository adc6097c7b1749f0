"""A release: what is built passes twine's check, and works where nothing else of it is."""

import ast
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
USED = """
import cubistlib as cl
from cubistlib import analysis
from cubistlib.inspector import explorer
assert not cl.__file__.startswith({root!r}), cl.__file__
assert len(analysis.reference()) > 100 and len(analysis.sparsest()) > 10
assert "<script" in explorer.page()
x, y = cl.cubist_spiral()
nets = cl.Network.initialize((3, 3, 3))
print(len(x), nets.hidden)
"""


# What packages that are asked for always bring along.
BROUGHT = {"IPython", "pydantic_core", "traitlets", "markupsafe", "llvmlite"}


def run(*command, **given):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **given)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """What git tracks, built from a copy, which a build may litter."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    run("git", "checkout-index", "--all", f"--prefix={source}/", cwd=ROOT)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source)
    wheel, sdist = next(out.glob("*.whl")), next(out.glob("*.tar.gz"))
    return wheel, sdist


def test_twine_finds_no_fault(built):
    told = run(sys.executable, "-m", "twine", "check", "--strict", *built)
    assert told.count("PASSED") == 2


def test_the_sources_hold_what_a_build_needs(built):
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "cubistlib/inspector/page/wiring.js"} <= names


def test_the_wheel_works_where_its_needs_are_and_no_checkout_is(built, tmp_path):
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "empty")
    python = tmp_path / "empty" / "bin" / "python"
    place = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    target = ("--target", place, "--no-deps", "--no-index", built[0])
    run(sys.executable, "-m", "pip", "install", "--quiet", *target)
    # What it needs is taken from this environment, but not this environment's cubistlib.
    needs = [path for path in sys.path if path.endswith("site-packages")]
    (Path(place) / "needs.pth").write_text("\n".join(needs))
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    told = run(python, "-c", USED.format(root=str(ROOT)), cwd=tmp_path, env=alone)
    assert told == "49982 (3, 3, 3)\n"


def test_all_that_is_imported_is_asked_for():
    """By name; an extra's packages are imported by who has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = (project["optional-dependencies"][name] for name in ("lab", "cluster"))
    asked = [*project["dependencies"], *(line for extra in extras for line in extra)]
    given = {re.match(r"[\w.-]+", line)[0].replace("-", "_").lower() for line in asked}
    given |= {"yaml"} if "pyyaml" in given else set()
    found = set()
    for file in (ROOT / "cubistlib").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.partition(".")[0])
    found -= {*sys.stdlib_module_names, "cubistlib", "__future__"}
    assert found - given - BROUGHT == set()


def test_whoever_cites_it_finds_one_version_and_one_license():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    zenodo = json.loads((ROOT / ".zenodo.json").read_text("utf-8"))
    assert citation["version"] == project["version"]
    assert citation["title"] == zenodo["title"]
    assert citation["license"] == zenodo["license"] == project["license"]
    versions = re.findall(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert project["version"].rpartition(".")[0] in versions


def test_what_ci_and_launchers_call_is_there():
    steps = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    assert {"run": ".ci/run"} in steps["jobs"]["checks"]["steps"]
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))
    assert container["postCreateCommand"] == "make setup"
    assert (ROOT / "binder/environment.yml").read_text() == (ROOT / "environment.yml").read_text()
