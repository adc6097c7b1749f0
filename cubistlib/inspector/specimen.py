"""One network under the glass: pruned further, folded, measured on the data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cubistlib.networks import Connectivity, Masks, Network, connectivity, simplify, unit_states
from cubistlib.pruners.parts.selection import select
from cubistlib.support.checks import require
from cubistlib.support.threads import one_thread

PART = 1 << 13  # rows at once


@dataclass(frozen=True, eq=False)
class Specimen:
    """A network with its masks, both stacks of one, masked entries zero. run: where it is from."""

    net: Network
    masks: Masks
    run: str = "network"

    def __post_init__(self) -> None:
        sizes = self.net.sizes
        require(
            sizes[0] == 2 and sizes[-1] == 1,
            "inspect: maps over the plane need networks of 2 inputs and 1 output, "
            f"got {'-'.join(map(str, sizes))}",
        )
        object.__setattr__(self, "net", self.masks.apply(self.net))
        require(
            finite(self.net), f"inspect: {self.run} has diverged, its parameters are not finite"
        )

    @property
    def title(self) -> str:
        """What it is: its run, the step of its training, the weights that are there."""
        return titled(self.run, self.weights_kept)

    @property
    def layers(self) -> int:
        """Layers of weights."""
        return len(self.net.weights)

    @property
    def weights_kept(self) -> int:
        """Weights of the mask."""
        return int(self.masks.weights_kept[0])

    @property
    def largest_weight(self) -> float:
        """The largest |w|."""
        return float(max(np.abs(w).max() for w in self.net.weights))

    @cached_property
    def paths(self) -> Connectivity:
        """Which weights and units lie on a path."""
        return connectivity(self.masks)

    def pruned(self, keep: int | None = None, threshold: float = 0.0) -> "Specimen":
        """Without all but the `keep` largest weights, and without those below the threshold."""
        sizes = [np.abs(w) for w in self.net.weights]
        kept: Sequence[np.ndarray] = self.masks.weights
        if keep is not None and keep < self.weights_kept:
            kept = select(sizes, keep, among=kept)
        if threshold > 0:
            kept = [k & (size >= threshold) for k, size in zip(kept, sizes, strict=True)]
        if kept is self.masks.weights:
            return self
        return replace(self, masks=Masks.from_weights(kept))

    def simplified(self, x: np.ndarray) -> "Specimen":
        """What lives in it: the same logits on the rows x, with all that does nothing there gone.

        The network itself where a constant is more than a bias can hold.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            done = simplify(self.net, self.masks, x)
        finished = finite(done.network)
        return replace(self, net=done.network, masks=done.masks) if finished else self


@dataclass(frozen=True, eq=False)
class Survey:
    """A specimen on the data.

    accuracy: share of the rows classified rightly. wrong: the points that are not, (wrong, 2).
    states: of each hidden layer's units, indices into connectivity.STATES, (units,). rows: how
    many there were. live_weights, live_parameters, structure: what `simplify` leaves on them.
    """

    accuracy: float
    wrong: np.ndarray
    states: list[np.ndarray]
    rows: int
    live_weights: int
    live_parameters: int
    structure: tuple[int, ...]


def titled(run: str, weights: int) -> str:
    """A run and how many weights are there."""
    return f"{run}, {weights} weights kept"


def finite(net: Network) -> bool:
    """Whether all parameters of a network are numbers."""
    return all(np.isfinite(p).all() for p in (*net.weights, *net.biases))


def logits(net: Network, x: np.ndarray) -> np.ndarray:
    """The output unit on rows x, (rows,), in parts that stay in the processor's cache."""
    with one_thread():
        return np.concatenate([net.logits(x[i : i + PART])[0] for i in range(0, len(x), PART)])


def survey(specimen: Specimen, x: np.ndarray, y: np.ndarray) -> Survey:
    """Accuracy, wrong rows, unit states and what lives; costs what the units that are read do."""
    net, masks, read = read_part(specimen.net, specimen.masks)
    wrong = x[(logits(net, x) > 0) != (y > 0.5)]
    parts = [x[i : i + PART] for i in range(0, len(x), PART)]
    # STATES go from the least to the most that a unit does: the most of all parts holds. A unit
    # that is constant on each part is constant if it is on one row of each.
    with one_thread():
        found = [unit_states(net, masks, part) for part in (*parts, x[::PART])]
    states = [np.zeros(d, int) for d in specimen.net.hidden]
    for every, units, those in zip(states, read, zip(*found, strict=True), strict=True):
        every[units] = np.max(those, axis=0)[0]
    with np.errstate(over="ignore", invalid="ignore"):  # as in `Specimen.simplified`
        alive = simplify(net, masks, x)
    live = int(alive.live_weights[0]), int(alive.live_parameters[0]), alive.structures[0]
    return Survey(1 - len(wrong) / len(x), wrong, states, len(x), *live)


def read_part(net: Network, masks: Masks) -> tuple[Network, Masks, list[np.ndarray]]:
    """The same function without the hidden units that the output does not depend on.

    Returns the smaller network and masks, and the indices of each hidden layer's units that
    are left; of a layer without any the first stays, since a layer needs one.
    """
    read = [r[0] if r[0].any() else np.arange(r.shape[1]) == 0 for r in connectivity(masks).read]
    left = [np.flatnonzero(r) for r in read[1:-1]]
    ends = [np.arange(net.sizes[0]), *left, np.arange(net.sizes[-1])]

    def part(stack):
        weights = [w[:, ends[i + 1]][:, :, ends[i]] for i, w in enumerate(stack.weights)]
        biases = [b[:, ends[i + 1]] for i, b in enumerate(stack.biases)]
        return type(stack)(tuple(weights), tuple(biases))

    return part(net), part(masks), left
