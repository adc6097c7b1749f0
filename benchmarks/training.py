"""How fast the training engine is, against the plain PyTorch loop in the same run.

python benchmarks/training.py [--json FILE] [--repeats 5] [--ks]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from unittest import mock

import numpy as np
import torch
from llvmlite.binding import get_host_cpu_name
from naive_torch import epoch_seconds
from numba import njit

from cubistlib.data import cubist_spiral
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.pruners.gmp import GMP
from cubistlib.pruners.rigl import RigL
from cubistlib.support.threads import usable_cores
from cubistlib.training.backends.fused import FusedTrainer
from cubistlib.training.backends.kernels import ROW, add, dot, fma, splat
from cubistlib.training.loop import TrainConfig, train

EPOCHS = 50
CONFIG = TrainConfig(lr=0.1, epochs=EPOCHS)


@dataclass(frozen=True)
class Row:
    """A line of the table: a stack of n networks, trained for `epochs`, and the ratio to reach."""

    name: str
    hidden: tuple[int, int, int]
    target: float
    n: int = 16
    epochs: int = EPOCHS
    sparse: bool = False

    def networks(self) -> tuple[Network, Masks]:
        nets = Network.initialize(self.hidden, n=self.n, seed=1)
        return nets, leading_block(nets) if self.sparse else Masks.ones_like(nets)


def leading_block(nets: Network) -> Masks:
    """26 weights that all lie on paths: three units a layer fully joined, but for one weight."""
    weights = [np.zeros(w.shape, bool) for w in nets.weights]
    for w in weights:
        w[:, :3, :3] = True
    weights[1][:, 0, 0] = False
    return Masks.from_weights(weights)


ROWS = (
    Row("(3,3,3)", (3, 3, 3), 1000),
    Row("(7,3,3)", (7, 3, 3), 600),
    Row("(16,16,16)", (16, 16, 16), 60, n=4),
    Row("26 weights at width 16", (16, 16, 16), 300, sparse=True),
    Row("26 weights at width 256", (256, 256, 256), 300, sparse=True),
    Row("dense width 64", (64, 64, 64), 1.5, n=1, epochs=10),
    Row("dense width 256", (256, 256, 256), 1.2, n=1, epochs=2),
)


def seconds(action: Callable, *arguments, **options) -> float:
    start = time.perf_counter()
    action(*arguments, **options)
    return time.perf_counter() - start


def compare(row: Row, x: np.ndarray, y: np.ndarray, repeats: int) -> dict:
    """Seconds of a 50-epoch training, plain loop and engine in turns, one thread, medians."""
    nets, masks = row.networks()
    config = replace(CONFIG, epochs=row.epochs)
    tensors = [torch.from_numpy(m[0].astype(np.float32)) for m in parameters(masks)]
    train(nets, masks, x, y, config, threads=1)
    plain, engine = [], []
    for _ in range(repeats):
        epoch = epoch_seconds(*map(torch.from_numpy, (x, y)), row.hidden, 1, tensors)
        plain.append(EPOCHS * epoch)
        spent = seconds(train, nets, masks, x, y, config, threads=1)
        engine.append(spent * EPOCHS / row.epochs / row.n)
    work = 6 * 128 * int(masks.parameters_kept[0]) * CONFIG.steps(len(x)) / 1e9
    result = {"plain_s": median(plain), "engine_s": median(engine), "target": row.target}
    result |= {"ratio": median(plain) / median(engine), "gflops": work / median(engine)}
    return result


def parameters(masks: Masks) -> list[np.ndarray]:
    """Weights and biases in the order of torch's parameters()."""
    return [p for layer in zip(masks.weights, masks.biases, strict=True) for p in layer]


@njit
def multiply_add(times):
    """Fused multiply-adds in registers alone, three rows of them at a time."""
    a = b = c = splat(1.0)
    factor, term = splat(0.5), splat(0.25)
    for _ in range(times):
        a, b, c = fma(a, factor, term), fma(b, factor, term), fma(c, factor, term)
    return dot(add(a, b), c)


def peak(repeats: int) -> float:
    """GFLOP/s of one core on multiply-adds without memory: processor time, best of repeats."""
    times, spent = 2_000_000, []
    multiply_add(1)
    for _ in range(repeats):
        start = time.process_time()
        multiply_add(times)
        spent.append(time.process_time() - start)
    return 3 * 2 * ROW * times / min(spent) / 1e9


def two_threads(x: np.ndarray, y: np.ndarray, repeats: int) -> dict:
    """Throughput of two threads over that of one, on 200 networks (3,3,3).

    by_clock: as measured, which needs two cores that nothing else uses. by_work: what the
    processor seconds of both would give on such cores.
    """
    nets = Network.initialize((3, 3, 3), n=200, seed=1)
    masks, config = Masks.ones_like(nets), replace(CONFIG, epochs=10)
    clock, work = {1: [], 2: []}, {1: [], 2: []}
    for _ in range(repeats):
        for threads in clock:
            start = time.process_time()
            clock[threads].append(seconds(train, nets, masks, x, y, config, threads=threads))
            work[threads].append(time.process_time() - start)
    return {
        "by_clock": median(clock[1]) / median(clock[2]),
        "by_work": 2 * median(work[1]) / median(work[2]),
    }


