"""The tool that runs the studies of the search's power, and the file of counts that it writes."""

import pandas as pd
import pytest
import run_power as tool
from chances import little_counts

import cubistlib as cl
from cubistlib import sweep
from cubistlib.studies import SearchStudy, power, tallies


def test_the_tool_runs_what_is_missing_and_counts_it(home, witnesses, monkeypatch, capsys):
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


def test_what_holds_no_counts_is_told_in_a_sentence(tmp_path):
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


def test_a_first_look_does_not_take_the_place_of_published_counts(monkeypatch):
    monkeypatch.setattr(tool.sweep, "run", lambda *_, **__: pytest.fail("runs nevertheless"))
    with pytest.raises(cl.UserError, match="--tries needs --to"):
        tool.main(["structured", "--tries", "1"])
