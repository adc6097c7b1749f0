"""Tables in which there is little to see: empty, all diverged, one run; networks that diverged."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import analysis, plots, store
from cubistlib.inspector import Refused
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.view import View
from cubistlib.studies import PruningStudy, SearchStudy

FEW = {"points": 1000}
HOT = 1e6  # a rate at which every training diverges
TARGETS = [0.95, 0.995]
NO_RUNS = "no run to show: there is none, or all diverged"
DIVERGED = "diverged: its parameters are not finite"


def runs() -> pd.DataFrame:
    """The search's best runs, and some of a pruner."""
    pruned = analysis.reference_pruning().query("algorithm == 'snip'").head(40)
    return pd.concat([analysis.reference().head(40), pruned], ignore_index=True)


def wide(table: pd.DataFrame) -> pd.DataFrame:
    """With a column of widths, as those have of whom width is asked."""
    return table.assign(width=table["hidden"].str[0])


TABLES = {
    "empty": lambda: runs().head(0),
    "empty, of no type": lambda: pd.DataFrame(columns=list(store.COLUMNS)),
    "all diverged": lambda: runs().assign(diverged=True),
}
FRAMES = {
    "best_of_each_size": analysis.best_of_each_size,
    "frontier": analysis.frontier,
    "frontiers": analysis.frontiers,
    "over_seeds": analysis.over_seeds,
    "converged": analysis.converged,
    "spread": lambda table: analysis.spread(table, "accuracy", ["algorithm", "keep"]),
    "width_cost": lambda table: analysis.width_cost(wide(table), 3),
}


@pytest.fixture(params=TABLES)
def table(request):
    return TABLES[request.param]()


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    figure.canvas.draw()
    plt.close(figure)


@pytest.mark.parametrize("name", FRAMES)
def test_frames_of_nothing_are_empty_and_have_their_columns(table, name):
    found, full = FRAMES[name](table), FRAMES[name](runs())
    assert found.empty and list(found.columns) == list(full.columns)


def test_nobody_reaches_a_target_where_nobody_counts(table):
    found = analysis.smallest(table, TARGETS)
    assert list(found.columns) == ["algorithm", "runs", "95 %", "99.5 %"]
    assert len(found) == table["algorithm"].nunique() and found["95 %"].isna().all()


def test_there_is_no_gap_where_nobody_counts(table):
    assert analysis.gap(table)["median"].isna().all()
    assert analysis.lead(table) == "no size at which both have runs that count"


def test_the_gap_in_words():
    columns = ["algorithm", "parameters_kept", "accuracy", "diverged"]
    search, snip = ("search", 20, 0.9, False), ("snip", 20, 0.8, False)
    table = pd.DataFrame([search, snip], columns=columns)
    assert analysis.lead(table) == "the search is ahead by 10.0 points"
    table.loc[1, "accuracy"] = 0.925
    assert analysis.lead(table) == "the search is behind by 2.5 points"


def test_the_best_run_is_one_that_diverged_where_all_did():
    table = runs()
    assert not analysis.best_run(table.assign(diverged=table["accuracy"] > 0.7), 0.95)["diverged"]
    best = analysis.best_run(table.assign(diverged=True), 0.95)
    assert best["diverged"] and best["accuracy"] == table["accuracy"].max()


def test_of_no_runs_none_is_best():
    with pytest.raises(ValueError, match=r"^analysis: a table without runs has no best one$"):
        analysis.best_run(runs().head(0), 0.95)


def test_an_algorithm_without_a_run_that_counts_has_no_curve():
    table = runs()
    table["diverged"] = table["algorithm"] == "snip"
    assert set(analysis.frontiers(table)["algorithm"]) == {"search"}


