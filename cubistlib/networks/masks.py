"""Masks: which weights and biases of a stack of networks are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cubistlib.networks.network import Network
from cubistlib.networks.stack import Stack, listed
from cubistlib.support.checks import UserError, require


@dataclass(frozen=True, eq=False)
class Masks(Stack):
    """n masks of one shape, True (1) where a parameter is kept.

    weights[l]: (n, out, in) bool; biases[l]: (n, out) bool. Made from arrays of bool or of
    numbers 0 and 1; anything else is refused. `Masks.from_weights` applies the bias rule.
    """

    dtype = bool

    def _convert(self, part: str, array: np.ndarray) -> np.ndarray:
        if array.dtype != bool:
            require(np.isin(array, (0, 1)).all(), f"Masks: {part} may hold only 0 and 1")
        return array.astype(bool)

    @classmethod
    def ones_like(cls, nets: Stack) -> "Masks":
        """Everything kept, in the shape of `nets`."""
        require(isinstance(nets, Stack), f"Masks: like a Network, got {type(nets).__name__}")
        return cls.from_weights([np.ones(w.shape, bool) for w in nets.weights])

    @classmethod
    def from_weights(cls, weights: Sequence[np.ndarray]) -> "Masks":
        """Masks from the weights' masks alone, (n, out, in) or (out, in); biases by the rule."""
        weights = listed("Masks: weights", weights)
        if weights and weights[0].ndim == 2:
            weights = [w[None] for w in weights]
        if not weights or any(w.ndim != 3 for w in weights):
            shapes = [w.shape for w in weights]
            raise UserError(f"Masks: weights must be (n, out, in) or (out, in) each, got {shapes}")
        return cls(tuple(weights), tuple(bias_rule(weights)))

    def apply(self, nets: Network) -> Network:
        """`nets` with every masked entry exactly zero (also where it was not finite)."""
        require(isinstance(nets, Network), f"Masks: apply to a Network, got {type(nets).__name__}")
        require(
            self.sizes == nets.sizes and len(self) == len(nets),
            f"Masks: {len(self)} masks of {self.sizes} do not fit "
            f"{len(nets)} networks of {nets.sizes}",
        )
        return Network.of(lambda mask, values: np.where(mask, values, np.float32(0)), self, nets)

    @property
    def weights_kept(self) -> np.ndarray:
        """Kept weights of each mask, biases not counted: (n,) int64. The paper's "weights"."""
        return np.sum([w.sum((1, 2)) for w in self.weights], axis=0)

    @property
    def parameters_kept(self) -> np.ndarray:
        """Kept weights and biases of each mask: (n,) int64. The paper's "model"."""
        return self.weights_kept + np.sum([b.sum(1) for b in self.biases], axis=0)


def bias_rule(weights: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The biases' masks that go with the weights' masks (n, out, in): a list of (n, out) bool.

    A hidden unit's bias lives if and only if the unit keeps an outgoing weight; the output's
    bias always lives. Source: authors' code, everywhere a mask is made.
    """
    hidden = [np.any(after, axis=1) for after in weights[1:]]
    return [*hidden, np.ones(np.shape(weights[-1])[:2], bool)]
