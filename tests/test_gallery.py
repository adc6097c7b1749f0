"""The runs of the gallery are published as their tables have them, and hold."""

import pandas as pd
import publish_gallery
import pytest

from cubistlib.search import verify
from cubistlib.support import paths

FOLDER = paths.published("gallery")


@pytest.fixture(scope="module")
def wanted():
    return dict(publish_gallery.wanted(publish_gallery.published()))


def test_the_published_networks_are_those_runs_and_hold(wanted):
    files = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*.json")}
    assert files == wanted.keys() and len(files) == 2 * 21 + len(publish_gallery.DENSE) + 1
    for name, (run, _) in wanted.items():
        known = verify.read(FOLDER / name)
        assert publish_gallery.there(FOLDER / name, run)
        assert known["found"]["seed"] == run["seed"]
        if not name.startswith("before/"):
            assert known["accuracy"] == pytest.approx(run["accuracy"], abs=1e-3)
            assert known["parameters"] == run["live_parameters"]


def test_the_best_and_the_median_by_hand():
    for accuracies, best, typical in [((0.5, 0.9, 0.7), 1, 2), ((0.8, 0.5, 0.6, 0.9), 3, 2)]:
        runs = pd.DataFrame({"accuracy": accuracies}).rename_axis("seed").reset_index()
        found = publish_gallery.best_and_typical(runs)
        assert tuple(run["seed"] for run in found) == (best, typical)


@pytest.mark.parametrize("algorithm", publish_gallery.DENSE)
def test_before_it_was_pruned_the_same_run_had_all_weights(wanted, algorithm):
    before, best = (
        verify.read(FOLDER / folder / f"{algorithm}.json") for folder in ("before", "best")
    )
    assert before["found"]["number"] == best["found"]["number"]
    assert before["accuracy"] > 0.999 and before["parameters"] > 200
    run, made = wanted[f"before/{algorithm}.json"]
    assert [*made(run).claims][:2] == [before["parameters"], before["correct"]]


def test_a_file_of_another_run_is_made_anew(wanted):
    run, _ = wanted["best/gmp.json"]
    assert not publish_gallery.there(FOLDER / "typical" / "gmp.json", run)
    assert not publish_gallery.there(FOLDER / "best" / "none.json", run)
