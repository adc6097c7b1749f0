"""The inspector without a browser: the view, the numbers, the maps, the catalogue, the exports."""

import base64
import json
from dataclasses import replace

import eliminations
import nbformat
import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import plots, store
from cubistlib.inspector import Refused, content, units
from cubistlib.inspector.catalogue import stops
from cubistlib.inspector.figure import encoded, figure
from cubistlib.inspector.film import checkpoints, rerun
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.specimen import Specimen, survey
from cubistlib.inspector.units import Unit
from cubistlib.inspector.view import View
from cubistlib.networks.connectivity import STATES
from cubistlib.pruners.parts.selection import select
from cubistlib.runner import page
from cubistlib.studies import PruningStudy, SearchStudy, stacks
from cubistlib.studies.eliminating import flat, network_of

CONFIG = cl.TrainConfig(0.1, "cosine", epochs=2)
FEW = {"points": 2000}
GRID = {
    "lrs": (CONFIG.lr,),
    "schedules": (CONFIG.schedule,),
    "epochs": CONFIG.epochs,
    "spiral": tuple(FEW.items()),
}


def random_mask(net, keep, seed=0):
    rng = np.random.default_rng(seed)
    return cl.Masks.from_weights(select([rng.random(w.shape) for w in net.weights], keep))


def diverged():
    """A network one of whose weights is not a number."""
    net = cl.Network.initialize([3, 3])
    net.weights[1][0, 1, 2] = np.nan
    return net


@pytest.fixture(scope="module")
def few():
    """A spiral of few points, so that training takes no time."""
    return cl.cubist_spiral(**FEW)


@pytest.fixture(scope="module")
def net():
    return cl.Network.initialize([6, 6, 6], seed=1)


@pytest.fixture(scope="module")
def masks(net):
    return random_mask(net, 30)


@pytest.fixture
def model(net, masks, few):
    return Model(catalogue(net, masks, (), *few), *few)


@pytest.fixture(scope="module")
def results(few):
    study = PruningStudy(
        name="s/1", algorithms=("snip", "gmp"), widths=(3, 6), keep=(15, 20), seeds=2, **GRID
    )
    return study.run(range(len(study)))


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(study="smoke/12_snip", algorithm="a & b=c", width="7-3-3", seed="2", keep=0, step=0),
        View(threshold=0.25, unit="h2.3", beside="search", effective=True, ghosts=True),
        View(pre=True, shared=True, step=19_500),
    ],
)
def test_a_view_is_a_string_and_back(view):
    assert View.parse(str(view)) == view


def test_a_view_says_only_what_is_not_default():
    assert str(View()) == ""
    assert str(View(unit="h2.3", threshold=0.5, effective=True)) == (
        "threshold=0.5&unit=h2.3&effective=1"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nonsense", "view: unknown 'nonsense'; allowed: study"),
        ("colour=red", "view: unknown 'colour'"),
        ("keep=-1", "view: keep must be a whole number ≥ 0, got '-1'"),
        ("keep=2.5", "view: keep must be a whole number ≥ 0, got '2.5'"),
        ("threshold=nan", "view: threshold must be a number ≥ 0, got 'nan'"),
        ("effective=yes", "view: effective must be 0 or 1, got 'yes'"),
        ("unit=h9.1", "no unit 'h9.1' in a 2-6-6-6-1 network"),
        ("unit=h1.0", "no unit 'h1.0'"),
        ("algorithm=foo", "inspect: no result with algorithm 'foo'; there are: network"),
        ("beside=search", "inspect: nothing named 'search' to set beside"),
    ],
)
def test_a_view_that_does_not_exist_is_a_sentence(net, masks, few, text, sentence):
    with pytest.raises(ValueError) as caught:
        cl.inspect(net, masks, view=text, data=few)
    assert str(caught.value).startswith(sentence)
    assert caught.value._render_traceback_() == [str(caught.value)]


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (cl.Network.initialize([3], inputs=10), "maps over the plane need networks of 2 inputs"),
        (3, "needs a Network"),
        ([], "needs a Network"),
        ({}, "nothing to look at"),
        (diverged(), "has diverged, its parameters are not finite"),
        ("nowhere.parquet", "no such results file"),
        (pd.DataFrame({"study": []}), "results lack the columns accuracy"),
        (pd.DataFrame(columns=list(store.COLUMNS)), "nothing to look at"),
    ],
)
def test_what_cannot_be_inspected_is_a_sentence(few, what, sentence):
    with pytest.raises(Refused, match=sentence):
        cl.inspect(what, data=few)


