"""Where things are: the notebooks, the parameter files, and what runs leave behind."""

import os
import re
from pathlib import Path

from cubistlib.support.checks import require


def root() -> Path:
    """The folder that holds notebooks/, params/ and outputs/.

    The environment variable CUBISTLIB_HOME if it is set; else the checkout that this package
    lies in; else the current folder.
    """
    if home := os.environ.get("CUBISTLIB_HOME"):
        return Path(home).expanduser().resolve()
    checkout = package().parent
    if (checkout / "notebooks").is_dir() and (checkout / "params").is_dir():
        return checkout
    return Path.cwd()


def package() -> Path:
    """The folder of this library."""
    return Path(__file__).resolve().parents[1]


def published(kind: str) -> Path:
    """The folder of published data of a kind: paper, frontier or verdict.

    That of the checkout, outputs/published/<kind>/, or its copy in an installed package;
    CUBISTLIB_HOME does not move it.
    """
    return package() / "published" / kind


def notebooks() -> Path:
    """The folder of the series, NN_name.ipynb."""
    return root() / "notebooks"


def params(profile: str) -> Path:
    """The folder of a profile's parameter files, NN_name.yaml."""
    return root() / "params" / profile


def outputs(profile: str) -> Path:
    """The folder for everything that runs of a profile write; the writer makes it.

    Raises ValueError for a name that would lead elsewhere.
    """
    plain = re.fullmatch(r"\w[\w.-]*", profile) is not None
    require(plain, f"profile must be a name of letters, digits, . _ or -, got {profile!r}")
    return root() / "outputs" / profile


def shown(path: Path) -> str:
    """A path as messages give it: from the root where it lies below, else in full."""
    return str(path.relative_to(root()) if path.is_relative_to(root()) else path)
