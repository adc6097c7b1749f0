"""Trainings once more, as checkpoints."""

import numpy as np
import pytest
from inspected import CONFIG

import cubistlib as cl
from cubistlib.inspector.film import checkpoints, rerun
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.view import View
from cubistlib.studies import PruningStudy, stacks


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
    assert film.steps[-1] >= done.state.step  # of the last training; others may come before it
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
