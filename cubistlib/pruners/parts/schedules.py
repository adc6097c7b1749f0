"""How many weights stay when: rows are steps, columns the networks of a stack."""

import numpy as np


def geometric(total: int, keep: np.ndarray, steps: int) -> np.ndarray:
    """N · (k/N)^(t/steps) for t = 1 … steps, the last exactly k: (steps, n) float64."""
    progress = np.arange(1, steps + 1)[:, None] / steps
    left = total * (keep / total) ** progress
    left[-1] = keep
    return left
