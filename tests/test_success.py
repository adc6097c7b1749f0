"""Chances of success: many tries of a mask, what starts inherit, counts and their intervals."""

import importlib.util
import json
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product
from math import comb
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from golden_files import GOLDEN
from hypothesis import given, settings
from hypothesis import strategies as st

import cubistlib as cl
from cubistlib import plots, sweep
from cubistlib.search.witness import Witness
from cubistlib.studies import Inherited, SearchStudy, below, paper, power, stacks, success, tallies
from cubistlib.studies.definition import definition

quick = settings(max_examples=40, deadline=None, derandomize=True)
LITTLE = {"lrs": (0.05, 0.1), "schedules": ("constant", "cosine"), "epochs": 1}


@pytest.fixture(scope="module")
def witnesses():
    """The two networks of tests/golden/live.json: of 24 and of 23 parameters."""
    return [witness(kept) for kept in json.loads((GOLDEN / "live.json").read_text()).values()]


def witness(kept):
    sizes = (2, *kept["hidden"], 1)
    weights = [np.zeros((out, into)) for into, out in pairwise(sizes)]
    biases = [np.zeros(out) for out in sizes[1:]]
    for layer, (of_weights, of_biases) in enumerate(
        zip(kept["weights"], kept["biases"], strict=True)
    ):
        for unit, source, value in of_weights:
            weights[layer][unit, source] = value
        for unit, value in of_biases:
            biases[layer][unit] = value
    network = cl.Network.from_arrays(weights, biases)
    return Witness.of(network, cl.Masks.from_weights([w != 0 for w in network.weights]))


def search(masks, **more):
    return SearchStudy(name="a/search", masks=masks, **LITTLE, **more)


# Many tries of a mask.


def test_every_try_of_a_mask_is_an_experiment_of_its_own():
    study = search([power.dense((2, 1, 1)), power.dense((3, 1, 2))], seeds=3, tries=5)
    runs = study.experiments(range(len(study)))
    cells = [(e.mask, e.seed, e.config.lr, e.config.schedule) for e in runs]
    every = product(range(2), range(3), LITTLE["lrs"], LITTLE["schedules"])
    assert {cell: cells.count(cell) for cell in cells} == dict.fromkeys(every, 5)
    starts = stacks.initialize([e for e in runs if e.mask == 0])
    assert len({array.tobytes() for array in starts.weights[0]}) == len(study) // 2


