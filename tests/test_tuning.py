"""How hyper-parameters are chosen: what is drawn, by which rule, and what is published of it."""

from dataclasses import dataclass, fields
from itertools import islice

import numpy as np
import pandas as pd
import pytest
import run_grid
import told

import cubistlib as cl
from cubistlib import pruners, store, sweep
from cubistlib.networks import weights_of
from cubistlib.pruners.beyond.plan import plan
from cubistlib.pruners.controls.magnitude import Magnitude
from cubistlib.store.record import RECORD, record
from cubistlib.studies import stacks, tuning, verdict
from cubistlib.studies.definition import definition
from cubistlib.support import paths
from cubistlib.sweep import kept

# Other tests define algorithms of their own.
EVERY = pruners.available(controls=False).items()
NAMES = sorted(name for name, algorithm in EVERY if pruners.ours(algorithm))


def test_spaces_are_of_fields_that_there_are():
    assert sorted(tuning.SPACES) == NAMES
    for name, space in tuning.SPACES.items():
        assert set(space) <= {field.name for field in fields(pruners.get(name))}, name
        assert all(len(values) == len({*values}) > 1 for values in space.values()), name


@pytest.mark.parametrize("name", NAMES)
def test_configurations_are_valid_and_the_first_is_the_defaults(name):
    """Each makes its pruner, none comes twice, whatever is drawn lies in its space."""
    studies, space = tuning.studies(name), tuning.SPACES[name]
    assert [study.name for study in studies] == [f"tuning/{name}/{i:02d}" for i in range(24)]
    assert len({(s.lrs, s.schedules, s.options) for s in studies}) == 24
    first, *others = studies
    assert (first.lrs, first.schedules, first.options) == ((0.1,), ("cosine",), ())
    for study in studies:
        made = stacks.pruner(study.experiments([0])[0])
        assert study.lrs[0] in tuning.RATES and len(study) == 8 * (3 + 4)
        for _, field, value in study.options:
            assert value in space[field] and value != getattr(pruners.get(name)(), field)
            assert getattr(made, field) == (study.lrs[0] if value == "lr" else value)
    drawn = {field for study in others for _, field, _ in study.options}
    assert drawn == set(space), "24 configurations look at every field"


def test_backward_can_plan_whatever_is_drawn():
    for study in tuning.studies("backward"):
        given = {"fine": 20, "points": 256} | {field: value for _, field, value in study.options}
        for width, (keep, _) in verdict.WIDTHS.items():
            size = weights_of((width,) * 3)
            for k in (k for k in keep if k < size):
                looks = given["points"] / 49_982, max(given["points"] / 49_982, 1 / 16)
                made = plan(5.0, 50, size, np.array([k]), given["fine"], *looks)
                assert made.starts >= 1 and made.last >= 1


def test_configurations_stay_what_they_are():
    """By no version of numpy, and by no number of them; or what is published is of others."""
    given = [(s.lrs, s.schedules, s.options) for s in tuning.studies("cts")[:3]]
    more = ("cts", "early", 0.1), ("cts", "lr", 0.1)
    assert given == [
        ((0.1,), ("cosine",), ()),
        ((0.01,), ("step",), more),
        ((0.2,), ("step",), more),
    ]
    assert [*islice(tuning._studies("gmp"), 30)][:24] == tuning.studies("gmp")


def test_a_pruner_of_ones_own_is_tried_at_rates_and_schedules():
    @dataclass(frozen=True)
    class Mine(Magnitude):
        name = "mine_to_tune"

    assert len({(s.lrs, s.schedules) for s in tuning.studies(Mine.name)}) == 24


def test_run_i_starts_alike_whatever_the_algorithm_and_unlike_the_grids(monkeypatch):
    monkeypatch.setattr(tuning, "best", lambda name: tuning.study(name, 3))
    numbers = [e.number for e in tuning.study("gmp", 0).table if e.hidden == (4, 4, 4)]
    starts = [
        stacks.initialize(tuning.study(name, c).experiments(numbers)).weights[1]
        for name, c in (("gmp", 0), ("dwf", 7))
    ]
    np.testing.assert_array_equal(*starts)
    large = [verdict.large(name, 4) for name in ("gmp", "dwf")]
    begun = [stacks.initialize(s.experiments(range(len(s)))).weights[1] for s in large]
    np.testing.assert_array_equal(*begun)
    small = stacks.initialize([e for e in verdict.study("gmp").table if e.hidden == (3, 3, 3)])
    for other in (begun[0], small.weights[1]):
        assert not np.isin(starts[0], other).any()


