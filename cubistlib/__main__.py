"""The command line: python -m cubistlib run, plan, sweep or replay; --help with each."""

import argparse
import os
import sys
from collections.abc import Sequence

from cubistlib.support.checks import UserError
from cubistlib.sweep import commands

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 2 for bad input, 130 when interrupted."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    # Names that follow an option; argparse takes them only in one piece.
    if not hasattr(options, "names") or any(word.startswith("-") for word in rest):
        options = parser.parse_args(arguments)
    else:
        options.names += rest
    try:
        return options.command(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; what was finished is kept, and the next start goes on", file=sys.stderr)
        return INTERRUPTED


def _run(given: argparse.Namespace) -> int:
    from cubistlib.runner import profile

    return profile.run(given.profile, given.names, given.force)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cubistlib", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="command")
    run = subparsers.add_parser("run", help="execute the notebooks with a profile's parameters")
    run.add_argument("profile", help="a folder of params/, as quick or paper")
    run.add_argument(
        "names", nargs="*", metavar="notebook", help="NN_name, default all; with what they need"
    )
    run.add_argument("--force", action="store_true", help="run also what is up to date")
    run.set_defaults(command=_run)
    commands.add(subparsers)
    return parser


if __name__ == "__main__":
    status = main()
    if status == INTERRUPTED:  # at once: an exit would wait for threads that are training
        sys.stdout.flush()
        os._exit(status)
    sys.exit(status)
