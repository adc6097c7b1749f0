"""Put sparser networks into outputs/published/frontier/, and the table of them into the README.

    python tools/publish_frontier.py [FOLDER …]

Takes the networks in all .json files below the folders: witnesses, or objects of `hidden`,
`weights` and `biases` with a `kind`, as searches leave them. What does nothing in a network is
taken out, its claims are made anew, and those that no other beats stay. Then it draws the table
"sparsest so far" between two lines of the README.
"""

import json
import sys
from pathlib import Path

from cubistlib import analysis
from cubistlib.networks import Masks, Network
from cubistlib.search import frontier, verify
from cubistlib.search.sparsest import as_markdown, sparsest
from cubistlib.search.witness import Witness
from cubistlib.support import paths
from cubistlib.support.checks import UserError
from cubistlib.support.files import write_text

FOLDER = "outputs/published/frontier"
README = paths.package().parent / "README.md"
BEGIN, END = "<!-- sparsest so far -->", "<!-- end of sparsest so far -->"

LEAST = 0.75  # accuracy; fewer right points are of no interest


def candidate(file: Path) -> Witness:
    """A file's network as a witness, in float32, its parts that do nothing taken out."""
    try:
        given = json.loads(file.read_text())
        given = verify.read(file) if "format" in given else given
        network = Network.from_arrays(given["weights"], given["biases"])
        masks = Masks.from_weights([w != 0 for w in network.weights])
        rule = given.get("bias_rule", "read")
        return Witness.of(network, masks, given["kind"], rule, given["found"])
    except (KeyError, TypeError, ValueError) as error:
        sys.exit(f"{file}: no network of weights, biases, kind and found ({error})")


def table() -> str:
    """The table with a line on its date, as the README has it."""
    witnesses = frontier.published()
    searched = analysis.reference()
    if searched["live_parameters"].isna().all():
        print("the search's table has no live counts yet: its column is left out")
    markdown = as_markdown(sparsest(witnesses, searched, frontier.floor()), FOLDER)
    newest = max(witness.found["date"] for witness in witnesses.values())
    return f"{markdown}\nAs of {newest}."


def draw() -> None:
    """The table into the README, if it has the two lines."""
    page = README.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        write_text(README, f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}")
    else:
        print(f"the README lacks the lines {BEGIN} and {END}; the table:\n\n{table()}")


def main(folders: list[str]) -> None:
    """Take what is in the folders, and draw the table."""
    files = [file for folder in folders for file in sorted(Path(folder).rglob("*.json"))]
    kept = frontier.add(map(candidate, files), paths.published("frontier"), LEAST)
    for name, witness in kept.items():
        print(f"{name}: {witness.claims.correct:,} right, {witness.hidden}")
    draw()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(str(error))
