"""Where the golden figures lie."""

from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
