"""Masks: which weights and biases of a stack of networks are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cubistlib.networks.network import Network
from cubistlib.networks.stack import Stack
from cubistlib.support.checks import require


@dataclass(frozen=True, eq=False)
class Masks(Stack):
    """n masks of one shape, True (1) where a parameter is kept.

    weights[l]: (n, out, in) bool; biases[l]: (n, out) bool. Made from arrays of bool or of
    numbers 0 and 1; anything else is refused. `Masks.from_weights` applies the bias rule.
    """

    dtype = bool

    def _convert(self, name: str, array: np.ndarray) -> np.ndarray:
        array = np.asarray(array)
        if array.dtype != bool:
            allowed = np.issubdtype(array.dtype, np.number) and np.isin(array, (0, 1)).all()
            require(allowed, f"Masks: {name} may hold only 0 and 1")
        return array.astype(bool)

    @classmethod
    def ones_like(cls, nets: Stack) -> "Masks":
        """Everything kept, in the shape of `nets`."""
        return cls.from_weights([np.ones(w.shape, bool) for w in nets.weights])

    @classmethod
    def from_weights(cls, weights: Sequence[np.ndarray]) -> "Masks":
        """Masks from the weights' masks alone, (n, out, in) or (out, in); biases by the rule."""
        weights = [np.asarray(w) for w in weights]
        if weights and weights[0].ndim == 2:
            weights = [w[None] for w in weights]
        return cls(tuple(weights), tuple(bias_rule(weights)))

    def apply(self, nets: Network) -> Network:
        """`nets` with every masked entry exactly zero (also where it was not finite)."""
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
