"""The independent scorer: by hand, against the library, and what it refuses."""

import ast
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from fractions import Fraction
from io import StringIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from golden_files import GOLDEN
from hypothesis import given, settings
from hypothesis import strategies as st

import cubistlib as cl
from cubistlib.__main__ import main
from cubistlib.search import verify

SCRIPT = Path(verify.__file__)
POINTS = 49_982

# Class 1 where the first coordinate is above 0: layer after layer hands it on, and the output is
# relu(x) - relu(-x).
HALF_PLANE = {
    "format": "cubistlib witness 1",
    "hidden": [2, 2, 2],
    "weights": [[[1, 0], [-1, 0]], [[1, 0], [0, 1]], [[1, 0], [0, 1]], [[1, -1]]],
    "biases": [[0, 0], [0, 0], [0, 0], [0]],
    "bias_rule": "read",
    "parameters": 8 + 7,
    "points": POINTS,
    "kind": "polished",
    "found": {"recipe": "by hand", "date": "2026-11-25", "by": "a test"},
}


def half_plane(**changed):
    """The fields of the witness above, with the claims that numpy makes of it here."""
    x, y = cl.cubist_spiral()
    correct = int(((x[:, 0] > 0) == (y > 0.5)).sum())
    claims = {
        "correct": correct,
        "accuracy": correct / POINTS,
        "smallest_logit": float(abs(x[:, 0]).min()),
    }
    return {**HALF_PLANE, **claims, **changed}


