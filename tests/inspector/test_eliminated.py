"""Networks of eliminations, which their rows hold."""

import eliminations
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib.inspector import Refused
from cubistlib.inspector.sources import catalogue
from cubistlib.studies.eliminating import flat, network_of


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
