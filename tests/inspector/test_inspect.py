"""What can be inspected; all else is refused in a sentence."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from inspected import GRID, random_mask
from torch import nn

import cubistlib as cl
from cubistlib import store
from cubistlib.inspector import Refused
from cubistlib.studies import SearchStudy


def diverged():
    """A network one of whose weights is not a number."""
    net = cl.Network.initialize([3, 3])
    net.weights[1][0, 1, 2] = np.nan
    return net


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
        ("experiment", -1, "inspect: experiment must be a whole number ≥ 0, got -1"),
        ("accuracy", np.nan, "no row has an accuracy"),
    ],
)
def test_rows_that_cannot_be_had_again_are_a_sentence(results, few, column, value, sentence):
    with pytest.raises(Refused, match=sentence):
        cl.inspect(results[results["keep"] == 15].iloc[:4].assign(**{column: value}), data=few)


def test_a_number_that_a_study_does_not_have_is_a_sentence(study, results, few):
    with pytest.raises(Refused, match=r"^s/1 has the experiments 0 … 15, there is no 1000000000$"):
        cl.inspect(results.iloc[:1].assign(experiment=10**9), studies=[study], data=few)


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("keep", None, "keep 15 by its study, None by its row"),
        ("keep", -3, "keep 15 by its study, -3 by its row"),
        ("seed", -1, "seed 0 by its study, -1 by its row"),
        ("algorithm", "zzz", "algorithm snip by its study, zzz by its row"),
        ("hidden", [3, 3], r"hidden \(3, 3, 3\) by its study, \(3, 3\) by its row"),
        ("experiment", 15, "algorithm gmp by its study, snip by its row"),
    ],
)
def test_a_row_that_its_study_contradicts_is_a_sentence(
    study, results, few, column, value, sentence
):
    rows = results.assign(**{column: results[column].astype(object)})
    number = value if column == "experiment" else 0
    rows.at[0, column] = value
    with pytest.raises(Refused, match=f"^inspect: experiment {number} of s/1 has {sentence}$"):
        cl.inspect(rows, studies=[study], data=few)
    for row in (rows.iloc[0], rows.iloc[:1]):
        with pytest.raises(Refused, match=sentence):
            cl.inspect(row, studies=[study], data=few)


def test_rows_that_their_study_bears_out_are_shown(study, results, few):
    shuffled = replace(study, name="s/2", control="shuffled")
    masks = (cl.Masks.ones_like(cl.Network.initialize([3])),)
    search = SearchStudy(name="s/3", masks=masks, **GRID)
    every = [study, shuffled, search]
    rows = pd.concat([results, shuffled.run([0]), search.run([0])], ignore_index=True)
    assert len(cl.inspect(rows, studies=every, data=few).model.catalogue.entries) == len(rows)


@pytest.mark.parametrize("hidden", [[1], [5], [4] * 6, [7, 3, 3], [40, 40, 40]])
def test_networks_of_any_depth_and_width_are_drawn(hidden, few):
    net = cl.Network.initialize(hidden)
    inspector = cl.inspect(net, random_mask(net, min(30, net.size)), data=few)
    assert inspector._repr_png_().startswith(b"\x89PNG")
    assert inspector.page.given["films"][0]["sizes"] == list(net.sizes)


def test_an_export_that_the_disk_refuses_is_a_sentence(net, few, tmp_path):
    (tmp_path / "file").touch()
    refused = "^export: .*file/view.png cannot be written .a file of that name is in the way"
    with pytest.raises(cl.UserError, match=refused):
        cl.inspect(net, data=few).export(tmp_path / "file" / "view.png")
