"""A view as a file: a figure, or everything in numbers."""

import io
import json

import matplotlib as mpl

from cubistlib.inspector.figure import figure
from cubistlib.inspector.model import Model
from cubistlib.inspector.units import equation
from cubistlib.inspector.view import View
from cubistlib.support.checks import require

KINDS = {"png": "image/png", "svg": "image/svg+xml", "json": "application/json"}


def encoded(model: Model, view: View, kind: str, dpi: int = 150) -> bytes:
    """The view as "png", "svg" or "json"; the same view gives the same bytes."""
    require(kind in KINDS, f"inspect: exports are {', '.join(KINDS)}, got {kind!r}")
    if kind == "json":
        return json.dumps(values(model, view), indent=1).encode()
    buffer = io.BytesIO()
    dated = {"Date": None} if kind == "svg" else None
    with mpl.rc_context({"svg.hashsalt": "cubist"}):
        figure(model, view).savefig(buffer, format=kind, dpi=dpi, metadata=dated)
    return buffer.getvalue()


def values(model: Model, view: View) -> dict:
    """The network and what is shown of it, as plain values.

    weights[l]: rows of (out, in), biases[l], masks[l]: `Network.from_arrays(weights, biases)`
    and `Masks.from_weights(masks)` give the network back.
    """
    scene = model.scene(view)
    net, masks = scene.specimen.net, scene.specimen.masks
    return {
        "view": str(view),
        "title": scene.specimen.title,
        "accuracy": scene.survey.accuracy,
        "wrong": len(scene.survey.wrong),
        "weights_kept": scene.specimen.weights_kept,
        "effective_weights": int(scene.specimen.paths.effective_weights[0]),
        "parameters_kept": int(masks.parameters_kept[0]),
        "states": scene.counts,
        "units": [
            {"name": name, "state": scene.state(u), "equation": equation(scene.specimen, u)}
            for name, u in zip(scene.names, scene.units, strict=True)
        ],
        "weights": [w[0].tolist() for w in net.weights],
        "biases": [b[0].tolist() for b in net.biases],
        "masks": [m[0].astype(int).tolist() for m in masks.weights],
    }
