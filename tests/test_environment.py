"""The three lists of packages agree: pyproject.toml, requirements.lock, environment.yml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ON_CONDA = {"torch": "pytorch"}


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
    return (ROOT / "requirements.lock").read_text("utf-8").splitlines()


def test_conda_users_get_the_same_packages(project, asked):
    lines = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    conda = requirements(lines)
    assert conda.pop("python") == project["requires-python"]
    assert conda == {ON_CONDA.get(name, name): versions for name, versions in asked.items()}


def test_the_lock_holds_exact_versions_and_nothing_else(lock):
    assert [line for line in lock if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def test_the_lock_is_what_pyproject_allows(lock, asked):
    locked = {canonicalize_name(name): version for name, version in (x.split("==") for x in lock)}
    assert "cubistlib" not in locked
    assert {name for name in asked if locked.get(name) not in asked[name]} == set()


def test_an_installed_library_holds_every_file(toml):
    patterns = toml["tool"]["setuptools"]["package-data"]["cubistlib"]
    packed = {path for pattern in patterns for path in (ROOT / "cubistlib").glob(pattern)}
    packed = {path for path in packed if path.is_file()}
    every = [*(ROOT / "cubistlib").rglob("*"), *(ROOT / "outputs" / "published").rglob("*")]
    files = {p for p in every if p.is_file() and p.suffix != ".py" and "__pycache__" not in p.parts}
    assert {path.resolve() for path in packed} == {path.resolve() for path in files}
