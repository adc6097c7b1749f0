"""Odd arguments of what analyses results: one sentence that says what is allowed, or an answer."""

from inspect import signature
from math import inf, nan

import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import analysis
from cubistlib.analysis import success
from cubistlib.analysis.replicates import sign_interval

N = 12
TWO = ["snip", "gmp"]


def runs(**changes) -> pd.DataFrame:
    """Twelve runs of two pruners and the search at two widths."""
    number = np.arange(N)
    told = {
        "study": "s",
        "experiment": number,
        "algorithm": [*TWO, "search"] * 4,
        "hidden": [(3, 3, 3)] * 6 + [(8, 8, 8)] * 6,
        "width": [3] * 6 + [8] * 6,
        "keep": 15 + number % 4,
        "lr": 0.1,
        "schedule": "cosine",
        "epochs": 50,
        "seed": number % 2,
        "correct": 400 + 50 * number,
        "points": 1000,
        "accuracy": 0.4 + number / 20,
        "diverged": False,
        **dict.fromkeys(analysis.COUNTS, 15 + number % 4),
    }
    return pd.DataFrame({**told, **changes})


COUNTED = success.counts(runs(), ["algorithm"], [0.5])
RATES = success.rates(COUNTED, [0.5])
PAIRED = analysis.paired(runs(), runs())
TABLE = runs()

# Every function with arguments that are right.
CALLS = {
    analysis.at_equal_runs: {
        **{"results": TABLE, "ruler": TABLE, "target": 0.5, "by": ["algorithm"]},
        **{"size": "keep", "times": 2, "seed": 1},
    },
    analysis.at_best_setting: {"results": TABLE.assign(lr=0.1, schedule="step"), "target": 0.5},
    analysis.best_of_each_size: {"results": TABLE, "by": "live_parameters"},
    analysis.best_run: {"results": TABLE, "target": 0.5, "by": "keep"},
    analysis.best_within: {"results": TABLE, "by": "keep", "sizes": [15, 17]},
    analysis.converged: {"results": TABLE},
    analysis.cost_to_reach: {
        **{"best": analysis.expected_best(TABLE.assign(steps=100)), "target": 0.5},
        **{"by": ["algorithm"]},
    },
    analysis.expected_best: {
        **{"results": TABLE.assign(steps=100), "by": ["algorithm"]},
        **{"resamples": 5, "seed": 1},
    },
    analysis.expected_fewest: {
        **{"results": TABLE.assign(steps=100), "target": 0.5, "by": ["algorithm"]},
        **{"size": "keep", "resamples": 5, "seed": 1},
    },
    analysis.fewest_within: {
        **{"fewest": analysis.expected_fewest(TABLE.assign(steps=100), 0.5), "steps": 200},
        **{"by": ["algorithm"]},
    },
    analysis.frontier: {"results": TABLE, "by": "keep"},
    analysis.frontiers: {"results": TABLE, "by": "keep"},
    analysis.gap: {"results": TABLE, "by": "keep", "sizes": [15, 16]},
    analysis.kept_shares: {"results": TABLE},
    analysis.lead: {"results": TABLE, "by": "keep"},
    analysis.needed: {
        **{"results": TABLE, "target": 0.5, "share": 0.5, "by": ["algorithm"]},
        **{"size": "keep", "seed": 1},
    },
    analysis.needed_at_best: {
        **{"results": TABLE, "target": 0.5, "share": 0.5, "over": ["width"]},
        **{"size": "keep", "seed": 1},
    },
    analysis.needed_leads: {
        **{"results": TABLE, "target": 0.5, "share": 0.5, "over": ["width"]},
        **{"size": "keep", "seed": 1},
    },
    analysis.of_differences: {"differences": np.array([0.1, -0.2, 0.3])},
    analysis.over_seeds: {"results": TABLE},
    analysis.shared_seeds: {"results": TABLE},
    analysis.pair_words: {"told": PAIRED},
    analysis.paired: {"one": TABLE, "other": TABLE, "value": "accuracy"},
    analysis.paired_cells: {"one": TABLE, "other": TABLE, "by": ["hidden"], "value": "keep"},
    analysis.paired_groups: {"one": TABLE, "other": TABLE, "by": ["hidden"], "least": 0.6},
    analysis.paired_ways: {"runs": {"a": TABLE, "b": TABLE}, "usual": "a", "value": "accuracy"},
    analysis.pathless: {"results": TABLE, "by": ["algorithm"]},
    analysis.published: {"study": "random-init/structured-search"},
    analysis.rank_correlation: {"one": [[1, 2, 3]], "other": [[3, 2, 1]]},
    analysis.reached: {"results": TABLE, "target": 0.5, "by": ["algorithm"], "size": "keep"},
    analysis.replicates: {"results": TABLE},
    analysis.smallest: {"results": TABLE, "targets": [0.5], "by": "live_weights"},
    analysis.sparsest: {"witnesses": []},
    analysis.spread: {"results": TABLE, "value": "accuracy", "by": ["algorithm"]},
    analysis.typical: {"results": TABLE},
    analysis.used: {"results": TABLE},
    analysis.width_cost: {"results": TABLE, "narrow": 3, "sizes": ["keep"], "seed": 0},
    sign_interval: {"values": np.arange(9.0)},
    success.column: {"target": 0.5},
    success.counts: {"results": TABLE, "by": ["algorithm"], "targets": [0.5]},
    success.interval: {"successes": [1, 2], "trainings": [3, 4]},
    success.leads: {"one": RATES, "other": RATES, "by": ["algorithm"]},
    success.least_correct: {"target": 0.5, "points": 1000},
    success.pooled: {"table": COUNTED, "by": ["algorithm"]},
    success.rates: {"table": COUNTED, "targets": [0.5]},
    success.seen: {"trainings": 6},
}
ODD = {
    "nothing": None,
    "NaN": nan,
    "infinity": inf,
    "a flag": True,
    "a negative number": -1,
    "a fraction": 0.3,
    "a huge number": 10**400,
    "text": "nonsense",
    "a column of text": "algorithm",
    "a column of tuples": "hidden",
    "no text": "",
    "bytes": b"keep",
    "an empty list": [],
    "an empty tuple": (),
    "a list of nothing": [None],
    "a list of NaN": [nan],
    "a list of text": ["nonsense", "keep"],
    "a list of lists": [["keep"], ["keep", 1]],
    "an empty mapping": {},
    "a mapping": {"a": 1},
    "a set": {1, 2},
    "an array": np.array([[1.5, nan]]),
    "a type": int,
    "an object": object(),
    "no table": pd.DataFrame(),
    "a table of other things": pd.DataFrame({"a": [1], "b": ["x"]}),
    "a row": TABLE.iloc[0],
    "runs that do not tell": runs(accuracy=nan, correct=pd.NA, points=pd.NA, live_weights=pd.NA),
    "runs of no points": runs(points=nan),
    "a text for a number": runs(accuracy="0.9", keep="15"),
    "the table twice": pd.concat([TABLE, TABLE]),
}


@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
def test_right_arguments_are_taken(function):
    assert set(CALLS[function]) <= set(signature(function).parameters)
    function(**CALLS[function])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
def test_odd_arguments_are_answered_or_refused_in_a_sentence(function, odd):
    for name in CALLS[function]:
        try:
            function(**CALLS[function] | {name: odd})
        except cl.UserError as error:
            assert "\n" not in str(error) and len(str(error)) < 600


def test_every_function_that_analyses_stands_in_the_table():
    public = {name for name, value in vars(analysis).items() if callable(value)}
    assert public - {"reference", "reference_pruning"} <= {function.__name__ for function in CALLS}
