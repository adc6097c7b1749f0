"""The fast trainer for the CPU: every network in one compiled call a segment of steps."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from cubistlib.backends import kernels
from cubistlib.backends.kernels import ROW
from cubistlib.backends.wiring import flatten, unflatten, wire
from cubistlib.checks import require
from cubistlib.network import Network

# Work, in edges times samples, below which another thread costs more than it saves: about 1 ms.
WORTH_A_THREAD = 10_000_000


class FusedTrainer:
    """A `backends.Trainer` whose cost follows the kept weights.

    The update rule is TorchTrainer's; networks are shared out to `threads` threads (default:
    every core that this process may use). A network's result does not depend on that, nor on
    its neighbours. Raises ValueError for networks with more than one output.
    """

    def __init__(self, state, x, y, config, threads: int | None = None):
        outputs = state.network.sizes[-1]
        require(outputs == 1, f"the fused backend needs 1 output, got {outputs}: take 'torch'")
        self.config = config
        self.threads = threads or usable_cores()
        self.pool = ThreadPoolExecutor(self.threads)
        self.columns = np.concatenate([x.T, y[None]])
        self.batches = self.points = None
        self.revise(state)

    def revise(self, state) -> None:
        self.begin, self.steps = state, 0
        self.wiring = wire(state.masks)
        self.places = self.wiring.place.astype(np.int64)
        self.weights = np.take_along_axis(flatten(state.network), self.places, axis=1)
        self.velocities = np.take_along_axis(flatten(state.momentum), self.places, axis=1)

    def advance(self, rows: np.ndarray, rates: np.ndarray, trace: bool) -> np.ndarray | None:
        self.batches = self._gather(rows, 1 / rows.shape[1], self.batches)
        losses = np.empty((len(rows) if trace else 0, len(self.begin.network)), np.float32)
        config, rates = self.config, rates.astype(np.float32)
        factors = np.float32(config.momentum), np.float32(config.weight_decay)
        arrays = self.batches, self.wiring, self.weights, self.velocities, rates, *factors, losses

        def part(first: int, stop: int) -> None:
            slopes = np.zeros(self.weights.shape[1], np.float32)
            kernels.advance(first, stop, *arrays, self._values(), slopes)

        self._share_out(part, rows.size)
        self.steps += len(rows)
        return losses if trace else None

    def evaluate(self) -> tuple[np.ndarray, np.ndarray]:
        data_rows = self.columns.shape[1]
        if self.points is None:
            self.points = self._gather(np.arange(data_rows)[None], 1.0)
        correct, loss = np.zeros((2, len(self.begin.network)))

        def part(first: int, stop: int) -> None:
            arrays = self.points, self.wiring, self.weights, correct, loss
            kernels.evaluate(first, stop, *arrays, self._values())

        self._share_out(part, data_rows)
        return correct / data_rows, loss / data_rows

    def state(self):
        return replace(
            self.begin,
            network=self._network(self.weights),
            momentum=self._network(self.velocities),
            step=self.begin.step + self.steps,
        )

    def _network(self, values: np.ndarray) -> Network:
        rows = np.zeros_like(flatten(self.begin.network))
        np.put_along_axis(rows, self.places, values, axis=1)
        weights, biases = unflatten(rows, self.begin.network)
        return Network(tuple(weights), tuple(biases))

    def _gather(self, rows: np.ndarray, share: float, room: np.ndarray | None = None):
        """The samples of `rows` as `kernels.gather` lays them out, in `room` if they fit."""
        samples = -(-rows.shape[1] // ROW) * ROW
        shape = len(rows), len(self.columns) + 1, samples
        batches = room if room is not None and room.shape == shape else aligned(shape)
        rows = np.require(rows, np.int32, ["C", "W"])
        kernels.gather(self.columns, rows, np.float32(share), batches)
        return batches

    def _values(self) -> np.ndarray:
        return aligned((int(self.wiring.units.max()) * ROW,))

    def _share_out(self, part: Callable[[int, int], None], samples: int) -> None:
        """Calls part(first, stop) for all networks, in as many threads as the work is worth."""
        n, (_, edges) = len(self.begin.network), self.weights.shape
        # Four parts a thread even out cores of unequal speed.
        parts = min(n, 4 * self.threads, n * edges * samples // WORTH_A_THREAD)
        if parts <= 1 or self.threads == 1:
            return part(0, n)
        bounds = np.linspace(0, n, parts + 1).astype(int)
        list(self.pool.map(part, bounds[:-1], bounds[1:]))


def aligned(shape: tuple[int, ...]) -> np.ndarray:
    """A float32 array that starts at a cache line, so that no row is read from two."""
    size = int(np.prod(shape))
    room = np.empty(size + 16, np.float32)
    start = -room.ctypes.data % 64 // 4
    return room[start : start + size].reshape(shape)


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
