"""Which algorithm needs fewer: by hand, where nobody gets there, and by simulated runs."""

import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import analysis
from cubistlib.analysis import order


def runs(rates, seeds=10):
    """Runs of which so many seeds get there: {(algorithm, width, k): how many of the first}."""
    rows = [
        (*cell, seed, 960 if seed < there else 500)
        for cell, there in rates.items()
        for seed in range(seeds)
    ]
    table = pd.DataFrame(rows, columns=["algorithm", "width", "keep", "seed", "correct"])
    return table.assign(points=1000, diverged=False)


TABLE = runs(
    {
        **{("a", 4, 20): 0, ("a", 4, 30): 10},  # half at 25
        **{("a", 8, 20): 0, ("a", 8, 40): 10},  # half at 30
        **{("b", 4, 20): 0, ("b", 4, 30): 4, ("b", 8, 20): 0, ("b", 8, 40): 10},  # half at 30
        **{("c", 4, 20): 0, ("c", 4, 40): 0},
        **{("d", 4, 20): 0, ("d", 4, 30): 1},
        **{("e", 4, 20): 10, ("e", 4, 30): 10},
    }
)


def test_the_size_at_the_best_width_by_hand():
    found = analysis.needed_at_best(TABLE, 0.95).set_index("algorithm")
    assert found["width"].tolist() == [4, 8, 4, 4, 4]
    assert found["needed"].tolist() == [25, 30, np.inf, np.inf, 20]
    assert found.loc["a", ["low", "high"]].tolist() == [25, 25]  # all seeds do alike
    low, high = found.loc["b", ["low", "high"]]
    assert 25 < low < 30 == high  # where the four that reach it weigh most, width 4 is better
    assert np.isinf(found.loc["c", ["low", "high"]].tolist()).all()
    assert found.loc["e", ["low", "high"]].tolist() == [0, 20]
    tenth = analysis.needed_at_best(TABLE, 0.95, 0.1).set_index("algorithm")["needed"]
    assert tenth["a"] == pytest.approx(21) and tenth["d"] == 30


def test_leads_by_hand():
    leads = analysis.needed_leads(TABLE, 0.95).set_index(["algorithm", "other"])
    assert len(leads) == 20
    assert leads.loc[("a", "e")].tolist() == [-5, -5, -5]
    assert leads.loc[("e", "a")].tolist() == [5, 5, 5]
    assert leads.loc[("a", "b"), "lead"] == leads.loc[("a", "b"), "high"] == 5
    assert leads.loc[("a", "c")].tolist() == [np.inf] * 3
    neither = leads.loc[("c", "d")]
    assert np.isnan(neither["lead"]) and neither[["low", "high"]].tolist() == [0, 0]


def test_a_handful_of_seeds_is_sure_of_nothing():
    rates = {("a", 4, 20): 0, ("a", 4, 30): 10, ("b", 4, 20): 0, ("b", 4, 30): 0}
    few = analysis.needed_at_best(runs(rates, seeds=5), 0.95)
    assert few[["needed", "low", "high"]].values.tolist() == [[25, 0, np.inf], [np.inf, 0, np.inf]]
    enough, five = runs(rates, seeds=6), runs(rates, seeds=5)
    mixed = pd.concat([enough[enough["algorithm"] == "a"], five[five["algorithm"] == "b"]])
    for table, low, high in (
        (enough, np.inf, np.inf),
        (five, -np.inf, np.inf),
        (mixed, -np.inf, np.inf),
    ):
        lead = analysis.needed_leads(table, 0.95).iloc[0]
        assert lead[["lead", "low", "high"]].tolist() == [np.inf, low, high]


def test_all_runs_as_one_group_and_a_table_without_runs():
    pooled = analysis.needed_at_best(TABLE, 0.95, over=["algorithm"]).set_index("algorithm")
    assert [*pooled] == ["needed", "low", "high"]
    assert pooled.loc["e", "needed"] == 20 and pooled.loc["b", "needed"] == pytest.approx(
        30 + 1 / 0.6
    )
    assert analysis.needed_at_best(TABLE.head(0), 0.95).empty
    assert analysis.needed_leads(TABLE.head(0), 0.95).empty


def simulated(seed, middles, seeds=30):
    """Runs whose chance of success rises over k about a middle of their own and their seed's."""
    rng = np.random.default_rng(seed)
    keep, common = np.arange(15, 40, 2), rng.normal(0, 1, seeds)
    parts = []
    for name, middle in middles.items():
        of, k = np.meshgrid(np.arange(seeds), keep)
        chance = 1 / (1 + np.exp(-(k - middle - common[of]) / 2))
        correct = np.where(rng.random(k.shape) < chance, 960, 500)
        told = {"keep": k.ravel(), "seed": of.ravel(), "correct": correct.ravel()}
        parts.append(pd.DataFrame(told).assign(algorithm=name, width=3))
    return pd.concat(parts).assign(points=1000, diverged=False)


def test_the_interval_of_a_lead_holds_it_about_as_often_as_it_says(monkeypatch):
    monkeypatch.setattr(order, "RESAMPLES", 300)
    middles = {"a": 24, "b": 27, "c": 27}
    found = [analysis.needed_leads(simulated(i, middles), 0.95, seed=i) for i in range(60)]
    found = pd.concat(found).set_index(["algorithm", "other"])
    held = {pair: found.loc[pair] for pair in (("a", "b"), ("b", "c"))}
    for pair, true in zip(held, (3, 0), strict=True):
        own = held[pair]
        assert own["low"].le(true).mul(own["high"].ge(true)).mean() > 0.85
        assert own["lead"].sub(true).abs().median() < 1.5
    assert held["a", "b"]["low"].gt(0).mean() > 0.9


def test_what_is_asked_for_wrongly_is_refused_in_a_sentence():
    with pytest.raises(cl.UserError, match="share must be a number > 0 and ≤ 1, got 0"):
        analysis.needed_leads(TABLE, 0.95, share=0)
    with pytest.raises(cl.UserError, match="results lack the columns seed"):
        analysis.needed_at_best(TABLE.drop(columns="seed"), 0.95)
    with pytest.raises(cl.UserError, match="analysis: size, keep, must not be in by as well"):
        analysis.needed_at_best(TABLE, 0.95, over=["keep"])