@pytest.fixture
def file(tmp_path):
    """Fields or text -> a file with them."""

    def write(content, name="witness.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_it_stands_alone():
    found = ast.walk(ast.parse(SCRIPT.read_text()))
    names = {n.module for n in found if isinstance(n, ast.ImportFrom)}
    found = ast.walk(ast.parse(SCRIPT.read_text()))
    names |= {alias.name for n in found if isinstance(n, ast.Import) for alias in n.names}
    tops = {name.partition(".")[0] for name in names}
    assert tops <= {*sys.stdlib_module_names, "numpy"} and "numpy" in tops


def test_its_points_are_those_that_networks_are_trained_on(spiral):
    x, y = verify.spiral()
    assert x.dtype == np.float64 and np.array_equal(x, spiral[0])
    assert np.array_equal(y, spiral[1] == 1) and len(x) == POINTS
    with np.load(GOLDEN / "dataset.npz") as golden:
        np.testing.assert_allclose(x, golden["x"], atol=1e-6)
        assert np.array_equal(y, golden["y"])
    formula, _ = verify.spiral(rounded=False)
    np.testing.assert_allclose(formula, x, atol=5e-7)
    np.testing.assert_allclose(formula.std(axis=0, ddof=1), 1, rtol=1e-14)


def test_by_hand(file, capsys):
    path = file(half_plane())
    assert main(["verify", str(path)]) == 0
    out, err = capsys.readouterr()
    start = f"{path}: holds: 15 parameters, 2"
    assert out.startswith(start) and out.endswith(", structure (2, 2, 2)\n") and not err
    assert verify.count(*layers(half_plane()), "pruned") == 8


def layers(fields):
    return (
        [np.array(w, float) for w in fields["weights"]],
        [np.array(b, float) for b in fields["biases"]],
    )


def test_numbers_may_be_hexadecimal(file, capsys):
    fields = half_plane()
    fields["weights"][3] = [["0x1.0000000000000p+0", "-0x1p+0"]]
    assert main(["verify", str(file(fields))]) == 0
    assert "holds" in capsys.readouterr().out


# One thing that is not so, and what is said of it.
LIES = {
    "a parameter fewer": ({"parameters": 14}, "parameters is 15, not 14"),
    "a point more": (lambda right: {"correct": right + 1}, "correct is "),
    "all points": ({"correct": POINTS, "accuracy": 1.0}, "accuracy is 0."),
    "fewer points": ({"points": POINTS - 1}, "points is 49982, not 49981"),
    "a larger logit": ({"smallest_logit": 0.5}, "smallest_logit is "),
    "another number": ({"biases": [[0, 0], [0, 0], [0, 0], [0.25]]}, "correct is "),
    "one more weight": (
        {"weights": [[[1, 1e-9], [-1, 0]], *HALF_PLANE["weights"][1:]]},
        "parameters is 16, not 15",
    ),
    "the other rule": ({"bias_rule": "pruned"}, "parameters is 8, not 15"),
    "a dead unit": (
        {"biases": [[0, 0], [0, -9], [0, 0], [0]]},
        "unit 1 of hidden layer 2 is the same on every point",
    ),
    "a unit that nobody reads": (
        {"weights": [*HALF_PLANE["weights"][:3], [[1, 0]]]},
        "unit 1 of hidden layer 3 is on no path",
    ),
    "a unit that reads nobody": (
        {"weights": [[[1, 0], [0, 0]], *HALF_PLANE["weights"][1:]]},
        "unit 1 of hidden layer 1 is on no path",
    ),
}


@pytest.mark.parametrize("changed, said", LIES.values(), ids=LIES)
def test_a_claim_that_is_not_so_is_told_with_both_numbers(file, capsys, changed, said):
    fields = half_plane()
    fields |= changed(fields["correct"]) if callable(changed) else changed
    path = file(fields)
    assert main(["verify", str(path)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"{path}: does not hold: ") and said in out and out.count("\n") == 1


NAN = float("nan")
# Fields that are changed, None for one that is missing; what is said.
MALFORMED = {
    "a field is missing": ({"found": None}, "lacks 'found'; has to be of format, hidden,"),
    "a field of its own": ({"comment": 1}, "has unknown 'comment'; has to be of"),
    "another format": (
        {"format": "x"},
        'format must be cubistlib witness 1, got "x"',
    ),
    "another kind": ({"kind": ["sgd"]}, "kind must be sgd or polished, got"),
    "another rule": ({"bias_rule": "none"}, "must be read or pruned"),
    "two layers": ({"hidden": [2, 2]}, "hidden must be a list of 3, got [2, 2]"),
    "too wide": ({"hidden": [2, 65, 2]}, "hidden[1] must be a whole number 1 ... 64, got 65"),
    "no unit": ({"hidden": [2, 0, 2]}, "hidden[1] must be a whole number 1 ... 64, got 0"),
    "true is no number": ({"hidden": [2, True, 2]}, "hidden[1] must be a whole number"),
    "wide without weights": ({"hidden": [2, 2, 3]}, "weights[2] must be a list of 3, got"),
    "ragged": (
        {"weights": [[[1, 0], [-1]], *HALF_PLANE["weights"][1:]]},
        "weights[0][1] must be a list of 2, got [-1]",
    ),
    "no list": ({"weights": 7}, "weights must be a list of 4, got 7"),
    "a bias too many": (
        {"biases": [[0, 0], [0, 0], [0, 0], [0, 0]]},
        "biases[3] must be a list of 1, got [0, 0]",
    ),
    "NaN": ({"biases": [[NAN, 0], [0, 0], [0, 0], [0]]}, "biases[0][0] must be 0 or a number"),
    "infinite": ({"accuracy": float("inf")}, "accuracy must be 0 or a number of size 1e-29"),
    "too large": ({"smallest_logit": 10**400}, "smallest_logit must be 0 or a number"),
    "too small": ({"biases": [[0, 0], [0, 0], [0, 0], [1e-300]]}, "biases[3][0] must be 0 or"),
    "text": ({"biases": [["1", 0], [0, 0], [0, 0], [0]]}, 'biases[0][0] must be 0 or a number'),
    "hexadecimal, too large": ({"accuracy": "0x1p+99"}, "accuracy must be 0 or a number"),
    "hexadecimal, no number": ({"accuracy": "0xinf"}, "accuracy must be 0 or a number"),
    "a share as a count": ({"correct": 0.95}, "correct must be a whole number 1 ... 1,000,000"),
    "nothing found": ({"found": {}}, "found has to say recipe, date, by; lacks recipe, date, by"),
    "by nobody": (
        {"found": {"recipe": "by hand", "date": "2026-11-25", "by": None}},
        "found has to say recipe, date, by; lacks by",
    ),
    "at no day": (
        {"found": {"recipe": "by hand", "date": "20261125", "by": "a test"}},
        'found\'s date must be a day as 2026-11-25, got "20261125"',
    ),
    "no object": ({"found": "by chance"}, 'found must be an object, got "by chance"'),
}  # fmt: skip


@pytest.mark.parametrize("changed, said", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_witness_is_refused_in_a_sentence(file, capsys, changed, said):
    fields = {name: v for name, v in half_plane(**changed).items() if v is not None}
    refused(file(fields), capsys, said)


def refused(path, capsys, said):
    assert main(["verify", str(path)]) == 2
    out, err = capsys.readouterr()
    assert not out and err.startswith(f"{path}: ") and said in err and err.count("\n") == 1


TEXTS = {
    "nothing": ("", "not JSON (Expecting value"),
    "no JSON": ("{'a': 1}", "not JSON (Expecting property name"),
    "a list": ("[]", "must be an object of format, hidden"),
    "a field twice": ('{"kind": "sgd", "kind": "sgd"}', "a field stands there twice"),
    "very deep": ("[" * 100_000, "not JSON"),
    "very many digits": ("1" * 5000, "not JSON"),
    "very long": (" " * 1_000_001, "a witness has at most 1,000,000 bytes"),
}


@pytest.mark.parametrize("text, said", TEXTS.values(), ids=TEXTS)
def test_what_is_no_json_is_refused_in_a_sentence(file, capsys, text, said):
    refused(file(text), capsys, said)


def test_what_is_no_file_is_refused_in_a_sentence(tmp_path, capsys):
    refused(tmp_path, capsys, "is a folder; give its files")
    refused(tmp_path / "none", capsys, "no such file")
    refused(Path("/dev/zero"), capsys, "is no plain file")
    (tmp_path / "bytes").write_bytes(b'{"a": "\xff"}')
    refused(tmp_path / "bytes", capsys, "not JSON ('utf-8' codec can't decode byte 0xff")


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.sampled_from(b'0123456789-+.eE[]{},:"\\xNIn \xff')),
        min_size=1,
        max_size=4,
    )
)
def test_no_damaged_file_is_more_than_a_sentence(tmp_path_factory, changes):
    data = bytearray(json.dumps(half_plane()).encode())
    for place, byte in changes:
        data[place % len(data)] = byte
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_bytes(data)
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = verify.verify(path)
    assert (out.getvalue() + err.getvalue()).count("\n") == 1
    assert (status == 2) == (not out.getvalue())


