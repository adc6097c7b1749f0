"""A network as a model of PyTorch, pruned as `torch.nn.utils.prune` does it."""

import torch
from torch import nn
from torch.nn.utils import prune

from cubistlib.networks import Masks, Network
from cubistlib.support.checks import require


def to_sequential(net: Network, masks: Masks | None = None) -> nn.Sequential:
    """One network as an nn.Sequential of Linear and ReLU, pruned by its masks.

    Every Linear holds weight_orig, bias_orig (the parameters, masked entries too) and
    weight_mask, bias_mask, as after `prune.custom_from_mask`. Without masks nothing is
    reparametrized. The model has memory of its own; it can be deep-copied and saved at any time.
    Raises ValueError for a stack of several networks, or masks of another shape.
    """
    kind = type(net).__name__
    require(isinstance(net, Network), f"to_sequential: takes a Network, got {kind}")
    require(len(net) == 1, f"to_sequential: takes one network, as in nets[0], got {len(net)}")
    if masks is not None:
        kind = type(masks).__name__
        require(isinstance(masks, Masks), f"to_sequential: masks must be Masks, got {kind}")
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
            settle(linear)
            linear.register_forward_hook(settle)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def settle(layer: nn.Module, *_) -> None:
    """Cuts a pruned layer's weight and bias from the graph of the pass that made them.

    A forward hook of a function's name, so that it is saved with the model. PyTorch's pruning
    leaves results of the last pass in their place, which nothing reads and no one can copy.
    """
    for name in ("weight", "bias"):
        if hasattr(layer, f"{name}_mask"):  # until prune.remove
            setattr(layer, name, getattr(layer, name).detach())
