"""The data behind the figures: what is drawn is what the frames and networks hold."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import cubistlib as cl
from cubistlib import plots
from cubistlib.plots import plane
from cubistlib.plots.graph import Graph
from cubistlib.plots.style import LATER, SCORES


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def frontier_frame():
    rows = [("snip", 20, 0.7), ("snip", 30, 0.9), ("search", 15, 0.8), ("search", 25, 0.99)]
    return pd.DataFrame(rows, columns=["algorithm", "parameters_kept", "accuracy"])


def test_frontiers_are_drawn_as_they_are_with_the_search_above_all(ax):
    plots.frontiers(frontier_frame(), ax, targets=[0.95, 0.995])
    snip, search = ax.lines[:2]
    np.testing.assert_allclose(snip.get_xdata(), [20, 30])
    np.testing.assert_allclose(search.get_ydata(), [80, 99])
    assert to_hex(search.get_color()) == "#000000" and search.get_drawstyle() == "steps-post"
    assert [line.get_ydata()[0] for line in ax.lines[2:]] == [95, 99.5]
    assert [text.get_text() for text in ax.texts] == ["95 %", "99.5 %"]
    assert ax.get_xlabel() == "parameters kept (weights and biases)"
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["SNIP", "combinatorial search"]


def test_every_algorithm_has_a_look_of_its_own():
    nine = {"gmp", "lth", "snip", "grasp", "iter_snip", "force", "synflow", "prospr", "rigl"}
    rulers = ["sparsest_sgd", "sparsest"]
    later = set(cl.pruners.available(controls=False)) & set(LATER)
    assert set(LATER) <= set(plots.LABELS) - nine and len(later) >= 8
    assert set(plots.LABELS) == {*nine, "search", *rulers, *LATER}
    looks = [plots.look(algorithm) for algorithm in [*nine, "search"]]
    for part in ("color", "marker", "label"):
        assert len({look[part] for look in looks}) == len(looks)
    every = [*looks, *map(plots.look, LATER)]
    assert len({(look["color"], look["marker"]) for look in every}) == len(every)
    assert len({look["label"] for look in every}) == len(every)
    assert plots.look("mine")["label"] == "mine"
    below = [plots.look(ruler) for ruler in rulers]
    assert {look["color"] for look in below} == {plots.look("search")["color"]}
    assert below[0]["ls"] != below[1]["ls"] and below[0]["label"] != below[1]["label"]


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("parameters_kept", "parameters kept (weights and biases)"),
        ("effective_parameters", "parameters on a path (weights and biases)"),
        ("live_parameters", "parameters that live (weights and biases)"),
        ("live_weights", "weights that live"),
    ],
)
def test_a_count_names_its_axis_and_shares_it_with_no_other(ax, by, name):
    plots.frontiers(frontier_frame().rename(columns={"parameters_kept": by}), ax)
    assert ax.get_xlabel() == name
    with pytest.raises(cl.UserError, match=r"^plots: weights kept cannot share an axis with "):
        plots.frontiers(frontier_frame().rename(columns={"parameters_kept": "weights_kept"}), ax)


def test_the_frontier_behind_replicates_is_the_best_with_at_most_k_weights(ax):
    frame = pd.DataFrame({"algorithm": "gmp", "hidden": [(3, 3, 3)] * 2, "keep": [15, 20]})
    frontier = pd.DataFrame({"weights_kept": [12, 17, 30], "accuracy": [0.5, 0.9, 0.99]})
    plots.replicate_panels(frame.assign(accuracy=0.7), [ax], frontier)
    expected = [[15, 50], [16, 50], [17, 90], [18, 90], [19, 90], [20, 90]]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), expected)


def gap_frame():
    rows = [
        *[("sparsest", 18, 0.8), ("sparsest", 27, 1.0), ("sparsest_sgd", 22, 0.96)],
        *[("search", 24, 0.955), ("search", 43, 1.0), ("gmp", 23, 0.951), ("gmp", 46, 0.998)],
        *[("snip", 30, 0.8), ("snip", 40, 0.9)],
    ]
    return pd.DataFrame(rows, columns=["algorithm", "live_parameters", "accuracy"])


def test_every_pruner_has_a_small_panel_with_the_rulers_in_it():
    figure, axes = plt.subplots(1, 4)
    plots.small_panels(gap_frame(), axes, {0.95: 30, 0.995: 45})
    assert [ax.get_title() for ax in axes] == ["GMP", "SNIP", "", ""]
    assert [ax.axison for ax in axes] == [True, True, False, False]
    gmp, *rulers, paper = axes[0].lines
    np.testing.assert_allclose(gmp.get_xydata(), [[23, 95.1], [46, 99.8]])
    assert [line.get_label() for line in rulers] == [
        *("sparsest by SGD", "sparsest at all", "combinatorial search")
    ]
    np.testing.assert_allclose(paper.get_xydata(), [[30, 95], [45, 99.5]])
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words[-1] == "the paper's search, by parameters kept" and len(words) == 4
    assert figure.get_supxlabel() == "parameters that live (weights and biases)"
    figure.canvas.draw()
    plt.close(figure)


def test_no_pruner_goes_without_a_panel():
    figure, axes = plt.subplots(1, 1, squeeze=False)
    with pytest.raises(cl.UserError, match=r"^plots: 2 pruners need as many axes, got 1$"):
        plots.small_panels(gap_frame(), axes.flat)
    plt.close(figure)


def test_grey_is_what_no_ruler_has_reached():
    figure, axes = plt.subplots(1, 2)
    plots.small_panels(gap_frame(), axes)
    shade = axes[1].collections[0].get_paths()[0]
    assert shade.contains_points([(17, 60), (20, 85), (25, 97), (26, 99.5)]).all()
    assert not shade.contains_points([(19, 75), (23, 95), (28, 99.5), (40, 60)]).any()
    plt.close(figure)


def test_from_99_up_the_scale_is_another(ax):
    plots.own_scale(ax)
    ax.set_ylim(50, 100)
    low, *_, knee, half, top = ax.transData.transform([(0, y) for y in (50, 98, 99, 99.5, 100)])
    assert top[1] - knee[1] == pytest.approx(16 / 49 * (knee[1] - low[1]))
    assert half[1] == pytest.approx((knee[1] + top[1]) / 2)
    assert ax.transData.inverted().transform(half)[1] == pytest.approx(99.5)


def test_no_pruner_no_panel():
    figure, axes = plt.subplots(1, 2)
    plots.small_panels(gap_frame().query("algorithm == 'search'"), axes)
    assert "no run to show" in axes[0].texts[0].get_text()
    plt.close(figure)


def test_dots_in_rows_are_the_fewest_at_each_target(ax):
    table = pd.DataFrame({"algorithm": ["gmp", "snip", "search"], "runs": 9})
    table["95 %"] = pd.array([23, None, 24], "Int64")
    table["99.5 %"] = pd.array([46, None, 43], "Int64")
    plots.fewest(table, ax, "live_parameters", {0.95: 30, 0.995: 45})
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names == ["the paper's search,\nby parameters kept", "combinatorial search", "GMP"]
    dots = [tuple(line.get_xydata()[0]) for line in ax.lines if len(line.get_xdata()) == 1]
    assert dots == [(30, 0), (45, 0), (24, 1), (43, 1), (23, 2), (46, 2)]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        *("reaches 95 %", "reaches 99.5 %")
    ]
    assert ax.get_xlabel() == "parameters that live (weights and biases)"


def test_dots_of_nobody_are_a_sentence(ax):
    table = pd.DataFrame({"algorithm": ["gmp"], "runs": 9, "95 %": pd.array([None], "Int64")})
    assert "no run to show" in plots.fewest(table, ax).texts[0].get_text()


def test_structure_map_shows_the_best_of_each_cell():
    frame = pd.DataFrame(
        {"hidden": [(1, 1, 1), (1, 2, 1), (1, 2, 1), (2, 2, 2)], "accuracy": [0.5, 0.6, 0.7, 0.9]}
    )
    figure, axes = plt.subplots(1, 2)
    plots.structure_map(frame, axes)
    cells = axes[0].images[0].get_array()
    assert cells[0, 1] == pytest.approx(70) and cells.mask[1, 1]
    assert [t.get_text() for t in axes[1].texts] == ["90.0"]
    plt.close(figure)


def test_a_fence_stands_around_the_structures_that_reach_a_target():
    frame = pd.DataFrame({"hidden": [(1, 1, 1), (1, 2, 1), (2, 2, 2)], "accuracy": [0.5, 0.96, 1]})
    figure, axes = plt.subplots(1, 2)
    plots.structure_map(frame, axes, [0.95, 0.995])
    lines = [[c.get_segments() for c in ax.collections] for ax in axes]
    assert [[len(segments) for segments in panel] for panel in lines] == [[4, 0], [4, 4]]
    corners = np.unique(np.concatenate(lines[0][0]), axis=0)
    np.testing.assert_array_equal(corners, [(0.5, -0.5), (0.5, 0.5), (1.5, -0.5), (1.5, 0.5)])
    assert [t.get_text() for t in figure.legends[0].get_texts()] == [
        "reaches 95 %",
        "reaches 99.5 %",
    ]
    plt.close(figure)


@pytest.mark.parametrize("count", [0, 1, 3, 6])
def test_any_number_of_fences_are_told_apart_without_colour(count):
    frame = pd.DataFrame({"hidden": [(1, 1, 1), (1, 2, 1), (2, 2, 2)], "accuracy": [0.5, 0.96, 1]})
    figure, axes = plt.subplots(1, 2)
    plots.structure_map(frame, axes, np.linspace(0.6, 0.99, count))
    fences = axes[0].collections
    assert len({str(fence.get_linestyle()) for fence in fences}) == len(fences) == count
    plt.close(figure)


def test_the_spread_shows_runs_targets_and_the_median(ax):
    plots.accuracy_spread([0.7, 0.705, 0.9], ax, targets=[0.95, 0.995], median=True)
    assert sum(bar.get_height() for bar in ax.patches) == 3
    np.testing.assert_allclose([line.get_xdata()[0] for line in ax.lines], [95, 99.5, 70.5])
    assert [text.get_text().strip() for text in ax.texts] == ["95 %", "99.5 %", "median"]


def test_networks_of_uneven_widths_are_named_by_all_of_them(ax):
    frame = pd.DataFrame({"variant": "any", "hidden": [(7, 3, 3)], "accuracy": 0.7})
    plots.variant_rows(frame, [ax])
    assert ax.get_title() == "width 7-3-3"


def test_width_curves_have_the_look_of_their_algorithm(ax):
    columns = {"algorithm": ["gmp", "gmp"], "width": [3, 256], "accuracy": [0.9, 0.6]}
    plots.width_curves(pd.DataFrame(columns), ax)
    (line,) = ax.lines
    assert line.get_ydata().tolist() == [90, 60] and line.get_color() == plots.look("gmp")["color"]
    assert line.get_label() == "GMP" and ax.get_xscale() == "log"


def test_mask_counts_are_drawn_for_every_space(ax):
    spaces = {"all": {8: 9, 9: 24}, "one": {9: 2}, "two": {9: 3}, "three": {9: 4}}
    plots.mask_counts(spaces, ax)
    assert [line.get_ydata().tolist() for line in ax.lines] == [[9, 24], [2], [3], [4]]
    assert len({line.get_marker() for line in ax.lines}) == 4
    assert ax.get_yscale() == "log"


def one_half_plane():
    """A network that says class 1 where x₁ > 0."""
    weights = [np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([[1.0, -1.0]])]
    return cl.Network.from_arrays(weights, [np.zeros(2), np.zeros(1)])


def test_unit_maps_lie_on_the_plane_the_right_way_round():
    hidden, output = plots.unit_maps(one_half_plane(), resolution=5)
    np.testing.assert_allclose(hidden[0][0], [0, 0, 0, 1.125, 2.25])
    np.testing.assert_allclose(output[0][3], [-2.25, -1.125, 0, 1.125, 2.25])


def test_maps_before_the_relu_are_cut_off_by_it():
    net = cl.Network.initialize([3, 4], seed=1)
    *before, logit = plots.unit_maps(net, 8, pre=True)
    *after, same = plots.unit_maps(net, 8)
    np.testing.assert_allclose(logit, same, atol=1e-6)
    for cut, uncut in zip(after, before, strict=True):
        assert uncut.min() < 0
        np.testing.assert_allclose(np.maximum(uncut, 0), cut, atol=1e-6)


def test_decision_region_is_the_sign_of_the_logit(ax, spiral):
    plots.decision_region(one_half_plane(), ax, *spiral)
    field = ax.images[0].get_array()
    assert (field[:, :149] == -1).all() and (field[:, 151:] == 1).all()
    _rim, *classes = ax.collections
    assert [points.get_label() for points in classes] == ["class 0", "class 1"]
    assert [len(points.get_offsets()) for points in classes] == [plane.SHOWN] * 2


def test_a_map_has_a_line_where_it_changes_its_sign(ax):
    values = np.tile(np.linspace(-1, 1, 11), (11, 1))
    plots.draw_map(values, ax, top=1, boundary=True)
    (line,) = ax.collections
    assert np.abs(line.get_paths()[0].vertices[:, 0]).max() < 1e-9
    plots.draw_map(np.ones((5, 5)), ax, top=1, boundary=True)
    assert len(ax.collections) == 1, "no boundary where nothing changes"


@pytest.mark.parametrize("rows", [0, 1, 7, 10, 5000])
def test_thinned_rows_are_few_and_spread_from_end_to_end(rows):
    found = plane.thinned(np.arange(rows), 10)
    assert len(found) == min(rows, 10) and (np.diff(found) > 0).all()
    assert rows == 0 or (found[0], found[-1]) == (0, rows - 1)


def test_layered_graph_draws_kept_weights_only_with_sign_and_size(ax):
    net = cl.Network.from_arrays(
        [np.array([[2.0, -1.0], [0.5, 3.0]]), np.array([[4.0, 1.0]])], [np.zeros(2), np.zeros(1)]
    )
    masks = cl.Masks.from_weights([np.array([[1, 1], [0, 0]]), np.array([[1, 1]])])
    plots.layered_graph(net, masks, ax, effective=cl.connectivity(masks).effective)
    (lines,) = ax.collections
    _idle, negative, positive, strongest = lines.get_linewidths()
    assert negative < positive == strongest == pytest.approx(4.0)
    colours = [plots.GREY, *(plots.CLASS_COLOURS[sign] for sign in (0, 1, 1))]
    assert [to_hex(colour).upper() for colour in lines.get_color()] == colours
    assert [dashes is None for _, dashes in lines.get_linestyle()] == [False, False, True, True]
    assert [text.get_text() for text in ax.texts] == ["x₁", "x₂"]


def test_units_stand_layer_by_layer_and_wide_layers_in_columns():
    wide = cl.Masks.ones_like(cl.Network.initialize([40, 3]))
    places = Graph.of(wide).places
    assert len(np.unique(places, axis=0)) == len(places) == 2 + 40 + 3 + 1
    assert len(np.unique(places[2:42, 0])) == 3
    few = [w.copy() for w in wide.weights]
    few[0][0, 5:], few[1][0, :, 5:] = False, False
    assert [len(shown) for shown in Graph.of(cl.Masks.from_weights(few)).shown] == [2, 5, 3, 1]


def test_score_graph_makes_the_best_scored_weight_the_thickest(ax):
    net = one_half_plane()
    plots.score_graph(net, [np.array([[[1.0, 0.0], [5.0, 2.0]]]), np.ones((1, 1, 2))], ax)
    (lines,) = ax.collections
    np.testing.assert_allclose(lines.get_linewidths(), 0.6 + 3.4 * np.array([0, 1, 1, 1, 2, 5]) / 5)
    places = Graph.of(cl.Masks.ones_like(net)).places
    np.testing.assert_array_equal(lines.get_segments()[-1], places[[0, 3]])


def test_no_score_is_drawn_in_a_colour_that_vanishes_on_white():
    scale = np.asarray(SCORES(np.linspace(0, 1, 32)))[:, :3]
    linear = np.where(scale <= 0.04045, scale / 12.92, ((scale + 0.055) / 1.055) ** 2.4)
    contrast = 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    assert contrast.min() > 2.2 and (np.diff(contrast) > 0).all(), "the larger the darker"


def test_units_that_do_nothing_are_hatched_and_crossed(ax):
    """Of three units the first lives, the second is 0 and the third 1 wherever one looks."""
    into, out = np.array([[1.0, 0], [1, 0], [0, 0]]), np.array([[1.0, 1, 1]])
    net = cl.Network.from_arrays([into, out], [np.array([0.0, -9, 1]), np.zeros(1)])
    masks = cl.Masks.from_weights([np.array([[1, 0], [1, 0], [0, 0]]), np.ones((1, 3))])
    idle = cl.unit_states(net, masks, np.array([[-1.0, 0], [1, 0]], np.float32))
    plots.layered_graph(net, masks, ax, idle=idle)
    (hatched,) = [patch for patch in ax.patches if patch.get_hatch()]
    places = Graph.of(masks).places
    np.testing.assert_allclose(hatched.get_center(), places[4])
    _lines, crosses = ax.collections
    np.testing.assert_allclose(np.mean(crosses.get_segments(), axis=1), [places[3]] * 2)
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["positive weight", "negative weight", "constant unit", "dead unit"]


def test_construction_marks_the_corners_of_both_arms(ax):
    plots.construction(ax)
    arms = [line for line in ax.lines if len(line.get_xdata()) == 17]
    np.testing.assert_allclose(arms[0].get_xydata(), cl.data.vertices(15.0))
    np.testing.assert_allclose(arms[1].get_xydata(), cl.data.vertices(-15.0))
