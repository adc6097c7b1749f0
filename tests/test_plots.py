"""The data behind the figures: what is drawn is what the frames and networks hold."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import cubistlib as cl
from cubistlib import plots


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def frontier_frame():
    rows = [("snip", 20, 0.7), ("snip", 30, 0.9), ("search", 15, 0.8), ("search", 25, 0.99)]
    return pd.DataFrame(rows, columns=["algorithm", "parameters_kept", "accuracy"])


def test_frontiers_are_drawn_as_they_are_with_the_search_above_all(ax):
    plots.frontiers(frontier_frame(), ax, targets=[95])
    snip, search = ax.lines[:2]
    np.testing.assert_allclose(snip.get_xdata(), [20, 30])
    np.testing.assert_allclose(search.get_ydata(), [80, 99])
    assert to_hex(search.get_color()) == "#000000" and search.get_drawstyle() == "steps-post"
    assert ax.lines[2].get_ydata()[0] == 95
    assert ax.get_xlabel() == "nonzero parameters (weights and biases)"
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["SNIP", "combinatorial search"]


def test_every_algorithm_has_a_look_of_its_own():
    nine = {"gmp", "lth", "snip", "grasp", "iter_snip", "force", "synflow", "prospr", "rigl"}
    assert nine <= set(plots.LOOKS) and set(plots.LOOKS) == set(plots.LABELS)
    assert len(set(plots.LOOKS.values())) == len({c for c, _ in plots.LOOKS.values()}) == 10
    assert plots.look("mine")["label"] == "mine"


def test_curves_show_median_and_band(ax):
    frame = pd.DataFrame(
        {
            "algorithm": "gmp",
            "hidden": [(3, 3, 3)] * 2,
            "keep": [15, 20],
            "median": [0.7, 0.8],
            "low": [0.6, 0.7],
            "high": [0.8, 0.95],
        }
    )
    plots.accuracy_curves(frame, ax)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [70, 80])
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(60) and band[:, 1].max() == pytest.approx(95)


def test_the_frontier_behind_curves_is_the_best_with_at_most_k_weights(ax):
    curve = {"algorithm": "gmp", "hidden": [(3, 3, 3)], "keep": [15], "median": [0.7]}
    frame = pd.DataFrame({**curve, "low": [0.6], "high": [0.8]})
    frame = pd.concat([frame, frame.assign(keep=20)], ignore_index=True)
    frontier = pd.DataFrame({"weights_kept": [12, 17, 30], "accuracy": [0.5, 0.9, 0.99]})
    plots.accuracy_curves(frame, ax, frontier=frontier)
    expected = [[15, 50], [16, 50], [17, 90], [18, 90], [19, 90], [20, 90]]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), expected)


def test_effective_share_is_a_mean_over_runs(ax):
    frame = pd.DataFrame(
        {
            "algorithm": "snip",
            "hidden": [(3, 3, 3)] * 3,
            "keep": [10, 10, 20],
            "weights_kept": [10, 10, 20],
            "effective_weights": [5, 10, 20],
        }
    )
    plots.effective_share(frame, ax)
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[10, 75], [20, 100]])


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
    plots.structure_map(frame, axes, [95, 99.5])
    lines = [[c.get_segments() for c in ax.collections] for ax in axes]
    assert [[len(segments) for segments in panel] for panel in lines] == [[4, 0], [4, 4]]
    corners = np.unique(np.concatenate(lines[0][0]), axis=0)
    np.testing.assert_array_equal(corners, [(0.5, -0.5), (0.5, 0.5), (1.5, -0.5), (1.5, 0.5)])
    assert [t.get_text() for t in figure.legends[0].get_texts()] == [
        "reaches 95 %",
        "reaches 99.5 %",
    ]
    plt.close(figure)


def test_width_curves_have_the_look_of_their_algorithm(ax):
    columns = {"algorithm": ["gmp", "gmp"], "width": [3, 256], "accuracy": [0.9, 0.6]}
    plots.width_curves(pd.DataFrame(columns), ax)
    (line,) = ax.lines
    assert line.get_ydata().tolist() == [90, 60] and line.get_color() == plots.LOOKS["gmp"][0]
    assert line.get_label() == "GMP" and ax.get_xscale() == "log"


def test_mask_counts_are_drawn_for_every_space(ax):
    plots.mask_counts({"all": {8: 9, 9: 24}, "one": {9: 2}}, ax)
    assert [line.get_ydata().tolist() for line in ax.lines] == [[9, 24], [2]]
    assert ax.get_yscale() == "log"


def one_half_plane():
    """A network that says class 1 where x₁ > 0."""
    weights = [np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([[1.0, -1.0]])]
    return cl.Network.from_arrays(weights, [np.zeros(2), np.zeros(1)])


def test_unit_maps_lie_on_the_plane_the_right_way_round():
    hidden, output = plots.unit_maps(one_half_plane(), resolution=5)
    np.testing.assert_allclose(hidden[0][0], [0, 0, 0, 1.125, 2.25])
    np.testing.assert_allclose(output[0][3], [-2.25, -1.125, 0, 1.125, 2.25])


def test_decision_region_is_the_sign_of_the_logit(ax, spiral):
    plots.decision_region(one_half_plane(), ax, *spiral)
    field = ax.images[0].get_array()
    assert (field[:, :149] == -1).all() and (field[:, 151:] == 1).all()
    assert len(ax.collections) == 2


def lines_between_units(ax):
    return [line for line in ax.lines if len(line.get_xdata()) == 2]


def test_layered_graph_draws_kept_weights_only_with_sign_and_size(ax):
    net = cl.Network.from_arrays(
        [np.array([[2.0, -1.0], [0.5, 3.0]]), np.array([[4.0, 1.0]])], [np.zeros(2), np.zeros(1)]
    )
    masks = cl.Masks.from_weights([np.array([[1, 1], [0, 0]]), np.array([[1, 1]])])
    effective = cl.connectivity(masks).effective
    plots.layered_graph(net, masks, ax, effective=effective)
    edges = lines_between_units(ax)
    assert len(edges) == 4
    positive, negative, strongest, idle = edges
    assert to_hex(positive.get_color()) == plots.CLASS_COLOURS[1].lower()
    assert to_hex(negative.get_color()) == plots.CLASS_COLOURS[0].lower()
    assert negative.get_linestyle() == "--" and idle.get_linestyle() == ":"
    assert strongest.get_linewidth() == pytest.approx(4.0)
    assert positive.get_linewidth() > negative.get_linewidth()


def test_score_graph_makes_the_best_scored_weight_the_thickest(ax):
    net = one_half_plane()
    plots.score_graph(net, [np.array([[[1.0, 0.0], [5.0, 2.0]]]), np.ones((1, 1, 2))], ax)
    widths = [line.get_linewidth() for line in lines_between_units(ax)]
    assert np.argmax(widths) == 2 and len(widths) == 6


def test_construction_marks_the_corners_of_both_arms(ax):
    plots.construction(ax)
    arms = [line for line in ax.lines if len(line.get_xdata()) == 17]
    np.testing.assert_allclose(arms[0].get_xydata(), cl.data.vertices(15.0))
    np.testing.assert_allclose(arms[1].get_xydata(), cl.data.vertices(-15.0))
