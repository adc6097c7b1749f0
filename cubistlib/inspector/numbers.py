"""A unit in numbers, as HTML: its equation, its state, its weights in and out."""

from html import escape

from cubistlib.inspector import units
from cubistlib.inspector.scene import Scene
from cubistlib.inspector.units import TERMS, Unit, Weights


def numbers(scene: Scene) -> str:
    """The view's unit: equation, state, tables of weights, largest first."""
    unit = Unit.parse(scene.view.unit, scene.specimen.net.sizes)
    into, out = units.incoming(scene.specimen, unit), units.outgoing(scene.specimen, unit)
    equation = escape(units.equation(scene.specimen, unit))
    tables = _table("weights in", into) + _table("weights out", out)
    return (
        f"<b>{unit.name(scene.specimen.layers)}, {scene.state(unit)}</b><br>"
        f"<code>{equation}</code>"
        f'<div class="cubist-numbers">{tables}</div>'
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
