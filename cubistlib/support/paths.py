"""Where things are: the notebooks, the parameter files, and what runs leave behind."""

import os
import re
from pathlib import Path

from cubistlib.support.checks import UserError, require


def root() -> Path:
    """The folder that holds notebooks/, params/ and outputs/.

    The environment variable CUBISTLIB_HOME if it is set; else the checkout that this package
    lies in; else the current folder. Raises ValueError for a home that can be no folder.
    """
    if home := os.environ.get("CUBISTLIB_HOME"):
        return _home(home)
    checkout = package().parent
    if (checkout / "notebooks").is_dir() and (checkout / "params").is_dir():
        return checkout
    return Path.cwd()


def _home(name: str) -> Path:
    try:
        home = Path(name).expanduser().resolve()
        possible = home.is_dir() or not home.exists()
    except (RuntimeError, OSError) as error:  # no such user, a link to itself, a closed folder
        why = getattr(error, "strerror", None) or error
        raise UserError(f"CUBISTLIB_HOME must be a folder, got {name!r}: {why}") from error
    require(possible, f"CUBISTLIB_HOME must be a folder, got {name!r}")
    return home


def package() -> Path:
    """The folder of this library."""
    return Path(__file__).resolve().parents[1]


def published(kind: str) -> Path:
    """The folder of published data of a kind: paper, frontier, nine, gallery or verdict.

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


def profiles() -> set[str]:
    """The profiles that there are: paper, and those that have parameters or a folder of results."""
    results = (root() / "outputs").glob("*/results/")
    return {"paper", *(p.name for p in params("").glob("*/")), *(p.parent.name for p in results)}


def outputs(profile: str) -> Path:
    """The folder for everything that runs of a profile write; the writer makes it.

    Raises ValueError for a name that would lead elsewhere.
    """
    plain = isinstance(profile, str) and re.fullmatch(r"\w[\w.-]{0,59}", profile) is not None
    require(profile != "published", "profile 'published' cannot be: what is there is tracked")
    # 60 of the longest letters fit in a file system's 255 bytes.
    allowed = "a name of letters, digits, . _ or -, 60 at most"
    require(plain, f"profile must be {allowed}, got {repr(profile)[:200]}")
    return root() / "outputs" / profile


def shown(path: Path) -> str:
    """A path as messages give it: from the root where it lies below, else in full."""
    return str(path.relative_to(root()) if root() in path.parents else path)
