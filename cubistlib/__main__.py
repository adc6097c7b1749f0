"""The command line: python -m cubistlib and a command; --help lists them, and with each one."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from cubistlib.support import console
from cubistlib.support.checks import UserError

# As a shell reports what Ctrl-C has ended, and what the end of a pipe has.
INTERRUPTED, HUNG_UP = 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    2 for bad input and what the file system refuses, 130 when interrupted, 141 when nobody
    reads on, as with `| head -1`.
    """
    console.prepare()
    options = None
    try:
        try:
            options = _options(arguments)
            return options.command(options)
        finally:
            console.flush()
    except BrokenPipeError:
        return HUNG_UP
    except UserError as error:
        console.complain(str(error))
        return 2
    except OSError as error:
        place = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        console.complain(f"{place}{error.strerror or error}")
        return 2
    except KeyboardInterrupt:
        kept = "; what was finished is kept, and the next start goes on"
        console.complain("\nstopped" + kept * hasattr(options, "goes_on"))
        return INTERRUPTED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    # Names that follow an option; argparse takes them only in one piece.
    if not hasattr(options, "names") or any(word.startswith("-") for word in rest):
        return parser.parse_args(arguments)
    options.names = [*options.names, *rest]
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cubistlib", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="execute the notebooks with a profile's parameters")
    run.add_argument("profile", help="a folder of params/, as quick or paper")
    # With a default, argparse does not list them among what is missing.
    run.add_argument(
        "names",
        nargs="*",
        default=[],
        metavar="notebook",
        help="NN_name, default all; with what they need",
    )
    run.add_argument("--force", action="store_true", help="run also what is up to date")
    run.add_argument(
        "--workers", type=int, help="notebooks at a time (default: 2, if there are so many cores)"
    )
    run.add_argument(
        "--timeout",
        type=float,
        default=86_400,
        metavar="SECONDS",
        help="end a notebook that runs longer, and go on (default: 86400, a day)",
    )
    run.set_defaults(command=_of("runner.profile", "command"), goes_on=True)

    plan = commands.add_parser("plan", help="list the paper's studies: number, cost, what is done")
    plan.add_argument("profile", help="results are looked for in outputs/<profile>/, as paper")
    plan.add_argument("--json", action="store_true", help="for programs")
    plan.add_argument("--no-cost", action="store_true", help="do not measure the cost")
    plan.set_defaults(command=_of("sweep.commands", "plan"))

    sweep = commands.add_parser("sweep", help="run the paper's studies, going on where they are")
    sweep.add_argument("profile", help="results go to outputs/<profile>/results/, as paper")
    sweep.add_argument(
        "names", nargs="*", default=[], metavar="study", help="as plan lists them, default all"
    )
    sweep.add_argument(
        "--executor", default="threads", help="threads (default), processes, dask or slurm"
    )
    sweep.add_argument("--workers", type=int, help="default: one a core")
    sweep.add_argument("--address", help="of a Dask scheduler, as tls://host:8786")
    sweep.add_argument(
        "--tls",
        nargs=3,
        metavar=("CA", "CERT", "KEY"),
        help="files with the keys to the scheduler, or for the jobs (default: new ones)",
    )
    sweep.add_argument(
        "--insecure", action="store_true", help="without keys: who reaches it runs code as you"
    )
    sweep.add_argument(
        "--slice",
        "--shard",
        default="1/1",
        metavar="I/N",
        help="only the I-th of N slices, for job arrays (--shard is its old name)",
    )
    sweep.add_argument("--wait", action="store_true", help="wait for a sweep that holds the study")
    sweep.set_defaults(command=_of("sweep.commands", "run"), goes_on=True)

    replay = commands.add_parser("replay", help="run one experiment again and compare")
    replay.add_argument(
        "study",
        help="as plan lists it, verdict/ALGORITHM, tuning/ALGORITHM/NN, or one whose results are "
        "kept",
    )
    replay.add_argument("number", type=int, help="the experiment's number in the study")
    replay.add_argument("--profile", default="paper", help="whose results to compare with")
    replay.set_defaults(command=_of("sweep.commands", "replay"))

    verify = commands.add_parser("verify", help="check files of sparse networks and their claims")
    verify.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a witness")
    verify.set_defaults(command=_of("search.verify", "command"))

    verdict = commands.add_parser("verdict", help="put a pruner beside all others; a report")
    verdict.add_argument("file", type=Path, metavar="FILE", help="Python that defines the pruner")
    verdict.add_argument("--pruner", default="", metavar="NAME", help="which, of several")
    verdict.add_argument(
        "--to", type=Path, metavar="PAGE", help="default: outputs/verdicts/NAME/report.html"
    )
    verdict.set_defaults(command=_of("verdict.command", "command"), goes_on=True)

    explorer = commands.add_parser("explorer", help="write the page in which to prune by hand")
    explorer.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="default: outputs/explorer.html"
    )
    explorer.set_defaults(command=_of("inspector.explorer", "command"))
    return parser


def _of(module: str, name: str) -> Callable[[argparse.Namespace], int]:
    """A command, loaded when it is given: --help waits for nobody."""
    return lambda given: getattr(import_module(f"cubistlib.{module}"), name)(given)


if __name__ == "__main__":
    status = main()
    if status == INTERRUPTED:  # at once: an exit would wait for threads that are training
        os._exit(status)
    sys.exit(status)
