"""The explorer: a page in which anyone prunes, trains and sees, from a disk and without Python."""

import argparse
import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from string import Template

import numpy as np

from cubistlib.inspector.bundle import bundle
from cubistlib.search import verify
from cubistlib.support import files, paths
from cubistlib.support.checks import require

SOURCES = Path(__file__).parent / "page" / "explorer"
# Folders of the frontier in the gallery, and what their networks are. Those whose biases were
# pruned are not in it: the page counts every bias that is read, as the paper does.
GROUPS = {"sgd": "sparsest by SGD", "polished": "sparsest at all"}
SHOWN = ("kind", "parameters", "correct", "accuracy", "hidden", "weights", "biases")


def command(given: argparse.Namespace) -> int:
    """Writes the page and says where it is."""
    file = given.file or paths.root() / "outputs" / "explorer.html"
    require(not file.is_dir(), f"explorer: {paths.shown(file)} is a folder; give a file")
    files.write_text(file, page())
    print(f"{paths.shown(file)}: open it in a browser; it needs neither Python nor a network")
    return 0


def page() -> str:
    """The whole page: one file of HTML that asks for nothing, and runs no script but its own."""
    script, style = bundle(SOURCES / "main.js"), (SOURCES / "explorer.css").read_text("utf-8")
    require("</script" not in script, "explorer: no module may hold the end of a script")
    template = Template((SOURCES / "page.html").read_text("utf-8"))
    return template.substitute(
        script=script,
        style=style,
        script_hash=_hash(script),
        style_hash=_hash(style),
        networks=_data(gallery()),
    )


def gallery() -> list[Mapping[str, object]]:
    """The frontier's networks, fewest parameters first in each group."""
    found: list[Mapping[str, object]] = []
    for folder, group in GROUPS.items():
        for file in sorted((paths.published("frontier") / folder).glob("*.json")):
            witness = verify.read(file)
            found.append({"group": group} | {name: witness[name] for name in SHOWN})
    return found


def _data(value: object) -> str:
    """JSON that no HTML can end."""
    text = json.dumps(value, default=np.ndarray.tolist, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _hash(text: str) -> str:
    """What the page's policy knows a script or a style by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
