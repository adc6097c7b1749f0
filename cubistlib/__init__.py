"""Sparsest networks on the Cubist Spiral: data, training, pruning, search, analysis."""

from importlib.metadata import version

from cubistlib import backends, pruners
from cubistlib.checks import UserError
from cubistlib.connectivity import Connectivity, connectivity, fold, unit_states
from cubistlib.data import batches, cubist_spiral
from cubistlib.inspector import inspect
from cubistlib.masks import Masks
from cubistlib.network import Network
from cubistlib.training import TrainConfig, Trained, TrainState, resume, train

__version__ = version("cubistlib")

__all__ = [
    "Connectivity",
    "Masks",
    "Network",
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
