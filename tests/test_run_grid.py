"""The tool that tunes all algorithms and runs the large grid: in which order, and after a stop."""

import json
from dataclasses import replace

import pandas as pd
import pytest
import run_grid as tool
import sweeps

import cubistlib as cl
from cubistlib import store, sweep, verdict
from cubistlib.studies import PruningStudy, habits, tuning
from cubistlib.studies import verdict as grid
from cubistlib.support import paths
from cubistlib.sweep import kept

TWO = ["--of", "gmp", "snip", "--workers", "1"]


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Everything small and in a folder of its own: three configurations, two widths."""
    real = tuning._study
    tiny = {"widths": (4,), "keep": (18,), "seeds": 2, "epochs": 2, "spiral": sweeps.TINY_DATA}
    monkeypatch.setenv("CUBISTLIB_HOME", str(tmp_path))
    monkeypatch.setattr(paths, "published", lambda kind: tmp_path / "published" / kind)
    monkeypatch.setattr(tuning, "CONFIGURATIONS", 3)
    monkeypatch.setattr(tuning, "_study", lambda *given: replace(real(*given), **tiny))
    few = [replace(study, **tiny) for study in habits.studies()[:2]]
    monkeypatch.setattr(habits, "studies", lambda: few)
    widths = {3: ((14, 18), 10), 4: ((18,), 5)}
    for module in (grid, verdict.grid):
        monkeypatch.setattr(module, "WIDTHS", widths)
    return tmp_path / "published" / "verdict"


def seeds(place) -> dict[str, set[int]]:
    """The seeds that are there of each algorithm at each width, by the study's name."""
    names = [f"grid/{name}/{width}" for width in (3, 4) for name in ("gmp", "snip")]
    there = [name for name in names if any((place / name).glob("*.parquet"))]
    return {name: {*store.read(place / name)["seed"]} for name in there}


class Stopped(BaseException):
    """A stop as a kill gives it."""


def stop_after(monkeypatch, shards: int) -> None:
    run, left = PruningStudy.run_together, [shards]

    def counted(study, numbers):
        if not left[0]:
            raise Stopped
        left[0] -= 1
        return run(study, numbers)

    monkeypatch.setattr(PruningStudy, "run_together", counted)


def test_after_any_stop_it_goes_on_and_all_have_about_as_many_seeds(small, monkeypatch, capsys):
    """12 shards of configurations, then 2 · (10 + 5) of the grid, stopped after every seventh.

    Last come those of habits.
    """
    most = 0
    for _ in range(20):
        with monkeypatch.context() as patch:
            stop_after(patch, 7)
            try:
                tool.main(TWO)
            except Stopped:
                counts = [
                    len(there) / (5 if n.endswith("4") else 10) for n, there in seeds(small).items()
                ]
                ahead = max(counts, default=0) - (min(counts) if len(counts) == 4 else 0)
                most = max(most, ahead)
                continue
            break
    assert 0 < most <= 0.2 + 1e-9, "nobody is ahead by more than a fifth"
    assert seeds(small) == {
        **{f"grid/{name}/3": {*range(10)} for name in ("gmp", "snip")},
        **{f"grid/{name}/4": {*range(5)} for name in ("gmp", "snip")},
    }
    for name in ("gmp", "snip"):
        table = store.read(tuning.file(name))
        alone = [s.run(range(len(s))) for s in tuning.studies(name)]
        sweeps.same(table, pd.concat(alone, ignore_index=True))
        study = grid.large(name, 3)
        sweeps.same(store.read(small / study.name), study.run(range(len(study))))
        best = tuning.best(name)
        assert (study.lrs, study.schedules, study.options) == (
            best.lrs,
            best.schedules,
            best.options,
        )
    monkeypatch.setattr(sweep, "run", lambda *_, **__: pytest.fail("is there already"))
    monkeypatch.setattr(PruningStudy, "run_together", lambda *_: pytest.fail("is there already"))
    tool.main(TWO)


def test_every_row_of_both_is_made_again_from_its_name(small):
    tool.main([*TWO, "--blocks", "1"])
    for name, number in (("tuning/gmp/02", 1), ("grid/snip/3", 3), ("grid/gmp/4", 0)):
        study = kept.study(name, "paper")
        row, file = kept.stored(study, "paper", number)
        assert (row["study"], row["experiment"]) == (name, number) and file.is_file()
        assert not kept.differing(study.replay(number), row.to_frame().T).any(axis=None)
    assert kept.stored(kept.study("grid/gmp/4", "paper"), "paper", 4) is None, "of a later block"


def test_habits_are_run_each_into_a_folder_of_its_own(small, monkeypatch):
    alone = {study.name: study.run(range(len(study))) for study in habits.studies()}
    for _ in range(2):
        tool.main(["habits", "--workers", "1"])
        for name, expected in alone.items():
            sweeps.same(store.read(small / name), expected)
        monkeypatch.setattr(PruningStudy, "run_together", lambda *_: pytest.fail("is there"))


def test_what_has_been_run_is_told_the_best_first(small):
    tool.main(["tuning", *TWO])
    told = json.loads((small / "tuning" / tool.TOLD).read_text())
    assert sorted(told) == sorted(s.name for n in ("gmp", "snip") for s in tuning.studies(n))
    assert [*told][::3] == [tuning.best(name).name for name in ("gmp", "snip")]
    study = tuning.study("gmp", 1)
    options = {field: value for _, field, value in study.options}
    known = {"lr": study.lrs[0], "schedule": study.schedules[0], "options": options}
    assert {n: v for n, v in told[study.name].items() if n in known} == known


def test_the_large_grid_is_read_by_the_seeds_that_all_have(small):
    """Both k of two seeds at width 3, and one of one at width 4."""
    assert verdict.tuned().empty and {*store.COLUMNS} <= {*verdict.tuned()}
    tool.main([*TWO, "--blocks", "1"])
    counts = verdict.tuned().groupby(["algorithm", "hidden"]).size()
    assert counts.groupby("hidden").unique().map(list).to_dict() == {(3,) * 3: [4], (4,) * 3: [1]}
    sweep.advance(grid.large("gmp", 3), small, workers=1, part=(2, 5))
    assert len(store.read(small / "grid" / "gmp" / "3")) == 8
    assert verdict.tuned().groupby(["algorithm", "hidden"]).size().equals(counts)
    (small / "lrr.parquet").touch()
    assert verdict.tuned().empty, "one that is on the small grid has not begun"
    (small / "lrr.parquet").unlink()
    tool.main(["tuning", "--of", "grasp", "--workers", "1"])
    assert verdict.tuned().empty, "one that is tuned has not begun"


def test_what_is_not_tuned_is_left_out_and_told(small, capsys):
    tool.main(["grid", *TWO])
    assert "left out, since not tuned yet: gmp, snip" in capsys.readouterr().out


@pytest.mark.parametrize(
    "given, sentence",
    [
        (["tuning", "--of", "nonsense"], "--of takes acdc, .*, got nonsense"),
        (["grid", "--blocks", "6"], "--blocks must be 1 … 5, got 6"),
        (["nonsense"], "there are the parts tuning, grid, habits, got nonsense"),
    ],
)
def test_what_cannot_be_is_one_sentence(given, sentence, monkeypatch):
    monkeypatch.setattr(sweep, "run", lambda *_, **__: pytest.fail("runs nevertheless"))
    with pytest.raises(cl.UserError, match=sentence):
        tool.main(given)
