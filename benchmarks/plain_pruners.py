"""Pruning as a PyTorch user writes it first: one nn.Sequential, one mask a Linear.

The yardstick of `pruners.py`. Each function takes a model, an iterator of batches and k, and
gives the masks of the k best weights. It is not to be tuned.
"""

import torch
from torch import nn
from torch.func import functional_call

loss_of = nn.BCEWithLogitsLoss()


def linears(model: nn.Sequential) -> list[nn.Linear]:
    return [layer for layer in model if isinstance(layer, nn.Linear)]


def largest(scores: list[torch.Tensor], keep: int) -> list[torch.Tensor]:
    """Masks of the `keep` largest scores over all layers."""
    flat = torch.cat([s.flatten() for s in scores])
    mask = torch.zeros_like(flat)
    mask[torch.topk(flat, keep).indices] = 1
    parts = mask.split([s.numel() for s in scores])
    return [part.view_as(s) for part, s in zip(parts, scores, strict=True)]


def loss_on(model: nn.Module, batch, temperature: float = 1.0) -> torch.Tensor:
    x, y = map(torch.as_tensor, batch)
    return loss_of(model(x)[:, 0] / temperature, y)


def snip(model, batches, keep, steps=1, regrow=False):
    layers = linears(model)
    initial = [layer.weight.detach().clone() for layer in layers]
    total = sum(w.numel() for w in initial)
    masks = [torch.ones_like(w) for w in initial]
    for step in range(1, steps + 1):
        for layer, w, m in zip(layers, initial, masks, strict=True):
            layer.weight.data = w * m
        model.zero_grad()
        loss_on(model, next(batches)).backward()
        scores = [(w * layer.weight.grad).abs() for w, layer in zip(initial, layers, strict=True)]
        if not regrow:
            scores = [s.masked_fill(m == 0, -1) for s, m in zip(scores, masks, strict=True)]
        masks = largest(scores, round(total * (keep / total) ** (step / steps)))
    return masks


def iter_snip(model, batches, keep):
    return snip(model, batches, keep, steps=10)


def force(model, batches, keep):
    return snip(model, batches, keep, steps=10, regrow=True)


def grasp(model, batches, keep, points=25):
    found = {0: [], 1: []}
    while min(map(len, found.values())) < points:
        for x, y in zip(*next(batches), strict=True):
            if len(found[int(y)]) < points:
                found[int(y)].append(torch.as_tensor(x))
    x = torch.stack(found[0] + found[1])
    y = torch.tensor([0.0] * points + [1.0] * points)
    weights = [layer.weight for layer in linears(model)]
    slopes = [0] * len(weights)
    halves = [(x[:points], y[:points]), (x[points:], y[points:])]
    for half in halves:
        grads = torch.autograd.grad(loss_on(model, half, 200), weights)
        slopes = [s + g for s, g in zip(slopes, grads, strict=True)]
    model.zero_grad()
    for half in halves:
        grads = torch.autograd.grad(loss_on(model, half, 200), weights, create_graph=True)
        sum((s * g).sum() for s, g in zip(slopes, grads, strict=True)).backward()
    return largest([w.detach() * w.grad for w in weights], keep)


def prospr(model, batches, keep, lr=0.1, momentum=0.9):
    names = [name for name, _ in model.named_parameters()]
    initial = dict(model.named_parameters())
    masks = {n: torch.ones_like(initial[n], requires_grad=True) for n in names if "weight" in n}
    values = {n: initial[n] * masks[n] if n in masks else initial[n] for n in names}
    velocity = None

    def loss(values):
        x, y = map(torch.as_tensor, next(batches))
        return loss_of(functional_call(model, values, x)[:, 0], y)

    for _ in range(3):
        grads = torch.autograd.grad(loss(values), list(values.values()), create_graph=True)
        if velocity is None:
            velocity = [g.detach() for g in grads]
        else:
            velocity = [momentum * v + g for v, g in zip(velocity, grads, strict=True)]
        moved = zip(values.items(), velocity, strict=True)
        values = {name: value - lr * v for (name, value), v in moved}
    loss(values).backward()
    return largest([m.grad.abs() for m in masks.values()], keep)


def synflow(model, batches, keep, steps=100):
    layers = linears(model)
    with torch.no_grad():
        for layer in layers:
            layer.weight.abs_()
            layer.bias.zero_()
    model = model.double()
    initial = [layer.weight.detach().clone() for layer in layers]
    total = sum(w.numel() for w in initial)
    masks = [torch.ones_like(w) for w in initial]
    ones = torch.ones(1, layers[0].in_features, dtype=torch.float64)
    for step in range(1, steps + 1):
        for layer, w, m in zip(layers, initial, masks, strict=True):
            layer.weight.data = w * m
        model.zero_grad()
        model(ones).sum().backward()
        scores = [(layer.weight * layer.weight.grad).detach() for layer in layers]
        scores = [s.masked_fill(m == 0, -1) for s, m in zip(scores, masks, strict=True)]
        masks = largest(scores, round(total * (keep / total) ** (step / steps)))
    return masks
