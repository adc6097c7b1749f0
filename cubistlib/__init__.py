"""Sparsest networks on the Cubist Spiral: data, training, pruning, search, analysis."""

from importlib.metadata import version

from cubistlib import pruners
from cubistlib.data import batches, cubist_spiral
from cubistlib.inspector import inspect
from cubistlib.networks.connectivity import Connectivity, connectivity, fold, unit_states
from cubistlib.networks.masks import Masks
from cubistlib.networks.network import Network
from cubistlib.pruners.task import Task
from cubistlib.support.checks import UserError
from cubistlib.training import backends
from cubistlib.training.loop import TrainConfig, Trained, TrainState, resume, train

__version__ = version("cubistlib")

__all__ = [
    "Connectivity",
    "Masks",
    "Network",
    "Task",
    "TrainConfig",
    "TrainState",
    "Trained",
    "UserError",
    "backends",
    "batches",
    "connectivity",
    "cubist_spiral",
    "fold",
    "inspect",
    "pruners",
    "resume",
    "train",
    "unit_states",
]
