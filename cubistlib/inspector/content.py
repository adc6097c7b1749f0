"""What is sent to the browser: plain values and bytes that its pictures are drawn from."""

from html import escape
from itertools import count

import numpy as np

from cubistlib.inspector import units
from cubistlib.inspector.model import Model, Scene, accuracy_text, map_title, scene_title
from cubistlib.inspector.units import TERMS, Map, Unit, Weights
from cubistlib.inspector.view import View
from cubistlib.plots.plane import EXTENT, WRONG, arms, thinned
from cubistlib.plots.style import DIVERGING

ZERO, INK = 127, 255  # bytes of the value 0, and of a decision boundary
# The colours of all bytes, (256, 3) uint8.
PALETTE = np.vstack([255 * DIVERGING.resampled(INK)(np.arange(INK))[:, :3], [[0, 0, 0]]])
PALETTE = np.round(PALETTE).astype(np.uint8)
_serial = count(1)  # tells two pictures of equal content apart


def graph_content(scene: Scene, height: int) -> dict:
    """A scene for the graph, drawn at most `height` pixels tall.

    An edge is [source, target, share, sign], sign 0 for a ghost.
    """
    shown = zip(scene.units, scene.names, scene.labels(), scene.graph.places, strict=True)
    return {
        "serial": next(_serial),
        "title": scene_title(scene),
        "label": f"Network, {accuracy_text(scene)}; arrow keys go from unit to unit",
        "size": scene.graph.size,
        "height": height,
        "units": [
            {
                "name": name,
                "layer": unit.layer,
                "state": scene.state(unit),
                "label": label,
                "x": float(x),
                "y": float(y),
                "half": scene.half(unit),
            }
            for unit, name, label, (x, y) in shown
        ],
        "edges": [
            [e.source, e.target, round(e.share, 4), 0 if e.faint else 1 if e.weight > 0 else -1]
            for e in scene.edges
        ],
        "side": scene.pictures.shape[1],
        "thumbnails": quantized(scene.pictures).tobytes(),
    }


def map_content(model: Model, view: View, rough: bool = False) -> dict:
    """The view's unit as a large map with the points; the output's with the wrong ones."""
    output, found = view.unit == units.OUTPUT, model.map(view, rough)
    points = [points.tobytes() for points in arms(model.x, model.y)]
    wrong = thinned(model.scene(view, rough).survey.wrong, WRONG).tobytes() if output else b""
    return _map(found, map_title(view), output, points, wrong)


def difference_content(model: Model, view: View, rough: bool = False) -> dict:
    """The view's unit minus that of the network beside it."""
    return _map(model.difference(view, rough), "left minus right")


def _map(found: Map, title: str, boundary: bool = False, points=(), wrong=b"") -> dict:
    low, middle, high = found.ticks
    return {
        "serial": next(_serial),
        "title": title,
        "label": f"Map of {title} over the plane, from {low} (blue) to {high} (vermillion)",
        "extent": EXTENT,
        "side": len(found.values),
        "pixels": pixels(found, boundary).tobytes(),
        "top": found.top,
        "middle": float(middle),
        "ticks": [low, middle, high],
        "points": list(points),
        "wrong": wrong,
    }


def quantized(values: np.ndarray) -> np.ndarray:
    """Values −1 … 1 as bytes 0 … 254; values beyond as the ends."""
    return np.round(ZERO + ZERO * np.clip(values, -1, 1)).astype(np.uint8)


def pixels(found: Map, boundary: bool = False) -> np.ndarray:
    """A map as bytes; with `boundary`, ink where the sign changes."""
    pixels = quantized(found.values / found.top)
    if boundary:
        right = found.values > 0
        change = np.zeros_like(right)
        change[:-1] |= right[1:] != right[:-1]
        change[:, :-1] |= right[:, 1:] != right[:, :-1]
        pixels[change] = INK
    return pixels


def numbers(scene: Scene) -> str:
    """The view's unit in numbers, as HTML: equation, state, tables of weights, largest first."""
    specimen, unit = scene.specimen, Unit.parse(scene.view.unit, scene.specimen.net.sizes)
    into = _table("weights in", units.incoming(specimen, unit))
    out = _table("weights out", units.outgoing(specimen, unit))
    return (
        f"<b>{unit.name(specimen.layers)}, {scene.state(unit)}</b><br>"
        f"<code>{escape(units.equation(specimen, unit))}</code>"
        f'<div class="cubist-numbers">{into}{out}</div>'
    )


def _table(caption: str, weights: Weights) -> str:
    if not weights:
        return ""
    rows = [
        f"<tr><td>{name}</td><td>{value:+.4f}</td></tr>".replace("-", "−")
        for name, value in weights[:TERMS]
    ]
    more = len(weights) - TERMS
    if more > 0:
        rows.append(f"<tr><td colspan=2>and {more} more</td></tr>")
    return f"<table><caption>{caption}</caption>{''.join(rows)}</table>"
