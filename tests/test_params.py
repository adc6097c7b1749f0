"""Parameter files: what is taken, what is refused and with which sentence."""

import pytest
from little import Little

from cubistlib import pruners
from cubistlib.runner import parameters
from cubistlib.runner.notebook import series
from cubistlib.support import paths
from cubistlib.support.checks import UserError

PRUNING = """
widths: list[int] = [3]           # hidden widths
keep: list[int] = [15, 20]        # weights kept
lrs: list[float] = [0.1]          # learning rates
schedules: list[str] = ["cosine"] # their schedules
seeds: int = 1                    # replicates
epochs: int = 2                   # passes over the data
selection: str = "exact"          # rule from scores to masks
"""
VALUES = {
    "widths": [3, 8],
    "keep": [15, 26],
    "lrs": [0.05, 1],
    "schedules": ["constant", "step"],
    "seeds": 3,
    "epochs": 20,
    "selection": "authors",
}


@pytest.fixture
def little(tmp_path, monkeypatch):
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    return Little(tmp_path)


@pytest.fixture
def pruning(little):
    """A series of one pruning notebook with good parameters."""
    little.notebook("12_snip", parameters=PRUNING)
    little.yaml("12_snip", **VALUES)
    return little


def check():
    return parameters.check("quick", series())


def refusal():
    with pytest.raises(UserError) as caught:
        check()
    return str(caught.value)


def with_line(text):
    """The good parameters as YAML, with the line of one name replaced by `text`."""
    lines = [f"{name}: {value}" for name, value in {"profile": "quick", **VALUES}.items()]
    name = text.split(":")[0]
    return "\n".join([line for line in lines if line.split(":")[0] != name] + [text])


def test_good_parameters_are_taken(pruning):
    taken = check()["12_snip"]
    assert taken == {"profile": "quick", **VALUES}
    assert isinstance(taken["lrs"][1], float)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("widhts: [3]", "unknown parameter widhts; allowed: profile, widths, keep"),
        ("lrs: ['0.1']", "lrs[0] must be a number ≥ 0, got '0.1'"),
        ("lrs: 0.1", "lrs must be a list of one or more, each a number ≥ 0, got 0.1: write [0.1]"),
        ("lrs: []", "lrs must be a list of one or more, each a number ≥ 0, got []"),
        ("lrs: [0.1, -0.1]", "lrs[1] must be a number ≥ 0, got -0.1"),
        ("lrs: [.inf]", "lrs[0] must be a number ≥ 0, got inf"),
        (
            "schedules: [off]",
            "line 8: off is false in YAML 1.1 and text in YAML 1.2: write false or",
        ),
        ("schedules: [linear]", "schedules[0] must be one of constant, cosine, step, got 'linear'"),
        ("selection: 1", "selection must be one of exact, authors, got 1"),
        ("selection: best", "selection must be one of exact, authors, got 'best'"),
        ("widths: [3, 0]", "widths[1] must be a whole number ≥ 1, got 0"),
        ("seeds: 0", "seeds must be a whole number ≥ 1, got 0"),
        ("seeds: true", "seeds must be a whole number ≥ 1, got True"),
        ("seeds: 1.0", "seeds must be a whole number ≥ 1, got 1.0"),
        ("epochs: 0", "epochs must be a whole number ≥ 1, got 0"),
        ("epochs: 1000000000000", "epochs must be at most 1,000,000, got 1000000000000"),
        ("widths: [1000000000]", "widths[0] must be at most 10,000, got 1000000000"),
        ("keep: [15, 152]", "keep must be below 152, the weights of a network of width 8, got 152"),
        ("keep: [0]", "keep[0] must be a whole number ≥ 1, got 0"),
        ("profile: paper", "profile must be 'quick', its folder's name"),
        ("seeds: 3\nseeds: 4", "line 9: seeds given twice"),
        ("seeds: [", "not YAML, line 8: "),
    ],
)
def test_each_fault_is_a_sentence_with_file_and_field(pruning, line, sentence):
    pruning.yaml("12_snip", with_line(line))
    said = refusal()
    assert said.startswith("params/quick/12_snip.yaml: ")
    assert sentence in said
    assert "\n" not in said


