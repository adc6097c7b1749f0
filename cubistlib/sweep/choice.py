"""Where the shards of a sweep are run, as somebody asks for it."""

from dataclasses import dataclass
from typing import Annotated

from cubistlib.support.checks import require
from cubistlib.support.threads import usable_cores
from cubistlib.support.types import Allowed, CountOrAll, Flag, OneOf, Text, validated
from cubistlib.sweep.clusters import dask, slurm
from cubistlib.sweep.executors import processes, threads
from cubistlib.sweep.keys import Security, encrypted

KINDS = {"threads": threads, "processes": processes, "dask": dask, "slurm": slurm}


@dataclass(frozen=True)
class Choice:
    """An executor that is asked for: its name, and what goes with it.

    workers: by default one a core. address: of a Dask scheduler. security, insecure: as in
    `keys`. Raises ValueError unless there can be such an executor.
    """

    executor: Annotated[str, OneOf(lambda: KINDS)] = "threads"
    workers: CountOrAll = None
    address: Annotated[Text | None, Allowed("text, as tls://host:8786")] = None
    security: Security = None
    insecure: Flag = False

    def __post_init__(self) -> None:
        validated("sweep", self)
        kind = self.executor
        far = kind == "slurm" or self.address is not None
        require(
            self.address is None or kind == "dask",
            f"a scheduler's address goes with dask, not {kind}",
        )
        require(
            far or (self.security is None and not self.insecure),
            "keys, or doing without, go with slurm, or with dask and a scheduler's address",
        )
        with_keys = self.security is not None or encrypted(self.address or "")
        require(
            not (self.insecure and with_keys), "insecure means without keys: give one or the other"
        )

    def start(self):
        """The executor, as a context."""
        given = {"address": self.address, "security": self.security, "insecure": self.insecure}
        taken = {"dask": given, "slurm": {n: given[n] for n in ("security", "insecure")}}
        return KINDS[self.executor](self.workers or usable_cores(), **taken.get(self.executor, {}))
