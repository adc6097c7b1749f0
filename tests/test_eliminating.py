"""Studies of the search that goes down: rows, replay, second stages, and kills at any instant."""

import json
import multiprocessing
import signal
import time
from multiprocessing import forkserver

import eliminations
import numpy as np
import pytest
import sweeps

import cubistlib as cl
from cubistlib.search.descent import Budget
from cubistlib.studies.definition import definition
from cubistlib.studies.eliminating import EliminationStudy, masks_of, network_of

STUDY = eliminations.tiny()
NONE = {"polished": 0, "polishings": 0, "hops": 0}
UNPOLISHED = Budget(**(vars(eliminations.BUDGET) | NONE))


@pytest.fixture(scope="module")
def table():
    """The first two starts."""
    return STUDY.run(range(2 * STUDY.slots))


def test_an_experiment_is_a_start_a_kind_and_a_count():
    assert STUDY.slots == 2 * 9 and len(STUDY) == 4 * 18 and len(STUDY.shards) == 4
    last = STUDY.experiments([18 * 3 + 9])[0]
    assert (last.algorithm, last.hidden, last.seed) == ("elimination-polished", (2, 2, 2), 1)


def test_rows_say_what_their_networks_are(table):
    x, y = STUDY.data
    found = table[~table["diverged"]]
    assert len(found) > 10 and found["steps"].min() > 6 * 4 * 4
    assert (table["parameters_kept"] == [*STUDY.counts] * 4).all()
    assert table.loc[table["diverged"], ["accuracy", "correct", "network"]].isna().all(axis=None)
    for row in found.to_dict("records"):
        net = network_of(row)
        masks = masks_of(net)
        assert net.hidden == row["hidden"] and masks.weights_kept[0] == row["weights_kept"]
        live = cl.simplify(net, masks, x)
        assert masks.parameters_kept[0] == row["parameters_kept"] == live.live_parameters[0]
        h = x.astype(float)
        for w, b in zip(net.weights, net.biases, strict=True):
            z = h @ w[0].T.astype(float) + b[0].astype(float)
            h = np.maximum(z, 0)
        assert ((z[:, 0] > 0) == (y > 0.5)).sum() == row["correct"]
        assert row["accuracy"] == row["correct"] / row["points"] == row["correct"] / len(x)


def test_biases_that_may_go_are_counted_by_what_is_not_zero():
    study = eliminations.tiny(budget=Budget(**(vars(eliminations.BUDGET) | {"biases": True})))
    rows = study.run(range(study.slots))
    assert set(rows["algorithm"]) == {"elimination-biases", "elimination-polished-biases"}
    for row in rows[~rows["diverged"]].to_dict("records"):
        net = network_of(row)
        assert sum(int((a != 0).sum()) for a in net.arrays) == row["parameters_kept"]
        assert masks_of(net, biases=True).parameters_kept[0] == row["parameters_kept"]


def test_replay_and_training_give_the_row_again(table):
    number = int(table.loc[~table["diverged"], "experiment"].iloc[-1])
    row = table.iloc[[number]].reset_index(drop=True)
    sweeps.same(STUDY.replay(number), row)
    done = STUDY.train(number)
    net = network_of(row.iloc[0])
    for one, other in zip(done.network.arrays, net.arrays, strict=True):
        np.testing.assert_array_equal(one, other)
    assert done.accuracy[0] == row["accuracy"][0]


def test_a_second_stage_starts_from_what_the_first_found(table):
    found = table[~table["diverged"] & (table["algorithm"] == "elimination")]
    networks = tuple(network_of(row) for row in found.to_dict("records"))
    study = eliminations.tiny(name="tiny/second", structures=(), networks=networks, seeds=1)
    assert len(study.shards) == 1 and definition(study) == json.loads(json.dumps(definition(study)))
    other = eliminations.tiny(name="tiny/second", structures=(), networks=networks[1:], seeds=1)
    assert definition(study)["networks"] != definition(other)["networks"]
    rows = study.run(range(study.slots))
    best = found.groupby("parameters_kept")["correct"].max()
    later = rows[rows["algorithm"] == "elimination"].set_index("parameters_kept")["correct"]
    assert (later[best.index] >= best).all()


