"""Stacks of n small networks, their masks, and which of their weights are on a path."""

from cubistlib.networks.connectivity import (
    STATES,
    Connectivity,
    connectivity,
    fold,
    narrowed,
    state_counts,
    unit_states,
)
from cubistlib.networks.masks import Masks, bias_rule
from cubistlib.networks.network import Network, parameters_of, weights_of
from cubistlib.networks.simplify import Removal, Simplified, simplify
from cubistlib.networks.stack import Stack, floats, numbers