def revisions(x: np.ndarray, y: np.ndarray) -> dict:
    """Seconds in and outside the optimizer steps, where masks are revised while training.

    20 networks of width 16, 65 weights kept, one thread: GMP's 199 prunings from dense, RigL's
    146 rounds of dropping and growing.
    """
    nets, result = Network.initialize((16, 16, 16), n=20, seed=1), {}
    keep, advance = np.full(20, 65), FusedTrainer.advance
    for pruner, masks in ((GMP(), Masks.ones_like(nets)), (RigL(), RigL().start(nets, keep))):
        steps = []

        def timed(*arguments, steps=steps):
            steps.append(seconds(advance, *arguments))

        hook = pruner.hook(nets, keep, CONFIG.steps(len(x)))
        with mock.patch.object(FusedTrainer, "advance", timed):
            total = seconds(train, nets, masks, x, y, CONFIG, threads=1, hook=hook)
        result[pruner.name] = {"steps_s": sum(steps), "revisions_s": total - sum(steps)}
    return result


FIRST_CALL = """
import time
start = time.perf_counter()
from cubistlib.data import cubist_spiral
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.training.loop import TrainConfig, train
imported = time.perf_counter()
x, y = cubist_spiral()
nets = Network.initialize((3, 3, 3))
ready = time.perf_counter()
train(nets, Masks.ones_like(nets), x, y, TrainConfig(epochs=1))
print(imported - start, time.perf_counter() - ready)
"""

BIG_STACK = """
from pathlib import Path
from cubistlib.data import cubist_spiral
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.training.loop import TrainConfig, train

def peak_memory():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

x, y = cubist_spiral()
before = peak_memory()
nets = Network.initialize((3, 3, 3), n=10_000)
train(nets, Masks.ones_like(nets), x, y, TrainConfig(epochs=2))
print(before, peak_memory())
"""


def in_a_new_process(code: str, **environment: str) -> list[float]:
    """The numbers that the code prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return [float(word) for word in done.stdout.split()]


def first_calls(repeats: int) -> dict:
    """Seconds of a first one-epoch training: nothing compiled yet, and compiled before."""
    with tempfile.TemporaryDirectory() as empty:
        ever = in_a_new_process(FIRST_CALL, NUMBA_CACHE_DIR=empty)[1]
        later = [in_a_new_process(FIRST_CALL, NUMBA_CACHE_DIR=empty) for _ in range(repeats)]
    return {
        "import_s": median(pair[0] for pair in later),
        "first_ever_s": ever,
        "first_in_process_s": median(pair[1] for pair in later),
    }


def kolmogorov_smirnov(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Largest distance of two samples' distribution functions, and its asymptotic p-value."""
    points = np.concatenate([a, b])
    shares = [np.searchsorted(np.sort(s), points, side="right") / len(s) for s in (a, b)]
    distance = np.abs(shares[0] - shares[1]).max()
    scaled = distance * np.sqrt(len(a) * len(b) / (len(a) + len(b)))
    k = np.arange(1, 101)
    p = 2 * np.sum((-1.0) ** (k - 1) * np.exp(-2 * (k * scaled) ** 2))
    return float(distance), float(np.clip(p, 0, 1)) if scaled > 0.2 else 1.0


def same_distribution(x: np.ndarray, y: np.ndarray, n: int = 200) -> dict:
    """Final accuracies of n networks (3,3,3) by the engine and by PyTorch, and their KS test."""
    nets = Network.initialize((3, 3, 3), n=n, seed=1)
    masks = Masks.ones_like(nets)
    a, b = (train(nets, masks, x, y, CONFIG, backend=name).accuracy for name in ("fused", "torch"))
    distance, p = kolmogorov_smirnov(a, b)
    means = {"mean_fused": float(a.mean()), "mean_torch": float(b.mean())}
    return {"n": n, "distance": distance, "p": p} | means


def print_table(results: dict[str, dict]) -> None:
    print(f"{'one thread, 50 epochs':26}{'plain':>9}{'engine':>10}{'ratio':>8}{'goal':>10} GFLOP/s")
    for name, r in results.items():
        print(
            f"{name:26}{r['plain_s']:8.1f}s{r['engine_s']:9.4f}s{r['ratio']:7.1f}×"
            f"{r['target']:9}×{r['gflops']:8.0f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--repeats", type=int, default=5, help="medians are of this many")
    parser.add_argument("--ks", action="store_true", help="compare final accuracies too (minutes)")
    options = parser.parse_args()
    x, y = cubist_spiral()
    report = {"cpu": get_host_cpu_name(), "cores": usable_cores(), "torch": torch.__version__}
    report["rows"] = {row.name: compare(row, x, y, options.repeats) for row in ROWS}
    print_table(report["rows"])
    report["peak_gflops"] = peak(options.repeats)
    report["two_threads"] = two_threads(x, y, options.repeats)
    report["revisions"] = revisions(x, y)
    report["first_call"] = first_calls(options.repeats)
    before, after = in_a_new_process(BIG_STACK)
    report["stack_of_10000_mb"] = {"imports": before, "in_all": after}
    if options.ks:
        report["ks"] = same_distribution(x, y)
    for name in list(report)[4:]:
        print(f"{name}: {report[name]}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
