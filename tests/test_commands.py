"""What studies cost, and the commands plan, sweep and replay."""

import json
import os
import pty
import subprocess
import sys
import termios
from contextlib import suppress

import eliminations
import pytest
import sweeps
import told

from cubistlib import __main__, sweep
from cubistlib.__main__ import main
from cubistlib.studies import descents, paper
from cubistlib.studies.study import Origin
from cubistlib.support import paths
from cubistlib.sweep import cost, winners

pytestmark = pytest.mark.usefixtures("home")


def test_plan_lists_the_ten_as_text_and_as_json(capsys):
    assert main(["plan", "paper", "--no-cost"]) == 0
    text = capsys.readouterr().out
    assert "fixed-init-99.5/unstructured-search" in text and "485,838" in text
    assert main(["plan", "paper", "--no-cost", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["experiments"] == 485_838 and data["done"] == 0 and len(data["studies"]) == 10
    assert data["studies"][0]["seconds"] is None


def test_the_cost_of_a_study_is_measured():
    for study in (sweeps.search(), sweeps.search(rungs=((1, 0.5),)), sweeps.pruning(seeds=2)):
        table = cost.table([study], "p")
        assert 0 < table["seconds"][0] < 60
        assert table["left"][0] == table["seconds"][0]
    assert [cost.duration(s) for s in (5, 600, 9000)] == ["5 s", "10.0 min", "2.5 h"]


def test_what_is_left_costs_what_its_algorithms_cost(monkeypatch):
    costs = {"gmp": 3.0, "snip": 1.0, "rigl": 2.0}
    every = sweeps.pruning()  # eight experiments of each, gmp's in the first two of six shards

    def measured(study, width, numbers):
        return costs[study.table[numbers[0]].algorithm]

    monkeypatch.setattr(cost, "_pruned", measured)
    sweep.advance(every, "p", part=(1, 3))
    (row,) = cost.table([every], "p").itertuples()
    assert (row.done, row.seconds, row.left) == (8, 48, 24)


def test_halving_is_counted_in_the_cost(monkeypatch):
    monkeypatch.setattr(cost, "_each", lambda *given: 1.0)
    study = sweeps.search(epochs=6, rungs=((1, 0.5), (3, 0.25)))
    steps = 1 + 0.5 * 2 + 0.125 * 3  # of six epochs
    assert cost.seconds(study) == pytest.approx(len(study) * steps / 6)


@pytest.fixture
def tiny_paper(monkeypatch):
    """A paper of two studies, the second from the best network of the first."""
    origin = Origin("tiny/search", 0.7)
    studies = [sweeps.search(), sweeps.pruning(origin=origin)]
    monkeypatch.setattr(paper, "STUDIES", {study.name: study for study in studies})


def test_sweep_and_replay_on_the_command_line(tiny_paper, capsys):
    assert main(["replay", "tiny/search", "5"]) == 0
    assert "no stored result" in capsys.readouterr().out
    assert main(["sweep", "p", "tiny/pruning"]) == 2
    asked = "nothing is done: run 'python -m cubistlib sweep p tiny/search' first"
    assert asked in capsys.readouterr().err
    assert main(["sweep", "p", "--slice", "1/2"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["results: outputs/p/results/", "tiny/search: 64 of 128 experiments done"]
    assert out[2].startswith("left out: tiny/pruning starts from the best network of tiny/search")
    assert main(["sweep", "p", "--shard", "2/2", "tiny/search"]) == 0
    assert "tiny/search: 128 of 128 experiments done" in capsys.readouterr().out
    assert main(["sweep", "--workers", "1", "p", "tiny/search", "--wait", "tiny/pruning"]) == 0
    assert "tiny/pruning: 24 of 24" in capsys.readouterr().out
    assert main(["plan", "p", "--no-cost", "--json"]) == 0
    assert [s["done"] for s in json.loads(capsys.readouterr().out)["studies"]] == [128, 24]
    for study in ("tiny/search", "tiny/pruning"):
        assert main(["replay", study, "21", "--profile", "p"]) == 0
        said = capsys.readouterr()
        assert f"identical to the result in outputs/p/results/{study}/" in said.out
        assert f" of {study} again\n" in said.err, "what may take minutes is told before"


def test_a_profile_whose_name_is_a_slip_is_not_begun(tiny_paper, home, capsys):
    (home / "params" / "quick").mkdir(parents=True)
    for command in (["plan", "quikc", "--no-cost"], ["sweep", "quikc"], ["sweep", "papre"]):
        assert main(command) == 2
        name, known = command[1], "quick" if command[1] == "quikc" else "paper"
        err = capsys.readouterr().err
        assert err.startswith(f"no profile {name!r} yet: {known!r} is meant, or for a new one")
        assert err.endswith(f" make the folder outputs/{name}/results\n")
    assert not (home / "outputs").exists()
    (home / "outputs" / "quikc" / "results").mkdir(parents=True)
    for name in ("quikc", "paper-2", "quick", "mine"):
        assert main(["plan", name, "--no-cost"]) == 0
    capsys.readouterr()
    assert main(["replay", "tiny/search", "5", "--profile", "qiuck"]) == 2
    said = capsys.readouterr().err
    assert said == "unknown profile 'qiuck'; there are: paper, quick, quikc\n"


def replayed(capsys, study, number, profile="p"):
    """The status of a replay, and its last line."""
    status = main(["replay", study, str(number), "--profile", profile])
    out, err = capsys.readouterr()
    return status, (err if status else out).splitlines()[-1]


def first_half(study):
    """The file with the first half of a study's shards, which are run."""
    sweep.advance(study, "p", part=(1, 2))
    (file,) = sweep.folder(study, "p").path.glob("*.parquet")
    return f"outputs/p/results/{study.name}/{file.name}"


OWN = [sweeps.search(name="my/search"), sweeps.pruning(name="my/pruning"), eliminations.tiny()]


def test_a_number_written_in_another_way_is_the_nearest(capsys):
    assert main(["replay", "tuning/snip/1", "3"]) == 2
    assert "; nearest are: tuning/snip/01, " in capsys.readouterr().err


@pytest.mark.parametrize("study", OWN, ids=lambda study: study.name)
def test_of_any_study_with_results_its_record_is_enough(study, capsys):
    name, file, n = study.name, first_half(study), len(study)
    assert replayed(capsys, name, 3) == (0, f"identical to the result in {file}")
    assert replayed(capsys, name, n - 1) == (0, "no stored result to compare with")
    none = f"{name} has the experiments 0 … {n - 1}, there is no {n}"
    assert replayed(capsys, name, n) == (2, none)
    status, said = replayed(capsys, "my/other", 3)
    assert status == 2 and said.startswith("unknown study 'my/other'; nearest are: ")
    assert name in said.split(": ")[1].split(", ") and said.count(", ") == 4


@pytest.mark.parametrize(
    "name", ["verdict", "verdict/nonsense", "verdict/snip/1", "tuning/snip/24"]
)
def test_an_algorithm_or_configuration_that_there_is_not_is_one_sentence(name, capsys):
    status, said = replayed(capsys, name, 1, "paper")
    assert status == 2 and said.startswith(f"unknown study '{name}'; nearest are: ")
    assert "\n" not in said and len(said) < 300


def test_what_a_study_begins_with_is_read_from_the_copies_beside_it(witnesses, capsys):
    name, nets = "tiny/from-gmp", [witness.network for witness in witnesses]
    for number, witness in enumerate(witnesses):
        witness.write(descents.seeds(sweep.results("p"), name) / f"{number}.json")
    study = eliminations.tiny(name=name, structures=(), networks=nets)
    assert replayed(capsys, name, 0)[0] == 2, "nothing is there yet"
    file = first_half(study)
    assert replayed(capsys, name, 3) == (0, f"identical to the result in {file}")


def test_a_result_that_differs_is_told_with_its_file_and_columns(capsys):
    study = OWN[1]
    folder, frame = sweep.folder(study, "p"), study.run(study.shards[0])
    (sweep.folder(study, "p").path).mkdir(parents=True)
    with folder.hold():
        folder.write(frame.assign(loss=frame["loss"] * (1 + 1e-15)), 0)
    (file,) = folder.path.glob("*.parquet")
    said = f"differs from the result in outputs/p/results/{study.name}/{file.name} in loss"
    assert replayed(capsys, study.name, 3) == (1, said)


@pytest.mark.parametrize(
    "study, number, place",
    [
        ("random-init/structured-search", 7, "paper/random-init/structured-search/00000-"),
        ("random-init/pruning", 5, "paper/random-init/pruning/00000-"),
        ("replicates/ticket-95", 5, "paper/replicates/ticket-95/00000-"),
        ("verdict/snip", 17, "verdict/snip.parquet"),
    ],
)
def test_what_is_published_is_compared_with(study, number, place, capsys):
    status, said = replayed(capsys, study, number, "paper")
    assert f"the result in {(paths.published('.') / place).resolve()}" in said
    assert status == 0 or not told.rounds_as_before()


def test_the_best_network_of_the_search_is_the_start(tiny_paper):
    results = sweep.run(paper.study("tiny/search"), "p")
    study = winners.resolved(paper.study("tiny/pruning"), "p")
    best = results.set_index("experiment").loc[study.origin.experiment]
    reached = results[results["accuracy"] >= 0.7]
    if len(reached):
        assert best["parameters_kept"] == reached["parameters_kept"].min()
    else:
        assert best["accuracy"] == results["accuracy"].max()


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["sweep", "p", "nothing"], "unknown study 'nothing'; there are: tiny/search"),
        (["sweep", "p", "tiny/search", "--slice", "0/2"], "1 ≤ i ≤ N"),
        (["sweep", "p", "tiny/search", "--slice", "half"], "must be i/N"),
        (
            ["sweep", "p", "tiny/search", "--workers", "0"],
            "workers must be a whole number 1 … 1,000,000",
        ),
        (["sweep", "p", "tiny/search", "--address", "tcp://a:1"], "goes with dask"),
        (["replay", "tiny/search", "999"], "there is no 999"),
    ],
)
def test_bad_input_is_one_sentence(tiny_paper, capsys, arguments, sentence):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def test_a_bar_in_a_terminal_and_silence_in_logs(tmp_path):
    code = "import sys, sweeps; from pathlib import Path; sweeps.work(Path(sys.argv[1]), workers=1)"
    environment = {**os.environ, "PYTHONPATH": str(sweeps.HERE)}

    def start(name, stderr):
        (tmp_path / name).mkdir()
        command = [sys.executable, "-c", code, str(tmp_path / name)]
        return subprocess.Popen(command, env=environment, stderr=stderr)

    assert start("log", subprocess.PIPE).communicate()[1] == b""
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (24, 100))
    sweeper, shown = start("terminal", end), b""
    os.close(end)
    with suppress(OSError):  # how a terminal's end is told on Linux
        while said := os.read(terminal, 1 << 10):
            shown += said
    os.close(terminal)
    assert sweeper.wait() == 0
    for word in (b"tiny/search", b"/128", b"experiments/s"):
        assert word in shown


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["verify", "x"], "stopped"),
        (["plan", "paper"], "stopped"),
        (["run", "quick"], "stopped; what was finished is kept, and the next start goes on"),
    ],
)
def test_what_keeps_nothing_promises_nothing_when_it_is_stopped(monkeypatch, capsys, command, said):
    def stopped(given):
        raise KeyboardInterrupt

    monkeypatch.setattr(__main__, "_of", lambda *place: stopped)
    assert main(command) == 130
    assert capsys.readouterr().err.strip() == said
