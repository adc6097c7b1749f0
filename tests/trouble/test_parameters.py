"""Parameter files that no parser likes, numbers that no machine could do, what papermill passes."""

import os
import time
from contextlib import suppress

import nbformat
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from little import Little
from papermill.cli import papermill

import cubistlib as cl
from cubistlib.__main__ import main
from cubistlib.runner import yaml_file
from cubistlib.runner.scalars import agreed
from cubistlib.search import Structured, unstructured_masks
from cubistlib.studies import PruningStudy, SearchStudy, paper
from cubistlib.support import paths
from cubistlib.support.checks import UserError

# What both versions of YAML read, and as what.
AGREED = {
    "0": 0,
    "00": 0,
    "-0": 0,
    "+12": 12,
    "0x1F": 31,
    "1.0e+6": 1e6,
    "1.0e-3": 0.001,
    "5.": 5.0,
    ".5": 0.5,
    "09.5": 9.5,
    "-.inf": float("-inf"),
    "true": True,
    "FALSE": False,
    "": None,
    "~": None,
    "Null": None,
    "tRUE": "tRUE",
    "cosine": "cosine",
    "1.2.3": "1.2.3",
    "a" * 100: "a" * 100,
}
# What they read differently: 1.1's reading, 1.2's, and what to write.
DIFFERENT = {
    "010": ("8", "10", "8 or 10"),
    "-010": ("-8", "-10", "-8 or -10"),
    "08": ("text", "8", "8 or '08'"),
    "0o10": ("text", "8", "8 or '0o10'"),
    "-0x1F": ("-31", "text", "-31 or '-0x1F'"),
    "0b101": ("5", "text", "5 or '0b101'"),
    "0b_": ("nothing", "text", "'0b_'"),
    "1_000": ("1000", "text", "1000 or '1_000'"),
    "1_0.5": ("10.5", "text", "10.5 or '1_0.5'"),
    "1:30": ("90", "text", "90 or '1:30'"),
    "1:30.5": ("90.5", "text", "90.5 or '1:30.5'"),
    "1e3": ("text", "1000.0", "1000.0 or '1e3'"),
    "1e-3": ("text", "0.001", "0.001 or '1e-3'"),
    "1e-7": ("text", "1.0e-07", "1.0e-07 or '1e-7'"),
    "1e22": ("text", "1.0e+22", "1.0e+22 or '1e22'"),
    "-1e400": ("text", "-.inf", "-.inf or '-1e400'"),
    "1.0e6": ("text", "1000000.0", "1000000.0 or '1.0e6'"),
    ".5e3": ("text", "500.0", "500.0 or '.5e3'"),
    "-.5": ("text", "-0.5", "-0.5 or '-.5'"),
    "yes": ("true", "text", "true or 'yes'"),
    "Off": ("false", "text", "false or 'Off'"),
    "y": ("true", "text", "true or 'y'"),
    "N": ("false", "text", "false or 'N'"),
    "=": ("nothing", "text", "'='"),
    "<<": ("nothing", "text", "'<<'"),
    "2020-01-01": ("a date", "text", "'2020-01-01'"),
    "2000-13-45": ("nothing", "text", "'2000-13-45'"),
    "2001-12-14 21:59:43": ("a date", "text", "'2001-12-14 21:59:43'"),
}
# Whole files, and what is said of them after their name.
FILES = {
    "a bad date": ("a: 2000-13-45", "line 1: 2000-13-45 is nothing in YAML 1.1 and text in YAML"),
    "a tag": ("a: !!int abc", "line 1: &, * and ! mean nothing here: write the value out"),
    "a tag of one's own": ("a: !!python/object:os.system {}", "line 1: &, * and !"),
    "a tag on all": ("!!map {a: 1}", "line 1: &, * and !"),
    "an anchor": ("a: 1\nb: &x 2\nc: *x", "line 2: &, * and !"),
    "an alias bomb": (
        "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in ("ab", "bc", "cd")),
        "line 1: &, * and !",
    ),
    "digits": (f"a: 1\nb: {'9' * 5000}", f"line 2: {'9' * 60} … is longer than a number may be"),
    "bits": (f"a: 0b{'1' * 20_000}", f"line 1: 0b{'1' * 58} … is longer than a number may be"),
    "a float of digits": (f"a: {'9' * 5000}.0", f"line 1: {'9' * 60} … is longer than a number"),
    "a long sexagesimal": (f"a: 1{':1' * 5000}", f"line 1: 1{':1' * 29}: … is longer than"),
    "2,000 brackets": (f"a: {'[' * 2000}{']' * 2000}", "line 1: must be 'name: value' or 'name: ["),
    "10,000 brackets": ("[" * 10_000, "must hold lines 'name: value'"),
    "100,000 brackets": ("[" * 100_000, "must be no larger than 32 KiB"),
    "brackets in lines": ("a:\n" + " - [\n" * 5000, "line 2: must be 'name: value' or"),
    "a value in a value": ("a: {b: 1}", "line 1: must be 'name: value' or 'name: [value, value]'"),
    "30,000 names": ("".join(f"a{i}: 1\n" for i in range(30_000)), "must be no larger than 32 KiB"),
    "3,000 names": ("".join(f"a{i}: 1\n" for i in range(3000)), "line 1999 and on: too many names"),
    "a list of 9,000": (f"a: [{'1, ' * 9000}]", "line 1 and on: too many names and values"),
    "a number as a name": ("a: 1\n1: 2", "line 2: 1 cannot be a parameter's name"),
    "null as a name": ("null: 1", "line 1: None cannot be a parameter's name"),
    "no name": ("? \n: 1", "line 1: None cannot be a parameter's name"),
    "true as a name": ("true: 1", "line 1: True cannot be a parameter's name"),
    "on as a name": ("on: 1", "line 1: on is true in YAML 1.1 and text in YAML 1.2"),
    "a name with a blank": ("a b: 1", "line 1: 'a b' cannot be a parameter's name"),
    "a list as a name": ("[a]: b", "line 1: must be 'name: value' or 'name: [value, value]'"),
    "a mapping as a name": ("{}: b", "line 1: must be 'name: value' or 'name: [value, value]'"),
    "a merge": ("<<: {a: 1}", "line 1: << is nothing in YAML 1.1 and text in YAML 1.2: write '<<'"),
    "a name given twice": ("a: 1\nb: 2\n'a': 3", "line 3: a given twice"),
    "two documents": ("a: 1\n---\nb: 2", "line 2: a second document begins"),
    "nothing": ("", "must hold lines 'name: value'"),
    "comments": ("# a: 1\n", "must hold lines 'name: value'"),
    "a list": ("- a", "must hold lines 'name: value'"),
    "a word": ("a", "must hold lines 'name: value'"),
    "a tab": ("a:\n\t- 1", "not YAML, line 2: found character '\\t' that cannot start any token"),
    "an open quote": ('a: "', "not YAML, line 1: found unexpected end of stream"),
    "no such character": ('a: "\\U00110000"', "not YAML: chr() arg not in range(0x110000)"),
    "half a character": ('a: 1\nb: "x\\ud800"', "line 2: no text holds U+D800"),
    "halves of one": ('a: ["\\ud83d\\ude00"]', "line 1: no text holds U+D83D"),
    "half a character as a name": ('"\\udfff": 1', "line 1: no text holds U+DFFF"),
    "another version": ("%YAML 2.0\n---\na: 1", "not YAML, line 1: found incompatible YAML"),
    "a version of 5,000 digits": (
        f"%YAML 1.{'9' * 5000}\n---\na: 1",
        "not YAML: Exceeds the limit",
    ),
    "a NUL": ("a: 1\nb: \0", "not YAML, line 2: no text holds U+0000"),
    "UTF-16": ("a: 1".encode("utf-16"), "not YAML: not a text file in UTF-8"),
    "UTF-16 without a mark": ("a: 1".encode("utf-16-le"), "not YAML, line 1: no text holds U+0000"),
    "latin-1": ("a: é".encode("latin-1"), "not YAML: not a text file in UTF-8"),
}
# Values of parameters, and what is said of them.
COUNTS = {
    "epochs: 1000000000000": "epochs must be at most 1,000,000, got 1000000000000",
    "seeds: 1000000000": "seeds must be at most 1,000,000, got 1000000000",
    "networks: 1000000000": "networks must be at most 1,000,000, got 1000000000",
    "widths: [3, 1000000000]": "widths[1] must be at most 10,000, got 1000000000",
    "widths: 3": "widths must be a list of one or more, each a whole number ≥ 1, got 3: write [3]",
    "keep: [1000000000000]": "keep[0] must be at most 1,000,000,000, got 1000000000000",
    "seed: -1": "seed must be a whole number ≥ 0, got -1",
    "limit: 0": "limit must be a whole number ≥ 1, got 0",
    f"epochs: 1{'0' * 59}": f"epochs must be at most 1,000,000, got 1{'0' * 59}",
    f"epochs: '{'1' * 9000}'": f"epochs must be a whole number ≥ 1, got '{'1' * 199} …",
    f"{'x' * 900}: 1": f"unknown parameter {'x' * 60}; allowed: profile, ",
}
GOOD = {"epochs": 2, "seeds": 2, "networks": 2, "widths": [3], "keep": [20], "seed": 0, "limit": 4}
STUDY = {"name": "trouble", "lrs": (0.1,), "schedules": ("cosine",)}
PRUNING = STUDY | {"algorithms": ("gmp",), "widths": (3,), "keep": (20,)}


