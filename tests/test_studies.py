"""Studies: the paper's ten, numbers that stand for experiments, shards, halving, commands."""

import importlib
import linecache
import pickle
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import sweeps
import torch

import cubistlib as cl
from cubistlib import sweep
from cubistlib.networks.network import weights_of
from cubistlib.search.canonical import Canonical
from cubistlib.search.masks import Joined, MaskList, Structured, Unstructured
from cubistlib.store import folder
from cubistlib.studies import Origin, SearchStudy, halving, paper, run_shard, stacks
from cubistlib.studies import study as study_module
from cubistlib.studies.definition import definition

pytestmark = pytest.mark.usefixtures("home")


def test_the_papers_ten_studies_have_the_papers_counts(golden_counts):
    counts = {name: s["experiments"] for name, s in golden_counts["studies"].items()}
    assert {name: len(study) for name, study in paper.STUDIES.items()} == counts
    assert sum(counts.values()) == golden_counts["total"] == 485_838


def test_pruning_studies_have_the_papers_cells(golden_counts):
    for name in ("random-init/pruning", "fixed-init-95/pruning", "fixed-init-99.5/pruning"):
        golden, table = golden_counts["studies"][name], paper.study(name).table
        widths = pd.Series([str(e.hidden[0]) for e in table]).value_counts().to_dict()
        assert widths == golden["by_width"]
        algorithms = pd.Series([e.algorithm for e in table]).value_counts()
        assert set(algorithms) == set(golden["by_algorithm"].values()) and len(algorithms) == 9
        assert sorted({e.keep for e in table}) == golden["weights"]
        assert [e.number for e in table] == list(range(len(table)))
        again = {e.algorithm for e in table if ("reinitialize", True) in e.options}
        assert again == ({"snip", "grasp"} if name.startswith("random") else set())


def test_pruning_studies_run_each_algorithm_as_the_paper_did():
    for name in ("random-init/pruning", "fixed-init-95/pruning", "fixed-init-99.5/pruning"):
        for e in paper.study(name).table[::7]:
            pruner = stacks.pruner(e)
            assert getattr(pruner, "biases", True), "the authors' SynFlow scores with biases"
            assert getattr(pruner, "inner_lr", e.config.lr) == e.config.lr


def test_stacks_hold_one_pruner_each():
    table = paper.study("random-init/pruning").table
    prospr = [e for e in table if e.algorithm == "prospr" and e.hidden == (3, 3, 3)][:30]
    for stack in stacks.stacks(prospr):
        assert len({stacks.pruner(e) for e in stack}) == 1


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"name": "../up"}, "name must be of letters"),
        ({"name": "/absolute"}, "name must be of letters"),
        ({"name": ""}, "name must be of letters"),
        ({"name": 5}, "name must be of letters"),
        ({"lrs": 0.1}, "lrs must be a list of one or more, each a number ≥ 0, got 0.1"),
        ({"lrs": ()}, "lrs must be a list of one or more, each a number ≥ 0"),
        ({"lrs": (-0.1,)}, r"lrs\[0\] must be a number ≥ 0, got -0.1"),
        ({"schedules": "cosine"}, "schedules must be a list of one or more, each one of constant"),
        ({"schedules": ("linear",)}, r"schedules\[0\] must be one of constant, cosine, step"),
        ({"epochs": 0}, "epochs must be a whole number ≥ 1"),
        ({"seeds": 1.5}, "seeds must be a whole number ≥ 1"),
        ({"shard": -3}, "shard must be a whole number ≥ 1"),
        ({"spiral": (("foo", 1),)}, r"spiral\[0\] must be a pair \(name, number\), the name one"),
        ({"spiral": {"turns": 0}}, "turns must be a whole number ≥ 1"),
        ({"backend": "magic"}, "backend must be one of auto, fused"),
        ({"origin": "random-init"}, "origin must be an Origin, got 'random-init'"),
        ({"masks": []}, "masks must be a list of one or more, each one network's masks"),
        ({"masks": 5}, "masks must be a list"),
        ({"masks": [Structured(1)]}, "masks must be a list"),
        ({"masks": Structured(2, below=(1, 1, 1))}, "masks must not be empty"),
        ({"rungs": 5}, "rungs must be a list, each a pair"),
        ({"rungs": (1, 0.5)}, r"rungs\[0\] must be a pair \(epochs ≥ 1, share 0 … 1\), got 1"),
        ({"rungs": ((1.5, 0.5),)}, r"rungs\[0\] must be a pair .*, got \(1.5, 0.5\)"),
        ({"rungs": ((7, 0.5),)}, "rungs must be"),
        ({"algorithms": ()}, "algorithms must be a list"),
        ({"algorithms": ("nobody",)}, r"algorithms\[0\] must be one of .*snip.*, got 'nobody'"),
        ({"widths": (0, 3)}, r"widths\[0\] must be a whole number ≥ 1, got 0"),
        ({"widths": 3}, "widths must be a list of one or more, each a whole number ≥ 1, got 3"),
        ({"keep": (500,)}, "keep must have a k below 44"),
        ({"selection": "best"}, "selection must be one of exact, authors"),
        ({"options": (("gmp", "foo", 1),)}, "options must name one of its algorithms and a field"),
        ({"options": (("gmp", "end"),)}, r"options\[0\] must be a triple \(algorithm, field"),
        ({"options": (("gmp", "end", 2),)}, "gmp: end must be a number 0 … 1, got 2"),
        ({"options": (("gmp", "prunings", "lr"),)}, "gmp: prunings must be a whole number ≥ 1"),
        ({"options": (("gmpp", "interval", 1),)}, "options must name one of its algorithms and"),
    ],
)
def test_a_study_that_cannot_be_is_refused_in_a_sentence(changes, sentence):
    pruned = {"algorithms", "widths", "keep", "selection", "options"} & set(changes)
    with pytest.raises(cl.UserError, match=sentence) as error:
        (sweeps.pruning if pruned else sweeps.search)(**changes)
    assert "\n" not in str(error.value)


