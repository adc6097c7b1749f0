"""What is sent to the page of a view: trainings as bits and bytes, and what there is to choose."""

import json
from base64 import b64encode
from collections.abc import Sequence

import numpy as np

from cubistlib.data import cubist_spiral
from cubistlib.inspector.catalogue import MENUS, Entry
from cubistlib.inspector.film import Film
from cubistlib.inspector.model import Model
from cubistlib.inspector.specimen import titled
from cubistlib.inspector.view import View

WIDEST = 256  # units of a layer that the page shows: MOST_OPENED in page/explorer/state.js
LARGEST = 60_000  # characters that an output keeps of a view, of which a notebook may have several


BYTES = "kept", "values"  # fields of a training that are no JSON


def fits(model: Model, view: View) -> bool:
    """Whether the page can show the networks of a view; the static figure shows all."""
    return all(max(model.catalogue.film(v).nets.sizes) <= WIDEST for v in model.views(view))


def content(model: Model, view: View, step_only: bool = False) -> dict:
    """The view's training, that of the network beside it, and the choices of every menu.

    Of each training keep: the number of weights to show, None for all that there are; alone:
    whether no other run has another number of weights. step_only: of trainings the step alone
    that the view shows.
    """
    catalogue, views = model.catalogue, model.views(view)
    beside = catalogue.menu("algorithm", View())
    menus = {name: catalogue.menu(name, view) for name in MENUS} | {"beside": beside}

    def film(v: View) -> dict:
        found = catalogue.film(v)
        frames = [found.nearest(v.step)] if step_only else range(len(found.steps))
        held = film_content(catalogue.entry(v), found, frames)
        return {"keep": v.keep, "alone": catalogue.alone(v)} | held

    return {
        "films": [film(v) for v in views],
        "menus": {
            name: [[value, f"{value} · {best:.1%}"] for value, best in menu.items()]
            for name, menu in menus.items()
        },
        "keeps": catalogue.path(view),
        "leftOut": catalogue.left_out,
    }


def kept(model: Model, view: View) -> dict | None:
    """As `content`, in JSON, with the points, for a page that no kernel answers.

    Bytes are base64, and there is nothing to choose but what the page does itself. Trainings that
    are too large are kept as the step that the view shows; None where that is too large, too.
    """
    alone = all(map(model.catalogue.alone, model.views(view)))
    for step_only in (False, True):
        given = content(model, view, step_only)
        films = [film | {name: _text(film[name]) for name in BYTES} for film in given["films"]]
        choices = {"menus": {}, "keeps": given["keeps"] if alone else []}
        seen = {"view": str(view), "answer": 0, "points": _text(points(model))}
        found = given | choices | seen | {"films": films}
        if len(json.dumps(found)) <= LARGEST:
            return found
    return None


def points(model: Model) -> bytes:
    """x₁, x₂ and labels, float32, one after the other; none are the spiral's."""
    if all(map(np.array_equal, (model.x, model.y), cubist_spiral())):
        return b""
    return np.concatenate([model.x.T, model.y[None]]).astype("<f4").tobytes()


def film_content(entry: Entry, film: Film, frames: Sequence[int]) -> dict:
    """Checkpoints of a training: a bit a parameter, weights before biases, whether it is kept.

    values: float32, of those that are, checkpoint after checkpoint. kind: "sgd" if training ended
    in the last.
    """
    steps, masks = [film.steps[n] for n in frames], film.masks[[*frames]]
    nets = masks.apply(film.nets[[*frames]])
    ended = film.accuracy is not None and not film.diverged and steps[-1] == film.steps[-1]
    kept = _rows(masks)
    counts = zip(steps, masks.weights_kept.tolist(), strict=True)
    return {
        "sizes": list(nets.sizes),
        "steps": steps,
        "titles": [titled(entry.run(film, step), weights) for step, weights in counts],
        "kept": np.packbits(kept).tobytes(),
        "values": _rows(nets)[kept].astype("<f4").tobytes(),
        "kind": "sgd" if ended else "polished",
    }


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _rows(stack) -> np.ndarray:
    """All parameters of each network of a stack, (n, parameters)."""
    layers = (*stack.weights, *stack.biases)
    return np.concatenate([layer.reshape(len(layer), -1) for layer in layers], axis=1)
