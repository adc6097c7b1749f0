"""Tools that run for hours: their parts, what they copy, what they charge."""

import hashlib
import json
from dataclasses import replace

import describe_data
import make_reference
import numpy as np
import pandas as pd
import parts
import pytest
import replay_published
import run_frontier
import run_power
import sweeps

import cubistlib as cl
from cubistlib import store, sweep
from cubistlib.pruners.task import Task
from cubistlib.search import frontier
from cubistlib.studies import Origin, descents, stacks


@pytest.mark.parametrize("tool", [make_reference, run_frontier, run_power])
def test_a_part_that_there_is_not_is_one_sentence(tool, monkeypatch):
    monkeypatch.setattr(sweep, "run", lambda *_, **__: pytest.fail("runs nevertheless"))
    monkeypatch.setattr(describe_data, "main", lambda: None)
    known = ", ".join(tool.PARTS)
    with pytest.raises(cl.UserError, match=f"there are the parts {known}, got nonsense"):
        tool.main(["nonsense"])


@pytest.mark.parametrize("error, status", [(cl.UserError("no"), 2), (KeyboardInterrupt(), 130)])
def test_a_tool_ends_with_a_sentence(monkeypatch, capsys, error, status):
    def main():
        raise error

    monkeypatch.setattr("os.nice", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        parts.start(main)
    assert ended.value.code == status and capsys.readouterr().err.count("\n") == 1


def test_what_a_study_took_is_added_up(tmp_path, monkeypatch):
    """Also of one that starts from the best network of another, which is made first."""
    monkeypatch.setattr(cl.analysis, "PAPER", tmp_path)
    first = sweeps.search()
    for study in (first, sweeps.search(name="from/its-best", origin=Origin(first.name, 0.95))):
        make_reference.run(study, 1)
        file = tmp_path / study.name / "costs.json"
        ((where, (done, seconds)),) = json.loads(file.read_text()).items()
        assert done == len(study) and seconds >= 0 and where.endswith("1 workers")
        before = file.read_bytes()
        make_reference.run(study, 1)  # which finds all done
        assert file.read_bytes() == before


def test_an_algorithm_s_networks_are_trained_once_more_and_then_kept(tmp_path, monkeypatch):
    """SNIP's best of the published runs, as witnesses; the next start reads them."""
    monkeypatch.setattr(run_frontier.paths, "published", lambda _: tmp_path)
    runs = cl.analysis.reference_pruning().dropna(subset="live_parameters")
    runs = runs[(runs["algorithm"] == "snip") & (runs["study"] == "random-init/pruning")]
    given = run_frontier.seeds("from-snip", lambda: run_frontier.best(runs))
    best = [cl.analysis.best_run(runs, t, "live_parameters") for t in run_frontier.TARGETS]
    assert {w.found["number"] for w in given} == {int(run["experiment"]) for run in best}
    counts = {int(run["experiment"]): int(run["live_parameters"]) for run in best}
    assert all(w.claims.parameters == counts[w.found["number"]] for w in given)
    again = run_frontier.seeds("from-snip", lambda: pytest.fail("is there already"))
    assert [w.text for w in again] == [w.text for w in given]
    study = descents.pruned("snip", [w.network for w in again])
    assert 1 <= len(study.networks) <= len(given)


def test_all_that_is_known_is_gathered_by_how_it_was_found(tmp_path, monkeypatch, witnesses):
    one, other = witnesses
    found = {"recipe": "a test", "date": "2026-11-26", "by": "a test"}
    known = [
        frontier.Witness(w.weights, w.biases, kind, rule, found)
        for w, kind, rule in ((one, "sgd", "read"), (other, "polished", "read"))
    ]
    monkeypatch.setattr(run_frontier.paths, "published", lambda _: tmp_path)
    monkeypatch.setattr(frontier, "published", lambda: dict(enumerate(known)))
    for part in ("dense", "sparse", "pruned"):
        monkeypatch.setattr(run_frontier, part, lambda biases, workers: [])
    (study,) = run_frontier.gathered(False, 1)
    assert [net.hidden for net in study.networks] == [one.hidden]
    assert [net.hidden for net in study.polished] == [other.hidden]
    assert study.name == "elimination/gathered" and len(study.shards) == 8


def test_the_data_card_is_of_the_data_that_is_there():
    """Made again it is the same to the byte; else run tools/describe_data.py."""
    committed = (cl.analysis.PAPER / describe_data.CARD).read_text(encoding="utf-8")
    assert describe_data.card(cl.analysis.PAPER) == committed


def test_a_card_tells_files_studies_and_what_they_took(tmp_path):
    study = sweeps.search()
    sweep.run(study, tmp_path, workers=1)
    (tmp_path / study.name / "costs.json").write_text(json.dumps({"a machine": [3, 12]}))
    page = describe_data.card(tmp_path)
    (line,) = [line for line in page.splitlines() if line.startswith(f"| `{study.name}` |")]
    assert f"| SearchStudy | {len(study):,} | 12 s for 3 of them (a machine) |" in line
    assert "not all yet" not in line
    file = next((tmp_path / study.name).glob("*.parquet"))
    assert hashlib.sha256(file.read_bytes()).hexdigest() in page
    assert ".lock" not in page and "`loss` | double | mean binary cross-entropy" in page
    file.unlink()
    assert f"| `{study.name}` | SearchStudy | 0, not all yet |" in describe_data.card(tmp_path)


def test_published_rows_run_again_and_one_that_was_changed_is_told(monkeypatch, capsys):
    asked = ["3", "random-init/structured", "replicates/ticket-95", "grid/snip/3", "--seed", "1"]
    replay_published.main(asked)
    *each, all_in_all = capsys.readouterr().out.splitlines()
    assert all_in_all == "3 of 3 the same" and {line.split(":")[0] for line in each} <= {
        "random-init/structured-search",
        "replicates/ticket-95",
        "grid/snip/3",
    }
    replay_published.main(["1", "grid/snip/3"])
    assert capsys.readouterr().out.splitlines() == [
        "grid/snip/3: 1 of 1 the same",
        "1 of 1 the same",
    ]
    real = store.read

    def changed(place):
        return real(place).assign(loss=lambda rows: np.nextafter(rows["loss"], 1))

    monkeypatch.setattr(store, "read", changed)
    with pytest.raises(SystemExit) as ended:
        replay_published.main(asked)
    assert ended.value.code == 1 and "0 of 3 the same" in capsys.readouterr().out


def test_rows_are_drawn_alike_and_without_doubles():
    tables = {name: pd.DataFrame({"experiment": range(n)}) for name, n in (("a", 3), ("b", 7))}
    every = replay_published.drawn(tables, 10, seed=0)
    assert {name: list(rows["experiment"]) for name, rows in every.items()} == {
        "a": [0, 1, 2],
        "b": list(range(7)),
    }
    counts = [len(replay_published.drawn(tables, 5, s).get("a", ())) for s in range(400)]
    assert np.mean(counts) == pytest.approx(1.5, abs=0.15)
    with pytest.raises(cl.UserError, match="N must be 1 … 10"):
        replay_published.drawn(tables, 11, seed=0)


def test_what_is_not_published_cannot_be_drawn():
    with pytest.raises(
        cl.UserError, match="nothing is published of nonsense; there are ablations, "
    ):
        replay_published.main(["1", "nonsense"])


def test_what_pruners_did_is_done_once_for_their_controls(tmp_path, monkeypatch):
    """Rows are those of runs of their own, to the bit, steps included."""
    monkeypatch.setattr(cl.analysis, "PAPER", tmp_path / "together")
    names = ("gmp", "lth", "snip", "rigl")
    plain = sweeps.pruning(algorithms=names, widths=(3,), keep=(12, 15), shard=3)
    studies = [plain] + [
        replace(plain, name=f"plain/{control}", control=control, draws=plain.name)
        for control in stacks.CONTROLS
    ]
    trained = []
    resume = Task.resume
    monkeypatch.setattr(Task, "resume", lambda *a, **k: trained.append(1) or resume(*a, **k))
    make_reference.together(studies, 1)
    shared = len(trained)
    for study in studies:
        kept = store.read(tmp_path / "together" / study.name)
        alone = sweep.run(study, tmp_path / "alone", workers=1)
        sweeps.same(kept, alone)
    assert len(trained) - shared > 1.5 * shared
