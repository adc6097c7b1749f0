"""Every notebook runs through with whatever parameters are legal, however poor the results."""

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import cells
import pytest
import yaml
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from cubistlib import pruners, sweep
from cubistlib.runner import parameters
from cubistlib.runner.notebook import Notebook
from cubistlib.search import Canonical, Structured
from cubistlib.studies import PruningStudy, SearchStudy, paper

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = {path.stem: Notebook(path) for path in sorted(FOLDER.glob("*.ipynb"))}
PRUNERS = {
    "10_gmp": "gmp",
    "11_lottery_ticket": "lth",
    "12_snip": "snip",
    "13_grasp": "grasp",
    "14_iterative_snip": "iter_snip",
    "15_force": "force",
    "16_synflow": "synflow",
    "17_prospr": "prospr",
    "18_rigl": "rigl",
}
NINE = "09_the_nine_side_by_side"
SPIRAL, TRAINING, MASKS = "01_cubist_spiral", "02_training", "03_masks_and_connectivity"
OWN, STRUCTURED, UNSTRUCTURED = (
    "19_your_own_pruner",
    "20_structured_search",
    "21_unstructured_search",
)
VERDICT = "69_the_new_verdict"
GAP, INSPECTOR = "33_the_gap", "40_neuron_inspector"
BEST_START = "31_optimal_width_and_initialization"
WIDTH, PATHS = "30_overparameterization", "32_disconnected_paths"
CONTROLS = "34_controls"
ELIMINATION, FRONTIER = "50_backward_elimination", "51_the_frontier"
MISSED, FLOOR = "52_why_search_missed_it", "53_how_sparse_can_it_be"
MISSES = "54_why_pruning_misses_them"
CURVATURE = "62_second_order"
AGAIN, SECOND = "61_training_again", "65_second_thoughts"
BACKWARD = "60_backward"
FACTORS, SIGNS = "63_factors", "64_signs"

HOT = 1e6  # a rate at which every training diverges
ONE = {"lrs": [0.1], "schedules": ["cosine"], "seeds": 1, "epochs": 1}
GRID = {**ONE, "widths": [3], "keep": [20], "selection": "exact"}
STRUCTURES = {**ONE, "max_width": 2, "targets": [95.0]}
SEARCH = {**ONE, "hidden": [2, 2], "weights": [8], "halve": True, "targets": [95.0]}
LOOK = {**ONE, "algorithms": ["snip"], "widths": [3], "keep": [20], "limit": 1}
SPIRALS = {"turns": 1, "sides": 3, "gap": 30.0, "points": 48, "noise": 0.0}
DESCENT = {"structure": [2, 1, 2], "tries": 1, "beam": 1, "branch": 1, "starts": 1, "seed": 0}
DESCENT |= {"targets": [95.0]}
MISSING = {"lrs": [0.1], "schedules": ["cosine"], "epochs": 1, "targets": [95.0]}
THINNED = {"starts": 2, "sample": 1, "left": [20], "lr": 0.1, "epochs": 1, "seed": 0}
PATIENCE = {"widths": [3], "keep": [20], "budgets": [1], "seeds": 1, "target": 95.0}
PATIENCE |= {"lrs": [0.1], "schedules": ["cosine"]}
BEYOND = {**ONE, "widths": [3], "keep": [20], "tries": 1}
TWICE: dict[str, dict] = {AGAIN: {"trainings": 2}, SECOND: {}}
PRODUCTS = {**ONE, "width": 3, "keep": [20], "decays": [0.001], "starts": 1, "tries": 1}
TURNED = {"masks": 1, "starts": 1, "hams": [5.0], "lrs": [0.1], "width": 3, "keep": [20]}
TURNED |= {"seeds": 1, "tries": 1, "epochs": 1, "targets": [70.0]}
STACK = {"hidden": [1], "networks": 1, "lr": 0.1, "schedule": "step", "epochs": 1, "seed": 0}

