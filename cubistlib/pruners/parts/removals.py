"""What the removal of one weight costs: as several rules foretell it, and really."""

from dataclasses import dataclass

import numpy as np
import torch

from cubistlib.networks import Masks, Network
from cubistlib.pruners.parts.curvature import Kept, hessian, in_a_row, out_of_rows
from cubistlib.pruners.parts.quadratic import inverse, rises
from cubistlib.support.threads import one_thread


@dataclass(frozen=True, eq=False)
class Removals:
    """Of every kept weight of a network, each (weights,) float64.

    size: |w|. alone: ½ h w², how much the loss rises to second order when nothing else changes
    (optimal brain damage). made_up: w² / (2 [H⁻¹]_qq), the same when all other parameters make
    up for it (optimal brain surgeon). really_alone, really_made_up: how much it does rise.
    """

    size: np.ndarray
    alone: np.ndarray
    made_up: np.ndarray
    really_alone: np.ndarray
    really_made_up: np.ndarray

    @classmethod
    def of(
        cls, net: Network, masks: Masks, x: np.ndarray, y: np.ndarray, damping: float = 1e-3
    ) -> "Removals":
        """Those of one network on rows x (rows, in), y (rows,); damping as in `inverse`."""
        kept = Kept.of(masks)
        row = in_a_row(masks.apply(net)).astype(np.float64)
        values, many = torch.as_tensor(row[0, kept.place]), kept.weights
        with one_thread():
            curvature = hessian(kept, values, x, y)
            inverted = inverse(curvature, damping)
        gone = torch.eye(len(kept), dtype=torch.bool)[:many]
        share = (values / inverted.diagonal())[:many, None]
        after = torch.where(
            gone, 0.0, torch.stack([values.expand(many, -1), values - share * inverted[:many]])
        )
        tried = np.repeat(row, 1 + 2 * many, axis=0)
        tried[1:, kept.place] = after.flatten(0, 1).numpy()
        loss = out_of_rows(tried, net).evaluate(x, y)[1]
        return cls(
            values[:many].abs().numpy(),
            (curvature.diagonal() * values**2 / 2)[:many].numpy(),
            rises(values.numpy(), inverted.diagonal().numpy())[:many],
            loss[1 : 1 + many] - loss[0],
            loss[1 + many :] - loss[0],
        )