def runs(**studies):
    """Runs of studies by name: (width, k, accuracy, steps), in which None diverged."""
    rows = [
        ((width,) * 3, keep, name, accuracy, steps)
        for name, own in studies.items()
        for width, keep, accuracy, steps in own
    ]
    table = pd.DataFrame(rows, columns=["hidden", "keep", "study", "accuracy", "steps"])
    return table.assign(diverged=table["accuracy"].isna())


def test_the_best_mean_rank_of_medians_wins():
    """a: medians .6 and .9, ranks 2 and 1; b: .7 and .8, 1 and 2.5; c: .5 and .8, 3 and 2.5."""
    table = tuning.ranking(
        runs(
            a=[(4, 18, 0.6, 9), (4, 18, 0.99, 9), (4, 18, 0.5, 9), (4, 26, 0.9, 9)],
            b=[(4, 18, 0.7, 9), (4, 26, 0.8, 9)],
            c=[(4, 18, 0.5, 9), (4, 26, 0.8, 9)],
        )
    )
    assert table["study"].tolist() == ["a", "b", "c"]
    assert table["rank"].tolist() == [1.5, 1.75, 2.75]


def test_of_equal_ranks_the_cheaper_and_of_equal_costs_the_first():
    table = tuning.ranking(
        runs(
            a=[(4, 18, 0.6, 9), (16, 18, 0.9, 9)],
            b=[(4, 18, 0.7, 7), (16, 18, 0.8, 8)],
            d=[(4, 18, 0.2, 1), (16, 18, 0.2, 1)],
            c=[(4, 18, 0.2, 1), (16, 18, 0.2, 1)],
        )
    )
    assert table["study"].tolist() == ["b", "a", "c", "d"]
    assert table["steps"].tolist() == [7.5, 9, 1, 1]


def test_what_diverged_is_worst_and_a_cell_that_lacks_is_refused():
    table = tuning.ranking(runs(a=[(4, 18, None, 9)], b=[(4, 18, 0.1, 9)]))
    assert table["study"].tolist() == ["b", "a"]
    for lacking in (runs(a=[(4, 18, 0.5, 9)], b=[(4, 26, 0.1, 9)]), runs(a=[])):
        with pytest.raises(cl.UserError, match="tuning: every study must have every cell"):
            tuning.ranking(lacking)


def test_what_is_not_tuned_has_no_best(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "published", lambda kind: tmp_path / kind)
    with pytest.raises(
        cl.UserError, match=r"no runs of gmp are published, .* there are those of none"
    ):
        verdict.large("gmp", 3)
    with pytest.raises(cl.UserError, match="grid: widths are 3, 4, 6, 8, 16, 64, 256, got 5"):
        verdict.large("gmp", 5)
    with pytest.raises(cl.UserError, match="tuning: configurations are 0 … 23, there is no 24"):
        tuning.study("gmp", 24)


@pytest.mark.parametrize("name", tuning.tuned())
def test_what_is_published_is_of_the_configurations_that_are_drawn(name):
    table = store.read(tuning.file(name))
    for study in tuning.studies(name):
        own = table[table["study"] == study.name]
        assert own["experiment"].tolist() == [*range(len(study))]
        assert (own["lr"] == study.lrs[0]).all() and (own["schedule"] == study.schedules[0]).all()
    best = tuning.best(name)
    assert best.name == tuning.ranking(table)["study"].iloc[0]
    row = table[(table["study"] == best.name) & (table["experiment"] == 20)]
    found, _ = kept.stored(best, "paper", 20)
    wrong = kept.differing(kept.study(best.name, "paper").replay(20), row)
    assert found["loss"] == row["loss"].iloc[0]
    assert not wrong.any(axis=None) or not told.rounds_as_before()


def test_the_list_of_configurations_is_of_what_is_published():
    """Else `python tools/run_grid.py tuning` writes it anew."""
    if tuning.tuned():
        assert (tuning.place() / run_grid.TOLD).read_text(encoding="utf-8") == run_grid.told()


GRID = sorted(paths.published("verdict").glob(f"{verdict.LARGE}/*/*/{RECORD}"))


@pytest.mark.parametrize("file", GRID, ids=lambda file: "/".join(file.parts[-3:-1]))
def test_what_is_published_of_the_large_grid_is_of_the_best_configuration(file):
    study = verdict.large(file.parts[-3], int(file.parts[-2]))
    table = store.read(file.parent)
    assert record(file.parent)["study"] == definition(study)
    assert table["experiment"].is_unique and (table["weights_kept"] == table["keep"]).all()
    assert sweep.finished(study, paths.published("verdict")) == len(table) > 0
