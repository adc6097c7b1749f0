"""Trained networks side by side: what pruning has left, and what of it does anything."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from cubistlib.networks import Masks, Network, connectivity, unit_states
from cubistlib.plots.graph import layered_graph, samples
from cubistlib.support.checks import require


class Done(Protocol):
    """What is drawn of a training: `Trained` of one network."""

    @property
    def network(self) -> Network: ...
    @property
    def masks(self) -> Masks: ...
    @property
    def accuracy(self) -> np.ndarray: ...


def trained_graphs(trained: Sequence[Done], axes: Sequence[Axes], x: np.ndarray) -> Sequence[Axes]:
    """One panel a training: its first network by `layered_graph`, with k and its accuracy above.

    What it keeps on no path is dotted; units that are constant or dead on x (rows, 2) are marked.
    One legend stands below all panels. Raises ValueError for fewer axes than trainings.
    """
    room = f"plots: {len(trained)} networks need as many axes, got {len(axes)}"
    require(len(trained) <= len(axes), room)
    for done, ax in zip(trained, axes, strict=False):
        on_path, idle = connectivity(done.masks).effective, unit_states(done.network, done.masks, x)
        layered_graph(done.network, done.masks, ax, effective=on_path, legend=False, idle=idle)
        ax.set_title(f"k = {done.masks.weights_kept[0]}: {done.accuracy[0]:.1%}")
    handles = samples(off_path=True, idle=True)
    axes[0].figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return axes
