"""Pruning studies of some cells of a grid, with a control on the masks, and with shared draws."""

from dataclasses import replace

import numpy as np
import pytest

import cubistlib as cl
from cubistlib.analysis import paired
from cubistlib.studies import PruningStudy, stacks
from cubistlib.studies.definition import definition

GRID = PruningStudy(
    name="tiny/cells",
    algorithms=("snip", "gmp"),
    widths=(3, 4),
    keep=(10, 20, 30),
    lrs=(0.05, 0.1),
    schedules=("constant", "cosine"),
    epochs=1,
    seeds=2,
    spiral=(("points", 300),),
)
CELLS = (("snip", 3, 10, 0.1, "cosine"), ("gmp", 4, 30, 0.05, "constant"))


def test_of_a_grid_only_some_cells_are_run():
    study = replace(GRID, only=CELLS)
    table = study.experiments(range(len(study)))
    found = [
        (e.algorithm, e.hidden[0], e.keep, e.config.lr, e.config.schedule, e.seed) for e in table
    ]
    assert found == [(*cell, seed) for cell in CELLS for seed in (0, 1)]
    assert [e.number for e in table] == [0, 1, 2, 3]
    rows = study.run(range(len(study)))
    assert rows["weights_kept"].tolist() == [10, 10, 30, 30]
    assert "only" not in definition(GRID) and len(definition(study)["only"]) == 2


@pytest.mark.parametrize(
    "cell", [("snip", 3, 11, 0.1, "cosine"), ("lth", 3, 10, 0.1, "cosine"), ("snip", 3, 10, 0.1)]
)
def test_a_cell_outside_the_grid_is_refused(cell):
    with pytest.raises(cl.UserError, match=r"study: only(\[0\])? must"):
        replace(GRID, only=(cell,))
    with pytest.raises(cl.UserError, match="control must be one of , ticket, shuffled, rein"):
        replace(GRID, control="turned")


@pytest.mark.parametrize("control", ["ticket", "shuffled", "reinitialized"])
def test_a_control_starts_from_the_masks_of_its_own_algorithm(control):
    """Of the same number, in the name of the same study: paired with what it controls."""
    plain = replace(GRID, only=CELLS)
    study = replace(plain, name="tiny/control", control=control, draws="tiny/cells")
    rows = study.run(range(len(study)))
    assert set(rows["algorithm"]) == {f"snip_{control}", f"gmp_{control}"}
    for number in range(len(study)):
        one, other = plain.experiments([number])[0], study.experiments([number])[0]
        starts = stacks.initialize([one]), stacks.initialize([other])
        for a, b in zip(starts[0].arrays, starts[1].arrays, strict=True):
            np.testing.assert_array_equal(a, b)
        mine, its = plain.train(number).masks, study.train(number).masks
        layers = [m.sum() for m in mine.weights], [m.sum() for m in its.weights]
        assert layers[0] == layers[1]
        same = all((a == b).all() for a, b in zip(mine.weights, its.weights, strict=True))
        assert same == (control != "shuffled")
        ends = zip(*(s.train(number).network.arrays for s in (plain, study)), strict=True)
        alike = all((a == b).all() for a, b in ends)
        assert alike == (control == "ticket" and one.algorithm == "snip")
    alone = replace(plain, name="tiny/other")
    assert not np.array_equal(
        stacks.initialize(alone.experiments([0])).weights[0],
        stacks.initialize(plain.experiments([0])).weights[0],
    )


def test_a_variant_keeps_what_it_does_not_change():
    one = replace(GRID, algorithms=("snip",), only=CELLS[:1], control="shuffled")
    other = one.variant("gmp", "gmp")
    assert other.only == (("gmp", *CELLS[0][1:]),) and other.control == "shuffled"
    assert other.draws == one.name and one.variant("t", control="ticket").control == "ticket"
    again = replace(one, options=(("snip", "reinitialize", True),)).variant("b", batches=2)
    assert dict(again.options_of("snip", 0.1)) == {"reinitialize": True, "batches": 2}


def test_a_cell_with_too_many_weights_is_refused():
    with pytest.raises(cl.UserError, match="k of a cell in only is too large"):
        replace(GRID, only=(("snip", 3, 30, 0.1, "cosine"),))


def test_where_rounds_hang_on_k_a_stack_has_one_k():
    study = replace(
        GRID, algorithms=("lth",), widths=(3,), keep=(10, 20), options=(("lth", "share", 0.4),)
    )
    rows = study.run(range(len(study)))
    assert rows["weights_kept"].tolist() == rows["keep"].tolist()
    steps = rows.groupby("keep")["steps"].unique()
    assert [len(s) for s in steps] == [1, 1] and steps[10] > steps[20]


def test_a_variant_is_a_pair_of_its_study_number_by_number():
    plain = replace(GRID, algorithms=("gmp",))
    early, other = plain.variant("early", end=0.5), plain.variant("once", "one_shot", at=0.5)
    assert (early.name, other.name) == ("tiny/cells/early", "tiny/cells/once")
    assert early.experiments([3])[0].options == (("end", 0.5),)
    assert other.experiments([3])[0].options == (("at", 0.5),)
    assert other.variant("end", "one_shot").draws == "tiny/cells", "a variant's is its study's"
    moved = plain.variant("moved", control="shuffled")
    assert moved == replace(plain, name="tiny/cells/moved", draws=plain.name, control="shuffled")
    for study in (early, other, moved):
        assert len(study) == len(plain)
        pairs = zip(plain.table, study.table, strict=True)
        assert all((a.hidden, a.keep, a.seed) == (b.hidden, b.keep, b.seed) for a, b in pairs)
        starts = [stacks.initialize(s.experiments([3])) for s in (plain, study)]
        for a, b in zip(starts[0].arrays, starts[1].arrays, strict=True):
            np.testing.assert_array_equal(a, b)
    told = paired(early.run(range(4)), plain.run(range(4)))
    assert told["pairs"] == 4 and not np.isnan(told["median"])


def test_of_several_algorithms_and_of_no_such_option_there_is_no_variant():
    with pytest.raises(cl.UserError, match=r"^tiny/cells: a variant is one of a single algorithm$"):
        GRID.variant("early", end=0.5)
    with pytest.raises(cl.UserError, match=r"^study: options must name"):
        replace(GRID, algorithms=("gmp",)).variant("early", ends=0.5)