# One small configuration of every notebook, most of them of results that are poor.
TINY = {
    "00_start_here": {},
    SPIRAL: SPIRALS | {"turns": 2, "sides": 4, "gap": 250.0, "points": 2001},
    TRAINING: STACK | {"lr": HOT},
    MASKS: {"width": 3, "keep": 26, "seed": 7},
    **dict.fromkeys([NINE, *PRUNERS], GRID | {"lrs": [HOT]}),
    "16_synflow": GRID | {"widths": [1], "keep": [1], "selection": "authors"},
    "18_rigl": GRID | {"widths": [1, 4], "keep": [4, 40]},
    OWN: {"targets": [100.0]},
    STRUCTURED: STRUCTURES | {"max_width": 1, "targets": [50.0], "lrs": [HOT]},
    UNSTRUCTURED: SEARCH | {"lrs": [HOT], "targets": [100.0]},
    WIDTH: {"width": 1, "widths": [1], "keep": [4], "targets": [100.0]},
    PATHS: {"width": 1, "widths": [1], "keep": 1},
    BEST_START: {"targets": [100.0]},
    GAP: {"targets": [100.0]},
    CONTROLS: {"widths": [5], "targets": [100.0]},
    VERDICT: {
        **{"weights": [1], "targets": [100.0], "goals": [100.0], "budget": 1, "resamples": 20}
    },
    INSPECTOR: LOOK | {"lrs": [HOT], "keep": [1]},
    ELIMINATION: DESCENT | {"structure": [1, 1, 1], "targets": [100.0]},
    FRONTIER: {"targets": [100.0]},
    FLOOR: {"degrees": 0.0, "ranges": 60, "max_weights": 5, "tries": 1, "spots": 1},
    MISSES: THINNED | {"starts": 1, "left": [26], "lr": HOT},
    BACKWARD: PATIENCE | {"lrs": [HOT], "target": 100.0},
    AGAIN: BEYOND | {"lrs": [HOT], "trainings": 2},
    SECOND: BEYOND | {"lrs": [HOT]},
    FACTORS: PRODUCTS | {"lrs": [HOT]},
    SIGNS: TURNED | {"lrs": [HOT], "hams": [HOT]},
    CURVATURE: GRID | {"networks": 1, "tries": 1, "lrs": [HOT]},
    MISSED: MISSING | {"tries": 1, "jitters": [1.0], "lrs": [HOT], "targets": [100.0]},
}

