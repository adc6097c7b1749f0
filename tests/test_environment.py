"""The lists of packages agree: pyproject.toml, requirements.lock with torch, environment.yml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ON_CONDA = {"torch": "pytorch", "duckdb": "python-duckdb", "build": "python-build"}


def requirements(lines):
    """Package name → allowed versions, from lines like `numpy>=2,<3`."""
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in found if r.name != "cubistlib"}


@pytest.fixture(scope="module")
def toml():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def project(toml):
    return toml["project"]


@pytest.fixture(scope="module")
def asked(project):
    """What pyproject.toml asks for, extras included."""
    extras = project["optional-dependencies"].values()
    return requirements([*project["dependencies"], *(line for lines in extras for line in lines)])


@pytest.fixture(scope="module")
def lock():
    """Every package of the lock: (requirement, hashes)."""
    text = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    lines = [[part.strip() for part in line.split("--hash=")] for line in text.splitlines()]
    return [(Requirement(package), hashes) for package, *hashes in lines]


@pytest.fixture(scope="module")
def torch():
    """The version of torch that make installs."""
    line = (ROOT / "requirements-torch.lock").read_text("utf-8").strip()
    return re.fullmatch(r"torch==([\d.]+)", line)[1]


def test_conda_users_get_the_same_packages(project, asked):
    lines = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    plain = [line for line in lines if isinstance(line, str) and line != "pip"]
    conda = requirements(plain + next(line["pip"] for line in lines if isinstance(line, dict)))
    assert conda.pop("python") == project["requires-python"]
    assert conda == {ON_CONDA.get(name, name): versions for name, versions in asked.items()}


def test_the_lock_holds_exact_versions_with_the_hashes_of_their_files(lock):
    assert [str(r) for r, _ in lock if not re.fullmatch(r"==[\w.]+", str(r.specifier))] == []
    assert [r.name for r, hashes in lock if not hashes] == []
    every = {one for _, hashes in lock for one in hashes}
    assert [one for one in every if not re.fullmatch(r"sha256:[0-9a-f]{64}", one)] == []


def test_the_lock_is_what_pyproject_allows(lock, asked, torch):
    here = {canonicalize_name(r.name): str(r.specifier)[2:] for r, _ in lock if not marked_out(r)}
    assert not {"cubistlib", "torch"} & set(here)
    here["torch"] = torch
    assert {name for name in asked if here.get(name) not in asked[name]} == set()


def marked_out(requirement):
    """Whether it is for another system or another Python."""
    return requirement.marker is not None and not requirement.marker.evaluate()


def test_an_installed_library_holds_every_file(toml):
    patterns = toml["tool"]["setuptools"]["package-data"]["cubistlib"]
    packed = {path for pattern in patterns for path in (ROOT / "cubistlib").glob(pattern)}
    packed = {path for path in packed if path.is_file()}
    every = [*(ROOT / "cubistlib").rglob("*"), *(ROOT / "outputs" / "published").rglob("*")]
    files = {p for p in every if p.is_file() and p.suffix != ".py" and "__pycache__" not in p.parts}
    assert {path.resolve() for path in packed} == {path.resolve() for path in files}