@pytest.mark.parametrize("hidden", [[1], [5], [4] * 6, [7, 3, 3], [40, 40, 40]])
def test_networks_of_any_depth_and_width_are_drawn(hidden, few):
    net = cl.Network.initialize(hidden)
    inspector = cl.inspect(net, random_mask(net, min(30, net.size)), data=few)
    assert inspector._repr_png_().startswith(b"\x89PNG")
    assert len(inspector.graphs[0].content["units"]) <= sum(net.sizes)


@pytest.mark.parametrize("width", [6, 256])
@pytest.mark.parametrize("keep", [0, 3, 30])
def test_the_survey_is_what_the_library_says(width, keep, spiral):
    net = cl.Network.initialize([width] * 3, seed=2)
    specimen = Specimen(net, random_mask(net, keep))
    found = survey(specimen, *spiral)
    accuracy, _ = specimen.net.evaluate(*spiral)
    assert abs(found.accuracy - accuracy[0]) <= 1 / len(spiral[0])
    assert len(found.wrong) == round((1 - found.accuracy) * len(spiral[0]))
    expected = cl.unit_states(specimen.net, specimen.masks, spiral[0])
    assert all((a == b[0]).all() for a, b in zip(found.states, expected, strict=True))
    alive = cl.simplify(specimen.net, specimen.masks, spiral[0])
    assert found.live_weights == alive.live_weights[0]
    assert found.live_parameters == alive.live_parameters[0]
    assert found.structure == alive.structures[0]


def test_summary_counts_are_those_of_the_library(model, masks):
    scene, paths = model.scene(View()), cl.connectivity(masks)
    states = np.concatenate(cl.unit_states(scene.specimen.net, masks, model.x), axis=1)
    counted = {name: int((states == i).sum()) for i, name in enumerate(STATES)}
    assert scene.counts == counted
    summary = model.summary(View())
    alive = cl.simplify(scene.specimen.net, masks, model.x)
    assert alive.live_weights[0] < paths.effective_weights[0] < 30
    for text in (
        f"30 weights, {paths.effective_weights[0]} effective, {alive.live_weights[0]} live",
        f"{masks.parameters_kept[0]} parameters, {paths.effective_parameters[0]} effective, "
        f"{alive.live_parameters[0]} live",
        ", ".join(f"{n} {name}" for name, n in counted.items()),
        f"{scene.survey.accuracy:.3%} of {len(model.x):,} points right",
    ):
        assert text in summary


def test_a_title_tells_what_lives(model):
    scene = model.scene(View())
    expected = f"network: {scene.survey.accuracy:.2%}, {scene.survey.live_parameters} parameters"
    assert content.graph_content(scene, 300)["title"] == f"{expected} live"


def test_a_network_is_measured_once_however_it_is_looked_at(model, monkeypatch):
    measured = []

    def counted(specimen, x, y):
        measured.append(len(x))
        return survey(specimen, x, y)

    monkeypatch.setattr("cubistlib.inspector.model.survey", counted)
    for view in (View(), View(unit="h1.2"), View(pre=True, shared=True), View(ghosts=True)):
        model.scene(view)
        model.summary(view)
    assert len(measured) == 1
    model.scene(View(threshold=0.1))
    model.scene(View(unit="h1.1"), rough=True)
    assert measured == [len(model.x), len(model.x), 1500]


