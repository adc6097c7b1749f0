"""The fast trainer for the CPU: every network in one compiled call a segment of steps."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.support.threads import usable_cores
from cubistlib.training.backends import kernels
from cubistlib.training.backends.kernels import ROW, Wiring
from cubistlib.training.backends.wiring import pick, put_back, wire
from cubistlib.training.config import STEEPEST

# Work, in edges times samples, below which another thread costs more than it saves: about 1 ms.
WORTH_A_THREAD = 10_000_000


class FusedTrainer:
    """A `backends.Trainer` whose cost follows the kept weights.

    The update rule is TorchTrainer's; networks are shared out to `threads` threads (default:
    every core that this process may use). A network's result does not depend on that, nor on
    its neighbours.
    """

    def __init__(self, state, x, y, config, threads: int | None = None):
        self.config, self.threads = config, threads or usable_cores()
        self.pool = ThreadPoolExecutor(self.threads)
        self.table = np.column_stack([x, y])
        self.batches: np.ndarray | None = None
        self.revise(state)

    def revise(self, state) -> None:
        self.begin, self.steps = state, 0
        self.wiring = wire(state.masks)
        self.weights = pick(state.network, self.wiring)
        self.velocities = pick(state.momentum, self.wiring)
        nowhere = np.zeros((len(self.weights), 0), np.float32)
        bent = self.config.hyperbolic
        self.bent = weights_alone(state.network, self.wiring) if bent else nowhere

    def advance(self, rows: np.ndarray, rates: np.ndarray, trace: bool) -> np.ndarray | None:
        self.batches = gather(self.table, rows, 1 / rows.shape[1], self.batches)
        losses = np.empty((len(rows) if trace else 0, len(self.begin.network)), np.float32)
        c, rates = self.config, rates.astype(np.float32)
        hyperbolic = c.ham, c.ham_decay, STEEPEST
        factors = np.array([c.momentum, c.weight_decay, *hyperbolic], np.float32)
        state = self.weights, self.velocities, self.bent
        arrays = self.batches, self.wiring, *state, rates, factors, losses

        def part(first: int, stop: int) -> None:
            kernels.advance(first, stop, *arrays, room(self.wiring))

        self._share_out(part, rows.size)
        self.steps += len(rows)
        return losses if trace else None

    def evaluate(self) -> tuple[np.ndarray, np.ndarray]:
        data_rows = len(self.table)
        points = gather(self.table, np.arange(data_rows)[None], 1.0)
        correct, loss = np.zeros((2, len(self.begin.network)))

        def part(first: int, stop: int) -> None:
            arrays = points, self.wiring, self.weights, correct, loss
            kernels.evaluate(first, stop, *arrays, room(self.wiring))

        self._share_out(part, data_rows)
        return correct / data_rows, loss / data_rows

    def state(self):
        network, wiring = self.begin.network, self.wiring
        return replace(
            self.begin,
            network=put_back(self.weights, wiring, network),
            momentum=put_back(self.velocities, wiring, network),
            step=self.begin.step + self.steps,
        )

    def _share_out(self, part: Callable[[int, int], None], samples: int) -> None:
        """Calls part(first, stop) for all networks, in as many threads as the work is worth.

        A part a thread, of equal work: handing out small ones costs more than it evens out.
        """
        work = np.cumsum(self.wiring.incoming.max(axis=1), dtype=np.int64) * samples
        parts = max(1, min(self.threads, len(work), work[-1] // WORTH_A_THREAD))
        ends = np.searchsorted(work, work[-1] * np.arange(1, parts) / parts)
        first, *others = pairwise([0, *ends, len(work)])
        running = [self.pool.submit(part, *bounds) for bounds in others]
        part(*first)
        for future in running:
            future.result()


def gradients(nets: Network, x: np.ndarray, y: np.ndarray) -> Network:
    """∂L/∂weights and ∂L/∂biases of each network's mean loss on one batch, in its shape.

    Every parameter has its slope, masked (zero) ones too. x (rows, in), y (rows,) float32.
    As `functional.gradients`, faster, and the same whatever else is in the stack.
    """
    wiring = _dense_wiring(nets.sizes, len(nets))
    slopes = np.zeros(wiring.place.shape, np.float32)
    batch = gather(np.column_stack([x, y]), np.arange(len(x))[None], 1 / len(x))
    kernels.differentiate(batch, wiring, pick(nets, wiring), slopes, room(wiring))
    return put_back(slopes, wiring, nets)


class Dense:
    """n dense networks of one shape as rows of one number a parameter, for loops over steps.

    rows: (n, places) float32, in an order of its own, with some places more that stay 0.
    """

    def __init__(self, like: Network):
        self.like, self.wiring = like, _dense_wiring(like.sizes, len(like))
        self.weights = weights_alone(like, self.wiring)
        self._slopes = np.zeros(self.weights.shape, np.float32)
        self._room = room(self.wiring)

    def rows(self, nets: Network) -> np.ndarray:
        """Networks of this shape as rows."""
        return pick(nets, self.wiring)

    def networks(self, rows: np.ndarray) -> Network:
        """The inverse."""
        return put_back(rows, self.wiring, self.like)

    def slopes(self, rows: np.ndarray, batch: np.ndarray, goals: np.ndarray | None) -> np.ndarray:
        """∂/∂rows of each network's mean loss on a batch, a step of `gather`'s: as `rows`.

        goals: (n, samples) float32, logits; then of the mean Kullback–Leibler divergence of what
        the network says from what they say. The array is the next call's, too.
        """
        self._slopes[:] = 0
        given = batch, self.wiring, rows, self._slopes, self._room
        if goals is None:
            kernels.differentiate(*given)
        else:
            kernels.imitate(*given, goals)
        return self._slopes


@lru_cache(maxsize=1)
def _dense_wiring(sizes: tuple[int, ...], n: int) -> Wiring:
    shapes = zip(sizes[1:], sizes[:-1], strict=True)
    return wire(Masks.from_weights([np.ones((n, *shape), bool) for shape in shapes]))


def weights_alone(nets: Network, wiring: Wiring) -> np.ndarray:
    """1 where a place is a weight's, 0 where it is a bias's or none's: (n, places) float32."""
    weights, biases = map(np.ones_like, nets.weights), map(np.zeros_like, nets.biases)
    return pick(Network(tuple(weights), tuple(biases)), wiring)


def gather(table, rows: np.ndarray, share: float, old: np.ndarray | None = None) -> np.ndarray:
    """The samples of `rows` (steps, batch) as `kernels.gather` lays them out.

    They are written over `old` if that has the right shape: fresh memory costs more.
    """
    shape = len(rows), table.shape[1] + 1, -(-rows.shape[1] // ROW) * ROW
    batches = old if old is not None and old.shape == shape else aligned(shape)
    kernels.gather(table, np.require(rows, np.int32, ["C", "W"]), np.float32(share), batches)
    return batches


def room(wiring: Wiring) -> np.ndarray:
    """Memory for what the units of one network give."""
    return aligned((int(wiring.units.max()) * ROW,))


def aligned(shape: tuple[int, ...]) -> np.ndarray:
    """A float32 array that starts at a cache line, so that no row is read from two."""
    size = int(np.prod(shape))
    memory = np.empty(size + 16, np.float32)
    start = -memory.ctypes.data % 64 // 4
    return memory[start : start + size].reshape(shape)
