"""Sparsest networks on the Cubist Spiral: data, training, pruning, search, analysis."""

from importlib.metadata import version

from cubistlib import pruners
from cubistlib.data import batches, cubist_spiral
from cubistlib.inspector import inspect
from cubistlib.networks import (
    Connectivity,
    Masks,
    Network,
    Simplified,
    connectivity,
    fold,
    simplify,
    unit_states,
)
from cubistlib.pruners.task import Task
from cubistlib.support.checks import UserError
from cubistlib.training import TrainConfig, Trained, TrainState, backends, resume, train

__version__ = version("cubistlib")

__all__ = [
    "Connectivity", "Masks", "Network", "Simplified", "Task", "TrainConfig", "TrainState",
    "Trained", "UserError", "__version__", "backends", "batches", "connectivity", "cubist_spiral",
    "fold", "inspect", "pruners", "resume", "simplify", "train", "unit_states",
]  # fmt: skip
