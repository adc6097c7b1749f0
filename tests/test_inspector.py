"""The inspector without a browser: the view, the numbers, the maps, the catalogue, the exports."""

import base64
import itertools
import json
from dataclasses import replace
from unittest.mock import Mock

import eliminations
import nbformat
import numpy as np
import pandas as pd
import pytest
from ipywidgets.widgets.widget import _instances
from torch import nn

import cubistlib as cl
from cubistlib import plots, store
from cubistlib.inspector import Refused, units
from cubistlib.inspector.catalogue import stops
from cubistlib.inspector.content import WIDEST, content, kept
from cubistlib.inspector.explorer import KEPT, SOURCES
from cubistlib.inspector.figure import encoded, figure
from cubistlib.inspector.film import checkpoints, rerun
from cubistlib.inspector.model import Model, scene_title
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.specimen import Specimen, survey
from cubistlib.inspector.units import Unit
from cubistlib.inspector.view import View
from cubistlib.inspector.widget import Page
from cubistlib.networks.connectivity import STATES
from cubistlib.pruners.parts.selection import select
from cubistlib.runner import page
from cubistlib.studies import PruningStudy, SearchStudy, stacks
from cubistlib.studies.eliminating import flat, network_of
from cubistlib.support.checks import UserError

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
        View(threshold=0.25, unit="h2.3", beside="search", lives=True, ghosts=True),
        View(pre=True, shared=True, step=19_500),
    ],
)
def test_a_view_is_a_string_and_back(view):
    assert View.parse(str(view)) == view


def test_a_view_says_only_what_is_not_default():
    assert str(View()) == ""
    assert str(View(unit="h2.3", threshold=0.5, lives=True)) == "threshold=0.5&unit=h2.3&lives=1"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nonsense", "view: unknown 'nonsense'; allowed: study"),
        ("colour=red", "view: unknown 'colour'"),
        ("keep=-1", "view: keep must be a whole number ≥ 0, got '-1'"),
        ("keep=2.5", "view: keep must be a whole number ≥ 0, got '2.5'"),
        ("threshold=nan", "view: threshold must be a number ≥ 0, got 'nan'"),
        ("lives=yes", "view: lives must be 0 or 1, got 'yes'"),
        ("keep=9999", "inspect: no result with keep 9999; there are: 0, 1, 2, "),
        ("step=7", "inspect: no result with step 7; there are: 0"),
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


def test_layers_of_pytorch_are_told_the_way():
    layers = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    with pytest.raises(Refused, match=r"got Sequential; .* cubistlib\.interop\.from_sequential$"):
        cl.inspect(layers)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (lambda x, y: (x,), "data must be x and y"),
        (lambda x, y: 5, "data must be x and y, got 5"),
        (lambda x, y: x[:2], "data must be x and y"),
        (lambda x, y: (1e19 * x, y), "x must lie within ±1,000,000"),
        (lambda x, y: (x[:0], y[:0]), "one row or more, got none"),
        (lambda x, y: (x, y[:-1]), r"y must be \(1983,\) as x, got shape \(1982,\)"),
        (lambda x, y: (x[:, :1], y), r"x must be \(rows, 2\) as networks are"),
        (lambda x, y: (x * np.nan, y), "x must be finite"),
        (lambda x, y: (x, y * 3), "y may hold only the classes 0 and 1"),
    ],
)
def test_data_to_measure_on_that_is_none_is_a_sentence(net, few, data, sentence):
    with pytest.raises(Refused, match=sentence):
        cl.inspect(net, data=data(*few))
    with pytest.raises(Refused, match="view must be text, got 5"):
        cl.inspect(net, view=5, data=few)


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("keep", None, "left out 4 of 4 runs: .* others their algorithm and keep"),
        ("seed", -1, "seed must be a whole number ≥ 0, got -1"),
        ("accuracy", np.nan, "no row has an accuracy"),
    ],
)
def test_rows_that_cannot_be_had_again_are_a_sentence(results, few, column, value, sentence):
    with pytest.raises(Refused, match=sentence):
        cl.inspect(results[results["keep"] == 15].iloc[:4].assign(**{column: value}), data=few)