# What else may be asked of a notebook; each on top of a small configuration.
POOR_GRIDS = {
    "one of each": {},
    "two of each": {"widths": [3, 4], "keep": [15, 20], "lrs": [0.1, 0.2], "seeds": 2}
    | {"schedules": ["constant", "step"]},
    "one of two rates diverges": {"lrs": [0.1, HOT]},
    "all diverge": {"lrs": [HOT]},
    "nothing is learned": {"lrs": [0.0]},
    "one weight": {"keep": [1]},
    "one weight of one unit": {"widths": [1], "keep": [1]},
    "all weights but one": {"keep": [26]},
    "more than the narrow one has": {"widths": [3, 16], "keep": [20, 300]},
    "more than the search has tried": {"widths": [20], "keep": [800]},
    "twice the same": {"widths": [3, 3], "keep": [20, 20], "lrs": [0.1, 0.1]},
    "the authors' count of one weight": {"selection": "authors", "widths": [4], "keep": [1]},
}
ASKED = {
    **{(name, what): GRID | more for name in [NINE, *PRUNERS] for what, more in POOR_GRIDS.items()},
    (SPIRAL, "few points"): SPIRALS,
    (SPIRAL, "arms that coincide, and noise"): SPIRALS | {"gap": 0.0, "noise": 1000.0},
    (TRAINING, "one of each"): STACK,
    (TRAINING, "two"): STACK | {"hidden": [2, 2], "networks": 2, "epochs": 2},
    (TRAINING, "nothing is learned"): STACK | {"lr": 0.0},
    (TRAINING, "deep"): STACK | {"hidden": [4] * 6, "lr": 0.5},
    (MASKS, "one weight"): {"width": 3, "keep": 1, "seed": 7},
    (MASKS, "all weights but one of few"): {"width": 1, "keep": 4, "seed": 7},
    (MASKS, "wide"): {"width": 40, "keep": 3000, "seed": 7},
    (OWN, "two targets, one of them no target"): {"targets": [0.01, 95.0]},
    (STRUCTURED, "one of each"): STRUCTURES,
    (STRUCTURED, "two of each"): STRUCTURES | {"lrs": [0.1, HOT], "targets": [95.12345, 0.1]},
    (STRUCTURED, "all diverge"): STRUCTURES | {"lrs": [HOT]},
    (STRUCTURED, "more maps than a line holds"): STRUCTURES | {"max_width": 7},
    (UNSTRUCTURED, "one of each"): SEARCH,
    (UNSTRUCTURED, "two of each"): SEARCH
    | {"weights": [9, 7], "lrs": [0.1, HOT], "seeds": 2}
    | {"schedules": ["constant", "step"], "targets": [50.0, 95.0]},
    (UNSTRUCTURED, "one mask"): SEARCH | {"hidden": [1], "weights": [3], "halve": False},
    (UNSTRUCTURED, "two epochs"): SEARCH | {"epochs": 2},
    (UNSTRUCTURED, "three epochs"): SEARCH | {"epochs": 3},
    (WIDTH, "another narrow network, and k that it cannot have"): {"width": 3, "keep": [40, 20]}
    | {"widths": [256, 3], "targets": [0.1, 80.0]},
    (PATHS, "two narrow ones drawn, and more than was tried"): {"width": 3, "keep": 300}
    | {"widths": [9, 16]},
    (BEST_START, "a target that all reach, and the same twice"): {"targets": [0.1, 95.0, 95.0]},
    (VERDICT, "more weights than any run has, every target reached at once"): {
        **{"weights": [1, 1000], "targets": [0.1, 50.0], "goals": [0.1, 95.0, 0.1]},
        "resamples": 20,
    },
    (CONTROLS, "a width twice, and targets that all reach or none"): {
        **{"widths": [64, 3, 3], "targets": [100.0, 0.1]}
    },
    (GAP, "a target below which pruners are ahead"): {"targets": [80.0, 0.1]},
    (ELIMINATION, "one of each"): DESCENT,
    (ELIMINATION, "two of each"): DESCENT
    | {"tries": 2, "beam": 2, "branch": 2, "starts": 2, "targets": [60.0, 99.9]},
    (FRONTIER, "a target that none reaches yet, and any"): {"targets": [100.0, 0.1]},
    (FLOOR, "nothing anew, and a little"): {"degrees": 1e6, "ranges": 61, "max_weights": 6}
    | {"tries": 2, "spots": 0},
    (MISSES, "nearly nothing is left, and twice the same"): THINNED | {"left": [1, 26, 26]},
    (MISSES, "nothing is learned"): THINNED | {"lr": 0.0, "left": [18, 22]},
    (BACKWARD, "nothing is learned, and twice the same"): PATIENCE
    | {"lrs": [0.0], "widths": [3, 3], "budgets": [1, 1]},
    (BACKWARD, "one of two rates diverges, all weights but one, and one"): PATIENCE
    | {"lrs": [0.1, HOT], "keep": [1, 26], "budgets": [2, 1]},
    **{
        (name, what): BEYOND | TWICE[name] | more
        for name in (AGAIN, SECOND)
        for what, more in POOR_GRIDS.items()
        if "selection" not in more
    },
    (FACTORS, "no penalty, and one weight of one unit"): PRODUCTS
    | {"decays": [0.0], "width": 1, "keep": [1]},
    (FACTORS, "two of each, one of them twice"): PRODUCTS
    | {"decays": [0.1, 0.1], "lrs": [0.1, HOT], "keep": [5, 26], "seeds": 2, "starts": 2},
    (SIGNS, "plain SGD alone, and nothing is learned"): TURNED | {"hams": [0.0], "lrs": [0.0]},
    (SIGNS, "two of each, one of them twice, and more masks than there are"): TURNED
    | {"hams": [1.0, 1.0], "lrs": [0.1, 0.01], "masks": 99, "seeds": 2, "keep": [5, 26]},
    **{
        (CURVATURE, what): GRID | {"networks": 3, "tries": 2} | more
        for what, more in POOR_GRIDS.items()
    },
    (INSPECTOR, "one of each"): LOOK,
    (INSPECTOR, "two of each"): LOOK
    | {"algorithms": ["gmp", "lth"], "widths": [2, 3], "keep": [5, 20], "lrs": [0.1, HOT]},
    (INSPECTOR, "all diverge"): LOOK | {"lrs": [HOT]},
    (INSPECTOR, "a control, and more masks than there are"): LOOK
    | {"algorithms": ["magnitude"], "limit": 30_000, "keep": [12]},
}


def legal(name: str, values: dict, home: Path) -> dict:
    """The parameters as a run of the profile `poor` checks them and passes them on."""
    file = home / "params" / "poor" / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({"profile": "poor", **values}))
    return parameters.check("poor", {name: NOTEBOOKS[name]})[name]


def write_series(lr: float) -> None:
    """The results that the notebook on the gap reads: one run of each pruner, two searches."""
    given = {"lrs": (lr,), "schedules": ("cosine",), "epochs": 1, "spiral": (("points", 600),)}
    grid = {"algorithms": paper.NINE, "widths": (3,), "keep": (20,)}
    sweep.run(PruningStudy(name=NINE, **grid, **given), "poor")
    for name, masks in ((STRUCTURED, Structured(1)), (UNSTRUCTURED, Canonical((2, 2), 8))):
        sweep.run(SearchStudy(name=name, masks=masks, **given), "poor")


def runs_through(name: str, values: dict, home: Path, lr: float = HOT) -> None:
    """Runs a notebook, which may not even warn; what is no number is not shown as one."""
    if name == GAP:
        write_series(lr)
    told = cells.run(NOTEBOOKS[name], legal(name, values, home))
    assert "nan" not in told


def test_every_notebook_is_in_the_table():
    assert set(TINY) == set(NOTEBOOKS)


@pytest.mark.parametrize("name", TINY)
def test_it_runs_through_with_little(name, home):
    runs_through(name, TINY[name], home)


