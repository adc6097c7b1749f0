"""Re-initialized survivors: does a mask need the values that it was found with?"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import InstanceOf

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import AtInitialization, Pruner
from cubistlib.pruners.parts.draws import derived_seed
from cubistlib.pruners.parts.initialization import default_like
from cubistlib.support.types import Allowed, Count, OneOrMore


@dataclass(frozen=True)
class Reinitialized(Pruner):
    """Another algorithm's masks over newly drawn weights and biases.

    As PyTorch's default draws them, or as the algorithm does if it re-initializes networks itself.
    host: hidden widths of the wider network whose leading units `nets` are, if they are.
    Source: Frankle & Carbin 2019, sect. 2, "random reinitialization".
    """

    control = True

    pruner: Annotated[InstanceOf[Pruner], Allowed("a pruner")]
    host: Annotated[OneOrMore[Count] | None, Allowed("hidden widths")] = None

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"{self.pruner.name}_reinitialized"

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        _, masks = self.pruner.ticket(nets, keep, task)
        fresh = default_like(masks, task.own, self.host)
        if isinstance(self.pruner, AtInitialization):
            own = range(task.own, task.own + len(nets)) if isinstance(task.own, int) else task.own
            fresh = self.pruner.prepare(fresh, [derived_seed("reinitialized", s, 0) for s in own])
        return fresh, masks
