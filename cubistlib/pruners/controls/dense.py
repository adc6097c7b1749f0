"""The dense network that costs as much as a sparse one: the control for pruning at all."""

from itertools import pairwise, product

import numpy as np

from cubistlib.support.checks import require


def parameters(sizes: tuple[int, ...]) -> int:
    """Weights and biases of a dense network with that many units in every layer."""
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))


def widths_of_size(
    budget: int, layers: int = 3, inputs: int = 2, outputs: int = 1
) -> tuple[int, ...]:
    """Hidden widths of the largest dense network of at most `budget` weights and biases.

    Widths differ by three at most; of networks equally large the most even one, then the one
    that narrows towards the output. Raises ValueError where even widths of 1 are too many.
    """
    least = parameters((inputs, *[1] * layers, outputs))
    require(
        layers >= 1 and budget >= least,
        f"widths_of_size: budget must be ≥ {least} for {layers} hidden layers, got {budget}",
    )
    even = 1
    while parameters((inputs, *[even + 1] * layers, outputs)) <= budget:
        even += 1
    near = range(max(1, even - 1), even + 3)
    fitting = [
        w for w in product(near, repeat=layers) if parameters((inputs, *w, outputs)) <= budget
    ]
    return max(fitting, key=lambda w: (parameters((inputs, *w, outputs)), -np.ptp(w), w))
