"""The neuron inspector: a network as a graph of small maps, in a notebook and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cubistlib.data import cubist_spiral
from cubistlib.support.checks import UserError, require
from cubistlib.support.types import brief
from cubistlib.training.border import check_data

if TYPE_CHECKING:
    from cubistlib.inspector.widget import Inspector
    from cubistlib.networks.masks import Masks
    from cubistlib.studies.study import Study


FAR = 1_000_000  # from the origin; beyond, single precision tells no two points of a map apart


class Refused(UserError):
    """Something that cannot be inspected; in a notebook its sentence stands alone in the cell."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def inspect(
    what: object,
    masks: Masks | None = None,
    *,
    view: str = "",
    data: tuple[np.ndarray, np.ndarray] | None = None,
    studies: Sequence[Study] = (),
) -> Inspector:
    """Look into networks: every unit's map over the plane, weights, equations, dead units.

    In a notebook it is the explorer: weights can be touched, pruned and trained, too.

    what: a Network (with `masks`; default: all kept), a pair (Network, Masks), a training
    (`Trained`), the `TrainState`s of one training in order, a mapping of names to any of these,
    or results: a frame, a row of one, or the path of a Parquet file. Runs of results are
    trained once more, from their numbers, when they are looked at; rows that hold their network,
    as those of an `EliminationStudy` do, show that one.
    view: what to show first, as `Inspector.view` gives it. data: x and y to measure on
    (default: the spiral). studies: those that the results are of; runs of a search need it.
    Raises ValueError, in one sentence, for what does not exist or cannot be drawn.
    """
    # Not needed without an inspector: ipywidgets and matplotlib take their time.
    try:
        from cubistlib.inspector.widget import Inspector
    except ModuleNotFoundError as error:
        raise Refused(f"inspect: needs {error.name}: pip install {error.name}") from None
    from cubistlib.inspector.model import Model
    from cubistlib.inspector.sources import catalogue
    from cubistlib.inspector.view import View

    try:
        pair = isinstance(data, tuple | list) and len(data) == 2
        require(data is None or pair, f"inspect: data must be x and y, got {brief(data)}")
        x, y = check_data(*(cubist_spiral() if data is None else data), inputs=2, place="inspect")
        require((abs(x) <= FAR).all(), f"inspect: x must lie within ±{FAR:,}, to have a map")
        model = Model(catalogue(what, masks, studies, x, y), x, y)
        return Inspector(model, View.parse(view))
    except UserError as error:
        raise Refused(str(error)) from None