REFERENCE = analysis.frontier(analysis.reference(), by="weights_kept")
FIGURES = {
    "frontiers": lambda t, ax: plots.frontiers(analysis.frontiers(t), ax, TARGETS),
    "replicate_panels": lambda t, ax: plots.replicate_panels(
        analysis.replicates(t), [ax], REFERENCE, TARGETS
    )[0],
    "width_curves": lambda t, ax: plots.width_curves(
        analysis.pathless(wide(analysis.converged(t)), ["algorithm", "width"]), ax, "pathless"
    ),
    "line_panels": lambda t, ax: plots.line_panels(
        analysis.width_cost(wide(t), 3).assign(line="k"), [ax], "width", "cost", "points"
    )[0],
    "share_rows": lambda t, ax: plots.share_rows(
        analysis.kept_shares(analysis.converged(t).assign(live_weights=1)), [ax]
    )[0],
    "accuracy_spread": lambda t, ax: plots.accuracy_spread(
        analysis.converged(t)["accuracy"], ax, TARGETS, median=True
    ),
    "structure_map": lambda t, ax: plots.structure_map(analysis.converged(t), [ax], TARGETS)[0],
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_nothing_says_so(table, ax, name):
    assert FIGURES[name](table, ax) is ax
    assert ax.texts[-1].get_text() == NO_RUNS


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_one_run_shows_it(ax, name):
    one = runs().tail(1)
    one = one.assign(hidden=[(1, 1, 1)]) if name == "structure_map" else one
    FIGURES[name](one, ax)
    assert NO_RUNS not in [text.get_text() for text in ax.texts]


def test_masks_of_no_space_are_none(ax):
    plots.mask_counts({}, ax)
    assert [text.get_text() for text in ax.texts] == ["no mask to show"]


def test_runs_worse_than_guessing_are_counted(ax):
    plots.accuracy_spread([0.412, 0.5, 0.97], ax)
    assert sum(bar.get_height() for bar in ax.patches) == 3 and ax.get_xlim()[0] == 41


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", ["weights", "biases"])
def test_a_network_that_diverged_is_drawn_as_a_sentence(ax, value, place):
    net = cl.Network.initialize([3, 3])
    getattr(net, place)[1][:] = value
    plots.layered_graph(net, cl.Masks.ones_like(net), ax)
    assert [text.get_text() for text in ax.texts] == [DIVERGED]
    plots.decision_region(net, ax, *cl.cubist_spiral(**FEW))


def test_scores_that_are_no_numbers_are_drawn_as_a_sentence(ax):
    net = cl.Network.initialize([3])
    plots.score_graph(net, [np.full(w.shape, np.nan) for w in net.weights], ax)
    assert [text.get_text() for text in ax.texts] == [DIVERGED]


def pruned(**changes) -> PruningStudy:
    """One run of SNIP and one of LTH, which diverge."""
    given = {"widths": (3,), "keep": (20,), "lrs": (HOT,), "schedules": ("cosine",), "epochs": 3}
    spiral = tuple(FEW.items())
    algorithms = ("lth", "snip")
    return PruningStudy(name="hot", algorithms=algorithms, spiral=spiral, **(given | changes))


@pytest.fixture(scope="module")
def few():
    return cl.cubist_spiral(**FEW)


@pytest.fixture(scope="module")
def hot():
    """Results of which all diverged."""
    results = pruned().run(range(2))
    assert results["diverged"].all()
    return results


@pytest.mark.parametrize(
    "of", [lambda t: t, lambda t: t.iloc[:1], lambda t: t.iloc[1]], ids=["all", "one", "a row"]
)
def test_a_run_that_diverged_is_inspected_as_it_was_before(hot, few, of):
    inspector = cl.inspect(of(hot), studies=[pruned()], data=few)
    assert " (diverged; as it was after step " in inspector.page.given["films"][0]["titles"][-1]
    assert inspector._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("view", ["unit=h1.2&pre=1&shared=1", "lives=1&ghosts=1&beside=lth"])
def test_every_view_of_it_is_sound(hot, few, view):
    inspector = cl.inspect(hot, studies=[pruned()], view=f"algorithm=snip&{view}", data=few)
    assert inspector._repr_png_().startswith(b"\x89PNG")


def test_a_run_that_converged_is_shown_rather_than_one_that_diverged(hot, few):
    cold = pruned(lrs=(0.1,)).run(range(2)).assign(accuracy=0.1)
    model = Model(catalogue(pd.concat([hot, cold]), None, (), *few), *few)
    assert [entry.accuracy for entry in model.catalogue.entries] == [0.1, 0.1]


def test_a_film_of_nothing_but_a_diverged_network_is_a_sentence(few):
    net = cl.Network.initialize([3])
    net.weights[0][:] = np.nan
    state = cl.TrainState.start(net, cl.Masks.ones_like(net))
    with pytest.raises(Refused, match=r"has diverged, its parameters are not finite$"):
        cl.inspect([state], data=few)


def test_a_network_that_cannot_be_simplified_in_its_numbers_is_shown_as_it_is(few):
    weights = [np.zeros((1, 2)), np.full((1, 1), 1e30), np.ones((1, 1))]
    net = cl.Network.from_arrays(weights, [np.full(1, 1e30), np.zeros(1), np.zeros(1)])
    masks = cl.Masks.from_weights([np.zeros((1, 2)), np.ones((1, 1)), np.ones((1, 1))])
    model = Model(catalogue(net, masks, (), *few), *few)
    assert model.scene(View(lives=True)).specimen.weights_kept == 2


def test_halving_without_a_rung_loses_nothing():
    from cubistlib.studies import halving

    study = SearchStudy(
        name="s", masks=[cl.Masks.ones_like(cl.Network.initialize([2]))], lrs=(0.1,),
        schedules=("cosine",), epochs=1, spiral=tuple(FEW.items()),
    )  # fmt: skip
    sample = study.experiments([0])
    assert halving.calibrate(sample, *study.data, study.masks, ()).empty