def test_one_try_is_what_there_was_before():
    masks = [power.dense((2, 1, 1)), power.dense((3, 1, 2))]
    numbered = [(e.mask, e.seed) for e in search(masks, seeds=3).experiments(range(24))]
    assert numbered == [(i // 12, i // 4 % 3) for i in range(24)]


def test_studies_of_before_are_defined_as_they_were(golden_counts):
    known = {"kind", "name", "lrs", "schedules", "epochs", "seeds", "origin", "spiral", "backend"}
    known |= {"shard", "shards"}
    for study in paper.STUDIES.values():
        own = {"masks", "rungs"} if isinstance(study, SearchStudy) else set(definition(study))
        assert set(definition(study)) == known | own
        assert not {"tries", "inherited"} & set(definition(study))
    assert definition(search([power.dense((2, 1, 1))], tries=2))["tries"] == 2


def test_a_try_is_run_again_from_its_number():
    study = search([power.dense((2, 1, 2))], seeds=2, tries=3, spiral=(("points", 600),))
    every = study.run(range(len(study)))
    for number in (0, 7, 23):
        again = study.replay(number).drop(columns="network")
        pd.testing.assert_frame_equal(
            again, every[every["experiment"] == number][again.columns].reset_index(drop=True)
        )


# What starts inherit.


def start(study):
    return stacks.initialize(study.experiments(range(len(study))))


def test_signs_are_the_parents_and_magnitudes_are_fresh():
    values = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)
    values[0, 0] = 0
    weights = [values, values[:2, :].T[:1, :1] * 0 + 1, np.ones((1, 1)), -np.ones((1, 1))]
    weights[1] = np.array([[1.0, -1.0, 0.0]])
    parent = cl.Network.from_arrays(weights, [[1, -2, 0], [-3], [4], [-5]])
    masks = [power.dense((3, 1, 1))]
    fresh, signed = (
        start(search(masks)),
        start(search(masks, inherited=Inherited([parent], "signs"))),
    )
    for own, new, theirs in zip(fresh.arrays, signed.arrays, parent.arrays, strict=True):
        assert (np.abs(own) == np.abs(new)).all()
        assert (np.where(theirs == 0, np.sign(own), np.sign(theirs)) == np.sign(new)).all()


def test_weights_are_the_parents_whatever_else_is_in_the_stack(witnesses):
    networks, masks = [w.network for w in witnesses], [w.masks for w in witnesses]
    both = start(search(masks, inherited=Inherited(networks, "weights")))
    assert both.hidden == (4, 2, 3)
    for i, parent in enumerate(networks):
        for wide, narrow in zip(both.arrays, parent.arrays, strict=True):
            place = tuple(map(slice, narrow.shape[1:]))
            assert (wide[4 * i : 4 * i + 4][(slice(None), *place)] == narrow).all()
            assert np.count_nonzero(wide[4 * i]) == np.count_nonzero(narrow)


def test_jitter_is_relative_of_the_size_asked_for_and_each_experiments_own(witnesses):
    given, masks = Inherited([witnesses[0].network], "weights", 0.1), [witnesses[0].masks]
    study = search(masks, inherited=given, tries=50)
    starts, parent = start(study), witnesses[0].network
    there = parent.weights[0][0] != 0
    moved = starts.weights[0][:, there] / parent.weights[0][0][there] - 1
    assert 0.09 < moved.std() < 0.11 and abs(moved.mean()) < 0.01
    assert (starts.weights[0][:, ~there] == 0).all()
    alone = stacks.initialize(study.experiments([123]))
    assert all((a == b).all() for a, b in zip(alone.arrays, starts[123].arrays, strict=True))


def test_a_training_at_rate_zero_leaves_the_parent_as_it_was(witnesses):
    networks, masks = [w.network for w in witnesses], [w.masks for w in witnesses]
    still = {"lrs": (0.0,), "schedules": ("constant",), "epochs": 1}
    study = SearchStudy(
        name="still", masks=masks, inherited=Inherited(networks, "weights"), **still
    )
    rows = study.run(range(2))
    assert rows["correct"].tolist() == [w.claims.correct for w in witnesses] == [47727, 47553]
    assert rows["live_parameters"].tolist() == [24, 23]


def test_training_from_the_parents_weights_succeeds_where_scratch_does_not(witnesses):
    parent, recipe = witnesses[0], {"lrs": (0.05,), "schedules": ("cosine",), "tries": 8}
    found = {}
    for what in ("scratch", "weights"):
        given = None if what == "scratch" else Inherited([parent.network], what, 0.02)
        study = SearchStudy(name=what, masks=[parent.masks], inherited=given, **recipe)
        found[what] = success.counts(study.run(range(8)), ["mask"], [0.95])["95 %"][0]
    assert found["weights"] >= 4 and found["scratch"] == 0


def test_what_is_inherited_is_part_of_the_definition(witnesses):
    one, other = (
        search([witnesses[0].masks], inherited=Inherited([n], "signs"))
        for n in (witnesses[0].network, flipped(witnesses[0].network))
    )
    assert definition(one)["inherited"]["what"] == "signs"
    assert definition(one) != definition(other)
    assert json.loads(json.dumps(definition(one))) == definition(one)


def flipped(network):
    return cl.Network.of(np.negative, network)


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"tries": 0}, "tries must be a whole number ≥ 1"),
        ({"inherited": "signs"}, "inherited must be an Inherited"),
        ({"tries": 2, "what": "weights"}, "tries must be 1 where all tries start alike, got 2"),
        ({"what": "magnitudes"}, "what must be one of signs, weights, got 'magnitudes'"),
        ({"what": "signs", "jitter": 0.1}, "jitter is for weights"),
        ({"what": "weights", "jitter": 2}, "jitter must be a number 0 … 1, got 2"),
        ({"what": "signs", "networks": []}, "networks must be a list of one or more"),
        ({"what": "signs", "networks": [2]}, r"networks\[0\] must be one network"),
        ({"what": "signs", "masks": [power.dense((3, 1, 1))]}, "in the shape of every mask"),
        ({"what": "signs", "masks": [power.dense((2, 1, 1))] * 2}, "in the shape of every mask"),
        ({"what": "signs", "origin": cl.studies.Origin("a", 0.9, 1)}, "not both"),
        ({"tries": 2, "origin": cl.studies.Origin("a", 0.9, 1)}, "tries must be 1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(changes, sentence):
    parent, more = cl.Network.initialize((2, 1, 1)), dict(changes)
    with pytest.raises(cl.UserError, match=sentence):
        if "what" in more:
            networks = more.pop("networks", [parent])
            given = networks, more.pop("what"), more.pop("jitter", 0.0)
            more["inherited"] = Inherited(*given)
        search(more.pop("masks", [power.dense((2, 1, 1))]), **more)


# Counts.

RESULTS = pd.DataFrame(
    {
        "mask": [0, 0, 0, 1, 1],
        "lr": [0.1, 0.1, 0.2, 0.1, 0.2],
        "correct": [95, 94, 99, 100, 100],
        "points": 100,
        "diverged": [False, False, False, False, True],
    }
)


def test_successes_are_counted_by_hand():
    table = success.counts(RESULTS, ["mask", "lr"], [0.95, 0.99, 1.0])
    assert list(table) == ["mask", "lr", "trainings", "95 %", "99 %", "100 %", "best", "points"]
    rows = [(0, 0.1, 2, 1, 0, 0, 95, 100), (0, 0.2, 1, 1, 1, 0, 99, 100)]
    rows += [(1, 0.1, 1, 1, 1, 1, 100, 100), (1, 0.2, 1, 0, 0, 0, 0, 100)]
    assert [tuple(row) for row in table.itertuples(index=False)] == rows
    together = success.pooled(table, ["mask"])
    assert together["trainings"].tolist() == [3, 2] and together["95 %"].tolist() == [2, 1]
    assert together["best"].tolist() == [99, 100]
    rates = success.rates(together, [0.95, 1.0])
    assert rates["rate"].tolist() == [2 / 3, 1 / 2, 0, 1 / 2]
    assert rates["target"].tolist() == [0.95, 0.95, 1, 1] and (rates["low"] <= rates["rate"]).all()
    with pytest.raises(cl.UserError, match="90 % has not been counted"):
        success.rates(together, [0.9, 0.95])


@quick
@given(st.integers(0, 1000), st.integers(1, 60_000))
def test_the_fewest_right_points_are_exact(thousandths, points):
    least = success.least_correct(thousandths / 1000, points)
    share = Fraction(thousandths, 1000)
    assert Fraction(least, points) >= share and (least == 0 or Fraction(least - 1, points) < share)


def test_targets_of_the_spiral():
    fewest = [success.least_correct(t, 49_982) for t in (0.5, 0.95, 0.995, 0.999, 1.0)]
    assert fewest == [24_991, 47_483, 49_733, 49_933, 49_982]


# Intervals, against the binomial distribution itself.


def at_least(k, n, rate):
    """The probability of k or more successes of n."""
    return sum(comb(n, i) * rate**i * (1 - rate) ** (n - i) for i in range(k, n + 1))


def test_an_interval_ends_where_what_was_seen_becomes_improbable():
    n = 23
    low, high = success.interval(np.arange(n + 1), np.full(n + 1, n))
    assert low[0] == 0 and high[n] == 1
    for k in range(n + 1):
        assert k == 0 or at_least(k, n, low[k]) == pytest.approx(0.025, abs=1e-9)
        assert k == n or 1 - at_least(k + 1, n, high[k]) == pytest.approx(0.025, abs=1e-9)


def test_an_interval_holds_the_rate_as_often_as_it_says():
    n = 30
    low, high = success.interval(np.arange(n + 1), np.full(n + 1, n))
    for rate in np.linspace(0.001, 0.999, 97):
        chance = np.array([comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)])
        assert chance[(low <= rate) & (rate <= high)].sum() >= 0.95


