"""A model of PyTorch, pruned by whatever library, as a network and its masks."""

import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from cubistlib.interop.layers import check_numbers, linears, unwrapped
from cubistlib.interop.running import run
from cubistlib.networks import Masks, Network, bias_rule
from cubistlib.support.checks import require
from cubistlib.support.types import OneOf, checked

Zeros = Annotated[str, OneOf(lambda: ("pruned", "kept"))]
Arrays = Sequence[np.ndarray]

# Points that a model is tried on; how far two ways to compute the same in double precision may
# lie apart, as a share of what the terms of the sums come to.
POINTS = 256
ROUNDING = 1e-9


def from_sequential(model: nn.Module, *, zeros: str = "pruned") -> tuple[Network, Masks]:
    """A stack of one network and its masks from a model, pruned by whatever library.

    Read are Linear layers with ReLU between them: in an nn.Sequential, nested or not, or in a
    module of one's own, in the order of definition; inside DataParallel or torch.compile;
    parametrized; on any device, of any floating-point type, also sparse.

    Masks are those that a layer holds (of torch.nn.utils.prune, of torch.ao.pruning, or a buffer
    of zeros and ones in its weight's shape); the network has the parameters as they are behind
    them. A weight that is exactly zero is pruned whatever its mask says, and a UserWarning says
    how many; zeros="kept" leaves that to the masks. A bias without a mask follows the bias
    rule, which takes nothing from the logits; a Linear without bias has one of 0, masked.

    `masks.apply(network)` computes what the model does: that is tried on points of its own, with
    the model in eval mode; the model is left as it was. Raises ValueError where it is not so,
    and for what cannot be read.
    """
    zeros = checked("from_sequential: zeros", Zeros, zeros)
    model = unwrapped(model)
    layers = linears(model)
    check_numbers(model)
    points = _points(layers[0].in_features)
    logits, held = run(model, torch.from_numpy(points), lambda: [_held(each) for each in layers])
    weights, kept, biases, living = ([*column] for column in zip(*held, strict=True))
    _check_chain(weights)
    zero = 0
    for i, weight in enumerate(weights):
        kept[i] = np.ones(weight.shape, bool) if kept[i] is None else kept[i] != 0
        if zeros == "pruned":
            zero += int((kept[i] & (weight == 0)).sum())
            kept[i] &= weight != 0
    ruled = bias_rule([k[None] for k in kept])
    living = [rule[0] if own is None else own for own, rule in zip(living, ruled, strict=True)]
    masks = Masks(*(tuple(m[None] for m in part) for part in (kept, living)))
    require(
        _computes(weights, biases, masks, points, logits),
        "from_sequential: the model computes something else than its Linear layers do, with ReLU "
        "between them and under the masks that they hold: write masks into the weights, take off "
        "hooks, and give the layers in an nn.Sequential",
    )
    if zero:
        warnings.warn(
            f"from_sequential: {zero} of {sum(w.size for w in weights)} weights are exactly zero, "
            "without a mask that says so, and are read as pruned; zeros='kept' reads them as kept",
            stacklevel=2,
        )
    return _single(weights, biases), masks


def _check_chain(weights: Arrays) -> None:
    shapes = [weight.shape for weight in weights]
    chained = all(before[0] == after[1] for before, after in pairwise(shapes))
    told = ", ".join(f"{into} to {out}" for out, into in shapes)
    require(
        chained and min(map(min, shapes)) >= 1,
        f"from_sequential: the Linear layers must chain and have units, got {told}; give those "
        "that lead to the logit in an nn.Sequential",
    )


def _single(weights: Arrays, biases: Arrays) -> Network:
    """A stack of one network, in the engine's single precision."""
    with np.errstate(over="ignore"):  # which is said in the next line
        net = Network.from_arrays(weights, biases)
    lost = any(
        (np.isfinite(given) & ~np.isfinite(held[0])).any()
        for given, held in zip((*weights, *biases), net.arrays, strict=True)
    )
    require(not lost, "from_sequential: parameters must lie within single precision, ±3.4e38")
    return net


def _held(layer: nn.Linear) -> list[np.ndarray | None]:
    """Weight, its mask, bias, its mask, as arrays; None for a mask that there is not."""
    weight, kept = _behind(layer, "weight", layer.weight)
    if layer.bias is None:
        bias, living = torch.zeros(len(weight), dtype=weight.dtype), torch.zeros(len(weight))
    else:
        bias, living = _behind(layer, "bias", layer.bias)
    tensors = weight, kept, bias, living
    return [None if tensor is None else tensor.numpy() for tensor in tensors]


def _behind(layer: nn.Linear, name: str, used: Tensor) -> tuple[Tensor, Tensor | None]:
    """A parameter as it is behind its mask, and the mask; as it is used where there is none."""
    mask = getattr(layer, f"{name}_mask", None)
    if _masks(mask, used):
        return getattr(layer, f"{name}_orig", used), mask
    if parametrize.is_parametrized(layer, name):
        parametrizations: Any = layer.parametrizations
        steps = parametrizations[name]
        original = getattr(steps, "original", used)  # another name where it is made of several
        for mask in steps.buffers():
            if _masks(mask, used) and torch.equal(mask * original, used):
                return original, mask
        return used, None
    found = {n: b for n, b in layer.named_buffers(recurse=False) if _masks(b, used)}
    found = {n: b for n, b in found.items() if b.ndim == 2 and not b.all()}
    require(
        len(found) <= 1,
        f"from_sequential: {' and '.join(found)} may each be a layer's mask: delete all but one",
    )
    return used, next(iter(found.values()), None)


def _masks(mask: object, used: Tensor) -> bool:
    """Whether something can be the mask of a parameter."""
    if not isinstance(mask, Tensor) or mask.shape != used.shape:
        return False
    return bool(((mask == 0) | (mask == 1)).all())


def _points(inputs: int) -> np.ndarray:
    """Points near the origin and far away, always the same: (POINTS, inputs) float64."""
    scales = np.logspace(-2, 3, POINTS)[:, None]
    return np.random.default_rng(0).normal(size=(POINTS, inputs)) * scales


def _computes(
    weights: Arrays, biases: Arrays, masks: Masks, points: np.ndarray, logits: object
) -> bool:
    """Whether logits are those of the masked parameters on the points, up to rounding."""
    weights = [np.where(m[0], w, 0) for m, w in zip(masks.weights, weights, strict=True)]
    biases = [np.where(m[0], b, 0) for m, b in zip(masks.biases, biases, strict=True)]
    expected = _forward(weights, biases, points)
    terms = _forward([*map(np.abs, weights)], [*map(np.abs, biases)], np.abs(points))
    if not isinstance(logits, Tensor) or logits.numel() != expected.size:
        return False
    given = logits.double().numpy().reshape(expected.shape)
    return np.allclose(given, expected, 0, ROUNDING * np.nan_to_num(terms), equal_nan=True)


def _forward(weights: Arrays, biases: Arrays, h: np.ndarray) -> np.ndarray:
    """The logits on rows h (rows, in), in the precision of the arrays: (rows, out)."""
    with np.errstate(all="ignore"):  # Networks that have diverged are networks, too.
        for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
            h = (np.maximum(h, 0) if layer else h) @ w.T + b
    return h