def test_folding_leaves_the_accuracy_and_says_so(model):
    before, after = model.scene(View()), model.scene(View(effective=True))
    assert after.survey.accuracy == before.survey.accuracy
    assert after.specimen.weights_kept == before.specimen.paths.effective_weights[0]
    assert after.survey.live_parameters == before.survey.live_parameters
    assert f"(before folding {before.survey.accuracy:.3%})" in model.summary(View(effective=True))


def test_a_threshold_and_a_k_remove_the_smallest_weights(model):
    sizes = np.sort(
        np.abs(np.concatenate([w.ravel() for w in model.scene(View()).specimen.net.weights]))
    )
    for keep in (0, 5, 29):
        assert model.scene(View(keep=keep)).specimen.weights_kept == keep
    threshold = float(sizes[-10])
    kept = model.scene(View(threshold=threshold)).specimen
    assert kept.weights_kept == 10
    assert all(
        (np.abs(w[m]) >= threshold).all()
        for w, m in zip(kept.net.weights, kept.masks.weights, strict=True)
    )


@pytest.mark.parametrize("pre", [False, True])
def test_maps_are_the_network_on_the_grid(model, pre):
    specimen = model.scene(View()).specimen
    expected = plots.unit_maps(specimen.net, 64)
    for layer in (1, 2, 3):
        for index in range(6):
            found = units.unit_map(specimen, Unit(layer, index), pre, side=64).values
            found = np.maximum(found, 0) if pre else found
            np.testing.assert_allclose(found, expected[layer - 1][index], atol=1e-5)
    output = units.unit_map(specimen, Unit(4, 0), pre, side=64)
    logit = output.values if pre else 2 * np.arctanh(2 * output.values)
    np.testing.assert_allclose(logit, expected[3][0], atol=1e-4)


def test_a_large_map_has_512_points_a_side_and_its_first_row_at_the_bottom(model):
    found = model.map(View(unit="x2"))
    assert found.values.shape == (512, 512)
    assert found.values[0, 0] == -2.25 and found.values[-1, 0] == 2.25


def test_bytes_have_zero_in_the_middle_and_ink_on_the_boundary():
    assert content.quantized(np.array([-2.0, -1, 0, 1, 2])).tolist() == [0, 0, 127, 254, 254]
    assert content.PALETTE[[content.ZERO, content.INK]].tolist() == [[255] * 3, [0] * 3]
    found = units.Map(np.array([[-1.0, -1, 1]] * 2), 1.0)
    assert content.pixels(found, boundary=True).tolist() == [[0, content.INK, 254]] * 2


def test_thumbnails_are_scaled_alone_or_together(model):
    alone = model.scene(View()).pictures
    together = model.scene(View(shared=True)).pictures
    hidden = slice(2, -1)
    tops = alone[hidden].max(axis=(1, 2))
    assert set(tops) <= {0, 1}
    assert together[hidden].max() == 1
    assert (together[hidden] <= alone[hidden]).all()


@pytest.mark.parametrize("rough", [False, True])
def test_wrong_points_are_those_that_the_network_gets_wrong(model, rough):
    scene, (x, y) = model.scene(View(), rough), (model.x, model.y)
    right = (scene.specimen.net.logits(x)[0] > 0) == (y > 0.5)
    wrong = {tuple(point) for point in x[~right]}
    assert len(scene.survey.wrong) and {tuple(point) for point in scene.survey.wrong} <= wrong
    assert rough or len(scene.survey.wrong) == (~right).sum()