def test_none_of_no_training_says_nothing():
    low, high = success.interval([0], [0])
    assert (low[0], high[0]) == (0, 1) and success.seen(0) == 1
    with pytest.raises(cl.UserError, match="0 … trainings"):
        success.interval([3], [2])


def test_what_none_found_rules_out():
    n = np.array([1, 10, 300, 20_000])
    assert (1 - success.seen(n)) ** n == pytest.approx(np.full(4, 0.05))
    assert success.seen(1024) == pytest.approx(3 / 1024, rel=0.01)


# The studies.


def parameters(hidden):
    a, b, c = hidden
    return 2 * a + a + a * b + b + b * c + c + c + 1


def test_there_are_66_small_structures():
    listed = power.small_structures()
    every = [h for h in product(range(1, 38), repeat=3) if h[0] >= 2 and parameters(h) < 38]
    assert sorted(listed) == every and len(every) == 66
    assert listed[0] == (2, 1, 1) and parameters(listed[-1]) == 37


def test_structures_have_the_tries_that_are_promised():
    study = power.structured()
    assert len(study) == 66 * 10_020 and study.seeds == 10 and len(study.configs) == 6
    kept = [int(mask.parameters_kept[0]) for mask in study.masks]
    assert kept == [parameters(h) for h in power.small_structures()]
    assert max(map(len, study.shards)) <= power.SHARD
    tried = power.why({"a": little_witness()}, "signs")[0]
    assert len(tried) == 20_040 and tried.seeds == 20


