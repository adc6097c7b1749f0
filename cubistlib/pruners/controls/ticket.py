"""Tickets trained as they are: what a mask is worth, apart from how it was found."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import InstanceOf

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Pruner
from cubistlib.support.types import Allowed


@dataclass(frozen=True)
class Ticket(Pruner):
    """Another algorithm's masks over the values that its networks started from, trained plainly.

    The same as the algorithm where it prunes before training. One that prunes while it trains has
    trained more weights before, and LTH's last training sees the data in another order. What the
    other controls on masks are held to. Source: Frankle & Carbin 2019, "winning ticket".
    """

    control = True

    pruner: Annotated[InstanceOf[Pruner], Allowed("a pruner")]

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"{self.pruner.name}_ticket"

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        return self.pruner.ticket(nets, keep, task)
