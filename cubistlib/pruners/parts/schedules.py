"""How many weights stay when: rows are steps, columns the networks of a stack."""

import math

import numpy as np


def geometric(total: int, keep: np.ndarray, steps: int) -> np.ndarray:
    """N · (k/N)^(t/steps) for t = 1 … steps, the last exactly k: (steps, n) float64."""
    progress = np.arange(1, steps + 1)[:, None] / steps
    left = total * (keep / total) ** progress
    left[-1] = keep
    return left


def floor_of_share(total: int, keep: np.ndarray) -> np.ndarray:
    """⌊N · (k/N)⌋ in double precision, as the authors' code rounds it: k or k − 1, (n,) int64."""
    return np.array([math.floor(total * (k / total)) for k in keep.tolist()])
