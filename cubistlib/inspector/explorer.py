"""The explorer: a page in which anyone prunes, trains and sees, from a disk and without Python."""

import argparse
import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from string import Template

import numpy as np
from markupsafe import Markup

from cubistlib.inspector.bundle import bundle
from cubistlib.search import verify
from cubistlib.support import files, paths
from cubistlib.support.checks import require
from cubistlib.support.provenance import checksum

KEPT = "application/vnd.cubistlib.explorer+json"  # of an output: what `content.kept` has of a view
SOURCES = Path(__file__).parent / "page" / "explorer"
# Folders of published witnesses in the gallery, and what their networks are. Those whose biases
# were pruned are not in it: the page counts every bias that is read, as the paper does.
GROUPS = {
    "frontier/sgd": "sparsest by SGD",
    "frontier/polished": "sparsest at all",
    "nine/95": "what lives in the nine's best runs at 95 %",
    "nine/99.5": "what lives in the nine's best runs at 99.5 %",
    "gallery/best": "as tuned, width 16, k = 30: the best of 30 runs",
    "gallery/typical": "as tuned, width 16, k = 30: the typical (median) of 30 runs",
    "gallery/read": "what each neuron does, as the paper reads it",
}
BEFORE, AFTER = "gallery/before", "gallery/best"  # of the same run, by the name of the file
PAIRS = "the same network before pruning and after, side by side"
NOTES = {
    "gallery/read": "From left to right: a neuron of the first layer cuts the plane along a line; "
    "each further on adds up those before it and cuts the sum off at 0, so that its map has "
    "corners where lines meet; the output adds the last ones up to the straight pieces of an arm. "
    "Touch a neuron to see its map large, and its equation."
}
SHOWN = ("kind", "parameters", "correct", "accuracy", "hidden", "weights", "biases")


def command(given: argparse.Namespace) -> int:
    """Writes the page and says where it is."""
    file = given.file or paths.root() / "outputs" / "explorer.html"
    files.require_page("explorer", file)
    files.write_text(file, page())
    print(f"{file.resolve()}: open it in a browser; it needs neither Python nor a network")
    return 0


def page() -> str:
    """The whole page: one file of HTML that asks for nothing, and runs no script but its own."""
    script, style = bundle(SOURCES / "main.js"), styles("explorer.css", "page.css")
    require("</script" not in script, "explorer: no module may hold the end of a script")
    template = Template((SOURCES / "page.html").read_text("utf-8"))
    return template.substitute(
        script=script,
        style=style,
        script_hash=known_by(script),
        style_hash=known_by(style),
        networks=_data(gallery()),
    )


def called(entry: str, then: str) -> str:
    """A script that is its worker's, too: a function `all` of the modules, and what is done then.

    all(): the exports of the entry, whose name has no suffix. script: the worker's address.
    """
    return f"""
const all = () => {{
{bundle(SOURCES / f"{entry}.js")}
return $explorer_{entry};
}};
const script = URL.createObjectURL(new Blob([`(${{all}})()`], {{ type: "text/javascript" }}));
{then}
"""


def living() -> str:
    """The script by which figures of `place` come to life, for the end of a page."""
    then = f"all().living(() => new Worker(script), {_data(gallery())});"
    text = f"(() => {{{called('living', then)}}})();"
    require("</script" not in text, "explorer: no module may hold the end of a script")
    return text


def names(notebook: object) -> Iterator[str]:
    """Names for the places on a notebook's page, such as no element of the notebook's own has.

    They hold a hash of all that is in it.
    """
    key = checksum(ascii(notebook).encode())
    return (f"living-{key}-{n}" for n in count(1))


def place(name: str, figure: str) -> Markup:
    """A figure that comes to life where its page holds `data` of this name and `living`."""
    return Markup('<div class="living" id="{}">{}</div>').format(name, Markup(figure))


def data(name: str, kept: object) -> Markup:
    """What an output keeps of a view, which may come from anywhere, as data of a page."""
    held = Markup(_data(kept))
    return Markup('<script type="application/json" data-living="{}">{}</script>').format(name, held)


def styles(*names: str) -> str:
    """Style sheets of the explorer, one after the other."""
    return "".join((SOURCES / name).read_text("utf-8") for name in names)


@cache
def gallery() -> list[Mapping[str, object]]:
    """Published networks, fewest parameters first in each group.

    name: the algorithm's, "" in the frontier. recipe: how the network was found. note: what can be
    seen in it. Of a pair it is the network after pruning; before: the other one.
    """
    found = [known for folder, group in GROUPS.items() for known in _of_folder(folder, group)]
    after = {known["name"]: known for known in _of_folder(AFTER, PAIRS)}
    pairs = ({**after[each["name"]], "before": each} for each in _of_folder(BEFORE, PAIRS))
    return [*found, *pairs]


def _of_folder(folder: str, group: str) -> list[Mapping[str, object]]:
    """The networks of a folder's witnesses."""
    from cubistlib.plots.style import LABELS  # with matplotlib, which no page of a run needs

    each = paths.published(folder).glob("*.json")
    witnesses = [(LABELS.get(file.stem, ""), verify.read(file)) for file in each]
    found: list[Mapping[str, object]] = []
    for name, witness in sorted(witnesses, key=lambda pair: (pair[1]["parameters"], pair[0])):
        told = {"group": group, "name": name, "recipe": witness["found"]["recipe"]}
        plain = json.loads(json.dumps(witness, default=_shortest))
        shown = {field: plain[field] for field in SHOWN}
        found.append(told | {"note": NOTES.get(folder, "")} | shown)
    return found


def _shortest(layer: np.ndarray) -> list:
    """Single-precision numbers, in as few digits as tell them apart."""
    return layer.astype(np.float32).astype(str).astype(float).tolist()


def _data(value: object) -> str:
    """JSON that no HTML can end."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def known_by(text: str) -> str:
    """What the page's policy knows a script or a style by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