@pytest.mark.parametrize("hidden", [[1], [5], [4] * 6, [7, 3, 3], [40, 40, 40]])
def test_networks_of_any_depth_and_width_are_drawn(hidden, few):
    net = cl.Network.initialize(hidden)
    inspector = cl.inspect(net, random_mask(net, min(30, net.size)), data=few)
    assert inspector._repr_png_().startswith(b"\x89PNG")
    assert inspector.page.given["films"][0]["sizes"] == list(net.sizes)


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
    found = scene.survey
    told = f"{found.accuracy:.2%}, {found.live_parameters} parameters live"
    assert scene_title(scene) == f"network, 30 weights kept: {told}"
    fewer = model.scene(View(keep=12))
    assert scene_title(fewer).startswith("network, 12 weights kept: ")


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
    assert measured == [len(model.x), len(model.x)]


def test_what_lives_has_the_same_accuracy_and_the_counts_of_simplify(model):
    before, after = model.scene(View()), model.scene(View(lives=True))
    done = cl.simplify(before.specimen.net, before.specimen.masks, model.x)
    assert abs(after.survey.accuracy - before.survey.accuracy) <= 1 / len(model.x)
    assert after.specimen.weights_kept == done.live_weights[0] < before.specimen.weights_kept
    assert after.specimen.masks.parameters_kept[0] == before.survey.live_parameters


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


def test_points_beyond_the_viewer_s_square_have_a_map(net, masks, few):
    far = few[0] * 3, few[1]
    model = Model(catalogue(net, masks, (), *far), *far)
    extent, found = model.extent, model.map(View(unit="x1"))
    assert np.abs(far[0]).max() < extent == found.extent == found.top == found.values.max()
    drawn = figure(model, View(unit="h1.1"))
    assert drawn.axes[1].get_xlim() == (-extent, extent)
    near = Model(catalogue(net, masks, (), *few), *few)
    assert near.extent == 2.25


def test_thumbnails_are_scaled_alone_or_together(model):
    alone = model.scene(View()).pictures
    together = model.scene(View(shared=True)).pictures
    hidden = slice(2, -1)
    tops = alone[hidden].max(axis=(1, 2))
    assert set(tops) <= {0, 1}
    assert together[hidden].max() == 1
    assert (together[hidden] <= alone[hidden]).all()


def test_wrong_points_are_those_that_the_network_gets_wrong(model):
    scene, (x, y) = model.scene(View()), (model.x, model.y)
    right = (scene.specimen.net.logits(x)[0] > 0) == (y > 0.5)
    wrong = {tuple(point) for point in x[~right]}
    assert len(scene.survey.wrong) and {tuple(point) for point in scene.survey.wrong} <= wrong
    assert len(scene.survey.wrong) == (~right).sum()


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


def test_weights_into_a_unit_are_those_of_the_network(model):
    specimen = model.scene(View()).specimen
    for name in ("h1.1", "h2.3", "h3.6"):
        unit = Unit.parse(name, specimen.net.sizes)
        into = dict(units.incoming(specimen, unit))
        kept = specimen.masks.weights[unit.layer - 1][0, unit.index]
        assert len(into) == kept.sum()
        assert sorted(into.values()) == sorted(
            specimen.net.weights[unit.layer - 1][0, unit.index][kept]
        )


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
    chosen = found.changed(View(algorithm="snip", seed="1", keep=18), "algorithm", "gmp")
    assert chosen in {View(algorithm="gmp", keep=keep) for keep in (15, 20)}


def test_a_view_names_the_run_that_it_shows(results, few):
    found = catalogue(results, None, (), *few)
    for view in (View(), View(algorithm="snip"), View(keep=20, unit="h2.1")):
        pinned = found.pinned(view)
        assert found.entry(pinned) is found.entry(view)
        shown = {(e.study, e.algorithm, e.width, e.seed, e.keep) for e in [found.entry(view)]}
        assert {(pinned.study, pinned.algorithm, pinned.width, pinned.seed, pinned.keep)} == shown
        assert pinned.unit == view.unit
    with pytest.raises(ValueError, match="inspect: no result with keep 17; there are: 15, 20"):
        found.check(View(keep=17))