def test_as_a_script_it_needs_nothing_but_numpy_and_the_worst_file_counts(file):
    good, lie = file(half_plane(), "good.json"), file(half_plane(parameters=9), "lie.json")
    code = (
        "import runpy, sys; sys.modules['cubistlib'] = None; sys.argv[:] = sys.argv[1:];"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    for files, status in (([good], 0), ([good, lie], 1), ([lie, "none", good], 2)):
        command = [sys.executable, "-I", "-c", code, SCRIPT, *files]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == status
        many = f"1 of {len(files)} hold"
        assert (done.stdout.splitlines()[-1] == many) == (len(files) > 1)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.tuples(*[st.integers(1, 5)] * 3), st.integers(0, 10**6), st.sampled_from([1, 30, 1e4]))
def test_of_random_networks_counts_and_scores_are_the_librarys(spiral, hidden, seed, steep):
    rng = np.random.default_rng(seed)
    net = cl.Network.initialize(hidden, seed=seed)
    net.weights[0][:] *= np.float32(steep)
    masks = cl.Masks.from_weights([rng.random(w.shape) < 0.7 for w in net.weights])
    net = masks.apply(net)
    weights = [w[0].astype(float) for w in net.weights]
    biases = [b[0].astype(float) for b in net.biases]
    so = verify.measure(weights, biases, "read")
    assert so.parameters == masks.parameters_kept[0]
    logits = net.logits(spiral[0])[0]
    close = abs(logits) < 1e-5 * abs(logits).max()
    right = (logits > 0) == (spiral[1] > 0.5)
    assert right[~close].sum() <= so.correct <= right[~close].sum() + close.sum()
    alive = cl.simplify(net, masks, spiral[0]).removed == ((),)
    assert not alive or verify.idle(weights, biases) == []


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 1e3, 1e8]))
def test_exact_logits_lie_within_the_bound_of_the_error(seed, steep):
    rng = np.random.default_rng(seed)
    sizes = [*pairwise((2, *rng.integers(1, 6, 3), 1))]
    weights = [rng.normal(size=(out, into)) * steep ** rng.random() for into, out in sizes]
    biases = [rng.normal(size=out) * steep ** rng.random() for _, out in sizes]
    x = verify.spiral()[0][seed % 1000 :: 5000]
    _, logits, doubt = verify._forward(weights, biases, x)
    for point, logit, bound in zip(x, logits, doubt, strict=True):
        assert abs(Fraction(logit) - exact(weights, biases, point)) <= Fraction(bound)


def exact(weights, biases, point):
    """The logit in rational numbers."""
    h = [Fraction(value) for value in point.tolist()]
    for w, b in zip(weights, biases, strict=True):
        rows = zip(w.tolist(), b.tolist(), strict=True)
        z = [
            sum(Fraction(a) * v for a, v in zip(row, h, strict=True)) + Fraction(c)
            for row, c in rows
        ]
        h = [max(value, Fraction(0)) for value in z]
    return z[0]


def test_rounding_makes_no_point_right():
    """An output that is 0 but for rounding, 10⁸ times the difference of two equal units."""
    weights = [[[1, 0], [3, 0]], [[3, 0], [0, 1]], [[0.7, 0], [0, 0.7]], [[1e8, -1e8]]]
    biases = [[4.1, 12.3], [0.1, 0.1], [0.1, 0.1], [0]]
    weights, biases = layers({"weights": weights, "biases": biases})
    _, logits, _ = verify._forward(weights, biases, verify.spiral()[0])
    by_chance = ((logits > 0) == verify.spiral()[1]).sum()
    assert by_chance > 10_000 and verify.measure(weights, biases, "read").correct == 0
