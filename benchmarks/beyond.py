"""What second-order pruners compute beside their trainings, and what HAM adds to a step.

python benchmarks/beyond.py [--networks 23] [--keep 22] [--turns 3]

Width 16 for the pruners, one thread; processor time, which other work on the machine lengthens
for both sides of a quotient alike. Medians: of the pruners over `turns`, of HAM over three times
as many, with and without in turns.
"""

import argparse
from statistics import median
from time import process_time
from unittest import mock

import numpy as np
import torch

from cubistlib import Masks, Network, TrainConfig, cubist_spiral, pruners
from cubistlib.pruners.task import Task
from cubistlib.training import TrainState
from cubistlib.training.backends.fused import FusedTrainer

ALGORITHMS = ("obs", "cbs", "chita")
STACKS = {3: 64, 16: 8, 64: 1}
HAM = TrainConfig(ham=200.0, ham_decay=1e-3)


def shares(name: str, nets: Network, keep: int, task: Task) -> tuple[float, float, float]:
    """Seconds of an algorithm's trainings and of all else, and the charged steps a trained one."""
    spent, steps, train = [], [], Task.resume

    def timed(self, state, *options, stop=None, **named):
        start = process_time()
        done = train(self, state, *options, stop=stop, **named)
        spent.append(process_time() - start)
        steps.append(done.state.step - state.step)
        return done

    start, before = process_time(), task.spent
    with mock.patch.object(Task, "resume", timed):
        pruners.get(name)().train(nets, keep, task)
    own = process_time() - start - sum(spent)
    return sum(spent), own, (task.spent - before) / sum(steps)


def compare(networks: int, keep: int, turns: int, spiral) -> None:
    nets = Network.initialize((16,) * 3, n=networks, seed=1)
    task = Task(*spiral, TrainConfig(lr=0.1), threads=1)
    print(
        f"{'a network':12}{'trainings':>12}{'own':>10}{'on top':>10}{'steps':>10}{'on those':>10}"
    )
    for name in ALGORITHMS:
        shares(name, nets[:1], keep, task)  # which compiles
        runs = [shares(name, nets, keep, task) for _ in range(turns)]
        train, own = (1000 * median(run[i] for run in runs) / networks for i in (0, 1))
        top, charged = median(run[1] / run[0] for run in runs), runs[0][2]
        print(
            f"{name:12}{train:9.0f} ms{own:7.0f} ms{top:10.0%}"
            f"{charged:10.2f}{(1 + top) / charged - 1:10.0%}"
        )


def bend(turns: int, spiral) -> None:
    """Segments of one epoch with HAM and without."""
    x, y = spiral
    rows = np.arange(len(x) // 128 * 128, dtype=np.int32).reshape(-1, 128)
    for width, n in STACKS.items():
        nets = Network.initialize((width,) * 3, n=n, seed=1)
        state = TrainState.start(nets, Masks.ones_like(nets))
        trainers = [FusedTrainer(state, x, y, config, 1) for config in (TrainConfig(), HAM)]
        times = []
        for _ in range(turns + 1):
            for trainer in trainers:
                start = process_time()
                trainer.advance(rows, np.full(n, 0.01), False)
                times.append(process_time() - start)
        ratios = [bent / plain for plain, bent in zip(times[2::2], times[3::2], strict=True)]
        print(f"ham, width {width}, {n} networks: {median(ratios) - 1:+.1%} a step")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=23, help="in the pruners' stack")
    parser.add_argument("--keep", type=int, default=22, help="weights to keep")
    parser.add_argument("--turns", type=int, default=3, help="medians are of this many")
    options = parser.parse_args()
    torch.set_num_threads(1)
    spiral = cubist_spiral()
    compare(options.networks, options.keep, options.turns, spiral)
    bend(3 * options.turns, spiral)


if __name__ == "__main__":
    main()