def unpacked(film):
    """Networks and masks as the page gets them: parameters, and whether they are kept."""
    count = sum(a * b + b for a, b in itertools.pairwise(film["sizes"]))
    shape = len(film["steps"]), count
    bits = np.unpackbits(np.frombuffer(film["kept"], np.uint8), count=np.prod(shape))
    kept = bits.reshape(shape).astype(bool)
    values = np.zeros(shape, np.float32)
    values[kept] = np.frombuffer(film["values"], "<f4")
    return values, kept


def test_the_page_gets_every_checkpoint_to_the_bit(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    view = View(algorithm="gmp", width="3", beside="snip")
    pinned = model.catalogue.pinned(view)
    given = content(model, pinned)
    assert given["keeps"] == [15, 20] and [m[0] for m in given["menus"]["beside"]] == list(
        model.catalogue.menu("algorithm", View())
    )
    for each, sent in zip(model.views(view), given["films"], strict=True):
        film, (values, kept) = model.catalogue.film(each), unpacked(sent)
        assert sent["steps"] == list(film.steps) and sent["kind"] == "sgd"
        for step, row, mask, title in zip(film.steps, values, kept, sent["titles"], strict=True):
            shown = model.catalogue.specimen(replace(each, step=step))
            layers = (*shown.net.weights, *shown.net.biases)
            np.testing.assert_array_equal(row, np.concatenate([p.ravel() for p in layers]))
            layers = (*shown.masks.weights, *shown.masks.biases)
            np.testing.assert_array_equal(mask, np.concatenate([p.ravel() for p in layers]))
            assert title == shown.title


def test_an_output_keeps_what_is_shown_and_nothing_to_ask_for(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    view = model.checked(View(algorithm="gmp", width="3", keep=15, beside="snip"))
    held, given = json.loads(json.dumps(kept(model, view))), content(model, view)
    assert View.parse(held["view"]) == view
    assert (held["menus"], held["keeps"]) == ({}, [])  # k of runs is the kernel's
    for film, sent in zip(held["films"], given["films"], strict=True):
        assert film | {"kept": "", "values": ""} == sent | {"kept": "", "values": ""}
        for name in ("kept", "values"):
            assert base64.b64decode(film[name]) == sent[name]
    x1, x2, labels = np.frombuffer(base64.b64decode(held["points"]), "<f4").reshape(3, -1)
    np.testing.assert_array_equal(np.stack([x1, x2, labels]), np.vstack([few[0].T, few[1]]))


def test_of_what_is_too_large_the_step_is_kept_that_is_shown_or_nothing(net, few, spiral):
    every = cl.Masks.ones_like(net)
    states = [cl.train(net, every, *few, CONFIG, stop=stop).state for stop in range(5)]
    model = Model(catalogue(states, None, (), *few), *few)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("cubistlib.inspector.content.LARGEST", 34_000)  # 32,000 are the points'
        (film,) = kept(model, View(step=2))["films"]
    assert (film["steps"], film["kind"]) == ([2], "polished")
    assert film["titles"] == ["network, step 2 of 4, 90 weights kept"]
    values = np.frombuffer(base64.b64decode(film["values"]), "<f4")
    shown = model.catalogue.film(View()).at(2).net
    layers = (*shown.weights, *shown.biases)
    np.testing.assert_array_equal(values, np.concatenate([p.ravel() for p in layers]))
    wide = cl.Network.initialize([200, 200])
    assert kept(Model(catalogue(wide, None, (), *spiral), *spiral), View()) is None
    whole = kept(Model(catalogue(net, None, (), *spiral), *spiral), View())
    assert whole["points"] == "" and whole["keeps"] == list(range(91))


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
    assert film.steps[-1] % CONFIG.steps_an_epoch(len(few[0])) == 0
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
    difference = model.difference(view)
    same = model.specimen(view).net.sizes == model.specimen(other).net.sizes
    assert (difference is None) != same
    if same:
        values = model.map(view).values - model.map(other).values
        np.testing.assert_array_equal(difference.values, values)


def test_a_difference_is_of_units_that_correspond(few):
    nets = {name: cl.Network.initialize(h) for name, h in (("a", [3, 3]), ("b", [3, 4]))}
    model = Model(catalogue(nets, None, (), *few), *few)
    for unit, there in (("out", True), ("x1", True), ("h1.1", False), ("h2.2", False)):
        view = View(algorithm="a", beside="b", unit=unit)
        assert (model.difference(view) is not None) == there
        assert figure(model, view).axes
    assert model.difference(View(algorithm="b", beside="a", unit="h2.4")) is None


def test_side_by_side_at_the_same_k(results, few):
    model = Model(catalogue(results, None, (), *few), *few)
    for keep in (15, 20):
        other = model.beside(View(algorithm="gmp", keep=keep, beside="snip"))
        assert model.scene(other).specimen.weights_kept == keep


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
    assert [set(data) for data in shown] == [
        {"image/png", "text/plain", KEPT},
        {page.WIDGET},
        {"text/html", "text/plain"},
    ]
    shown[0]["image/png"] = base64.b64encode(shown[0]["image/png"]).decode()
    outputs = [nbformat.v4.new_output("display_data", data=data) for data in shown]
    cell = nbformat.v4.new_code_cell("inspector", outputs=outputs)
    body, data = page._body(nbformat.v4.new_notebook(cells=[cell]), "What does it do?")
    assert body.count("<img") == 1 == len(data) and "<script" not in body


@pytest.fixture
def said(monkeypatch):
    """What inspectors say to their pages."""
    sentences = []
    monkeypatch.setattr(Page, "send", lambda self, message: sentences.append(message["said"]))
    return sentences


def test_the_page_and_the_controls_show_one_view(results, few, said):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    fields, page = inspector.controls.fields, inspector.page
    assert page.given["view"] == inspector.view and fields["algorithm"].value == "gmp"
    looked, answer = f"{inspector.view}&threshold=0.25&unit=h1.2", page.given["answer"]
    page._handle_custom_msg({"look": looked, "answer": answer}, [])
    assert inspector.view == looked and fields["threshold"].value == 0.25
    assert page.given["answer"] == answer  # nothing comes back to where it comes from
    fields["threshold"].value = 0.0
    assert "threshold" not in page.given["view"] and "unit=h1.2" in page.given["view"]
    fields["keep"].value = 20
    assert "keep=20" in page.given["view"] and page.given["answer"] > answer
    assert inspector.model.scene(View.parse(inspector.view)).specimen.weights_kept == 20
    assert said == []


def test_a_drag_of_k_trains_no_run_on_its_way(results, few):
    fields = cl.inspect(results, data=few).controls.fields
    assert not fields["keep"].continuous_update
    assert all(fields[name].continuous_update for name in ("step", "threshold"))


def test_the_page_asks_for_another_run(results, few, said):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    page, ask = inspector.page, inspector.page._handle_custom_msg
    ask({"change": {"algorithm": "snip"}}, [])
    assert "algorithm=snip" in inspector.view == page.given["view"] and "keep=15" in inspector.view
    assert page.given["films"][0]["titles"][-1].startswith("SNIP, width ")
    before, answer = inspector.view, page.given["answer"]
    ask({"view": before}, [])
    assert page.given["answer"] > answer  # the page hears that it has what it asked for
    ask({"view": "algorithm=foo"}, [])
    ask({"view": "unit=<img src=x>"}, [])
    assert page.given["view"] == inspector.view == before
    assert said[0].startswith("inspect: no result with algorithm 'foo'") and "no unit" in said[1]


def test_what_is_closed_holds_no_trainings_and_comes_again(results, few):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    before, catalogue, view = inspector._repr_png_(), inspector.model.catalogue, inspector._view
    film = catalogue.film(view)
    assert catalogue.loaded(view) and catalogue.film(view) is film
    inspector.close()
    assert catalogue._films == {} and not catalogue.loaded(view)
    assert inspector._repr_png_() == before and catalogue.film(view) is not film


def test_whatever_fails_in_the_kernel_the_page_hears_of_it(results, few, said, monkeypatch):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    page, before = inspector.page, inspector.view
    given, full = page.given, Mock(side_effect=MemoryError("no room"))
    monkeypatch.setattr("cubistlib.inspector.widget.content", full)
    page._handle_custom_msg({"change": {"algorithm": "snip"}}, [])
    assert said == ["inspect: the kernel failed at this: MemoryError: no room"]
    assert inspector.view == before and page.given is given
    page._handle_custom_msg({"look": f"{before}&unit=x1", "answer": given["answer"]}, [])
    assert inspector.view == f"{before}&unit=x1"  # it goes on from what is shown
    full.side_effect = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        page._handle_custom_msg({"change": {"algorithm": "snip"}}, [])
    assert said[1].startswith("inspect: the kernel failed at this: KeyboardInterrupt")
    monkeypatch.undo()
    page._handle_custom_msg({"change": {"algorithm": "snip"}}, [])
    assert "algorithm=snip" in inspector.view == page.given["view"]


def test_a_network_too_wide_for_the_page_has_its_figure_and_a_sentence(few, said, monkeypatch):
    shown, text = [], (SOURCES / "state.js").read_text()
    assert f"MOST_OPENED = {WIDEST};" in text

    def display(data, **_):
        shown.append(data)
        return Mock()

    monkeypatch.setattr("cubistlib.inspector.widget.display", display)
    wide, small = cl.Network.initialize([2, WIDEST + 1]), cl.Network.initialize([2, WIDEST])
    inspector = cl.inspect({"wide": wide, "small": small}, view="algorithm=wide", data=few)
    inspector._ipython_display_()
    figure, sentence = shown
    assert figure["image/png"] and "at most 256 units a layer" in sentence["text/plain"]
    with pytest.raises(UserError, match="at most 256 units"):
        _ = inspector.page
    inspector.view = "algorithm=small"
    inspector._ipython_display_()
    before, page = inspector.view, inspector.page
    for fields in ({"algorithm": "wide"}, {"beside": "wide"}):
        page._handle_custom_msg({"change": fields}, [])
        assert inspector.view == page.given["view"] == before
    assert len(said) == 2 and all("at most 256 units" in sentence for sentence in said)


@pytest.mark.parametrize("late", [True, False])
def test_a_look_at_a_run_that_the_kernel_has_left_is_dropped(results, few, said, late):
    inspector = cl.inspect(results, view="algorithm=gmp&keep=15", data=few)
    page, before = inspector.page, inspector.view
    look = {"look": f"{before}&threshold=0.25", "answer": page.given["answer"]}
    change = {"change": {"algorithm": "snip"}}
    for message in (change, look) if late else (look, change):
        page._handle_custom_msg(message, [])
    view = View.parse(inspector.view)
    assert page.given["view"] == inspector.view and view.algorithm == "snip"
    assert view.threshold == (0 if late else 0.25) and said == []
    now = {"look": f"{inspector.view}&unit=x1", "answer": page.given["answer"]}
    page._handle_custom_msg(now, [])
    assert inspector.view == str(replace(view, unit="x1"))


def test_a_cell_that_runs_again_closes_what_it_showed(net, masks, few, monkeypatch):
    class Shell:
        execution_count = 0

        def get_parent(self):
            return {"metadata": {"cellId": "a"}}

    monkeypatch.setattr("cubistlib.inspector.widget.display", lambda *_, **__: Mock())
    monkeypatch.setattr("cubistlib.inspector.cells.get_ipython", lambda: Shell)
    monkeypatch.setattr(Shell, "get_parent", Shell().get_parent)
    before = len(_instances)
    for run in range(3):
        Shell.execution_count = run
        for _ in range(2):  # a cell may show two
            inspector = cl.inspect(net, masks, data=few)
            inspector._ipython_display_()
            assert inspector.controls.fields
    left = len(_instances) - before
    inspector.close()
    assert len(_instances) - before == left / 2 > 0  # of two inspectors one is left
    inspector._ipython_display_()
    assert inspector.view == ""


def test_runs_that_are_left_out_are_counted(results, few):
    strange = results.assign(algorithm=results["algorithm"].replace("snip", "nobodys"))
    model = Model(catalogue(strange, None, (), *few), *few)
    assert model.summaries(View())[-1].startswith("left out ")
