"""Experiments: the paper's grid, seeds that do not depend on the company, rows of results."""

import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import store
from cubistlib.search.masks import unstructured_masks
from cubistlib.studies import PruningStudy, SearchStudy
from cubistlib.studies.stacks import initialize, rows, stacks, task_of, train

GRID = {"lrs": (0.05, 0.1), "schedules": ("constant", "cosine"), "epochs": 1}


def pruned(algorithm, widths, keep, seeds, name="s"):
    """The experiments of a pruner over a grid."""
    given = {"algorithms": (algorithm,), "widths": widths, "keep": keep, "seeds": seeds}
    study = PruningStudy(name=name, **given, **GRID)
    return study.experiments(range(len(study)))


def searched(masks, seeds, **changes):
    """The experiments of a search."""
    study = SearchStudy(name="s", masks=masks, seeds=seeds, **GRID | changes)
    return study.experiments(range(len(study)))


def run(experiments, x, y, masks=()):
    """Experiments' rows, stack by stack."""
    frames = []
    for stack in stacks(experiments):
        task = task_of(stack, x, y)
        frames.append(rows(stack, train(stack, task, masks), x, task.spent))
    return pd.concat(frames, ignore_index=True).sort_values("experiment", ignore_index=True)


@pytest.fixture(scope="module")
def small(spiral):
    """Every fiftieth point: a thousand rows."""
    return spiral[0][::50], spiral[1][::50]


def test_an_initialization_belongs_to_its_experiment_alone():
    experiments = pruned("snip", [3], [15, 20], seeds=2)
    together, alone = initialize(experiments), initialize(experiments[5:6])
    np.testing.assert_array_equal(together.weights[1][5], alone.weights[1][0])
    assert len(np.unique(together.weights[0].reshape(len(together), -1), axis=0)) == 16
    other = pruned("snip", [3], [15, 20], seeds=2, name="t")
    assert not np.array_equal(initialize(other).weights[0], together.weights[0])


def test_searches_start_from_the_leading_units_of_a_wide_host():
    masks = list(unstructured_masks((2, 1, 2)))
    nets = initialize(searched(masks, seeds=20))
    assert nets.hidden == (2, 1, 2)
    assert 0.24 < np.abs(nets.weights[1]).max() <= 0.25


def test_run_gives_one_row_an_experiment_in_order(small, tmp_path):
    experiments = pruned("gmp", [3, 4], [10, 20], seeds=2)
    frame = run(experiments, *small)
    assert frame["experiment"].tolist() == list(range(len(experiments)))
    assert frame["hidden"].tolist() == [e.hidden for e in experiments]
    assert frame["weights_kept"].tolist() == frame["keep"].tolist()
    assert frame["lr"].tolist() == [e.config.lr for e in experiments]
    assert (frame["parameters_kept"] > frame["weights_kept"]).all()
    assert (frame["effective_weights"] <= frame["weights_kept"]).all()
    assert frame["version"].unique().tolist() == [cl.__version__]
    back = store.read(store.write(frame, tmp_path / "a.parquet"))
    pd.testing.assert_frame_equal(back, frame, check_dtype=False)


def test_a_run_does_not_depend_on_what_runs_beside_it(small):
    experiments = pruned("snip", [3], [10, 20], seeds=2)
    together = run(experiments, *small)
    alone = pd.concat([run([e], *small) for e in experiments], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone, check_exact=True)


def test_search_rows_have_the_masks_counts(small):
    masks = list(unstructured_masks((2, 2, 2)))[::9]
    frame = run(searched(masks, 2, lrs=(0.1,), schedules=("cosine",)), *small, masks=masks)
    assert len(frame) == 2 * len(masks)
    expected = np.repeat([int(m.parameters_kept[0]) for m in masks], 2)
    np.testing.assert_array_equal(frame["parameters_kept"], expected)
    assert frame["keep"].isna().all() and frame["selection"].isna().all()
    assert frame["mask"].tolist() == np.repeat(np.arange(len(masks)), 2).tolist()


def test_an_experiment_can_be_trained_again_alone(small):
    experiments = pruned("gmp", [3], [12], seeds=1)
    frame = run(experiments, *small)
    again = train(experiments[2:3], task_of(experiments[2:3], *small))
    assert again.accuracy[0] == frame["accuracy"][2] and again.loss[0] == frame["loss"][2]
    assert again.masks.weights_kept.tolist() == [12]


def test_what_a_pruner_draws_belongs_to_its_experiment_alone(small):
    experiments = pruned("random", [3], [12], seeds=1)
    together, alone = (
        train(part, task_of(part, *small)) for part in (experiments, experiments[3:])
    )
    for one, other in zip(together.masks.weights, alone.masks.weights, strict=True):
        np.testing.assert_array_equal(one[3], other[0])
    first, second = together.masks[0], together.masks[1]
    assert any((a != b).any() for a, b in zip(first.weights, second.weights, strict=True))


# Trainings and batches for scores that lead to a row, by algorithm; the rest train once.
SPENT = {"lth": (5, 0), "snip": (1, 1), "iter_snip": (1, 10), "force": (1, 10), "prospr": (1, 4)}
SPENT |= dict.fromkeys(("lrr", "cyclic", "sculpt"), (5, 0))
SPENT |= {"dwf": (2, 0), "pilot": (2, 0), "cts": (2, 1 + 7)}

# Twelve trainings and four gradients for every parameter before each cut, from 27 weights
# to 22, 21, … 12, with one to ten biases.
CUT = range(12 * 7 + 4 * (202 + 11), 12 * 7 + 4 * (202 + 110) + 1)


@pytest.mark.parametrize("name", sorted(cl.pruners.available()))
def test_rows_tell_every_gradient_step(small, name):
    experiments = pruned(name, [3], [12], seeds=1)[:1]
    trainings, batches = SPENT.get(name, (1, 0))
    batches = 1 if name == "grasp" else batches
    spent = run(experiments, *small)["steps"].tolist()
    if name.startswith("backward"):  # has a budget of five trainings, and spends no more
        assert 0 < spent[0] <= 5 * 7
    elif name == "obs":
        assert spent[0] in CUT
    elif name in ("cbs", "chita"):
        assert spent == [12 * 7 + 4 * 11]
    else:
        assert spent == [trainings * 7 + batches]


def test_rows_count_what_lives_as_simplify_does(small):
    frame = run(experiments := pruned("random", [4], [20], seeds=2), *small)
    for i, experiment in enumerate(experiments):
        done = train([experiment], task_of([experiment], *small))
        alone = cl.simplify(done.network, done.masks, small[0])
        counts = alone.live_weights[0], alone.live_parameters[0]
        assert (frame["live_weights"][i], frame["live_parameters"][i]) == counts
        assert frame["correct"][i] == round(frame["accuracy"][i] * frame["points"][i])
    assert (frame["live_parameters"] < frame["effective_parameters"]).any()
    assert (frame["effective_parameters"] < frame["parameters_kept"]).any()
