"""n things of one layered shape kept together: the common ground of networks and masks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from cubistlib.support.checks import UserError, require
from cubistlib.support.types import brief

# Kinds of numpy's numbers: bool, whole and floating-point.
NUMERIC = "biuf"


@dataclass(frozen=True, eq=False)
class Stack:
    """One array a layer for weights, (n, out, in), and one for biases, (n, out).

    A stack of length 1 is a single network or mask; `stack[i]`, `stack[a:b]` and
    `stack[index_array]` are stacks again, and copies. Raises ValueError where shapes do not
    chain.
    """

    dtype: ClassVar[type]
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    def __post_init__(self) -> None:
        name = type(self).__name__
        for part in ("weights", "biases"):
            arrays = listed(f"{name}: {part}", getattr(self, part))
            object.__setattr__(self, part, tuple(self._convert(part, a) for a in arrays))
        w, b = self.weights, self.biases
        require(
            len(w) >= 1 and len(w) == len(b),
            f"{name}: needs one bias array for every weight array, got {len(w)} and {len(b)}",
        )
        require(
            w[0].ndim == 3 and min(w[0].shape) >= 1,
            f"{name}: weights[0] must be (n, out, in), all ≥ 1, got shape {w[0].shape}",
        )
        n, _, fan_in = w[0].shape
        for layer, shape in enumerate(array.shape for array in w):
            require(
                len(shape) == 3 and shape == (n, shape[1], fan_in) and shape[1] >= 1,
                f"{name}: weights[{layer}] must be ({n}, out ≥ 1, {fan_in}), got shape {shape}",
            )
            fan_in = shape[1]
        for layer, shape in enumerate(array.shape for array in b):
            allowed = w[layer].shape[:2]
            require(
                shape == allowed, f"{name}: biases[{layer}] must be {allowed}, got shape {shape}"
            )

    def _convert(self, part: str, array: np.ndarray) -> np.ndarray:
        return np.asarray(array, dtype=self.dtype)

    @classmethod
    def of(cls, make: Callable[..., np.ndarray], *stacks: "Stack") -> Self:
        """A stack whose every array is made from those in its place in other stacks."""
        weights, biases = zip(*((s.weights, s.biases) for s in stacks), strict=True)
        return cls(tuple(map(make, *weights)), tuple(map(make, *biases)))

    @classmethod
    def concatenate(cls, stacks: Sequence[Self]) -> Self:
        """Several stacks of one shape as one, in order."""
        sizes = {s.sizes for s in stacks}
        require(len(sizes) == 1, f"{cls.__name__}.concatenate: one shape allowed, got {sizes}")
        return cls.of(lambda *arrays: np.concatenate(arrays), *stacks)

    def __len__(self) -> int:
        return len(self.weights[0])

    def __getitem__(self, index: int | slice | list[int] | np.ndarray) -> Self:
        if isinstance(index, int | np.integer):
            require(
                -len(self) <= index < len(self),
                f"{type(self).__name__}: index {index} outside a stack of {len(self)}",
            )
            index = [int(index)]
        try:
            return self.of(lambda array: array[index].copy(), self)
        except IndexError:
            name = type(self).__name__
            raise UserError(
                f"{name}: index {brief(index)} outside a stack of {len(self)}"
            ) from None

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """The weights of all layers, then their biases."""
        return self.weights + self.biases

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units in every layer, inputs and outputs included: (2, 3, 3, 3, 1)."""
        return (self.weights[0].shape[2], *(w.shape[1] for w in self.weights))

    @property
    def hidden(self) -> tuple[int, ...]:
        """Hidden widths: (3, 3, 3)."""
        return self.sizes[1:-1]

    @property
    def size(self) -> int:
        """Weight entries of one network, biases not counted; kept or not."""
        return sum(w[0].size for w in self.weights)


def numbers(place: str, values: Any) -> np.ndarray:
    """Numbers of any origin as an array, not copied if it is one. Raises ValueError for others."""
    try:
        array = np.asarray(values)
        array = array.astype(float) if array.dtype == object else array
    except (TypeError, ValueError, OverflowError, RuntimeError):  # ragged, huge, a tensor's graph
        array = None
    if array is None or array.dtype.kind not in NUMERIC:
        raise UserError(f"{place} must be an array of numbers, got {brief(values)}")
    return array


def floats(place: str, values: Any) -> np.ndarray:
    """The same as float32."""
    return numbers(place, values).astype(np.float32, copy=False)


def listed(place: str, arrays: Any) -> list[np.ndarray]:
    """One array a layer, as a list of them. Raises ValueError for what lists nothing."""
    require(isinstance(arrays, Iterable), f"{place} must be a list of one array a layer")
    return [  # Arrays of numbers pass at once: stacks are made before every step that prunes.
        a if type(a) is np.ndarray and a.dtype.kind in NUMERIC else numbers(place, a)
        for a in arrays
    ]