def little_witness():
    return Witness.of(
        cl.Network.initialize((5, 2, 3), seed=3),
        cl.Masks.from_weights([np.ones(shape, bool) for shape in ((5, 2), (2, 5), (3, 2), (1, 3))]),
    )


def test_the_smallest_that_succeed_are_promising_then_the_most_accurate():
    found = {"2-1-1": (13, 0, 70), "3-1-3": (23, 2, 96), "3-1-2": (20, 0, 90), "4-1-3": (27, 9, 99)}
    found |= {"2-2-2": (21, 0, 90), "2-1-9": (37, 1, 95)}
    table = pd.DataFrame(
        [
            ("power/structured", "scratch", name, name, kept, 60, hits, best, 100)
            for name, (kept, hits, best) in found.items()
        ],
        columns=[*tallies.LABELS, "trainings", "95 %", "best", "points"],
    )
    first = [(3, 1, 3), (4, 1, 3), (2, 1, 9), (3, 1, 2), (2, 2, 2)]
    assert power.promising(table) == first
    study = power.most_promising(table)
    assert len(study) == 5 * 100_200 and study.masks[0].hidden == (3, 1, 3)
    with pytest.raises(cl.UserError, match="told by power/structured first"):
        power.promising(table.assign(study="power/why"))


def test_a_snapshot_has_one_witness_a_count_and_a_dozen_are_chosen(witnesses):
    more = {"sgd/23": witnesses[1], "polished/23": witnesses[0], "polished/24": witnesses[0]}
    taken = power.snapshot(more)
    assert list(taken) == ["23-parameters", "24-parameters"]
    assert taken["23-parameters"] is witnesses[1]
    assert list(power.chosen(taken)) == list(taken)
    with pytest.raises(cl.UserError, match="no witness of 20 to 40 parameters"):
        power.why({}, "scratch")
    with pytest.raises(cl.UserError, match="start must be one of scratch, signs, weights"):
        power.why(taken, "masks")


# Masks below a witness.


def without_one_or_two(parent):
    """Masks of the parent without one or two of its weights, unconnected ones among them."""
    flat = [w[0] for w in parent.masks.weights]
    places = [(i, *at) for i, w in enumerate(flat) for at in np.argwhere(w)]
    for gone in [c for n in (1, 2) for c in combinations(places, n)]:
        weights = [w.copy() for w in flat]
        for layer, unit, source in gone:
            weights[layer][unit, source] = False
        yield cl.Masks.from_weights(weights)


