"""The searches that went down as data, and the witnesses among what they find."""

from dataclasses import replace

import pytest

from cubistlib import sweep
from cubistlib.search import frontier, verify
from cubistlib.search.descent import Budget
from cubistlib.studies import descents
from cubistlib.studies.definition import definition

SMALL = {"tries": 40, "beam": 4, "branch": 2, "generations": 0, "polished": 0}


def test_the_studies_are_what_was_run():
    for biases in (False, True):
        study = descents.dense(biases)
        assert len(study.shards) == 104 and study.budget == Budget(
            low=study.budget.low, biases=biases
        )
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
    again = descents.gathered(nets, biases, seeds=1, budget=replace(budget, host=(3, 3, 3)))
    assert len(again.shards) == 1 and again.networks == tuple(nets)
