"""The paper's comparison again with many seeds: which cells, how many, paired with what."""

import numpy as np
import pandas as pd
import pytest

import cubistlib as cl
from cubistlib import analysis, pruners
from cubistlib.studies import paper, replicates, stacks


@pytest.fixture(scope="module")
def grid():
    runs = analysis.reference_pruning()
    return runs[runs["study"] == "random-init/pruning"]


def runs(*rows):
    columns = ["algorithm", "hidden", "keep", "lr", "schedule", "accuracy", "diverged"]
    return pd.DataFrame(rows, columns=columns).assign(experiment=range(len(rows)))


def test_a_cell_s_best_rate_and_schedule_by_hand():
    three, four = (3, 3, 3), (4, 4, 4)
    table = runs(
        ("gmp", three, 20, 0.05, "constant", 0.70, False),
        ("gmp", three, 20, 0.1, "cosine", 0.80, False),
        ("gmp", three, 20, 0.2, "step", 0.80, False),  # as good, but later
        ("gmp", three, 20, 0.2, "cosine", 0.99, True),
        ("gmp", four, 20, 0.2, "step", 0.60, False),
        ("snip", three, 20, 0.05, "step", 0.65, False),
    )
    assert set(replicates.best_cells(table)) == {
        ("gmp", 3, 20, 0.1, "cosine"),
        ("gmp", 4, 20, 0.2, "step"),
        ("snip", 3, 20, 0.05, "step"),
    }


def test_the_cells_are_the_paper_s(grid):
    plain, widest, lth, many = replicates.replicates(grid)
    ks = {3: 12, 4: 16, 8: 23, 16: 23, 64: 23}  # of the paper's 23 those below the network's size
    assert len(plain.only) == 9 * sum(ks.values()) and len(plain) == 30 * len(plain.only)
    assert len(widest) == 8 * 2 * 10 and {e.keep for e in widest.table} == {20, 65}
    assert len(lth) == 2 * 3 and {(e.algorithm, e.hidden[0]) for e in lth.table} == {("lth", 256)}
    with pytest.raises(cl.UserError, match="replicates/widest-lth: there are no runs yet"):
        replicates.replicates(grid[grid["algorithm"] == "gmp"])
    assert len(many) == 2 * 10_000 and len(many.shards) == 2 * 200
    best = grid[(grid.algorithm == "rigl") & (grid.hidden.str[0] == 8) & (grid.keep == 26)]
    best = best.loc[best["accuracy"].idxmax()]
    assert ("rigl", 8, 26, best["lr"], best["schedule"]) in plain.only
    for study in (plain, widest):
        assert not {o[0] for o in study.options} - set(study.algorithms)
        assert set(study.options) <= {*paper.OPTIONS, *paper.REINITIALIZED}


def test_controls_share_numbers_with_what_they_control(grid):
    plain = replicates.replicates(grid)[:3]
    pairs = [(own, study) for own in plain for study in replicates.on_their_masks(own)]
    for own, study in pairs:
        assert len(study) == len(own) and study.draws == own.name
        for number in (0, len(own) // 2, len(own) - 1):
            one, other = own.experiments([number])[0], study.experiments([number])[0]
            assert (one.keep, one.config, one.seed) == (other.keep, other.config, other.seed)
            assert other.title == f"{one.algorithm}_{study.control}"


def test_a_mask_s_controls_are_named_after_what_they_control(grid):
    named = [
        [study.name for study in replicates.on_their_masks(own)]
        for own in replicates.replicates(grid)[:3]
    ]
    assert named == [
        [f"replicates/{stem}{control}" for control in ("ticket", "shuffled", "reinitialized")]
        for stem in ("", "widest-", "widest-lth-")
    ]


def test_controls_that_look_at_nothing_have_the_cells_of_the_nine():
    rates = replicates.rates()
    assert [len(study) for study in rates] == [3 * 97 * 9, 3 * 2 * 9]
    assert not any(study.options for study in rates)
    table = [
        (e.algorithm, e.hidden, e.keep, e.config.lr, e.config.schedule)
        for study in rates
        for e in study.table
    ]
    rated = runs(*((*row, 0.5, False) for row in table))
    assert [len(study) for study in replicates.controls(rated)] == [3 * 97 * 30, 3 * 2 * 10]


def test_dense_networks_grow_to_the_largest_that_pruners_leave():
    study = replicates.dense()
    sizes = [int(mask.parameters_kept[0]) for mask in study.masks]
    assert sizes == sorted(set(sizes)) and sizes[0] == 9 and sizes[-1] > 120
    assert np.diff(sizes).max() <= 8
    assert all(mask.weights_kept == sum(m.size for m in mask.weights) for mask in study.masks)


def test_a_ticket_in_the_search_s_own_order_is_the_search_s_run():
    for study, target in zip(replicates.tickets(), (0.95, 0.995), strict=True):
        best = analysis.best_run(analysis.published(study.origin.study), target)
        assert study.origin.experiment == best["experiment"] and len(study) == 900
        first = [e.number for e in study.experiments(range(9)) if e.config.lr == best["lr"]]
        own = study.run(first).set_index("schedule").loc[best["schedule"]]
        for name in ("seed", "loss", "correct", "parameters_kept", "live_parameters"):
            assert own[name] == best[name], name
        other = study.run([int(own["experiment"]) + 9]).iloc[0]
        assert (other["seed"], other["schedule"]) == (1, best["schedule"])
        assert other["loss"] != best["loss"]


def test_ablations_change_one_thing_on_common_networks():
    studies = {study.name.removeprefix("ablations/"): study for study in replicates.ablations()}
    assert {len(study) for study in studies.values()} == {10 * (2 + 4 + 4)}
    starts = [
        stacks.initialize(studies[name].experiments([17])).weights[1]
        for name in ("lth", "lth-early", "rigl-static", "synflow-biases")
    ]
    for start in starts[1:]:
        np.testing.assert_array_equal(start, starts[0])
    for name, study in studies.items():
        (algorithm,) = study.algorithms
        plain = vars(pruners.get(algorithm)())
        changed = {
            field: value
            for field, value in vars(stacks.pruner(study.table[0])).items()
            if plain[field] != value
        }
        changed |= {"selection": study.selection} if study.selection != "exact" else {}
        assert len(changed) == (name not in (*paper.NINE, "rigl-static")), name


def test_rigl_stays_where_its_static_control_begins():
    studies = {study.name: study for study in replicates.ablations()}
    moving, still = (
        studies[f"ablations/{name}"].experiments([31])[0] for name in ("rigl", "rigl-static")
    )
    nets = stacks.initialize([moving])
    own = stacks.own_seeds([moving])
    start = stacks.pruner(moving).start(nets, moving.keep, seed=own)
    masks = stacks.pruner(still).masks(nets, None, still.keep, seed=stacks.own_seeds([still]))
    for one, other in zip(start.weights, masks.weights, strict=True):
        np.testing.assert_array_equal(one, other)
