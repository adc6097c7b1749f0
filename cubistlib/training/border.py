"""What may come into a training: its data, configurations, state, and what a hook returns."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cubistlib.networks import Masks, Network, Stack, floats
from cubistlib.support.checks import UserError, require
from cubistlib.support.types import brief
from cubistlib.training.config import TrainConfig
from cubistlib.training.state import Hook, TrainState


def check_data(
    x: Any, y: Any, inputs: int | None = None, place: str = "train"
) -> tuple[np.ndarray, np.ndarray]:
    """x as (rows, inputs) float32 and y as (rows,) float32 of 0 and 1, or one clear sentence.

    inputs: None for any number of them.
    """
    x, y = (np.ascontiguousarray(floats(f"{place}: {n}", a)) for n, a in (("x", x), ("y", y)))
    fits = x.ndim == 2 and x.shape[1] == (inputs or x.shape[1])
    wanted = f"(rows, {inputs or 'inputs'}) as networks are"
    require(fits, f"{place}: x must be {wanted}, got shape {x.shape}")
    require(y.shape == (len(x),), f"{place}: y must be ({len(x)},) as x, got shape {y.shape}")
    require(((y == 0) | (y == 1)).all(), f"{place}: y may hold only the classes 0 and 1")
    require(np.isfinite(x).all(), f"{place}: x must be finite, it holds NaN or infinity")
    return x, y


def check_config(config: Any) -> TrainConfig | Sequence[TrainConfig]:
    """One configuration, or one a network, or one clear sentence."""
    if isinstance(config, TrainConfig):
        return config
    listed = tuple(config) if isinstance(config, Iterable) else ()
    if not listed or not all(isinstance(each, TrainConfig) for each in listed):
        raise UserError(
            f"train: config must be a TrainConfig, or a list of one a network, got {brief(config)}"
        )
    return listed


def check_state(place: str, state: Any, like: Network | None = None) -> None:
    """Raises ValueError, which begins with `place`, unless it is a state whose parts fit.

    Only kinds and shapes are looked at, of every array: the engine reads memory by them.
    like: networks of the shapes to have; default: the state's own.
    """
    require(
        isinstance(state, TrainState), f"{place} must be a TrainState, got {type(state).__name__}"
    )
    parts = ("network", state.network), ("masks", state.masks), ("momentum", state.momentum)
    for name, part in parts:
        kind = Masks if name == "masks" else Network
        if not isinstance(part, kind):
            raise UserError(f"{place}: {name} must be {kind.__name__}, got {type(part).__name__}")
    like = state.network if like is None else like
    allowed = shapes(like)
    for name, part in parts:
        if shapes(part) != allowed:
            raise UserError(f"{place}: {name} must be {told(like)}, got {told(part)}")
    step = state.step
    whole = isinstance(step, int | np.integer) and step >= 0
    require(whole, f"{place}: step must be a whole number ≥ 0, got {step!r:.200}")


def check_hook(hook: Any) -> set[int]:
    """The steps before which a hook acts, or one clear sentence."""
    steps = getattr(hook, "steps", None)
    listed: list[Any] = list(steps) if isinstance(steps, Iterable) else [None]
    if not callable(hook) or not all(isinstance(step, int | np.integer) for step in listed):
        raise UserError(
            f"train: hook must be callable and its `steps` whole numbers, got {brief(hook)}"
        )
    return set(listed)


def revised_by(hook: Hook, state: TrainState, batch: tuple[np.ndarray, np.ndarray]) -> TrainState:
    """What a hook makes of a state. Raises ValueError unless the training can go on from it."""
    place = f"train: what the hook {type(hook).__name__} returned"
    revised = hook(state, batch)
    check_state(place, revised, state.network)
    allowed = state.step, state.step + 1
    require(
        revised.step in allowed,
        f"{place}: step must be {allowed[0]} or {allowed[1]}, got {revised.step}",
    )
    return revised


def shapes(stack: Stack) -> list[tuple[int, ...]]:
    """The shape of every array."""
    return [array.shape for array in stack.arrays]


def told(stack: Stack) -> str:
    """A stack's shape in words."""
    return f"{len(stack)} of {'-'.join(map(str, stack.sizes))}"
