"""What lives in the nine's best runs is published as the runs' tables have it, and holds."""

import shutil
from itertools import chain

import pandas as pd
import publish_nine
import pytest

from cubistlib.search import verify
from cubistlib.support import paths
from cubistlib.support.checks import UserError


@pytest.fixture(scope="module")
def wanted():
    runs = publish_nine.published()
    return dict(chain(publish_nine.best(runs), publish_nine.of_each_size(runs)))


def test_the_published_networks_are_the_best_runs_and_hold(wanted):
    folder = paths.published("nine")
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*.json")}
    assert files == wanted.keys() and len(files) == 9 * (2 * 2 + 23)
    for name, run in wanted.items():
        known = verify.read(folder / name)
        assert publish_nine.there(folder / name, run)
        assert known["found"]["seed"] == run["seed"]
        assert known["accuracy"] == pytest.approx(run["accuracy"], abs=1e-3)


def test_runs_from_other_starts_are_among_them(wanted):
    studies = {run["study"] for run in wanted.values()}
    assert {"random-init/pruning", "replicates/pruning", "replicates/many"} <= studies


def runs(*rows):
    columns = ["study", "experiment", "keep", "parameters_kept", "live_parameters", "accuracy"]
    return pd.DataFrame(rows, columns=columns).assign(algorithm="gmp", diverged=False)


def test_the_best_by_hand():
    table = runs(
        ("random-init/pruning", 0, 20, 30, 29, 0.96),
        ("replicates/many", 1, 20, 28, 28, 0.951),
        ("replicates/many", 2, 20, 35, 24, 0.96),
        ("replicates/pruning", 3, 21, 33, 33, 0.94),
    )
    best = {name: run["experiment"] for name, run in publish_nine.best(table)}
    assert best == {"95/gmp.json": 2, "95-kept/gmp.json": 1}
    of_each = {name: run["experiment"] for name, run in publish_nine.of_each_size(table)}
    assert of_each == {"sizes/gmp/20.json": 2, "sizes/gmp/21.json": 3}


def test_a_file_is_left_alone_only_if_it_is_of_that_run(wanted, tmp_path):
    run, file = wanted["95/gmp.json"], tmp_path / "gmp.json"
    assert not publish_nine.there(file, run)
    shutil.copy(paths.published("nine") / "95" / "gmp.json", file)
    assert publish_nine.there(file, run)
    other = run.copy()
    other["experiment"] += 1
    assert not publish_nine.there(file, other)
    file.write_text(file.read_text().replace('"correct": ', '"correct": 1'))
    assert not publish_nine.there(file, run)


def test_a_run_that_comes_out_in_another_way_is_no_witness(wanted):
    run = wanted["sizes/snip/15.json"].copy()
    run["accuracy"] -= 1e-4
    with pytest.raises(UserError, match=r" \d+ does not come out as it is published"):
        publish_nine.witness(run)
