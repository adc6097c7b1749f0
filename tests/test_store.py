"""Results in Parquet: round trip, schema, atomic writes, one sentence for every fault."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cubistlib as cl
from cubistlib import store


def results(runs=3, **changed):
    """A small frame of results, some columns changed."""
    frame = pd.DataFrame(
        {
            "study": "test",
            "experiment": range(runs),
            "algorithm": "snip",
            "hidden": [(3, 3, 3)] * runs,
            "mask": pd.array([None] * runs, dtype="Int64"),
            "keep": pd.array([15, None, 20][:runs], dtype="Int32"),
            "weights_kept": 15,
            "parameters_kept": 24,
            "effective_weights": 13,
            "effective_parameters": 21,
            "live_weights": 12,
            "live_parameters": 19,
            "lr": 0.1,
            "schedule": "cosine",
            "epochs": 50,
            "selection": ["exact", None, "authors"][:runs],
            "seed": 0,
            "steps": 19_500,
            "correct": 45,
            "points": 50,
            "accuracy": 0.9,
            "loss": 0.2,
            "diverged": False,
            "version": "0.1.0",
            "network": [None, (0.5, -1.0, 0.1), None][:runs],
        }
    )
    return frame.assign(**changed)


def test_round_trip(tmp_path):
    path = store.write(results(), tmp_path / "deep" / "a.parquet")
    back = store.read(path)
    assert list(back.columns) == list(store.COLUMNS)
    assert back["hidden"].tolist() == [(3, 3, 3)] * 3
    assert back["keep"].isna().tolist() == [False, True, False]
    assert back["selection"].isna().tolist() == [False, True, False]
    assert back["accuracy"].tolist() == [0.9] * 3


def test_every_column_is_described_in_the_file(tmp_path):
    schema = pq.read_schema(store.write(results(), tmp_path / "a.parquet"))
    assert all(field.metadata[b"description"] for field in schema)


def test_several_files_read_as_one(tmp_path):
    paths = [store.write(results(algorithm=n), tmp_path / f"{n}.parquet") for n in ("gmp", "snip")]
    assert store.read(paths)["algorithm"].tolist() == ["gmp"] * 3 + ["snip"] * 3


def test_write_replaces_and_leaves_nothing_behind(tmp_path):
    path = store.write(results(), tmp_path / "a.parquet")
    store.write(results(accuracy=0.5), path)
    assert store.read(path)["accuracy"].tolist() == [0.5] * 3
    assert [p.name for p in tmp_path.iterdir()] == ["a.parquet"]


def test_a_kill_while_writing_leaves_the_old_file(tmp_path):
    path = store.write(results(), tmp_path / "a.parquet")
    script = f"""
        import os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_store import results
        from pathlib import Path
        from cubistlib import store
        real = Path.write_bytes
        def half(path, data):
            real(path, data[:100])
            os.kill(os.getpid(), signal.SIGKILL)
        Path.write_bytes = half
        store.write(results(accuracy=0.1), {str(path)!r})
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)])
    assert done.returncode == -9
    assert store.read(path)["accuracy"].tolist() == [0.9] * 3
    store.write(results(accuracy=0.2), path)
    assert store.read(path)["accuracy"].tolist() == [0.2] * 3


def test_faults_are_one_sentence_with_the_file(tmp_path):
    good = store.write(results(), tmp_path / "good.parquet")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(good.read_bytes()[:-40])
    other = tmp_path / "other.parquet"
    pq.write_table(pa.table({"study": ["a"], "speed": [1.0]}), other)
    texts = tmp_path / "texts.parquet"
    table = pq.read_table(good)
    index = table.column_names.index("accuracy")
    pq.write_table(table.set_column(index, "accuracy", pa.array(["a"] * 3)), texts)
    faults = {
        tmp_path / "none.parquet": "no such results file",
        broken: "not a readable Parquet file",
        other: "lacks accuracy, .* and has unknown speed",
        texts: "column 'accuracy', row 0 holds 'a', results hold double",
    }
    for path, sentence in faults.items():
        with pytest.raises(cl.UserError, match=sentence) as error:
            store.read(path)
        assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_frame_of_another_shape_is_not_written(tmp_path):
    with pytest.raises(cl.UserError, match="lacks loss"):
        store.write(results().drop(columns="loss"), tmp_path / "a.parquet")
    assert not list(tmp_path.iterdir())


def test_results_of_before_there_were_live_counts_lack_them(tmp_path):
    table = pq.read_table(store.write(results(), tmp_path / "a"))
    old = ["effective_parameters", "live_weights", "live_parameters", "steps", "correct", "points"]
    pq.write_table(table.drop_columns([*old, "network"]), tmp_path / "b")
    assert store.read(tmp_path / "b")[old].isna().all(axis=None)
    assert store.read(tmp_path / "b")["accuracy"].tolist() == [0.9] * 3
