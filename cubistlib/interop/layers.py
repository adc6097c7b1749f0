"""Which Linear layers a model of PyTorch is made of, and whether their numbers can be read."""

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.nn.parameter import is_lazy

from cubistlib.support.checks import require

DROPOUT = (nn.Dropout, nn.AlphaDropout, nn.FeatureAlphaDropout)
# What hands rows on as they are; Dropout does once it is in eval mode.
IDLE = (nn.Identity, nn.Flatten, *DROPOUT)


def unwrapped(model: nn.Module) -> nn.Module:
    """The model inside of DataParallel, DistributedDataParallel and torch.compile."""
    require(
        isinstance(model, nn.Module),
        f"from_sequential: takes an nn.Module, got {type(model).__name__}",
    )
    inner: Any = model
    while True:
        if isinstance(inner, nn.DataParallel | DistributedDataParallel):
            inner = inner.module
        elif hasattr(inner, "_orig_mod"):
            inner = inner._orig_mod
        else:
            return inner


def linears(model: nn.Module) -> list[nn.Linear]:
    """The Linear layers, in the order in which they stand in the model.

    In a Sequential, ReLU must stand between them; a module of another kind may apply it without
    a layer. Raises ValueError for other layers, and for Dropout in training mode.
    """
    layers = list(_flat(model))
    for layer in layers:
        require(
            not (isinstance(layer, DROPOUT) and layer.training and layer.p > 0),
            "from_sequential: Dropout in training mode computes something else each time, "
            "call model.eval() first",
        )
    layers = [layer for layer in layers if not isinstance(layer, IDLE)]
    found = [layer for layer in layers if isinstance(layer, nn.Linear)]
    others = [layer for layer in layers if not isinstance(layer, nn.Linear | nn.ReLU)]
    alternate = layers[0::2] == found and len(layers) == 2 * len(found) - 1
    require(
        found and not others and (alternate or not isinstance(model, nn.Sequential)),
        "from_sequential: Linear and ReLU must alternate, Linear first and last, got "
        + (", ".join(map(_kind, layers)) or "no layers")
        + "; take off or fold into a Linear what is neither, and give the module from before "
        "torch.jit or quantizing" * bool(others),
    )
    return found


def check_numbers(model: nn.Module) -> None:
    """Raises ValueError, which names it, for a parameter or buffer that cannot be read."""
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        fault = _fault(tensor)
        require(not fault, f"from_sequential: {name} {fault}")


def _fault(tensor: Tensor) -> str:
    if is_lazy(tensor):
        return "has no shape yet: run the model on data once"
    if tensor.is_meta:
        return "is on the meta device, which holds no values: load them first"
    if tensor.is_quantized:
        return "is quantized: give the model as it was before"
    if isinstance(tensor, nn.Parameter) and not tensor.is_floating_point():
        return f"must hold floating-point numbers, got {tensor.dtype}"
    return ""


def _flat(module: nn.Module) -> Iterator[nn.Module]:
    """The layers inside; one that stands in a Sequential twice comes twice."""
    inside = any(isinstance(m, nn.Linear) for m in module.modules())
    if isinstance(module, nn.Sequential):
        parts = list(module)
    elif inside and not isinstance(module, nn.Linear):
        parts = list(module.children())
    else:
        yield module
        return
    for part in parts:
        yield from _flat(part)


def _kind(layer: nn.Module) -> str:
    """The name of a layer's class, in full where it is not one of torch.nn."""
    kind = type(layer)
    ours = isinstance(layer, nn.Linear) or kind.__module__.startswith("torch.nn.modules.")
    return kind.__name__ if ours else f"{kind.__module__}.{kind.__qualname__}"
