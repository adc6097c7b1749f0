"""What a PyTorch user writes first: one network, one DataLoader, one optimiser.

The yardstick of the benchmarks: it is run in the same process, on the same machine and in the
same run as whatever it is compared with, and the ratio is reported. It is not to be tuned.
"""

import time
from itertools import pairwise

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def epoch_seconds(x, y, hidden=(3, 3, 3), epochs=2, masks=None, threads=1):
    """Median seconds for one epoch of masked SGD on one network (first epoch not counted).

    x: (n, 2) float32, y: (n,) float32 in {0, 1}; masks: one 0/1 tensor a parameter, or None.
    """
    torch.set_num_threads(threads)
    sizes = (x.shape[1], *hidden, 1)
    layers = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    net = nn.Sequential(*layers[:-1])
    masks = masks or [torch.ones_like(p) for p in net.parameters()]
    data = TensorDataset(x, y.unsqueeze(1))
    loader = DataLoader(data, batch_size=128, shuffle=True, drop_last=True)
    loss_of = nn.BCEWithLogitsLoss()
    sgd = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)

    def apply_masks():
        with torch.no_grad():
            for p, m in zip(net.parameters(), masks, strict=True):
                p.mul_(m)

    seconds = []
    for _ in range(epochs + 1):
        start = time.perf_counter()
        for xb, yb in loader:
            apply_masks()
            sgd.zero_grad()
            loss_of(net(xb), yb).backward()
            sgd.step()
            apply_masks()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds[1:])[len(seconds[1:]) // 2]