@pytest.mark.parametrize("text", ["", "- 3\n- 4", "quick"])
def test_a_file_that_is_no_mapping(pruning, text):
    pruning.yaml("12_snip", text)
    assert refusal() == "params/quick/12_snip.yaml: must hold lines 'name: value'"


def test_a_file_that_is_no_text(pruning):
    pruning.yaml("12_snip").write_bytes(b"\xff\xfe\x00\x01")
    assert refusal().startswith("params/quick/12_snip.yaml: not YAML")


def test_a_missing_parameter(pruning):
    pruning.yaml("12_snip", **{k: v for k, v in VALUES.items() if k != "seeds"})
    assert refusal() == "params/quick/12_snip.yaml: seeds is missing (a int)"


def test_a_missing_file_and_one_of_no_notebook(pruning):
    pruning.notebook("10_gmp", parameters=PRUNING)
    pruning.yaml("11_gnp", **VALUES)
    missing, stray = refusal().splitlines()
    assert missing.startswith("params/quick/10_gmp.yaml: missing")
    assert stray == "params/quick/11_gnp.yaml: there is no notebook of that name"


def test_all_faults_of_all_files_are_listed(pruning):
    pruning.notebook("10_gmp", parameters=PRUNING)
    pruning.yaml("10_gmp", **{**VALUES, "seeds": 0, "epochs": "ten"})
    pruning.yaml("12_snip", **{**VALUES, "widths": [0], "speed": 1})
    said = refusal().splitlines()
    assert [line.split(":")[0].split("/")[-1] for line in said] == ["10_gmp.yaml"] * 2 + [
        "12_snip.yaml"
    ] * 2


def test_the_defaults_of_a_notebook_are_checked_too(pruning):
    pruning.notebook("12_snip", parameters=PRUNING.replace("[15, 20]", "[27]"))
    assert refusal() == (
        "notebooks/12_snip.ipynb: keep must be below 27, the weights of a network of width 3, "
        "got 27"
    )


def test_an_algorithm_must_be_known(little):
    little.notebook("50_more", parameters='algorithms: list[str] = ["snip"]')
    little.yaml("50_more", algorithms=["snip", "snap"])
    names = ", ".join(pruners.available())
    assert refusal() == (
        f"params/quick/50_more.yaml: algorithms[1] must be one of {names}, got 'snap'"
    )


def test_the_structured_search_goes_as_far_as_its_host(little):
    little.notebook("20_search", parameters="max_width: int = 16\ntargets: list[float] = [95.0]")
    little.yaml("20_search", max_width=17, targets=[0, 100.5])
    assert [line.split(": ")[1] for line in refusal().splitlines()] == [
        "max_width must be a whole number 1 … 16, got 17",
        "targets[0] must be a number > 0 and ≤ 100, got 0",
        "targets[1] must be a number > 0 and ≤ 100, got 100.5",
    ]


def test_parameters_of_any_other_name_are_of_their_type(little):
    hints = {"some": "bool", "more": "list[str]", "much": "float", "many": "list[int]"}
    values = {"some": False, "more": ["a"], "much": 1, "many": [-1]}
    lines = [f"{name}: {hint} = {values[name]!r}" for name, hint in hints.items()]
    little.notebook("50_more", parameters="\n".join(lines))
    little.yaml("50_more", **values)
    assert check()["50_more"] == {"profile": "quick", **values}
    little.yaml("50_more", some=0, more=[], much="2", many=[1.5])
    assert [line.split(": ")[1] for line in refusal().splitlines()] == [
        "some must be true or false, got 0",
        "more must be a list of one or more, each text, got []",
        "much must be a number, got '2'",
        "many[0] must be a whole number, got 1.5",
    ]


