"""What lives in the nine's best runs is published as the runs' table has it, and holds."""

import publish_nine
import pytest

from cubistlib import analysis
from cubistlib.search import verify
from cubistlib.support import paths


def test_the_published_networks_are_the_best_runs_and_hold():
    runs = analysis.reference_pruning()
    runs = runs[runs["study"] == "random-init/pruning"]
    sizes = dict(publish_nine.of_each_size(runs))
    best = dict(publish_nine.best(runs)) | sizes
    folder = paths.published("nine")
    files = folder.rglob("*.json")
    there = {file.relative_to(folder).as_posix(): verify.read(file) for file in files}
    assert best.keys() == there.keys() and len(sizes) == 9 * 23 and len(best) == 18 + len(sizes)
    for name, run in best.items():
        assert verify.faults(there[name]) == []
        assert there[name]["parameters"] == run["live_parameters"]
        assert there[name]["found"]["number"] == run["experiment"]
        assert there[name]["accuracy"] == pytest.approx(run["accuracy"], abs=1e-3)