def test_an_equation_computes_the_unit(model):
    specimen, x = model.scene(View()).specimen, model.x[:5]
    values = {f"x{i + 1}": x[:, i] for i in range(2)}
    for layer, h in enumerate(specimen.net.activations(x), start=1):
        for index in range(h.shape[2]):
            unit = Unit(layer, index)
            name = unit.name(4)
            text = units.equation(specimen, unit).split(" = ", 1)[1].replace("−", "-")
            text = text.replace("·", "*")
            for source in sorted(values, key=len, reverse=True):
                text = text.replace(source, f"values['{source}']")
            scope = {"values": values, "relu": lambda v: np.maximum(v, 0)}
            np.testing.assert_allclose(eval(text, scope), h[0, :, index], rtol=0.02, atol=0.02)
            values[name] = h[0, :, index]


def test_weights_in_and_out_are_those_of_the_network(model):
    specimen = model.scene(View()).specimen
    for name in ("h1.1", "h2.3", "h3.6"):
        unit = Unit.parse(name, specimen.net.sizes)
        into = dict(units.incoming(specimen, unit))
        kept = specimen.masks.weights[unit.layer - 1][0, unit.index]
        assert len(into) == kept.sum()
        assert sorted(into.values()) == sorted(
            specimen.net.weights[unit.layer - 1][0, unit.index][kept]
        )
        for target, weight in units.outgoing(specimen, unit):
            back = dict(units.incoming(specimen, Unit.parse(target, specimen.net.sizes)))
            assert back[name] == weight


def test_menus_are_best_first_and_depend_on_those_before(results, few):
    found = catalogue(results, None, (), *few)
    best = results.sort_values("accuracy", ascending=False)
    for name, column in (("algorithm", "algorithm"), ("seed", "seed")):
        menu = found.menu(name, View())
        assert list(menu) == [str(v) for v in best[column].drop_duplicates()]
    snip = results[results["algorithm"] == "snip"]
    assert found.menu("width", View(algorithm="snip")) == {
        str(hidden[0]): runs["accuracy"].max() for hidden, runs in snip.groupby("hidden")
    }
    assert found.path(View(algorithm="snip")) == [15, 20]
    assert found.corrected(View(algorithm="nothing", seed="1")) == View(seed="1")


def test_a_run_is_shown_as_it_was(results, few):
    found = catalogue(results, None, (), *few)
    for entry in found.entries:
        last = entry.load().at(None)
        assert last.net.evaluate(*few)[0][0] == entry.accuracy
    best = found.entry(View(algorithm="gmp", keep=15))
    runs = results[(results["algorithm"] == "gmp") & (results["keep"] == 15)]
    assert best.accuracy == runs["accuracy"].max()


def of_film(name):
    """One experiment of that algorithm."""
    given = {"lrs": [CONFIG.lr], "schedules": [CONFIG.schedule], "epochs": CONFIG.epochs}
    study = PruningStudy(name="film", algorithms=[name], widths=[4], keep=[20], **given)
    return study.experiments([0])