@pytest.fixture
def little(home):
    return Little(home)


def refusal(action, *given, **named):
    with pytest.raises(UserError) as caught:
        action(*given, **named)
    said = str(caught.value)
    assert len(said.splitlines()) == 1 and len(said) < 600
    return said


@pytest.mark.parametrize("text", AGREED)
def test_what_both_versions_of_yaml_read_alike_is_taken(text):
    found = agreed(text)
    assert found == AGREED[text] and type(found) is type(AGREED[text])


@pytest.mark.parametrize("text", DIFFERENT)
def test_what_they_read_differently_is_refused_with_what_to_write(text):
    old, new, forms = DIFFERENT[text]
    assert (
        refusal(agreed, text) == f"{text} is {old} in YAML 1.1 and {new} in YAML 1.2: write {forms}"
    )
    for form in forms.split(" or "):
        assert form[0] == "'" or agreed(form) == yaml.safe_load(form), "what is advised is taken"


@pytest.mark.parametrize("text", DIFFERENT)
def test_in_quotes_everything_is_text(little, text):
    assert yaml_file.read_yaml(little.yaml("a", f"a: '{text}'\nb: [\"{text}\"]")) == {
        "a": text,
        "b": [text],
    }


@pytest.mark.parametrize(
    "text", ["\ufeffa: [1, b]", "---\na:\r\n- 1\r\n- b\r\n...\n", "{a: [1, b]}"]
)
def test_marks_line_ends_and_styles_make_no_difference(little, text):
    assert yaml_file.read_yaml(little.yaml("a", text)) == {"a": [1, "b"]}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_read_is_one_short_sentence_at_once(little, case):
    held, sentence = FILES[case]
    file = little.yaml("a")
    file.write_bytes(held if isinstance(held, bytes) else held.encode())
    start = time.perf_counter()
    said = refusal(yaml_file.read_yaml, file)
    assert said.startswith(f"params/quick/a.yaml: {sentence}") and len(said) <= 400
    assert time.perf_counter() - start < 2