def wide(width):
    return cl.Masks.ones_like(cl.Network.initialize((2, width)))


@pytest.mark.parametrize(
    ("masks", "widths"),
    [
        (Structured(18), "(18, 18, 18)"),
        (Structured(10**6), "(1000000, 1000000, 1000000)"),
        (Structured(17, below=(3, 3, 3)), None),
        (Unstructured((2, 17)), "(2, 17)"),
        (Canonical((17, 2)), "(17, 2)"),
        (Joined((Structured(2), Unstructured((18, 2)))), "(18, 2, 2)"),
        ([wide(2), wide(17)], "(2, 17)"),
        ([wide(16)], None),
    ],
)
def test_a_search_fits_into_its_host(masks, widths):
    if widths is None:
        assert max(sweeps.search(masks=masks).widest) <= 16
        return
    with pytest.raises(cl.UserError) as error:
        sweeps.search(masks=masks)
    assert str(error.value) == f"study: masks must fit into width 16, the host's, got {widths}"


def test_pruning_from_an_origin_fits_into_the_host():
    sentence = r"widths must fit into width 16, the host's, got \(3, 17\)"
    assert sweeps.pruning(widths=(3, 17)).widths == (3, 17)
    with pytest.raises(cl.UserError, match=sentence):
        sweeps.pruning(widths=(3, 17), origin=Origin("tiny/search", 0.95))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("../up", 0.95), "origin: study must be of letters"),
        (("a", 95.0), "origin: target must be a number 0 … 1, got 95.0"),
        (("a", 0.95, -1), "origin: experiment must be a whole number ≥ 0, got -1"),
    ],
)
def test_an_origin_that_cannot_be(arguments, sentence):
    with pytest.raises(cl.UserError, match=sentence):
        Origin(*arguments)


def test_shards_are_cut_for_the_widest_mask_wherever_it_stands(monkeypatch):
    monkeypatch.setattr(study_module, "SHARD_WEIGHTS", 1000)
    for masks in ([wide(16), wide(1)], [wide(1), wide(16)], Joined((Unstructured((2, 2)),) * 2)):
        study = sweeps.search(masks=masks, seeds=50, shard=256)
        most = 1000 // max(weights_of(mask.hidden) for mask in masks)
        assert len(study.shards[0]) == most < 256


def test_a_study_takes_whatever_lists_its_values():
    one = sweeps.pruning(
        lrs=np.array([0.1, 0.2]), keep=range(12, 16, 3), epochs=np.int64(2), spiral={"points": 600}
    )
    two = sweeps.pruning(options=[["snip", "reinitialize", True]])
    assert one == sweeps.pruning() == two
    assert definition(one) == definition(two)


def test_masks_of_other_shapes_are_another_study():
    dense = [cl.Masks.ones_like(cl.Network.initialize(h)) for h in ((1, 2, 2), (2, 1, 2))]
    one, two = (definition(sweeps.search(masks=[mask])) for mask in dense)
    assert one["masks"] != two["masks"]