@pytest.mark.parametrize("name", sorted(cl.pruners.available()))
def test_a_film_ends_where_training_ends(name, few):
    (experiment,) = of_film(name)
    done, film = (
        stacks.train([experiment], stacks.task_of([experiment], *few)),
        rerun(experiment, *few),
    )
    assert list(film.steps) == sorted(set(film.steps))
    assert film.steps[-1] % CONFIG.steps(len(few[0])) == 0
    for a, b in zip(done.network.weights, film.at(None).net.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_film_of_lth_goes_through_all_its_trainings(few):
    (experiment,) = of_film("lth")
    film, steps = rerun(experiment, *few), CONFIG.steps(len(few[0]))
    assert film.steps[-1] == 5 * steps
    kept = [film.at(steps * i + 1).weights_kept for i in range(5)]
    assert kept[0] == film.nets.size and kept[-1] == 20 and sorted(kept, reverse=True) == kept


def test_checkpoints_start_dense_and_stay_inside():
    steps = checkpoints(19_500, 100)
    assert steps[0] == 0 and steps[-1] < 19_500
    assert (np.diff(steps, 2) >= -1).all()
    assert len(checkpoints(19_500, 10**6)) < len(steps)


def test_states_of_a_training_are_a_film(net, masks, few):
    first = cl.train(net, masks, *few, CONFIG, stop=5).state
    last = cl.resume(first, *few, CONFIG).state
    model = Model(catalogue([first, last], None, (), *few), *few)
    assert model.catalogue.film(View()).steps == (5, last.step)
    early = model.scene(View(step=5)).specimen.net
    np.testing.assert_array_equal(early.weights[0], first.network.weights[0])


def test_two_networks_side_by_side_at_the_same_k(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    view = View(algorithm="gmp", keep=15, beside="snip", unit="h2.1")
    other = model.beside(view)
    assert (other.algorithm, other.unit) == ("snip", "h2.1")
    assert model.scene(other).specimen.weights_kept == 15
    difference = model.difference(view).values
    np.testing.assert_array_equal(difference, model.map(view).values - model.map(other).values)


def test_runs_of_a_search_need_their_study(few):
    masks = [random_mask(cl.Network.initialize([3, 3, 3]), 20, seed) for seed in range(2)]
    study = SearchStudy(name="s/search", masks=masks, **GRID)
    results = study.run([0, 1])
    with pytest.raises(
        ValueError, match="left out 1 of 1 runs: those of a search need their study"
    ):
        catalogue(results, None, (), *few)
    found = catalogue(results, None, [study], *few)
    for entry in found.entries:
        assert entry.load().at(None).net.evaluate(*few)[0][0] == entry.accuracy


@pytest.fixture(scope="module")
def eliminated():
    """An elimination's study and rows: most counts have no network, and no accuracy."""
    study = eliminations.tiny(name="s/down")
    return study, study.run(range(len(study)))


@pytest.mark.parametrize("known", [False, True])
def test_networks_of_an_elimination_are_those_of_its_rows(results, eliminated, few, known):
    study, rows = eliminated
    found = rows[~rows["diverged"]]
    assert 0 < len(found) < len(rows) and rows["accuracy"].isna().any()
    both = pd.concat([results, rows], ignore_index=True)
    entries = catalogue(both, None, [study] if known else [], *few).entries
    shown = [entry for entry in entries if entry.study == "s/down"]
    choices = ["algorithm", "hidden", "seed", "weights_kept"]
    best = found.groupby(choices)["accuracy"].max()
    assert sorted(e.accuracy for e in shown) == sorted(best)
    for entry in shown:
        last = entry.load().at(None)
        assert last.net.evaluate(*study.data)[0][0] == entry.accuracy
        assert last.weights_kept == entry.keep
    assert cl.inspect(found.iloc[0], studies=[study], data=few)._repr_png_()


def test_rows_of_an_elimination_without_a_network_to_show(eliminated, few):
    study, rows = eliminated
    with pytest.raises(Refused, match=r"^inspect: nothing to look at: no row has an accuracy$"):
        cl.inspect(rows[rows["diverged"]], data=few)
    found = rows[~rows["diverged"]].head(1)
    with pytest.raises(Refused, match=r"left out 1 of 1 runs: .* of an elimination their network"):
        cl.inspect(found.assign(network=None), studies=[study], data=few)
    damaged = found.assign(network=[found["network"].iloc[0][:-1]])
    with pytest.raises(Refused, match=r"^inspect: experiment .* of s/down holds .* numbers as its"):
        cl.inspect(damaged, data=few)


def test_pruned_biases_do_not_count_as_kept(eliminated, few):
    row = eliminated[1].query("not diverged").head(1)
    net = network_of(row.iloc[0])
    net.biases[-1][:] = 0
    row = row.assign(network=[tuple(flat(net))])
    for algorithm, fewer in (("elimination", 0), ("elimination-biases", 1)):
        (entry,) = catalogue(row.assign(algorithm=algorithm), None, (), *few).entries
        kept = entry.load().at(None).masks.parameters_kept[0]
        assert kept == row["parameters_kept"].iloc[0] - fewer


def test_a_run_that_cannot_be_had_again_says_so(results, few):
    changed = results.assign(accuracy=results["accuracy"] + 0.001)
    found = catalogue(changed, None, (), *few)
    assert "(trained again; its record says" in found.specimen(View()).title


def test_exports_hold_the_network_and_repeat(model):
    view = View(threshold=0.1)
    found = json.loads(encoded(model, view, "json"))
    net = cl.Network.from_arrays(found["weights"], found["biases"])
    kept = cl.Masks.from_weights([np.array(m) for m in found["masks"]])
    assert kept.weights_kept[0] == found["weights_kept"]
    alive, paths = cl.simplify(net, kept, model.x), cl.connectivity(kept)
    assert found["live_weights"] == alive.live_weights[0]
    assert found["live_parameters"] == alive.live_parameters[0]
    assert found["effective_parameters"] == paths.effective_parameters[0]
    assert abs(net.evaluate(model.x, model.y)[0][0] - found["accuracy"]) < 1e-9
    assert View.parse(found["view"]) == view
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        once = encoded(model, view, kind)
        assert once.startswith(start)
        assert encoded(model, view, kind) == once
    with pytest.raises(ValueError, match="exports are png, svg, json, got 'gif'"):
        encoded(model, view, "gif")


def test_all_of_a_summary_is_in_the_figure(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    for view in (View(), View(algorithm="gmp", keep=15, beside="snip")):
        drawn = figure(model, view)
        drawn.draw_without_rendering()
        words = drawn._supxlabel
        assert words.get_text().replace("\n", " ") == " ".join(model.summaries(view))
        box = words.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= drawn.bbox.width


def test_a_scene_keeps_places_while_weights_go(few):
    net = cl.Network.initialize([40, 40, 40])
    model = Model(catalogue(net, random_mask(net, 50), (), *few), *few)
    full, thin = model.scene(View()), model.scene(replace(View(), threshold=0.1))
    assert (full.graph.places == thin.graph.places).all()
    assert len(thin.edges) < len(full.edges) == 50
    assert len(model.scene(View(ghosts=True)).edges) > 50


def test_a_slider_over_a_wide_network_stops_at_a_few_hundred_places():
    found = stops(131_840)
    assert found[:101] == list(range(101)) and found[-1] == 131_840 and len(found) < 500
    assert stops(3) == [0, 1, 2, 3]


def test_a_page_shows_the_figure_and_no_widget(net, masks, few, monkeypatch):
    shown = []

    class Handle:
        def update(self, data, raw):
            shown[0] = data

    def display(data, **options):
        shown.append(data)
        return Handle()

    monkeypatch.setattr("cubistlib.inspector.widget.display", display)
    cl.inspect(net, masks, data=few)._ipython_display_()
    assert [set(data) for data in shown] == [{"image/png", "text/plain"}, {page.WIDGET}]
    shown[0]["image/png"] = base64.b64encode(shown[0]["image/png"]).decode()
    outputs = [nbformat.v4.new_output("display_data", data=data) for data in shown]
    cell = nbformat.v4.new_code_cell("inspector", outputs=outputs)
    body = page._body(nbformat.v4.new_notebook(cells=[cell]), "What does it do?")
    assert body.count("<img") == 1 and "<script" not in body


def test_what_a_view_says_is_text_and_never_markup(net, masks, few):
    inspector = cl.inspect(net, masks, data=few)
    inspector._restore("unit=<img src=x>")
    assert "<img" not in inspector.status.value and "&lt;img" in inspector.status.value


def test_runs_that_are_left_out_are_counted(results, few):
    strange = results.assign(algorithm=results["algorithm"].replace("snip", "nobodys"))
    model = Model(catalogue(strange, None, (), *few), *few)
    assert model.summaries(View())[-1].startswith("left out ")
