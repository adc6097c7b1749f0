"""Training by another rule than SGD: what a rule has to be, and the one loop for all of them."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from cubistlib.networks import Masks, Network
from cubistlib.support.checks import require
from cubistlib.support.threads import stop_if_asked
from cubistlib.training.backends.fused import Dense, gather
from cubistlib.training.border import check_config, check_data
from cubistlib.training.config import TrainConfig
from cubistlib.training.loop import Trained, resume
from cubistlib.training.state import TrainState
from cubistlib.training.timetable import Timetable


class Rule(Protocol):
    """Turns slopes into the next parameters of n networks, rows of a `Dense` stack.

    rows: (n, places) float32, the parameters that the networks have now.
    """

    rows: np.ndarray

    def step(self, slopes: np.ndarray, rates: np.ndarray) -> None:
        """One step. slopes: ∂L/∂rows; rates: each network's learning rate, (n,) float32."""


Maker = Callable[[Dense, int], Rule]
"""Makes a rule, for stacks of that shape and a training of so many steps."""


def without_ham(config: TrainConfig | Sequence[TrainConfig]) -> None:
    """Refuses a configuration with `ham`, which is a rule itself. Raises ValueError."""
    configs = [config] if isinstance(config, TrainConfig) else config
    require(not any(c.hyperbolic for c in configs), "train: ham goes with SGD alone")


def train_by(
    make: Maker,
    nets: Network,
    x: np.ndarray,
    y: np.ndarray,
    config: TrainConfig | Sequence[TrainConfig],
    *,
    seed: int = 0,
    teacher: Network | None = None,
) -> Trained:
    """Dense networks trained by a rule: order of the data and rates are those of `train`.

    Momentum and what decays are the rule's own affair. teacher: networks whose logits theirs are
    to come near, by the Kullback–Leibler divergence of theirs from those, in place of the labels.
    The state's momentum is zero. As fast as the fused kernels, on one thread. Raises ValueError for
    a configuration with `ham`, which is a rule itself.
    """
    inputs, *_, outputs = nets.sizes
    without_ham(config)
    require(outputs == 1, f"train: networks have one output, the logit; these have {outputs}")
    x, y = check_data(x, y, inputs)
    timetable = Timetable(check_config(config), len(nets), len(x), seed, None)
    dense, table = Dense(nets), np.column_stack([x, y])
    rule = make(dense, timetable.steps)
    goals = None if teacher is None else teacher.logits(x)
    batches = goal = None
    for start in range(0, timetable.steps, timetable.steps_an_epoch):
        stop_if_asked()
        rows = timetable.rows(start, timetable.next_epoch(start))
        batches = gather(table, rows, 1 / rows.shape[1], batches)
        rates = timetable.rates(start).astype(np.float32)
        for step, chosen in enumerate(rows):
            if goals is not None:  # of as many samples as `gather` makes; the last ones count 0
                goal = np.zeros((len(nets), batches.shape[2]), np.float32) if goal is None else goal
                goal[:, : len(chosen)] = goals[:, chosen]
            rule.step(dense.slopes(rule.rows, batches[step : step + 1], goal), rates)
    network = dense.networks(rule.rows)
    zeros, masks = Network.zeros_like(network), Masks.ones_like(network)
    state = TrainState(network, masks, zeros, timetable.steps)
    return resume(state, x, y, config, seed=seed)  # from the end, which only looks at it