def relabelled(masks):
    """The first of all masks that other names of hidden units give; units of no weight are out."""
    weights = [w[0] for w in masks.weights]
    units = [range(2), *(np.flatnonzero(w.any(axis=1)) for w in weights[:-1]), range(1)]
    every = []
    for names in product(*map(permutations, units[1:-1])):
        ends = zip(weights, pairwise([range(2), *names, range(1)]), strict=True)
        every.append([w[np.ix_(after, before)].tolist() for w, (before, after) in ends])
    return repr(min(every))


def test_children_are_all_masks_with_fewer_parameters(witnesses):
    paths = [cl.connectivity(masks) for masks in without_one_or_two(witnesses[0])]
    fit = [p.effective for p in paths if p.effective_parameters[0] in (22, 23)]
    found = below.children(witnesses[0], (22, 23))
    assert len(found) == len(set(map(relabelled, fit))) == 31
    for network, masks in found:
        assert masks.parameters_kept[0] in (22, 23)
        assert (cl.connectivity(masks).effective_weights == masks.weights_kept).all()
        assert network.sizes == masks.sizes
        apart = zip(network.arrays, masks.arrays, strict=True)
        assert not any((n[~m] != 0).any() for n, m in apart)


def test_a_child_gives_what_the_parent_without_these_weights_gives(witnesses, spiral):
    x = spiral[0][::500]
    for parent in witnesses:
        masked = [m.apply(parent.network).logits(x)[0] for m in without_one_or_two(parent)]
        children = below.children(parent, range(1, parent.claims.parameters))
        assert len(children) >= 9
        for network, _ in children:
            away = np.abs(network.logits(x)[0] - masked).max(axis=1)
            assert away.min() < 1e-4


def test_what_lies_below_is_named_by_the_target_and_made_of_what_lies_above(witnesses):
    small = dict(zip("ab", witnesses, strict=True))
    tried = [(target, count, len(those)) for target, count, those in below.below(small)]
    assert tried == [(0.95, 22, 24), (0.95, 21, 1)]
    study, names = power.below(small, "weights")
    assert len(names) == 25 and set(names) == {"masks below 95 %: 24", "masks below 95 %: 1"}
    assert len(study) == 25 * 60 and study.inherited.jitter == power.JITTER


def test_what_lies_below_has_every_mask_once_whoever_it_is_made_from(witnesses):
    named, both = dict(zip("ab", witnesses, strict=True)), {}
    for name, each in named.items():
        order = np.argsort(each.network.biases[0][0])
        arrays = [a[0].copy() for a in each.network.arrays]
        weights, biases = arrays[:4], arrays[4:]
        weights[0], weights[1], biases[0] = (
            weights[0][order],
            weights[1][:, order],
            biases[0][order],
        )
        other = cl.Network.from_arrays(weights, biases)
        masks = cl.Masks.from_weights([w != 0 for w in other.weights])
        both |= {name: each, name * 2: Witness.of(other, masks)}
    for once, twice in zip(below.below(named), below.below(both), strict=True):
        assert once[:2] == twice[:2]
        masks = [relabelled(masks) for _, masks in twice[2]]
        assert masks == [relabelled(masks) for _, masks in once[2]]
        assert len(masks) == len(set(masks))


# All of it, small.