def test_every_experiment_is_in_one_shard_of_hundreds_unless_it_is_wide():
    for study in paper.STUDIES.values():
        assert [i for shard in study.shards for i in shard] == list(range(len(study)))
        sizes = [len(shard) for shard in study.shards]
        assert max(sizes) <= 256
        if isinstance(study, SearchStudy):
            assert set(sizes[:-1]) <= {256}
        for number in (0, len(study) // 3, len(study) - 1):
            assert number in study.shards[study.shard_of(number)]
    wide = paper.study("random-init/pruning")
    sizes = {len(wide.shards[wide.shard_of(i)]) for i, e in enumerate(wide.table) if e.keep == 26}
    assert min(sizes) == 1 and max(sizes) > 100


def test_the_whole_paper_is_fewer_than_a_thousand_files():
    small, large = folder.BLOCKS
    files = [1 + -(-len(study.shards) // large) for study in paper.STUDIES.values()]
    assert sum(files) + large // small + small < 300


def test_an_experiment_is_looked_up_by_its_number():
    study = paper.study("random-init/unstructured-search-99.5")
    (e,) = study.experiments([189_623])
    assert (e.number, e.mask, e.hidden) == (189_623, 63_207, (7, 3, 3))
    assert (e.config.lr, e.config.schedule, e.config.epochs) == (0.05, "step", 50)
    with pytest.raises(cl.UserError, match="0 … 189623, there is no 189624"):
        study.shard_of(189_624)
    for each in (study, paper.study("random-init/pruning")):
        for number in (-1, 10**9):
            with pytest.raises(cl.UserError, match=f"has the experiments 0 … .*no {number}$"):
                each.experiments([0, number])
    assert len(pickle.dumps(study)) < 1000


def test_structures_of_several_widths_are_trained_as_if_alone():
    study = sweeps.search(masks=Structured(3), lrs=(0.2,), shard=50)
    together = study.run(range(len(study)))
    for number in (0, 25, 53):
        alone = study.run([number])
        row = together.iloc[[number]].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone, row, check_exact=True)


def test_fixed_studies_take_the_leading_units_of_one_initialization():
    study = sweeps.pruning(origin=Origin("tiny/search", 0.95, 7), widths=(3, 16))
    narrow, wide = (stacks.initialize(study.experiments([i])) for i in (0, 4))
    np.testing.assert_array_equal(narrow.weights[1][0], wide.weights[1][0, :3, :3])
    searched = sweeps.search(masks=Unstructured((3, 2, 2)))
    first = stacks.initialize(searched.experiments([7]))
    np.testing.assert_array_equal(first.weights[0], narrow.weights[0])


def test_halving_loses_networks_but_changes_none():
    full = sweeps.search(epochs=6)
    halved = sweeps.search(epochs=6, rungs=((1, 0.5), (3, 0.25)), shard=32)
    every = full.run(range(len(full)))
    some = sweep.run(halved, "p").sort_values("experiment", ignore_index=True)
    assert some["experiment"].tolist() == every["experiment"].tolist()
    assert some["epochs"].value_counts().to_dict() == {1: 64, 3: 48, 6: 16}
    last = some["epochs"] == 6
    pd.testing.assert_frame_equal(some[last], every[last], check_dtype=False, check_exact=True)
    row = halved.replay(40)
    assert row["loss"][0] == some["loss"][40]


def test_halving_is_calibrated_on_a_sample():
    study = sweeps.search(lrs=(0.3,), epochs=60)
    x, y = cl.cubist_spiral(points=600)
    sample = study.experiments(range(0, 128, 2))
    table = halving.calibrate(sample, x, y, study.masks, ((10, 0.5), (30, 0.5)))
    halved = halving.run(sample, x, y, study.masks, ((10, 0.5), (30, 0.5)))
    final = study.run(range(0, 128, 2))["accuracy"]
    top = set(final.sort_values(ascending=False, kind="stable").index[:4])  # 5 % of 64
    for row in table.itertuples():
        alive = halved.index[halved["epochs"] > row.epochs]
        assert row.top_kept == len(top & set(alive)) / 4
        assert row.best_lost == pytest.approx(final.max() - final[alive].max())
    np.testing.assert_allclose(table["cost"], [10 / 60 + 0.5 * 20 / 60, 20 / 60 + 0.25 * 30 / 60])
    with pytest.raises(cl.UserError, match="rungs must be"):
        sweeps.search(epochs=6, rungs=((7, 0.5),))


def test_a_result_of_the_torch_backend_is_that_of_its_shard():
    study = sweeps.pruning(backend="torch", widths=(3, 5), keep=(9, 15), seeds=2)
    whole = pd.concat([run_shard(study, i) for i in range(len(study.shards))], ignore_index=True)
    for number in (0, 7, 13, 31):
        row = whole[whole["experiment"] == number].reset_index(drop=True)
        pd.testing.assert_frame_equal(study.replay(number), row, check_exact=True)


def test_a_replay_leaves_the_number_of_threads_as_it_was():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        sweeps.search().replay(3)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_masks_of_ones_own_are_told_by_what_they_hold():
    class Few(MaskList):
        def __init__(self, *masks):
            self.masks = masks

        def __len__(self):
            return len(self.masks)

        def _mask(self, number):
            return self.masks[number]

    masks = list(Unstructured((2, 2, 2)))[:3]
    one, same, other = Few(*masks), Few(*masks), Few(*masks[:2], masks[1])
    told = [definition(sweeps.search(masks=few))["masks"] for few in (one, same, other)]
    assert told[0] == told[1] != told[2] and "0x" not in told[0]


def test_an_algorithm_of_ones_own_is_told_by_its_source(tmp_path, monkeypatch):
    source = """
from dataclasses import dataclass
from cubistlib.pruners.controls.magnitude import Magnitude

@dataclass(frozen=True)
class Mine(Magnitude):
    name = "mine_in_a_file"
"""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mine_in_a_file.py").write_text(source)
    importlib.import_module("mine_in_a_file")
    one = definition(sweeps.pruning(algorithms=("mine_in_a_file",), options=()))
    assert list(one["sources"]) == ["mine_in_a_file"]
    (tmp_path / "mine_in_a_file.py").write_text(f"{source}\n\ndef beside_it():\n    return 2\n")
    linecache.checkcache()
    other = definition(sweeps.pruning(algorithms=("mine_in_a_file",), options=()))
    assert one["sources"] != other["sources"]
    assert "sources" not in definition(sweeps.pruning())


def test_joined_lists_are_told_by_what_is_in_them():
    @dataclass(frozen=True, eq=False)
    class Wide(MaskList):
        weights: np.ndarray

        def __len__(self):
            return len(self.weights)

        def _mask(self, number):
            return cl.Masks.from_weights([self.weights[number], np.ones((1, 3), bool)])

    one, other = np.ones((2, 600, 3, 2), bool)
    other[300, 1, 1] = False  # which numpy does not print
    told = [definition(sweeps.search(masks=Joined((Wide(w),))))["masks"] for w in (one, other)]
    assert told[0] != told[1] and not any("0x" in text for text in told)
    assert (
        definition(sweeps.search(masks=Joined((Structured(1),))))["masks"].count("Structured") == 1
    )


def test_a_network_trained_again_is_that_of_its_row():
    for backend in ("fused", "torch"):
        study = sweeps.pruning(backend=backend, widths=(3, 5), keep=(9, 15), seeds=2)
        rows = study.run(range(len(study)))
        for number in (0, 8, 13, 31):
            assert study.train(number).loss[0] == rows["loss"][number], (backend, number)


def test_numbers_that_there_are_not_are_refused():
    for study in (sweeps.search(), sweeps.pruning()):
        for numbers in ([-1], [0, len(study)]):
            with pytest.raises(cl.UserError, match=rf"there is no {numbers[-1]}$"):
                study.run(numbers)


@pytest.mark.parametrize("ends", [{"inputs": 3}, {"outputs": 2}])
def test_masks_of_other_inputs_or_outputs_are_refused_when_a_study_is_made(ends):
    nets = [cl.Network.initialize((3, 3), **given) for given in ({}, ends)]
    with pytest.raises(cl.UserError, match="networks of 2 inputs and 1 output"):
        sweeps.search(masks=[cl.Masks.ones_like(net) for net in nets])


@pytest.mark.parametrize("name", ["obs", "backward"])
def test_a_row_of_what_is_charged_by_its_stack_is_made_again(name):
    given = {"algorithms": (name,), "widths": (4,), "keep": (12,), "options": ()}
    study = sweeps.pruning(**given, epochs=12, seeds=2)
    rows = study.run(range(len(study)))
    assert study.hangs_on_shard
    for number in range(len(study)):
        sweeps.same(study.replay(number), rows[rows["experiment"] == number].reset_index(drop=True))