def _folder(path):
    path.mkdir()


def _unreadable(path):
    path.write_text("a: 1")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user reads everything")


@pytest.mark.parametrize(
    "make",
    [
        _folder,
        os.mkfifo,
        lambda path: path.symlink_to("nowhere"),
        lambda path: path.symlink_to(path.name),
        lambda path: path.symlink_to("/dev/zero"),
        _unreadable,
    ],
    ids=["folder", "fifo", "dangling", "circle", "device", "unreadable"],
)
def test_what_stands_in_a_files_place(little, make):
    little.notebook("12_snip")
    file = little.yaml("12_snip")
    file.unlink()
    make(file)
    said = refusal(yaml_file.read_yaml, file)
    assert said.startswith("params/quick/12_snip.yaml: ") and ("missing" in said or "read" in said)


@pytest.mark.parametrize("line", COUNTS)
def test_what_a_run_refuses_before_anything_starts(little, capsys, line):
    cell = [f"{n}: {'list[int]' if isinstance(v, list) else 'int'} = {v}" for n, v in GOOD.items()]
    little.notebook("50_more", parameters="\n".join(cell))
    lines = [f"{n}: {v}" for n, v in GOOD.items() if n != line.split(":")[0]]
    little.yaml("50_more", "\n".join(["profile: quick", *lines, line]))
    assert main(["run", "quick"]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"params/quick/50_more.yaml: {COUNTS[line]}")
    assert "\n" not in said and len(said) <= 400