def test_polishing_goes_on_from_polished_networks_which_stay_apart(table):
    """The best of all is given as polished: it stands there, and no row by SGD is as good."""
    found = table[~table["diverged"]]
    best = found.loc[found["correct"].idxmax()]
    others = found[found["correct"] < best["correct"] - 30]
    budget = Budget(**(vars(eliminations.BUDGET) | {"generations": 0, "polishings": 0}))
    given = {"structures": (), "networks": (network_of(others.iloc[0]),), "seeds": 1}
    study = eliminations.tiny(
        name="tiny/third", **given, polished=(network_of(best),), budget=budget
    )
    rows = study.run(range(study.slots))
    of_count = rows[rows["parameters_kept"] == best["parameters_kept"]].set_index("algorithm")
    assert of_count.loc["elimination-polished", "correct"] == best["correct"]
    sgd = rows[rows["algorithm"] == "elimination"]
    assert (sgd["correct"].dropna() < best["correct"]).all()
    assert definition(study)["polished"] != definition(eliminations.tiny()).get("polished")


def test_a_start_from_random_masks_has_so_many_weights_at_most():
    budget = Budget(**(vars(UNPOLISHED) | {"low": 5, "generations": 0}))
    wide = {"structures": ((4, 4, 4),), "seeds": 1, "budget": budget}
    study = eliminations.tiny(name="tiny/sparse", keep=16, **wide)
    found = study.run(range(study.slots)).query("not diverged")
    assert len(found) and found["weights_kept"].max() <= 16
    dense = eliminations.tiny(name="tiny/sparse", **wide)
    assert not dense.run(range(study.slots)).query("not diverged").equals(found)
    assert "keep" not in definition(dense) and definition(study)["keep"] == 16


@pytest.fixture
def fork():
    """Starts functions in processes that have the library loaded already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["warm_eliminations"])
    with pytest.MonkeyPatch.context() as patch:  # the server looks for modules only there
        patch.setenv("PYTHONPATH", str(sweeps.HERE))
        forkserver.ensure_running()

    def start(*arguments):
        process = context.Process(target=eliminations.work, args=arguments)
        process.start()
        return process

    return start


def test_five_kills_at_random_instants_change_no_byte(fork, tmp_path):
    def files(home):
        folder = home / "outputs" / "test" / "results" / STUDY.name
        return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}

    fork(tmp_path / "first").join()  # waits until the library is loaded
    start = time.monotonic()
    fork(tmp_path / "whole").join()
    seconds, expected = time.monotonic() - start, files(tmp_path / "whole")
    rng, kills = np.random.default_rng(1), 0
    assert expected
    while kills < 5:
        killed = fork(tmp_path / "killed")
        killed.join(rng.uniform(0, seconds))
        killed.kill()
        killed.join()
        kills += killed.exitcode == -signal.SIGKILL
        if killed.exitcode == 0:  # it came to its end: on with another one
            assert files(tmp_path / "killed") == expected
            (tmp_path / "killed").rename(tmp_path / f"whole {time.monotonic_ns()}")
    fork(tmp_path / "killed").join()
    assert files(tmp_path / "killed") == expected


@pytest.mark.parametrize(
    "wrongly",
    [
        {"structures": ()},
        {"structures": ((3, 1),)},
        {"structures": ((5, 1, 3),)},
        {"networks": (cl.Network.initialize((3, 1, 3)),)},
        {"structures": (), "networks": (cl.Network.initialize((3, 1, 3), 2),)},
        {"budget": 3},
        {"keep": -1},
        {"structures": (), "networks": (cl.Network.initialize((3, 1, 3)),), "keep": 5},
        {"polished": (cl.Network.initialize((5, 1, 3)),)},
        {"polished": (cl.Network.initialize((3, 1, 3)),), "budget": UNPOLISHED},
    ],
)
def test_studies_that_are_none(wrongly):
    with pytest.raises(cl.UserError, match="study: "):
        eliminations.tiny(**wrongly)


def test_a_study_is_one_by_its_definition():
    assert isinstance(STUDY, EliminationStudy)
    assert definition(STUDY) == definition(eliminations.tiny())
    other = Budget(**(vars(eliminations.BUDGET) | {"beam": 5}))
    assert definition(STUDY) != definition(eliminations.tiny(budget=other))
