"""Networks and masks to and from PyTorch's own pruning, `torch.nn.utils.prune`."""

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune

from cubistlib.networks import Masks, Network, bias_rule
from cubistlib.support.checks import require


def to_sequential(net: Network, masks: Masks | None = None) -> nn.Sequential:
    """One network as an nn.Sequential of Linear and ReLU, pruned by its masks.

    Every Linear holds weight_orig, bias_orig (the parameters, masked entries too) and
    weight_mask, bias_mask, as after `prune.custom_from_mask`. Without masks nothing is
    reparametrized. The model has memory of its own. Raises ValueError for a stack of several
    networks, or masks of another shape.
    """
    require(len(net) == 1, f"to_sequential: takes one network, as in nets[0], got {len(net)}")
    if masks is not None:
        masks.apply(net)  # Refuses masks that do not fit.
    layers = []
    for i, (w, b) in enumerate(zip(net.weights, net.biases, strict=True)):
        linear = nn.utils.skip_init(nn.Linear, w.shape[2], w.shape[1])  # draws no random numbers
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w[0]))
            linear.bias.copy_(torch.from_numpy(b[0]))
        if masks is not None:
            for name, mask in (("weight", masks.weights[i][0]), ("bias", masks.biases[i][0])):
                prune.custom_from_mask(linear, name, torch.from_numpy(mask))
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def from_sequential(model: nn.Sequential) -> tuple[Network, Masks]:
    """A stack of one network and its masks from an nn.Sequential, pruned by whatever library.

    The network holds the parameters as they are behind the masks; `masks.apply(network)` is
    what the model computes with. Where a Linear's bias is not pruned its mask follows the bias
    rule, which takes nothing from the logits; a Linear without bias has one of 0, masked.
    Raises ValueError unless Linear and ReLU alternate, Linear first and last.
    """
    kinds = [type(layer) for layer in model]
    pattern = ([nn.Linear, nn.ReLU] * len(kinds))[: len(kinds)]
    require(
        len(kinds) % 2 == 1 and kinds == pattern,
        "from_sequential: Linear and ReLU must alternate, Linear first and last, got "
        + (", ".join(kind.__name__ for kind in kinds) or "no layers"),
    )
    linears = [layer for layer in model if isinstance(layer, nn.Linear)]
    net = Network.from_arrays(
        [_parameter(layer, "weight") for layer in linears],
        [_parameter(layer, "bias") for layer in linears],
    )
    ones = Masks.ones_like(net)
    kept = [_mask(layer, "weight", m) for layer, m in zip(linears, ones.weights, strict=True)]
    ruled = zip(linears, bias_rule(kept), strict=True)
    return net, Masks(tuple(kept), tuple(_mask(layer, "bias", m) for layer, m in ruled))


def _parameter(layer: nn.Linear, name: str) -> np.ndarray:
    """A parameter as it is behind its mask; zeros for a bias that is not there."""
    parameter = getattr(layer, f"{name}_orig", getattr(layer, name))
    return np.zeros(layer.out_features) if parameter is None else parameter.detach().cpu().numpy()


def _mask(layer: nn.Linear, name: str, default: np.ndarray) -> np.ndarray:
    """A parameter's mask as a stack of one; `default` where it is not pruned."""
    if getattr(layer, name) is None:
        return np.zeros_like(default)
    mask = getattr(layer, f"{name}_mask", None)
    return default if mask is None else mask.cpu().numpy()[None]