@pytest.mark.all
@pytest.mark.parametrize(("name", "what"), ASKED, ids=[": ".join(key) for key in ASKED])
def test_it_runs_through_with_whatever_is_asked(name, what, home):
    runs_through(name, ASKED[name, what], home, lr=0.1)


# What a notebook could make nothing of is refused before it starts.
REFUSED = {
    (UNSTRUCTURED, "a structure of too many masks"): (
        SEARCH | {"hidden": [5, 5, 5]},
        "hidden must have at most 48 weights, whose masks can be listed, got [5, 5, 5] with 65",
    ),
    (UNSTRUCTURED, "fewer weights than any mask has"): (
        SEARCH | {"weights": [2, 5]},
        "weights must reach into 6 … 10, what masks of [2, 2] have, got [2, 5]",
    ),
    (UNSTRUCTURED, "more weights than any mask has"): (
        SEARCH | {"weights": [11]},
        "weights must reach into 6 … 10, what masks of [2, 2] have, got [11]",
    ),
    (INSPECTOR, "no mask"): (
        LOOK | {"limit": 0},
        "limit must be a whole number ≥ 1, got 0",
    ),
    ("10_gmp", "no weight is pruned"): (
        GRID | {"keep": [20, 27]},
        "keep must be below 27, the weights of a network of width 3, got 27",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "what"), REFUSED, ids=[": ".join(key) for key in REFUSED])
def test_what_makes_no_sense_is_refused_before_it_starts(name, what, home):
    values, sentence = REFUSED[name, what]
    with pytest.raises(ValueError) as caught:
        legal(name, values, home)
    assert str(caught.value) == f"params/poor/{name}.yaml: {sentence}"


VALUES = {
    "turns": st.integers(1, 4),
    "sides": st.integers(3, 12),
    "gap": st.floats(0, 1e6),
    "points": st.integers(1000, 3000),
    "noise": st.floats(0, 1e3),
    "networks": st.integers(1, 3),
    "hidden": st.integers(1, 3),
    "width": st.integers(1, 9),
    "widths": st.integers(1, 9),
    "max_width": st.integers(1, 4),
    "keep": st.integers(1, 40),
    "weights": st.integers(1, 30),
    "resamples": st.integers(20, 22),
    "limit": st.integers(1, 20),
    "seed": st.integers(0, 2**40),
    "seeds": st.integers(1, 2),
    "epochs": st.integers(1, 3),
    "lr": st.sampled_from([0.0, 1e-3, 0.1, 3.0, 1e3, HOT]),
    "schedule": st.sampled_from(["constant", "cosine", "step"]),
    "algorithms": st.sampled_from(sorted(pruners.available())),
    "selection": st.sampled_from(["exact", "authors"]),
    "halve": st.booleans(),
    "structure": st.integers(1, 3),
    **dict.fromkeys(("tries", "beam", "branch"), st.integers(1, 3)),
    "starts": st.integers(1, 2),
    "jitters": st.floats(0.01, 1),
    "degrees": st.floats(-720, 720),
    "ranges": st.integers(60, 90),
    "max_weights": st.integers(5, 6),
    "spots": st.integers(0, 2),
    "sample": st.integers(1, 2),
    "left": st.integers(1, 26),
    "trainings": st.integers(2, 3),
    **dict.fromkeys(("target", "targets"), st.floats(0.1, 100)),
    "budgets": st.integers(1, 3),
    **dict.fromkeys(("hams", "decays"), st.sampled_from([0.0, 1e-3, 5.0, HOT])),
    "masks": st.integers(1, 20),
}
VALUES |= {"lrs": VALUES["lr"], "schedules": VALUES["schedule"]}


def any_values(name: str):
    """A strategy for the parameters of a notebook; the rules of its file decide on the whole."""
    sizes = defaultdict(lambda: (1, 2), structure=(3, 3))
    fields = {
        field: st.lists(VALUES[field], min_size=sizes[field][0], max_size=sizes[field][1])
        if parameter.hint.startswith("list")
        else VALUES[field]
        for field, parameter in NOTEBOOKS[name].parameters.items()
        if field != "profile"
    }
    return st.fixed_dictionaries(fields)


@pytest.mark.all
@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name not in ("00_start_here", OWN)])
def test_it_runs_through_with_anything_legal(name, monkeypatch):
    @settings(max_examples=8, derandomize=True, deadline=None, database=None)
    @given(any_values(name))
    def check(values):
        with TemporaryDirectory() as folder:
            monkeypatch.setenv("CUBISTLIB_HOME", folder)
            try:
                legal(name, values, Path(folder))
            except ValueError:
                reject()
            runs_through(name, values, Path(folder), lr=0.1)

    check()