def test_of_many_faults_the_first_are_listed(pruning):
    pruning.yaml("12_snip", **{**VALUES, "widths": [0] * 500})
    said = refusal().splitlines()
    assert len(said) == parameters.TOLD + 1
    assert said[-1] == "params/quick/12_snip.yaml: and 480 faults more"


def test_a_stack_must_fit_into_memory_and_so_must_its_losses(little):
    cell = "hidden: list[int] = [3, 3, 3]\nnetworks: int = 2\nepochs: int = 5"
    little.notebook("02_training", parameters=cell)
    little.yaml("02_training", hidden=[3, 3, 3], networks=1_000_000, epochs=2)
    assert "networks × epochs must be at most 1,000,000, got 1000000 × 2" in refusal()
    little.yaml("02_training", hidden=[9999] * 9, networks=9, epochs=2)
    assert "networks: a stack must have at most 1,073,741,824 parameters, 9 networks" in refusal()


def test_a_single_width_and_keep(little):
    little.notebook("03_masks", parameters="width: int = 3\nkeep: int = 20")
    little.yaml("03_masks", width=3, keep=30)
    assert "keep must be below 27" in refusal()


def test_the_spiral_says_itself_what_it_allows(little):
    little.notebook("01_spiral", parameters="turns: int = 2\nsides: int = 8\npoints: int = 5000")
    little.yaml("01_spiral", turns=2, sides=2, points=5000)
    assert "cubist_spiral: sides must be a whole number ≥ 3, got 2" in refusal()


@pytest.mark.parametrize(
    "line", ["width = 3", "width: Width = 3", "width: int", "width: int = 2 + x", "import numpy"]
)
def test_a_parameters_cell_holds_typed_literals_only(little, line):
    little.both("12_snip", parameters=line)
    assert "the parameters cell may hold only lines 'name: hint = literal'" in refusal()


def test_a_notebook_without_a_parameters_cell(little):
    path = little.notebook("12_snip")
    little.yaml("12_snip")
    path.write_text(path.read_text().replace('"parameters"', '"other"'))
    assert refusal() == "notebooks/12_snip.ipynb: needs one cell tagged 'parameters'"


def test_a_notebook_that_is_none(little):
    little.notebook("12_snip").write_text("{}")
    little.yaml("12_snip")
    assert refusal().startswith("notebooks/12_snip.ipynb: not a readable notebook")


def test_every_profile_of_the_checkout_is_good(monkeypatch):
    monkeypatch.delenv("CUBISTLIB_HOME", raising=False)
    notebooks = series()
    for profile in ("quick", "paper"):
        assert list(parameters.check(profile, notebooks)) == list(notebooks)


def test_where_things_are(little, monkeypatch, tmp_path_factory):
    assert paths.outputs("quick") == little.root / "outputs" / "quick"
    monkeypatch.delenv("CUBISTLIB_HOME")
    checkout = paths.root()
    assert (checkout / "cubistlib" / "support" / "paths.py").is_file()
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setattr(paths, "package", lambda: elsewhere / "site" / "cubistlib")
    monkeypatch.chdir(elsewhere)
    assert paths.root() == elsewhere


def test_needs_are_the_earlier_notebooks_that_the_code_names(little):
    little.both("10_gmp")
    little.both("12_snip", "'33_the_gap'")
    little.both("33_the_gap", "read('10_gmp.parquet')", text=["12_snip"])
    notebooks = series()
    names = list(notebooks)
    assert notebooks["33_the_gap"].needs(names) == ["10_gmp"]
    assert notebooks["12_snip"].needs(names) == []


@pytest.mark.parametrize("name", ["../elsewhere", "a/b", "", ".hidden"])
def test_a_profile_is_a_plain_name(name):
    with pytest.raises(UserError, match="profile must be a name"):
        paths.outputs(name)
