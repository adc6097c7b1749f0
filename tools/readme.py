"""What tools write into the README or read from it: parts between lines that no page shows."""

from pathlib import Path

from cubistlib.support.files import write_text

README = Path(__file__).resolve().parents[1] / "README.md"


def bounds(name: str) -> tuple[str, str]:
    """The two lines about a part."""
    return f"<!-- {name} -->", f"<!-- end of {name} -->"


def part(name: str) -> str:
    """The text between the two lines of that name."""
    begin, end = bounds(name)
    return README.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0].strip()


def put(name: str, text: str, page: Path | None = None) -> None:
    """The text between the two lines of that name; without them it is printed.

    page: another than the README.
    """
    page = page or README
    begin, end = bounds(name)
    before, begun, rest = page.read_text(encoding="utf-8").partition(begin)
    _, ended, after = rest.partition(end)
    if begun and ended:
        write_text(page, f"{before}{begin}\n\n{text}\n\n{end}{after}")
    else:
        print(f"{page.name} lacks the lines {begin} and {end}; between them belongs:\n\n{text}")
