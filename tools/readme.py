"""What tools write into the README or read from it: parts between lines that no page shows."""

from cubistlib.support import paths
from cubistlib.support.files import write_text

README = paths.package().parent / "README.md"


def bounds(name: str) -> tuple[str, str]:
    """The two lines about a part."""
    return f"<!-- {name} -->", f"<!-- end of {name} -->"


def part(name: str) -> str:
    """The text between the two lines of that name."""
    begin, end = bounds(name)
    return README.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0].strip()


def put(name: str, text: str) -> None:
    """The text between the two lines of that name; without them it is printed."""
    begin, end = bounds(name)
    page = README.read_text(encoding="utf-8")
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if begun and ended:
        write_text(README, f"{before}{begin}\n\n{text}\n\n{end}{after}")
    else:
        print(f"the README lacks the lines {begin} and {end}; between them belongs:\n\n{text}")
