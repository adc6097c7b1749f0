"""The paper's experiments as they come with the package: complete, and any row runs again."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cubistlib import analysis, sweep
from cubistlib.studies import SearchStudy, paper
from cubistlib.support.checks import UserError
from cubistlib.sweep import kept, winners


@pytest.fixture(params=paper.STUDIES.values(), ids=lambda study: study.name, scope="module")
def published(request):
    """A study with its start, and its rows."""
    study = winners.resolved(request.param, analysis.PAPER)
    return study, analysis.published(study.name)


def test_every_experiment_has_its_row(published):
    study, rows = published
    assert sweep.finished(study, analysis.PAPER) == len(study)
    assert rows["experiment"].tolist() == [*range(len(study))]
    assert (rows["correct"] / rows["points"] == rows["accuracy"]).all()
    kinds = [rows[name] for name in analysis.PARAMETERS]
    assert all((a >= b).all() for a, b in pairwise(kinds))


def test_rows_drawn_at_random_run_again_to_the_bit(published):
    study, rows = published
    narrow = rows[rows["hidden"].map(max) <= 16]
    drawn = narrow.sample(4, random_state=0).sort_values("experiment")
    again = study.run(drawn["experiment"].tolist())
    assert not kept.differing(again, drawn).to_numpy().any()


def test_the_best_runs_are_rows_of_the_studies(published):
    study, rows = published
    best = analysis.reference()
    best = best[best["study"] == study.name]
    found = rows.set_index("experiment").loc[best["experiment"]]
    for name in ("loss", "accuracy", "live_parameters", "parameters_kept"):
        np.testing.assert_array_equal(found[name], best[name])


@pytest.mark.parametrize("by", analysis.PARAMETERS)
def test_the_search_s_frontier_is_that_of_all_its_runs(by):
    searches = [name for name, study in paper.STUDIES.items() if isinstance(study, SearchStudy)]
    every = pd.concat([analysis.published(name) for name in searches], ignore_index=True)
    found, known = (analysis.frontier(runs, by) for runs in (every, analysis.reference()))
    pd.testing.assert_frame_equal(known[known[by] <= 100], found[found[by] <= 100])


def test_a_study_that_is_not_published_is_one_sentence_with_those_that_are():
    for name in ("replicates", "random-init/nonsense"):
        with pytest.raises(UserError, match=f"no study '{name}' is published; nearest are: .*"):
            analysis.published(name)
