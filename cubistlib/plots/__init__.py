"""Figures in one look: results, searches, networks; f(what, ax) -> ax."""

from cubistlib.plots.budget import budget_curves, budget_rates, budget_runs, fewest_curves
from cubistlib.plots.descent import descent
from cubistlib.plots.foretold import foretold
from cubistlib.plots.gap import fewest, own_scale, small_panels
from cubistlib.plots.graph import layered_graph, score_graph
from cubistlib.plots.panels import line_panels, needed_panels
from cubistlib.plots.places import place_rows
from cubistlib.plots.plane import construction, decision_region, draw_map, spiral, unit_maps
from cubistlib.plots.replicates import replicate_panels, variant_rows
from cubistlib.plots.results import accuracy_spread, frontiers, width_curves
from cubistlib.plots.search import mask_counts, structure_map
from cubistlib.plots.shares import courses, share_rows
from cubistlib.plots.style import (
    AXIS_NAMES,
    BLUE,
    CLASS_COLOURS,
    GREEN,
    GREY,
    INK,
    LABELS,
    ORANGE,
    SKY,
    VERMILLION,
    guide,
    legend,
    look,
    use_style,
)
from cubistlib.plots.success import success_leads, success_rates
from cubistlib.plots.trained import trained_graphs
from cubistlib.plots.two_sided import two_sided
