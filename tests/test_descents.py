"""The searches that went down as data, and the witnesses among what they find."""

from dataclasses import replace

import eliminations
import numpy as np
import pandas as pd
import pytest
from known import FOUND, trained

import cubistlib as cl
from cubistlib import sweep
from cubistlib.search import frontier, verify
from cubistlib.search.descent import Budget
from cubistlib.search.witness import Witness
from cubistlib.studies import descents
from cubistlib.studies.definition import definition

SMALL = {"tries": 40, "beam": 4, "branch": 2, "generations": 0, "polished": 0}


def test_the_studies_are_what_was_run():
    for biases in (False, True):
        study = descents.dense(biases)
        assert len(study.shards) == (104, 26)[biases]
        assert study.budget == Budget(low=study.budget.low, polished=0, biases=biases)
        assert len(descents.sparse(biases).shards) == 2 * 4
    assert definition(descents.dense()) != definition(descents.dense(True))


@pytest.mark.parametrize("biases", [False, True])
def test_what_a_start_finds_becomes_witnesses_that_hold(tmp_path, biases):
    budget = Budget(low=8, biases=biases, host=(3, 2, 2), **SMALL)
    study = descents.dense(biases, structures=((3, 2, 2),), seeds=1, budget=budget)
    results = sweep.run(study, tmp_path)
    found = list(descents.witnesses(results, "2026-11-26"))
    rows = results[~results["diverged"]].set_index("experiment")
    assert len(found) > 3 and len({w.claims.parameters for w in found}) == len(found)
    for witness in found:
        row = rows.loc[witness.found["number"]]
        assert witness.claims.correct == row["correct"]
        assert witness.claims.parameters == row["parameters_kept"]
        assert witness.bias_rule == ("pruned" if biases else "read")
        witness.write(tmp_path / "one.json")
        assert verify.verify(tmp_path / "one.json") == 0
    kept = frontier.add(found, tmp_path / "frontier", 0.6)
    nets = [witness.network for witness in kept.values()]
    fits = replace(budget, host=(3, 3, 3), polished=1)
    again = descents.gathered(nets, nets[:1], biases, seeds=1, budget=fits)
    assert len(again.shards) == 1 and again.networks == tuple(nets)
    assert again.polished == tuple(nets[:1])


def test_the_best_of_every_count_by_hand():
    row = {"network": [1.0, 0, 0, 1.0, 0, 1.0, 0, 1.0, 0], "hidden": (1, 1, 1), "diverged": False}
    kinds = ["elimination", "elimination", "elimination", "elimination-polished"]
    table = pd.DataFrame([row] * 4).assign(
        algorithm=kinds, parameters_kept=[9, 9, 8, 9], correct=[5, 7, 1, 9], experiment=range(4)
    )
    values = [[float(i)] + [1.0] * 8 for i in range(4)]
    table["network"] = values
    first = [float(net.weights[0][0, 0, 0]) for net in descents.best(table, room=1)]
    assert first == [2.0, 1.0]
    assert len(descents.best(table)) == 3
    table.loc[1, "diverged"] = True
    assert [float(net.weights[0][0, 0, 0]) for net in descents.best(table, room=1)] == [2.0, 0.0]


def test_of_an_algorithm_s_networks_those_start_that_fit():
    narrow, wide = cl.Network.initialize((3, 8, 2)), cl.Network.initialize((3, 9, 2))
    study = descents.pruned("gmp", [narrow, wide])
    assert study.networks == (narrow,) and len(study.shards) == 2
    assert study.name == "elimination/from-gmp"
    with pytest.raises(cl.UserError, match="study: it must have structures to start from"):
        descents.pruned("gmp", [wide])


def test_an_algorithm_s_networks_are_known_to_both_of_its_studies(tmp_path):
    one = Witness.of(*trained("fixed-init-99.5/pruning 1207"), found=FOUND)
    one.write(descents.seeds(tmp_path, "elimination/from-gmp") / "00.json")
    for name in ("elimination/from-gmp", "elimination/from-gmp-biases"):
        (network,) = descents.begun_with(tmp_path, name)["networks"]
        assert network.hidden == one.hidden
    assert descents.begun_with(tmp_path, "elimination/gathered-biases") == {}


def test_a_gathered_study_begins_with_copies_and_what_was_found_before(tmp_path):
    """Seeds by what they ended in, then the best of every count of each study before it."""
    place, name = tmp_path, "elimination/gathered"
    assert descents.begun_with(place, name) == {}
    one = Witness.of(*trained("fixed-init-99.5/pruning 1207"), found=FOUND)
    other = Witness(one.weights, one.biases, "polished", "read", FOUND)
    for number, witness in enumerate((one, other)):
        witness.write(descents.seeds(place, name) / f"{number}.json")
    first = eliminations.tiny(name="elimination/from-gmp", structures=((2, 2, 2),), seeds=1)
    found = sweep.run(first, place, workers=1)
    sweep.run(eliminations.tiny(name="elimination/from-gmp-biases", seeds=1), place, workers=1)
    begun = descents.begun_with(place, name)
    best = descents.best(found)
    assert [net.hidden for net in begun["polished"]] == [one.hidden]
    assert len(begun["networks"]) == 1 + len(best) > 2
    for net, expected in zip(begun["networks"], [one.network, *best], strict=True):
        for array, right in zip(net.arrays, expected.arrays, strict=True):
            np.testing.assert_array_equal(array, right)
