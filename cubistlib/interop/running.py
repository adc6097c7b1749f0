"""A model run where nobody notices: in double precision on the CPU, and left as it was."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

import torch
from torch import Tensor, nn

from cubistlib.support.checks import UserError

T = TypeVar("T")


class _Inside(nn.Module):
    """Reads a model while it holds the tensors that it is run with."""

    def __init__(self, model: nn.Module, read: Callable[[], T]):
        super().__init__()
        self.model, self.read = model, read

    def forward(self, points: Tensor):
        logits = self.model(points)  # Before: hooks put in place what the layers work with.
        return logits, self.read()


def run(model: nn.Module, points: Tensor, read: Callable[[], T]) -> tuple[Tensor, T]:
    """What the model gives for the points in eval mode, and what `read` finds in it then.

    Its parameters and buffers are meanwhile copies: dense, on the CPU, of double precision.
    Raises ValueError where it cannot be run.
    """
    tensors = (*model.named_parameters(), *model.named_buffers())
    copies = {f"model.{name}": _copy(tensor) for name, tensor in tensors}
    try:
        with _undisturbed(model), _eager(), torch.no_grad():
            return torch.func.functional_call(_Inside(model, read), copies, (points,))
    except UserError:
        raise
    except Exception as error:  # The model's own code: anything may go wrong.
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UserError(
            f"from_sequential: the model fails on {tuple(points.shape)} numbers in double "
            f"precision on the CPU ({reason:.200})"
        ) from error


def _copy(tensor: Tensor) -> Tensor:
    dense = tensor.detach() if tensor.layout == torch.strided else tensor.detach().to_dense()
    kind = torch.float64 if tensor.is_floating_point() else tensor.dtype
    return dense.to("cpu", kind, copy=True)


@contextmanager
def _undisturbed(model: nn.Module) -> Iterator[None]:
    """Eval mode, then everything that the modules held before, their training mode too."""
    before = [(module, dict(vars(module))) for module in model.modules()]
    try:
        for module, _ in before:
            module.training = False
        yield
    finally:
        for module, held in before:
            vars(module).clear()
            vars(module).update(held)


def _eager() -> AbstractContextManager:
    """Compiled modules run as they are written; where nothing is, the compiler is not loaded."""
    compiles = "torch._dynamo" in sys.modules and hasattr(torch.compiler, "set_stance")
    return torch.compiler.set_stance("force_eager") if compiles else nullcontext()