@pytest.fixture
def tool():
    path = Path(__file__).parents[1] / "tools" / "run_power.py"
    spec = importlib.util.spec_from_file_location("run_power", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tool_runs_what_is_missing_and_counts_it(tool, home, witnesses, monkeypatch, capsys):
    monkeypatch.setattr(power, "ORDERS", dict.fromkeys(power.ORDERS, 1))
    monkeypatch.setattr(power, "small_structures", lambda: [(2, 1, 1), (3, 1, 2)])
    for each in witnesses:
        each.write(home / "frontier" / "sgd" / f"{each.claims.parameters}-parameters.json")
    place = ["--to", str(home / "counts.parquet"), "--frontier", str(home / "frontier")]
    tool.main(["structured", "promising", "why", "--tries", "1", *place])
    table = tallies.read(home / "counts.parquet")
    trainings = table.groupby("study")["trainings"].sum().to_dict()
    names = ("structured", "promising", "scratch", "signs", "weights")
    assert trainings == {f"power/{name}": 12 for name in names}
    assert set(table["start"]) == set(power.STARTS)
    assert table["points"].eq(49_982).all() and (table["best"] > 24_000).all()
    kept = {p.stem for p in (home / "frontier" / "parents").glob("*.json")}
    assert (
        kept
        == {"23-parameters", "24-parameters"}
        == set(table["mask"][table.study == "power/signs"])
    )
    (home / "counts.parquet").unlink()
    monkeypatch.setattr(SearchStudy, "run_together", lambda *_: pytest.fail("is there already"))
    tool.main(["structured", "promising", "why", "--tries", "1", *place])
    pd.testing.assert_frame_equal(tallies.read(home / "counts.parquet"), table)
    rows = sweep.folder(power.structured(tries=1), "power").read()
    assert rows["correct"].max() == table[table.study == "power/structured"]["best"].max()


def test_counts_of_one_study_take_the_place_of_its_older_ones(tmp_path):
    empty = pd.DataFrame(columns=tallies.COLUMNS)
    tallies.put(empty.assign(study=["b", "a"], trainings=[1, 2]), tmp_path / "t.parquet")
    every = tallies.put(empty.assign(study=["b"], trainings=7), tmp_path / "t.parquet")
    assert every["study"].tolist() == ["a", "b"] and every["trainings"].tolist() == [2, 7]
    assert tallies.read(tmp_path / "none.parquet").empty


def test_what_holds_no_counts_is_told_in_a_sentence(tmp_path, tool):
    damaged, other, untouched = (tmp_path / f"{name}.parquet" for name in ("a", "b", "c"))
    damaged.write_bytes(b"PAR1 and no more")
    with pytest.raises(cl.UserError, match=r"a\.parquet: not a readable Parquet file of"):
        tallies.read(damaged)
    with pytest.raises(cl.UserError, match=r"a\.parquet: not a readable"):
        tool.main(["why", "--tries", "1", "--to", str(damaged), "--frontier", str(tmp_path)])
    little_counts().drop(columns=["lr", "best"]).to_parquet(other)
    with pytest.raises(cl.UserError, match="it lacks lr, best"):
        tallies.put(little_counts(), other)
    assert tallies.put(little_counts(), untouched).equals(tallies.read(untouched))


def test_a_first_look_does_not_take_the_place_of_published_counts(tool, monkeypatch):
    monkeypatch.setattr(tool.sweep, "run", lambda *_, **__: pytest.fail("runs nevertheless"))
    with pytest.raises(cl.UserError, match="--tries needs --to"):
        tool.main(["structured", "--tries", "1"])


def test_masks_of_one_name_are_counted_together(witnesses):
    masks = [w.masks for w in witnesses]
    study = search([masks[0], masks[0]], spiral=(("points", 600),), tries=2)
    results = study.run(range(len(study)))
    table = power.counted(study, results, ["two masks", "two masks"])
    assert len(table) == 4 and table["trainings"].eq(4).all()
    assert set(table["hidden"]) == {"several"} and set(table["parameters"]) == {24}
    apart = power.counted(study, results, ["one", "other"])
    assert len(apart) == 8 and set(apart["hidden"]) == {"3-2-2"}


# Tables and figures of the counts.


def little_counts():
    labels = [("power/scratch", "scratch", "22-parameters", "3-1-3", 22)] * 2
    labels += [("power/weights", "weights", "22-parameters", "3-1-3", 22)]
    labels += [("power/below-signs", "signs", "masks below 95 %: 7", "several", 21)]
    hits = [(0.05, "step", 10, 0), (0.1, "step", 10, 0), (0.1, "step", 20, 5), (0.1, "step", 70, 0)]
    rows = [a + b for a, b in zip(labels, hits, strict=True)]
    names = [*tallies.LABELS, *tallies.CONFIGURATION, "trainings", "95 %"]
    table = pd.DataFrame(rows, columns=names).assign(best=40_000, points=49_982)
    table = table.reindex(columns=tallies.COLUMNS, fill_value=0)
    return table.sort_values("study", kind="stable", ignore_index=True)


def test_counts_are_taken_by_what_they_are_about():
    table = power.part(little_counts(), "frontier")
    assert table["trainings"].tolist() == [20, 20] and table["95 %"].tolist() == [0, 5]
    none = power.part(tallies.read(Path("none")), "structured")
    assert none.empty and success.rates(none, [0.95]).empty
    assert {"target", "rate", "low"} <= set(success.rates(table, [])) and not len(
        success.rates(table, [])
    )


def test_what_was_not_found_comes_with_its_power():
    (row,) = power.not_found(little_counts()).to_dict("records")
    told, of_one = row.pop("seen"), row.pop("seen_of_one")
    assert row == {"target": "95 %", "parameters": 21, "start": "signs", "masks": 7} | {
        "trainings": 70,
        "successes": 0,
    }
    assert (1 - told) ** 70 == pytest.approx(0.05) == (1 - of_one) ** 10
    assert power.not_found(tallies.read(Path("none"))).empty


def test_a_figure_shows_rates_and_where_nothing_was_found_what_is_possible():
    rates = success.rates(power.part(little_counts(), "frontier"), [0.95])
    ax = plots.success_rates(rates, plt.figure().add_subplot(), by="start")
    marks = {tuple(np.round(line.get_xdata(), 3)) for line in ax.get_lines()} - {()}
    assert marks == {(0.25,), (round(float(success.interval([0], [20])[1][0]), 3),)}
    assert [text.get_text() for text in ax.get_yticklabels()] == ["22-parameters"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["scratch", "weights"]
    ax = plots.success_rates(rates.head(0), plt.figure().add_subplot(), by="start")
    assert [text.get_text() for text in ax.texts] == ["no count to show yet"]
    plt.close("all")


# The notebook that tells of them.


def told(counts, monkeypatch, capsys):
    """What notebook 52 prints and takes away, of these counts."""
    monkeypatch.setattr(tallies, "read", lambda: counts)
    path = Path(__file__).parents[1] / "notebooks" / "52_why_search_missed_it.ipynb"
    cells = [c for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
    source = {cell["id"]: "".join(cell["source"]) for cell in cells}
    parent = SimpleNamespace(claims=SimpleNamespace(accuracy=0.96))
    here = pd.DataFrame({"start": ["scratch"], "trainings": 60, "95 %": 1})
    names = {"targets": [95.0], "parent": parent, "here": here}
    skipped = ("why-02", "why-05", "why-07", "why-08")  # these train
    for number in (name for name in source if name not in skipped):
        exec(source[number], names)
        plt.close("all")
    taken = source["why-24b"].replace("Markdown(f", "text = (f")
    exec(taken, names)
    return capsys.readouterr().out, names["text"]


def of_structures(successes):
    label = ("power/structured", "scratch", "2-1-1", "2-1-1", 13, 0.1, "step", 80)
    names = [*tallies.LABELS, *tallies.CONFIGURATION, "trainings"]
    table = pd.DataFrame([label], columns=names).reindex(columns=tallies.COLUMNS, fill_value=0)
    return table.assign(**{"95 %": successes})


def test_the_notebook_tells_what_is_counted_and_what_is_not(monkeypatch, capsys):
    counts = little_counts()
    nothing = told(counts.head(0), monkeypatch, capsys)
    assert "Not checked: that the start decides" in nothing[0]
    assert "(· parameters): not counted yet." in nothing[1]
    scratch = counts[counts["start"] == "scratch"]
    some = told(pd.concat([scratch, of_structures(0)]), monkeypatch, capsys)
    assert "Not checked" in some[0] and "(· parameters): none of those tried." in some[1]
    assert "reach 95 %: scratch 0.000%" in some[1]
    more = pd.concat([scratch.assign(trainings=2000), counts[counts["start"] == "weights"]])
    all_of_it = told(pd.concat([more, of_structures(1)]), monkeypatch, capsys)
    assert "Not checked" not in all_of_it[0]
    assert "2-1-1 · 13, in 1.250% of its trainings." in all_of_it[1]
    with pytest.raises(AssertionError, match="the start decides"):
        told(counts.assign(trainings=2000), monkeypatch, capsys)
