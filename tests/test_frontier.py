"""The frontier: witnesses that none beats, copies of them, and the table of the sparsest."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known import FOUND, trained

import cubistlib as cl
from cubistlib.search import frontier, verify
from cubistlib.search.sparsest import TARGETS, as_markdown, sparsest
from cubistlib.search.witness import Witness


class Claimed(Witness):
    """A witness of which only the claims matter, and whether it tells its study."""

    def __init__(self, kind, parameters, correct, smallest=0.1, rule="read", study=None):
        claims = verify.Measured(parameters, correct, 49_982, correct / 49_982, smallest)
        fields = {"kind": kind, "bias_rule": rule, "claims": claims}
        fields["found"] = {"study": study} if study else {}
        for name, value in fields.items():
            object.__setattr__(self, name, value)


# Witnesses, and those that stay.
RIVALS = {
    "fewer parameters or more right points": (
        [("sgd", 22, 900), ("sgd", 26, 990), ("sgd", 24, 950)],
        [0, 1, 2],
    ),
    "more parameters for no more": ([("sgd", 22, 900), ("sgd", 23, 900)], [0]),
    "the same number": ([("sgd", 22, 900), ("sgd", 22, 901)], [1]),
    "equal, but nearer to the boundary": (
        [("sgd", 22, 900, 0.1), ("sgd", 22, 900, 0.2)],
        [1],
    ),
    "equal, and of a study": (
        [
            ("sgd", 22, 900, 0.9),
            ("sgd", 22, 900, 0.1, "read", "a study"),
            ("sgd", 22, 900, 0.2, "read", "another"),
        ],
        [2],
    ),
    "polished beyond SGD": ([("sgd", 22, 900), ("polished", 22, 950)], [0, 1]),
    "polished to what SGD reaches": (
        [("sgd", 22, 900), ("polished", 23, 900, 0.5), ("polished", 22, 900, 0.5)],
        [0],
    ),
    "SGD beats not": ([("sgd", 24, 900), ("polished", 22, 950)], [0, 1]),
    "without biases": (
        [("polished", 22, 900), ("sgd", 20, 900, 1, "pruned"), ("sgd", 22, 900, 1, "pruned")],
        [0, 1],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rivals, stay", RIVALS.values(), ids=RIVALS)
def test_the_frontier_is_what_no_other_beats(rivals, stay):
    witnesses = [Claimed(*claims) for claims in rivals]
    for order in (1, -1):
        kept = frontier.unbeaten(witnesses[::order])
        assert {*kept.values()} == {witnesses[i] for i in stay}
        assert all(frontier.name(witness) == name for name, witness in kept.items())


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.sets(
        st.tuples(
            st.sampled_from(["sgd", "polished", "pruned"]), st.integers(20, 24), st.integers(1, 6)
        )
    )
)
def test_beaten_are_those_that_another_beats(rivals):
    strictness = ["sgd", "polished", "pruned"].index
    stay = {
        (kind, parameters, correct)
        for kind, parameters, correct in rivals
        if not any(
            strictness(k) <= strictness(kind) and p <= parameters and c >= correct
            for k, p, c in rivals - {(kind, parameters, correct)}
        )
    }
    made = {
        rival: Claimed("sgd", *rival[1:], 1, "pruned") if rival[0] == "pruned" else Claimed(*rival)
        for rival in rivals
    }
    assert {*frontier.unbeaten(made.values()).values()} == {made[rival] for rival in stay}


def test_a_folder_keeps_what_is_best(tmp_path):
    # 23 parameters, 95.1 %, and 24, 95.5 %
    better = Witness.of(*trained("fixed-init-99.5/pruning 1207"), found=FOUND)
    other = Witness.of(*trained("random-init/unstructured-search-95 114654"), found=FOUND)
    worse = Witness(better.weights, better.biases, "polished", "read", FOUND)
    assert list(frontier.add([worse], tmp_path)) == ["polished/23-parameters.json"]
    assert list(frontier.add([other, better], tmp_path, least=0.952)) == [
        "sgd/24-parameters.json",
        "polished/23-parameters.json",
    ]
    both = ["sgd/23-parameters.json", "sgd/24-parameters.json"]
    assert list(frontier.add([other, better], tmp_path)) == both
    assert list(frontier.read(tmp_path)) == both
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    assert list(frontier.add([better, worse], tmp_path)) == both
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")} == before


def test_how_a_witness_was_found_has_to_be_said(tmp_path):
    silent = Witness.of(*trained("fixed-init-99.5/pruning 1207"), found={**FOUND, "date": 2026})
    with pytest.raises(cl.UserError, match=r"23-parameters\.json: found has to say .* lacks date"):
        frontier.add([silent], tmp_path)
    assert list(frontier.read(tmp_path)) == []


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"found": {**FOUND, "by": None}}, r"23-parameters\.json: found has to say .* lacks by"),
        ({"found": {**FOUND, "date": "20261125"}}, "found's date must be a day as 2026-11-25, got"),
        ({"found": {**FOUND, "date": "yesterday"}}, "found's date must be a day"),
    ],
)
def test_nothing_is_written_where_one_of_several_is_refused(tmp_path, changed, said):
    good = Witness.of(*trained("random-init/unstructured-search-95 114654"), found=FOUND)
    bad = Witness.of(*trained("fixed-init-99.5/pruning 1207"), found=FOUND)
    with pytest.raises(cl.UserError, match=said):
        frontier.add([good, replace(bad, **changed)], tmp_path)
    assert not list(tmp_path.rglob("*.json"))


def test_how_far_sgd_holds_it_is_noted(spiral, tmp_path):
    network, masks = trained("fixed-init-99.5/pruning 1207")
    witness = Witness.of(network, masks, found=FOUND)
    (kept,) = frontier.add([witness], tmp_path).values()
    nets = cl.Network.concatenate([witness.network] * 6)
    masks = cl.Masks.concatenate([witness.masks] * 6)
    accuracy = []
    for decay in (0, 5e-4):
        configs = [
            cl.TrainConfig(lr, schedule, weight_decay=decay)
            for lr in (0.05, 0.1)
            for schedule in ("constant", "cosine", "step")
        ]
        accuracy += [*cl.train(nets, masks, *spiral, configs, seed=0).accuracy]
    assert kept.found == {**FOUND, "held_by_sgd": round(max(accuracy) * 49_982)}


def test_what_is_copied_once_stays_and_a_kill_leaves_nothing(tmp_path, monkeypatch):
    place, write = tmp_path / "seeds", Witness.write
    given = {
        "1": Witness.of(*trained("fixed-init-99.5/pruning 1207"), found=FOUND),
        "2": Witness.of(*trained("random-init/unstructured-search-95 114654"), found=FOUND),
    }
    assert frontier.copied(place, dict) == {} and not place.exists()

    def killed(witness, path):
        if path.stem == "2":
            raise KeyboardInterrupt
        return write(witness, path)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Witness, "write", killed)
        frontier.copied(place, lambda: given)
    assert not place.exists()
    for again in (lambda: given, lambda: pytest.fail("is there already")):
        copies = frontier.copied(place, again)
        assert {name: w.text for name, w in copies.items()} == {n: w.text for n, w in given.items()}


WITNESSES = {
    "sgd/22-parameters.json": Claimed("sgd", 22, 48_000),
    "sgd/34-parameters.json": Claimed("sgd", 34, 49_982),
    "polished/27-parameters.json": Claimed("polished", 27, 49_982),
    "pruned-biases/20-parameters.json": Claimed("sgd", 20, 48_000, 0.1, "pruned"),
}


def runs(**columns):
    return pd.DataFrame({"diverged": False, **columns})


def test_sparsest_so_far_by_hand():
    searched = runs(live_parameters=[24, 40, 30, 10], accuracy=[0.951, 0.996, 0.94, 0.999])
    searched.loc[3, "diverged"] = True
    table = sparsest(WITNESSES, searched, floor={0.95: 17, 0.995: 19}).set_index("target")
    assert list(table.index) == list(TARGETS)
    ninety_five, hundred = table.loc[0.95], table.loc[1.0]
    counts = ["paper", "search", "sgd", "any", "pruned_biases", "floor"]
    assert list(ninety_five[counts]) == [30, 24, 22, 22, 20, 17]
    assert list(hundred[counts].fillna(0)) == [0, 0, 34, 27, 27, 19]
    assert hundred["any_file"] == "polished/27-parameters.json"
    assert list(table["floor"].fillna(0)) == [0, 0, 0, 17, 17, 17, 19, 19, 19]

    lines = as_markdown(table.reset_index(), "there").splitlines()
    assert lines[5] == (
        "| 95 % | about 30 | 24 | [22](there/sgd/22-parameters.json) | "
        "[22](there/sgd/22-parameters.json) | [20](there/pruned-biases/20-parameters.json) | 17 |"
    )
    assert len({line.count("|") for line in lines}) == 1 and len(lines) == 2 + len(TARGETS)


def test_a_table_says_what_it_lacks():
    with pytest.raises(cl.UserError, match="results lack the columns live_parameters"):
        sparsest(WITNESSES, runs(accuracy=[0.95]))
    unknown = pd.array([24, None, None], "Int32")
    some = runs(accuracy=[0.95, 0.9, 0.9], live_parameters=unknown)
    with pytest.raises(cl.UserError, match="sparsest: 2 of 3 runs do not tell live_parameters"):
        sparsest(WITNESSES, some)
    some.loc[1:, "diverged"] = True  # which do not count
    assert sparsest(WITNESSES, some)["search"].min() == 24
    without = as_markdown(sparsest(WITNESSES), "x")
    assert "from scratch" not in without and "floor" not in without and "paper" in without
    assert sparsest({})["sgd"].isna().all()