@pytest.mark.parametrize(
    ("make", "given", "sentence"),
    [
        (PruningStudy, PRUNING | {"keep": 15}, "keep must be a list of one or more, each a whole"),
        (
            PruningStudy,
            PRUNING | {"keep": (10**400,)},
            "keep[0] must be at most 1,000,000,000, got",
        ),
        (PruningStudy, PRUNING | {"epochs": 10**12}, "epochs must be at most 1,000,000"),
        (PruningStudy, PRUNING | {"widths": (10**9,)}, "widths[0] must be at most 10,000"),
        (
            PruningStudy,
            PRUNING | {"seeds": 10**6, "keep": (15, 20)},
            "it must have at most 1,000,000",
        ),
        (PruningStudy, PRUNING | {"keep": (500,) * 5000}, "keep must have a k below 27"),
        (
            PruningStudy,
            PRUNING | {"options": (("gmp", "end", 0.5), ("gmp", "end", 1.0))},
            "options must give a field once, got (('gmp', 'end', 0.5), ('gmp', 'end', 1.0))",
        ),
        (
            PruningStudy,
            PRUNING | {"spiral": (("points", 600), ("points", 700))},
            "spiral must give an argument once, got (('points', 600), ('points', 700))",
        ),
        (
            PruningStudy,
            PRUNING | {"spiral": {"noise": 1.0, "seed": -1}},
            "cubist_spiral: seed must be a whole number ≥ 0, got -1",
        ),
        (
            SearchStudy,
            STUDY | {"masks": Structured(16), "seeds": 10**6},
            "it must have at most 100,000,000 experiments",
        ),
        (
            SearchStudy,
            STUDY | {"masks": Structured(2), "rungs": ((60, 0.5),) * 5000},
            "rungs must be (epochs, share) with epochs rising below 50",
        ),
    ],
)
def test_a_study_that_could_not_be_run_is_refused(make, given, sentence):
    assert sentence in refusal(make, **given)


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (lambda: cl.TrainConfig(epochs=10**12), "TrainConfig: epochs must be at most 1,000,000"),
        (lambda: cl.TrainConfig(lr=1e300), "TrainConfig: lr must be at most 1,000,000, got 1e+300"),
        (lambda: cl.cubist_spiral(points=10**12), "points must be at most 10,000,000"),
        (lambda: cl.cubist_spiral(turns=10**6, sides=10**6), "points must be a whole number ≥ 16"),
        (lambda: cl.Network.initialize((3, 3), n=10**12), "n must be at most 1,000,000"),
        (lambda: cl.Network.initialize((10**9,)), "hidden[0] must be at most 10,000"),
        (
            lambda: cl.Network.initialize((9999,) * 4, n=4),
            "at most 1,073,741,824 parameters, 4 netw",
        ),
        (
            lambda: cl.Network.initialize((9,) * 9**5, n=999),
            "999 networks of (9, 9, 9, 9, 9, 9, 9,",
        ),
        (lambda: cl.Network.initialize((3, 3), seed=-1), "seed must be a whole number ≥ 0, got -1"),
        (lambda: cl.pruners.ProsPr(inner_steps=10**12), "inner_steps must be at most 1,000,000"),
        (lambda: cl.pruners.SynFlow(steps=10**12), "steps must be at most 1,000,000"),
        (lambda: len(Structured(10**6)), "structures: there must be at most 4,000,000"),
        (lambda: len(unstructured_masks((9, 9, 9))), "too many 9 × 9 supports to list them"),
        (lambda: paper.study("x" * 10**6), "unknown study 'xxx"),
        (lambda: paper.study(["x"]), "unknown study ['x']"),
    ],
)
def test_numbers_that_no_machine_could_do(action, sentence):
    start = time.perf_counter()
    assert sentence in refusal(action)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["-p", "keep", "15"],
            "keep must be a list of one or more, each a whole number ≥ 1, got 15",
        ),
        (
            ["-p", "widths", "3"],
            "widths must be a list of one or more, each a whole number ≥ 1, got",
        ),
        (
            ["-p", "lrs", "0.1"],
            "lrs must be a list of one or more, each a number ≥ 0, got 0.1: write",
        ),
        (["-p", "schedules", "cosine"], "got 'cosine': write ['cosine']"),
        (["-p", "keep", "[15]"], "each a whole number ≥ 1, got '[15]'"),
        (["-p", "epochs", str(10**12)], "epochs must be at most 1,000,000, got 1000000000000"),
        (["-y", "{lrs: [1e-3]}"], "lrs[0] must be a number ≥ 0, got '1e-3'"),
        (["-p", "seeds", "-1"], "seeds must be a whole number ≥ 1, got -1"),
    ],
)
def test_what_papermill_passes_is_refused_where_a_notebook_makes_its_study(
    tmp_path, options, sentence
):
    """Papermill knows no types: -p keep 15 is a number where the notebook has a list."""
    made = tmp_path / "made.ipynb"
    notebook = paths.package().parent / "notebooks" / "12_snip.ipynb"
    files = [str(notebook), str(made), "--prepare-only", "--no-progress-bar"]
    done = CliRunner().invoke(papermill, [*files, *options], catch_exceptions=False)
    assert done.exit_code == 0
    cells = [c for c in nbformat.read(made, 4).cells if c.cell_type == "code"]
    tags = [c.metadata.get("tags", []) for c in cells]
    injected = next(i for i, tag in enumerate(tags) if "injected-parameters" in tag)
    names = {"cl": cl, "PruningStudy": PruningStudy}
    for cell in cells[injected - 1 : injected + 1]:
        exec(cell.source, names)
    assert sentence in refusal(exec, cells[injected + 1].source, names)


