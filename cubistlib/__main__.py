"""The command line: python -m cubistlib run, plan, sweep or replay; --help with each."""

import argparse
import sys
from collections.abc import Sequence

from cubistlib import commands, runner
from cubistlib.checks import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 2 for bad input, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; what was finished is kept, and the next start goes on", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cubistlib", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="command")
    run = subparsers.add_parser("run", help="execute the notebooks with a profile's parameters")
    run.add_argument("profile", help="a folder of params/, as quick or paper")
    run.add_argument("notebooks", nargs="*", help="NN_name, default all; with what they need")
    run.add_argument("--force", action="store_true", help="run also what is up to date")
    run.set_defaults(command=lambda given: runner.run(given.profile, given.notebooks, given.force))
    commands.add(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
