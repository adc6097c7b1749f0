"""What is sent to the page of a view: trainings as bits and bytes, and what there is to choose."""

import numpy as np

from cubistlib.inspector.catalogue import MENUS, Entry
from cubistlib.inspector.film import Film
from cubistlib.inspector.model import Model
from cubistlib.inspector.specimen import titled
from cubistlib.inspector.view import View

WIDEST = 256  # units of a layer that the page shows: MOST_OPENED in page/explorer/state.js


def fits(model: Model, view: View) -> bool:
    """Whether the page can show the networks of a view; the static figure shows all."""
    return all(max(model.catalogue.film(v).nets.sizes) <= WIDEST for v in model.views(view))


def content(model: Model, view: View) -> dict:
    """The view's training, that of the network beside it, and the choices of every menu.

    Of each training keep: the number of weights to show, None for all that there are; alone:
    whether no other run has another number of weights.
    """
    catalogue, views = model.catalogue, model.views(view)
    beside = catalogue.menu("algorithm", View())
    menus = {name: catalogue.menu(name, view) for name in MENUS} | {"beside": beside}
    return {
        "films": [
            {"keep": v.keep, "alone": catalogue.alone(v)}
            | film_content(catalogue.entry(v), catalogue.film(v))
            for v in views
        ],
        "menus": {
            name: [[value, f"{value} · {best:.1%}"] for value, best in menu.items()]
            for name, menu in menus.items()
        },
        "keeps": catalogue.path(view),
        "leftOut": catalogue.left_out,
    }


def film_content(entry: Entry, film: Film) -> dict:
    """A training's checkpoints: of each parameter, weights before biases, a bit whether it is kept.

    values: float32, of those that are, checkpoint after checkpoint. kind: "sgd" if training ended
    in the last.
    """
    nets, masks = film.masks.apply(film.nets), film.masks
    kept = _rows(masks)
    counts = zip(film.steps, masks.weights_kept.tolist(), strict=True)
    return {
        "sizes": list(nets.sizes),
        "steps": list(film.steps),
        "titles": [titled(entry.run(film, step), weights) for step, weights in counts],
        "kept": np.packbits(kept).tobytes(),
        "values": _rows(nets)[kept].astype("<f4").tobytes(),
        "kind": "sgd" if film.accuracy is not None and not film.diverged else "polished",
    }


def _rows(stack) -> np.ndarray:
    """All parameters of each network of a stack, (n, parameters)."""
    layers = (*stack.weights, *stack.biases)
    return np.concatenate([layer.reshape(len(layer), -1) for layer in layers], axis=1)
