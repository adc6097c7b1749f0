"""The dense network that costs as much as a sparse one: the control for pruning at all."""

from itertools import product

import numpy as np

from cubistlib.networks import parameters_of
from cubistlib.support.checks import require


def widths_of_size(
    budget: int, layers: int = 3, inputs: int = 2, outputs: int = 1
) -> tuple[int, ...]:
    """Hidden widths of the largest dense network of at most `budget` weights and biases.

    Widths differ by three at most; of networks equally large the most even one, then the one
    that narrows towards the output. Raises ValueError where even widths of 1 are too many.
    """

    def size(hidden: tuple[int, ...]) -> int:
        return parameters_of(hidden, inputs, outputs)

    least = size((1,) * layers)
    require(
        layers >= 1 and budget >= least,
        f"widths_of_size: budget must be ≥ {least} for {layers} hidden layers, got {budget}",
    )
    even = 1
    while size((even + 1,) * layers) <= budget:
        even += 1
    near = range(max(1, even - 1), even + 3)
    fitting = [w for w in product(near, repeat=layers) if size(w) <= budget]
    return max(fitting, key=lambda w: (size(w), -np.ptp(w), w))
