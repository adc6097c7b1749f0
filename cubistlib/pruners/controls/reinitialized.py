"""Re-initialized survivors: does a mask need the values that it was found with?"""

from dataclasses import dataclass

from cubistlib.networks import Masks, Network
from cubistlib.pruners.base import Pruner
from cubistlib.pruners.parts.initialization import default_like


@dataclass(frozen=True)
class Reinitialized(Pruner):
    """Another algorithm's masks over newly drawn weights and biases (PyTorch's default).

    host: hidden widths of the wider network whose leading units `nets` are, if they are.
    Source: Frankle & Carbin 2019, sect. 2, "random reinitialization".
    """

    control = True

    pruner: Pruner
    host: tuple[int, ...] | None = None

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"{self.pruner.name}_reinitialized"

    def ticket(self, nets, keep, task) -> tuple[Network, Masks]:
        _, masks = self.pruner.ticket(nets, keep, task)
        return default_like(masks, task.own, self.host), masks
