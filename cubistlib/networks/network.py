"""A stack of small multilayer perceptrons of one shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cubistlib.networks.stack import Stack, floats, listed
from cubistlib.support.checks import require
from cubistlib.support.threads import one_thread
from cubistlib.support.types import Count, OneOrMore, Whole, Width, brief, checked

if TYPE_CHECKING:
    import torch

Seed = int | np.random.SeedSequence
Widths = OneOrMore[Width]

# Numbers held at once when a stack is evaluated on many points: 16 MB of float32.
CHUNK = 1 << 22

# Parameters of a stack: 4 GiB of float32, which training needs several times over.
MOST_PARAMETERS = 1 << 30


@dataclass(frozen=True, eq=False)
class Network(Stack):
    """n networks of one shape: in → d1 → … → out, ReLU after every hidden layer.

    weights[l]: (n, out, in) float32; biases[l]: (n, out) float32, l = 0 … layers − 1.
    """

    dtype = np.float32

    @classmethod
    def initialize(
        cls,
        hidden: Sequence[int],
        n: int = 1,
        seed: Seed | Sequence[Seed] = 0,
        host: Sequence[int] | None = None,
        inputs: int = 2,
        outputs: int = 1,
    ) -> Network:
        """PyTorch's default initialization: weights and biases uniform in ±1/√fan_in.

        hidden: hidden widths, e.g. (3, 3, 3). host: widths of a wider network whose leading
        units are taken, as in the paper's searches; hidden layers then start from the host's
        range. seed: of the stack, in which network i depends on (seed, i) alone, not on n; or one
        for each of the n networks, a whole number or a SeedSequence each.
        Source: paper, "Network". Raises ValueError for a width below 1, a host too narrow,
        or more parameters than memory holds.
        """
        hidden = checked("Network.initialize: hidden", Widths, hidden)
        host = hidden if host is None else checked("Network.initialize: host", Widths, host)
        require(
            len(host) == len(hidden) and all(h >= d for h, d in zip(host, hidden, strict=True)),
            f"Network.initialize: host {host} must be as deep and at least as wide as {hidden}",
        )
        n = checked("Network.initialize: n", Count, n)
        inputs = checked("Network.initialize: inputs", Width, inputs)
        outputs = checked("Network.initialize: outputs", Width, outputs)
        require_memory("Network.initialize", hidden, n, inputs, outputs)
        if isinstance(seed, Sequence):
            require(len(seed) == n, f"Network.initialize: {len(seed)} seeds for {n} networks")
            origins = [(_sequence(own), 0) for own in seed]
        else:
            origins = [(_sequence(seed), i) for i in range(n)]
        full, kept = (inputs, *host, outputs), (inputs, *hidden, outputs)
        networks = [_draw_leading_units(full, kept, *origin) for origin in origins]
        layers = [np.stack(arrays) for arrays in zip(*networks, strict=True)]
        return cls(tuple(layers[0::2]), tuple(layers[1::2]))

    @classmethod
    def from_arrays(cls, weights: Iterable, biases: Iterable) -> Network:
        """A stack from arrays of any origin: weights (n, out, in), biases (n, out); copies.

        Arrays of a single network, (out, in) and (out,), make a stack of one.
        """
        weights = [np.array(w, np.float32) for w in listed("Network: weights", weights)]
        biases = [np.array(b, np.float32) for b in listed("Network: biases", biases)]
        if weights and weights[0].ndim == 2:
            weights, biases = [w[None] for w in weights], [b[None] for b in biases]
        return cls(tuple(weights), tuple(biases))

    @classmethod
    def zeros_like(cls, nets: Stack) -> Network:
        """A stack of the same shape, all parameters zero."""
        return cls.of(lambda array: np.zeros(array.shape, np.float32), nets)

    def tensors(self) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """(weights, biases) as tensors, which share this stack's memory."""
        import torch

        return [*map(torch.from_numpy, self.weights)], [*map(torch.from_numpy, self.biases)]

    def activations(self, x: np.ndarray) -> list[np.ndarray]:
        """What every unit gives on rows x (rows, in): a list of (n, rows, units) float32.

        Hidden layers after the ReLU, the logits last.
        """
        return [h.transpose(0, 2, 1) for h in self._forward(self.rows(x))]

    def logits(self, x: np.ndarray) -> np.ndarray:
        """The output unit on rows x (rows, in): (n, rows) float32."""
        return np.concatenate([part for part, _ in self._logit_parts(x)], axis=1)

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Accuracy (a share, 0 … 1) and mean binary cross-entropy on all rows: (n,) float64.

        A logit above 0 is class 1, anything else class 0. Source: paper, "Training".
        """
        import torch

        from cubistlib.networks.functional import binary_cross_entropy

        x, y = self.rows(x), floats("Network: y", y)
        require(len(x), "Network: evaluate takes one row or more, got none")
        require(y.shape == (len(x),), f"Network: y must be ({len(x)},) as x, got shape {y.shape}")
        correct, loss = np.zeros(len(self)), np.zeros(len(self))
        for part, rows in self._logit_parts(x):
            correct += ((part > 0) == (y[rows] > 0.5)).sum(1)
            each = binary_cross_entropy(torch.from_numpy(part), torch.from_numpy(y[rows]))
            loss += each.double().sum(1).numpy()
        return correct / len(x), loss / len(x)

    def rows(self, x: np.ndarray) -> np.ndarray:
        """x as the networks take it, (rows, in) float32. Raises ValueError for what is none."""
        x = np.ascontiguousarray(floats("Network: x", x))
        require(
            x.ndim == 2 and x.shape[1] == self.sizes[0],
            f"Network: x must be (rows, {self.sizes[0]}), got shape {x.shape}",
        )
        return x

    def _forward(self, x: np.ndarray) -> list[np.ndarray]:
        """Every layer on rows x: a list of (n, units, rows)."""
        import torch

        from cubistlib.networks.functional import activations

        with one_thread(), torch.no_grad():
            return [h.numpy() for h in activations(*self.tensors(), torch.from_numpy(x))]

    def _logit_parts(self, x: np.ndarray) -> Iterator[tuple[np.ndarray, slice]]:
        """Logits of one part of the rows after the other, so that memory stays flat."""
        x = self.rows(x)
        rows = max(1, CHUNK // (len(self) * max(self.sizes)))
        for start in range(0, len(x), rows):
            part = slice(start, min(start + rows, len(x)))
            yield self._forward(x[part])[-1][:, 0], part


def weights_of(hidden: Sequence[int], inputs: int = 2, outputs: int = 1) -> int:
    """Weight entries of a dense network of these hidden widths, biases not counted."""
    return sum(into * out for into, out in pairwise((inputs, *hidden, outputs)))


def parameters_of(hidden: Sequence[int], inputs: int = 2, outputs: int = 1) -> int:
    """The same with biases counted."""
    return weights_of(hidden, inputs, outputs) + sum(hidden) + outputs


def require_memory(
    place: str, hidden: Sequence[int], n: int, inputs: int = 2, outputs: int = 1
) -> None:
    """Raises ValueError for a stack of n networks that memory would not hold."""
    total = n * parameters_of(hidden, inputs, outputs)
    require(
        total <= MOST_PARAMETERS,
        f"{place}: a stack must have at most {MOST_PARAMETERS:,} parameters, "
        f"{n:,} networks of {brief(hidden)} have {total:,}",
    )


def _sequence(seed: Seed) -> np.random.SeedSequence:
    """A seed as a SeedSequence; a whole number also seeds the order of the data, apart from it."""
    if isinstance(seed, np.random.SeedSequence):
        return seed
    whole: int = checked("Network.initialize: seed", Whole, seed)
    return np.random.SeedSequence(whole, spawn_key=tuple(b"initialize"))


def _draw_leading_units(
    full: tuple[int, ...], kept: tuple[int, ...], seed: np.random.SeedSequence, i: int
) -> list[np.ndarray]:
    """Network i of a seed: weight, bias, weight, bias, … of the leading units of a host."""
    child = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, i))
    rng = np.random.default_rng(child)
    arrays = []
    for layer in range(len(full) - 1):
        fan_in, fan_out = full[layer : layer + 2]
        columns, rows = kept[layer : layer + 2]
        bound = 1 / np.sqrt(fan_in)
        arrays.append(rng.uniform(-bound, bound, (fan_out, fan_in))[:rows, :columns])
        arrays.append(rng.uniform(-bound, bound, fan_out)[:rows])
    return [a.astype(np.float32) for a in arrays]