@pytest.mark.parametrize(
    "notebook", sorted((paths.package().parent / "notebooks").glob("[01][0-9]_*.ipynb"))
)
def test_a_notebook_of_pruning_makes_its_study_before_anything_else(notebook):
    """So that what papermill passes is refused before it is used."""
    cells = [c for c in nbformat.read(notebook, 4).cells if c.cell_type == "code"]
    first = next(i for i, c in enumerate(cells) if "parameters" in c.metadata.get("tags", []))
    if any("PruningStudy(" in cell.source for cell in cells):
        assert "PruningStudy(" in cells[first + 1].source


PIECES = [
    "a: ",
    "b: ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\n",
    "- ",
    "  ",
    "'",
    '"',
    "&a ",
    "*a",
    "!!int ",
    "!",
]
PIECES += [
    "? ",
    ": ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "#",
    "|\n",
    ">\n",
    "\t",
    "\0",
    "\ufeff",
    "<<: ",
]
PIECES += [
    *AGREED,
    *DIFFERENT,
    "\\U00110000",
    "\\ud800",
    "9" * 5000,
    "[" * 1500,
    "\u2028",
    "\x85",
    "é",
    "\r",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
FUZZED = st.one_of(
    st.binary(max_size=200), TEXTS.map(str.encode), st.text(max_size=99).map(str.encode)
)


@settings(max_examples=400, derandomize=True, deadline=2000, database=None)
@given(FUZZED)
def test_whatever_stands_in_a_file_is_a_mapping_or_one_short_sentence(tmp_path_factory, held):
    file = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    file.write_bytes(held)
    try:
        found = yaml_file.read_yaml(file)
    except UserError as error:
        said = str(error).removeprefix(str(file))
        assert said.startswith(": ") and len(said.splitlines()) == 1 and len(said) <= 400
    else:
        assert all(isinstance(name, str) and name.isidentifier() for name in found)
        with suppress(yaml.YAMLError):  # of a scanner that looks no further than it must
            assert repr(yaml.safe_load(held)) == repr(found), "papermill reads the same"
