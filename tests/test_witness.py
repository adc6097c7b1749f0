"""Witnesses: written and read to the bit, and those that come with the package."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from golden_files import GOLDEN
from known import FOUND, trained

import cubistlib as cl
from cubistlib.__main__ import main
from cubistlib.search import frontier, verify
from cubistlib.search.sparsest import TARGETS
from cubistlib.search.witness import Witness
from cubistlib.support import paths

ROOT = Path(__file__).parents[1]
PUBLISHED = frontier.published()


@pytest.mark.parametrize(
    "name, hidden, parameters",
    [
        ("random-init/unstructured-search-95 114654", (3, 2, 2), 24),
        ("fixed-init-99.5/pruning 1207", (4, 1, 3), 23),
    ],
)
def test_of_a_network_it_holds_what_lives(spiral, tmp_path, capsys, name, hidden, parameters):
    network, masks = trained(name)
    witness = Witness.of(network, masks, found=FOUND | {"study": name, "by": "René"})
    assert witness.hidden == hidden and witness.claims.parameters == parameters
    assert witness.masks.parameters_kept[0] == parameters
    assert witness.claims.accuracy == network.evaluate(*spiral)[0][0]

    path = witness.write(tmp_path / "new" / "it.json")
    assert main(["verify", str(path)]) == 0
    assert f"holds: {parameters} parameters" in capsys.readouterr().out
    again = Witness.read(path)
    for one, other in zip(
        witness.weights + witness.biases, again.weights + again.biases, strict=True
    ):
        assert np.array_equal(one, other)
    assert again.text == witness.text == path.read_text(encoding="utf-8")
    assert (again.kind, again.bias_rule, again.found) == ("sgd", "read", witness.found)


def test_biases_that_went_count_no_more():
    network, masks = trained("fixed-init-99.5/pruning 1207")
    whole = Witness.of(network, masks)
    for bias in network.biases[:2]:
        bias[:] = 0
    pruned = Witness.of(network, masks, bias_rule="pruned")
    gone = sum(pruned.hidden[:2])
    assert pruned.hidden == whole.hidden
    assert pruned.claims.parameters == whole.claims.parameters - gone
    assert pruned.masks.parameters_kept[0] == pruned.claims.parameters


def test_what_can_be_no_witness_is_refused_in_a_sentence(tmp_path):
    network, masks = trained("fixed-init-99.5/pruning 1207")
    with pytest.raises(cl.UserError, match="Witness: of one network, got a stack of 2"):
        Witness.of(cl.Network.concatenate([network] * 2), cl.Masks.concatenate([masks] * 2))
    with pytest.raises(cl.UserError, match="Witness: nothing lives in this network"):
        Witness.of(cl.Network.zeros_like(network), masks)
    with pytest.raises(cl.UserError, match=r"bad\.json: kind must be sgd or polished, got"):
        Witness.of(network, masks, kind="luck").write(tmp_path / "bad.json")
    with pytest.raises(cl.UserError, match=r"bad\.json: no such file"):
        Witness.read(tmp_path / "bad.json")
    with pytest.raises(cl.UserError, match=r"bad\.json: found has to say .* lacks recipe"):
        Witness.of(network, masks).write(tmp_path / "bad.json")
    with pytest.raises(cl.UserError, match="cannot be written"):
        Witness.of(network, masks, found=FOUND).write("/dev/null/bad.json")


# What comes with the package.


def test_there_are_witnesses():
    assert len(PUBLISHED) > 0
    assert {*frontier.unbeaten(PUBLISHED.values())} == {*PUBLISHED}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_witness_holds_by_the_scorer_and_by_the_library(spiral, capsys, name):
    path = paths.published("frontier") / name
    assert main(["verify", str(path)]) == 0, capsys.readouterr().out
    witness = PUBLISHED[name]
    assert frontier.name(witness) == name and witness.text == path.read_text(encoding="utf-8")
    assert {*verify.FOUND, "held_by_sgd"} <= {*witness.found}
    assert date.fromisoformat(witness.found["date"])

    network, masks, claims = witness.network, witness.masks, witness.claims
    for exact, rounded in zip(witness.weights, network.weights, strict=True):
        assert np.array_equal(exact, rounded[0])  # as trained, and as the library computes
    assert masks.parameters_kept[0] == claims.parameters
    done = cl.simplify(network, masks, spiral[0])
    assert done.removed == ((),) and done.structures == [witness.hidden]
    # Single precision may turn points round that lie on the boundary, and no other.
    logits, error = in_single_precision(witness, spiral[0])
    on_boundary = (abs(logits) <= error) & (error > 0)
    right = (network.logits(spiral[0])[0] > 0) == (logits > 0)
    assert right[~on_boundary].all()
    turned = round(network.evaluate(*spiral)[0][0] * claims.points) - claims.correct
    assert abs(turned) <= min(3, on_boundary.sum())
    holds_on_other_roundings(witness)


def in_single_precision(witness, x):
    """The logits in double precision, and bounds of their error in single precision."""
    h, error = x.astype(float), np.zeros(x.shape)
    for w, b in zip(witness.weights, witness.biases, strict=True):
        z, size = h @ w.T + b, abs(h) @ abs(w).T + abs(b)
        # Rounding of a sum of products in any order, taken twice.
        error = error @ abs(w).T + (w.shape[1] + 2) * np.finfo(np.float32).eps * size
        h, wrong = np.maximum(z, 0), error
        error = np.where(z + error <= 0, 0, error)
    return z[:, 0], wrong[:, 0]


def holds_on_other_roundings(witness):
    """Targets are reached on the points of the formula, and of the authors' code, too."""
    with np.load(GOLDEN / "dataset.npz") as golden:
        x, y = golden["x"].astype(float), golden["y"] == 1
    _, logits, _ = verify._forward(witness.weights, witness.biases, x)
    formula = verify.measure(witness.weights, witness.biases, witness.bias_rule, rounded=False)
    for target in TARGETS:
        if witness.claims.accuracy >= target:
            assert formula.accuracy >= target and ((logits > 0) == y).mean() >= target


@pytest.mark.parametrize("name", list(PUBLISHED)[:3])
def test_a_digit_changed_in_a_published_witness_is_seen(tmp_path, capsys, name):
    fields = json.loads((paths.published("frontier") / name).read_text())
    path = Path(tmp_path / "lie.json")
    fields["weights"][3][0][0] *= 1.1
    path.write_text(json.dumps(fields))
    assert main(["verify", str(path)]) == 1
    assert "does not hold" in capsys.readouterr().out
