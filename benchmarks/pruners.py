"""How fast masks come, against plain PyTorch on one network in the same run.

python benchmarks/pruners.py [--json FILE] [--repeats 5] [--keep 30]

One thread; medians; milliseconds a network, batches drawn anew included. A fast answer must be
the same answer: the plain masks are compared with the library's, equal scores in order of index
in both. (SynFlow scores weights in series alike, up to rounding: there a few may differ.)
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median
from unittest import mock

import plain_pruners as plain
import torch

from cubistlib import Network, batches, cubist_spiral, pruners
from cubistlib.interop import to_sequential

STACKS = {16: 32, 256: 4}
LIMITS = {16: 20, 256: 200}
SYNFLOW_LIMITS = {16: 30, 256: 300}
ALGORITHMS = ("snip", "grasp", "iter_snip", "force", "prospr", "synflow")


def milliseconds(action, repeats: int) -> tuple[float, object]:
    """Median over the repeats, after one unmeasured call; and what the call gives."""
    result, times = action(), []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - start))
    return median(times), result


def largest_by_index(scores: list[torch.Tensor], keep: int) -> list[torch.Tensor]:
    """As plain.largest, with equal scores in order of index; slower than topk."""
    flat = torch.cat([s.flatten() for s in scores])
    mask = torch.zeros_like(flat)
    mask[torch.argsort(flat, descending=True, stable=True)[:keep]] = 1
    parts = mask.split([s.numel() for s in scores])
    return [part.view_as(s) for part, s in zip(parts, scores, strict=True)]


def compare(name: str, width: int, keep: int, spiral, repeats: int) -> dict:
    """One algorithm at one width: plain on one network, the library on one and on a stack."""
    nets = Network.initialize((width,) * 3, n=STACKS[width], seed=1)
    pruner = pruners.get(name)()
    pruned = getattr(plain, name)
    plain_ms, _ = milliseconds(
        lambda: pruned(to_sequential(nets[0]), batches(*spiral), keep), repeats
    )
    with mock.patch.object(plain, "largest", largest_by_index):
        theirs = pruned(to_sequential(nets[0]), batches(*spiral), keep)
    one_ms, _ = milliseconds(lambda: pruner.masks(nets[0], batches(*spiral), keep), repeats)
    stack_ms, ours = milliseconds(lambda: pruner.masks(nets, batches(*spiral), keep), repeats)
    pairs = zip(ours.weights, theirs, strict=True)
    return {
        "algorithm": name,
        "width": width,
        "plain_ms": plain_ms,
        "one_ms": one_ms,
        "stack_of": len(nets),
        "stack_ms": stack_ms / len(nets),
        "ratio": plain_ms * len(nets) / stack_ms,
        "limit_ms": (SYNFLOW_LIMITS if name == "synflow" else LIMITS)[width],
        "weights_that_differ": int(sum((a[0] != b.numpy()).sum() for a, b in pairs)),
    }


def print_table(rows: list[dict]) -> None:
    print(
        f"{'ms a network, one thread':24}{'plain':>9}{'alone':>9}{'in a stack':>12}"
        f"{'ratio':>9}{'limit':>8}{'differ':>8}"
    )
    for row in rows:
        print(
            f"{row['algorithm']:10} width {row['width']:<8}{row['plain_ms']:9.2f}"
            f"{row['one_ms']:9.2f}{row['stack_ms']:7.2f} ({row['stack_of']:2})"
            f"{row['ratio']:8.1f}×{row['limit_ms']:8}{row['weights_that_differ']:8}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--repeats", type=int, default=5, help="medians are of this many")
    parser.add_argument("--keep", type=int, default=30, help="weights to keep")
    options = parser.parse_args()
    torch.set_num_threads(1)
    spiral = cubist_spiral()
    rows = [
        compare(name, width, options.keep, spiral, options.repeats)
        for width in STACKS
        for name in ALGORITHMS
    ]
    print_table(rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
