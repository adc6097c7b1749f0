"""Runs of results in menus, and which of them a view shows."""

import pytest
from inspected import GRID, random_mask

import cubistlib as cl
from cubistlib.inspector.catalogue import stops
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.view import View
from cubistlib.studies import SearchStudy


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


def test_a_slider_over_a_wide_network_stops_at_a_few_hundred_places():
    found = stops(131_840)
    assert found[:101] == list(range(101)) and found[-1] == 131_840 and len(found) < 500
    assert stops(3) == [0, 1, 2, 3]


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


def test_a_run_that_cannot_be_had_again_says_so(results, few):
    changed = results.assign(accuracy=results["accuracy"] + 0.001)
    found = catalogue(changed, None, (), *few)
    assert "(trained again; its record says" in found.specimen(View()).title


def test_runs_that_are_left_out_are_counted(results, few):
    strange = results.assign(algorithm=results["algorithm"].replace("snip", "nobodys"))
    model = Model(catalogue(strange, None, (), *few), *few)
    assert model.summaries(View())[-1].startswith("left out ")
