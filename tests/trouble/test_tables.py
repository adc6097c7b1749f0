"""Tables that other libraries wrote back or read, and values that no results hold."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from sweeps import same
from test_store import results

import cubistlib as cl
from cubistlib import analysis, plots, store
from cubistlib.inspector.sources import catalogue

WHOLE = [name for name, (kind, _) in store.COLUMNS.items() if pa.types.is_integer(kind)]
TEXTS = [name for name, (kind, _) in store.COLUMNS.items() if pa.types.is_string(kind)]
INT, FLOAT = pa.int64(), pa.float64()

# Names of columns, then the type that they are written with.
TYPES = {
    "large strings": (TEXTS, pa.large_string()),
    "views of strings": (TEXTS, pa.string_view()),
    "categories": (TEXTS, pa.dictionary(pa.int8(), pa.string())),
    "categories of large strings": (TEXTS, pa.dictionary(pa.uint32(), pa.large_string())),
    "wider whole numbers": (WHOLE, INT),
    "unsigned whole numbers": (WHOLE, pa.uint32()),
    "whole numbers as floats": (WHOLE, FLOAT),
    "whole numbers as decimals": (WHOLE, pa.decimal128(38, 0)),
    "decimals": (["loss", "lr"], pa.decimal128(4, 2)),
    "a category of numbers": (["keep"], pa.dictionary(pa.int8(), pa.int32())),
    "nothing": (["mask"], pa.null()),
    "large lists": (["hidden"], pa.large_list(pa.int32())),
    "lists of wider numbers": (["hidden"], pa.list_(INT)),
    "lists of floats": (["hidden"], pa.list_(FLOAT)),
    "lists of one size": (["hidden"], pa.list_(INT, 3)),
    "lists of named elements": (["hidden"], pa.list_(pa.field("element", pa.int32()))),
}


@pytest.fixture
def good(tmp_path):
    """A file of results as this library writes it: (path, table, what `read` gives)."""
    path = store.write(results(loss=[0.1, None, 0.3]), tmp_path / "good.parquet")
    return path, pq.read_table(path), store.read(path)


def put(table, name, column):
    return table.set_column(table.column_names.index(name), name, column)


@pytest.mark.parametrize("names, kind", TYPES.values(), ids=TYPES)
def test_types_that_others_write_are_read(good, tmp_path, names, kind):
    _, table, expected = good
    for name in names:
        column = table[name].combine_chunks()
        plain = column.dictionary_encode() if pa.types.is_dictionary(kind) else column
        table = put(table, name, pa.nulls(3) if pa.types.is_null(kind) else plain.cast(kind))
    pq.write_table(table, tmp_path / "theirs.parquet")
    back = store.read(tmp_path / "theirs.parquet")
    same(back, expected)
    assert (back.dtypes == expected.dtypes).all()


def test_whole_numbers_beyond_those_of_floats_stay_as_they_are(tmp_path):
    mask = pd.array([2**53 + 1, None, 3], dtype="Int64")
    path = store.write(results(mask=mask), tmp_path / "a.parquet")
    assert store.read(path)["mask"][0] == 2**53 + 1


def by_pandas(path, to):
    frame = pd.read_parquet(path)
    frame[frame["seed"] == 0].sample(frac=1, random_state=0).to_parquet(to)


def by_pandas_through_arrow(path, to):
    pd.read_parquet(path, dtype_backend="pyarrow").to_parquet(to)


def by_pandas_in_another_order(path, to):
    frame = pd.read_parquet(path).iloc[[2, 0, 1]]
    frame.set_index("experiment")[sorted(set(frame) - {"experiment"})].to_parquet(to)


def by_polars(path, to):
    polars = pytest.importorskip("polars")
    frame = polars.read_parquet(path)
    frame.with_columns(polars.col("algorithm").cast(polars.Categorical)).write_parquet(to)


def by_duckdb(path, to):
    duckdb = pytest.importorskip("duckdb")
    duckdb.sql(f"copy (select * from '{path}' order by experiment) to '{to}' (format parquet)")


# What reads results, and what it is given in place of some.
READERS = {
    "frontier": analysis.frontier,
    "frontiers": analysis.frontiers,
    "over_seeds": analysis.over_seeds,
    "smallest": lambda frame: analysis.smallest(frame, [0.95]),
    "best_run": lambda frame: analysis.best_run(frame, 0.95),
    "gap": analysis.gap,
    "converged": analysis.converged,
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_columns_that_are_missing_are_named(reader):
    for lost in ("accuracy", "diverged", "algorithm", "parameters_kept"):
        frame = results().drop(columns=lost)
        try:
            reader(frame)
        except cl.UserError as refused:
            assert str(refused) == f"results lack the columns {lost}"
    with pytest.raises(cl.UserError, match="results lack the columns"):
        reader(pd.DataFrame({"study": ["a"]}))


@pytest.mark.parametrize("paths", [None, 3, [3], []])
def test_what_is_no_path_is_one_sentence(paths):
    with pytest.raises(cl.UserError, match="takes a path or several, got"):
        store.read(paths)


WRITERS = [by_pandas, by_pandas_through_arrow, by_pandas_in_another_order, by_polars, by_duckdb]


@pytest.mark.parametrize("write", WRITERS)
def test_what_other_libraries_write_back_is_read(good, tmp_path, write):
    path, _, expected = good
    write(path, tmp_path / "theirs.parquet")
    back = store.read(tmp_path / "theirs.parquet")
    same(back.sort_values("experiment", ignore_index=True), expected)
    assert store.read([path, tmp_path / "theirs.parquet"])["hidden"].tolist() == [(3, 3, 3)] * 6


def read_by_pandas(path):
    return pd.read_parquet(path)


def read_through_arrow(path):
    return pd.read_parquet(path, dtype_backend="pyarrow")


def read_with_missing_values(path):
    return pd.read_parquet(path, dtype_backend="numpy_nullable")


def read_as_objects(path):
    return pd.read_parquet(path).astype(object)


def read_with_categories(path):
    frame = pd.read_parquet(path).astype({"algorithm": "category", "study": "category"})
    return frame.assign(
        algorithm=frame["algorithm"].cat.add_categories("unused"),
        hidden=[list(map(float, h)) for h in frame["hidden"]],
    )


READERS = [read_by_pandas, read_through_arrow, read_with_missing_values, read_as_objects]
READERS += [read_with_categories]


def structures(results):
    (ax, _) = plots.structure_map(results[["hidden", "accuracy"]], Figure().subplots(1, 2))
    return pd.DataFrame(ax.images[0].get_array())


def inspected(results):
    found = catalogue(results, None, (), np.zeros((1, 2)), np.zeros(1)).entries
    return pd.DataFrame([(e.title, e.keep, e.accuracy) for e in found])


TAKERS = {
    "best_of_each_size": analysis.best_of_each_size,
    "frontier": analysis.frontier,
    "frontiers": analysis.frontiers,
    "over_seeds": analysis.over_seeds,
    "smallest": lambda results: analysis.smallest(results, [0.5, 0.95]),
    "best_run": lambda results: analysis.best_run(results, 0.5).to_frame().T,
    "gap": analysis.gap,
    "converged": analysis.converged,
    "kept_shares": analysis.kept_shares,
    "used": analysis.used,
    "pathless": analysis.pathless,
    "spread": lambda results: analysis.spread(results, "accuracy", ["algorithm", "keep"]),
    "width_cost": lambda results: analysis.width_cost(results.assign(width=3), 3),
    "replicates": analysis.replicates,
    "structure_map": structures,
    "inspect": inspected,
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs of a search and two pruners, one diverged: the file."""
    frame = pd.concat([results(), results()]).assign(
        experiment=range(6),
        algorithm=["search", "snip", "snip", "gmp", "search", "gmp"],
        hidden=[(3, 3, 3), (3, 3, 3), (4, 4, 4), (3, 3, 3), (4, 4, 4), (4, 4, 4)],
        keep=pd.array([None, 15, 20, 15, None, 20], dtype="Int32"),
        mask=pd.array([0, None, None, None, 1, None], dtype="Int64"),
        selection=[None, "exact", "exact", "exact", None, "authors"],
        parameters_kept=[20, 20, 22, 24, 26, 28],
        accuracy=[0.6, 0.55, 0.7, 0.8, 0.9, 0.5],
        loss=[0.2, 0.3, 0.4, 0.1, 0.2, None],
        diverged=[False, False, False, False, False, True],
    )
    return store.write(frame, tmp_path_factory.mktemp("runs") / "runs.parquet")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("taker", TAKERS.values(), ids=TAKERS)
def test_a_frame_that_pandas_read_is_taken_as_one_of_store_read(runs, reader, taker):
    same(taker(reader(runs)), taker(store.read(runs)))


@pytest.mark.parametrize("reader", READERS)
def test_a_tidied_frame_is_as_read_and_goes_back_into_a_file(runs, reader, tmp_path):
    frame, expected = store.tidied(reader(runs)), store.read(runs)
    pd.testing.assert_frame_equal(frame, expected, check_dtype=True, check_exact=True)
    path = store.write(reader(runs), tmp_path / "a.parquet")
    assert path.read_bytes() == runs.read_bytes()
    assert store.tidied(expected) is expected, "nothing is done for what is tidy"


def test_a_tidied_frame_keeps_its_labels_and_other_columns(runs):
    frame = pd.read_parquet(runs)[["hidden", "keep"]].assign(note="mine").iloc[::-1]
    tidy = store.tidied(frame)
    assert tidy.index.tolist() == [5, 4, 3, 2, 1, 0]
    assert tidy["note"].tolist() == ["mine"] * 6 and tidy["hidden"].iloc[0] == (4, 4, 4)
    assert isinstance(frame["keep"].iloc[0], float), "the frame that was given is as it was"


# column, values of three rows, what the sentence says
WRONG = {
    "a fraction": ("keep", [15.0, 15.5, 20.0], "row 1 holds 15.5, results hold int32"),
    "a fraction in a list": ("hidden", [[3, 3], [3, 2.5], [3]], "row 1 holds [3.0, 2.5], "),
    "text": ("accuracy", ["a", "b", "c"], "row 0 holds 'a', results hold double"),
    "text that looks like a number": ("accuracy", ["0.9", "1", "1"], "row 0 holds '0.9', "),
    "a number for text": ("algorithm", [1, 2, 3], "row 0 holds 1, results hold string"),
    "too large": ("epochs", [50, 2**31, 50], "row 1 holds 2147483648, results hold int32"),
    "infinite": ("seed", [0.0, 0.0, float("inf")], "row 2 holds inf, results hold int64"),
    "missing": ("weights_kept", [15.0, None, 15.0], "row 1 holds None, results hold int32"),
    "missing in a list": ("hidden", [[3], [3], [3, None]], "row 2 holds [3, None], "),
    "a missing list": ("hidden", [[3], None, [3]], "row 1 holds None, "),
    "a missing name": ("study", ["a", "a", None], "row 2 holds None, results hold string"),
    "a flag for a number": ("keep", [True, True, False], "row 0 holds True, "),
    "a number for a flag": ("diverged", [0, 0, 1], "row 0 holds 0, results hold bool"),
    "a list as text": ("hidden", ["(3, 3)"] * 3, "row 0 holds '(3, 3)', "),
    "a time": ("lr", [pd.Timestamp(0)] * 3, "row 0 holds "),
}


@pytest.mark.parametrize("name, values, words", WRONG.values(), ids=WRONG)
def test_what_no_results_hold_is_one_sentence_with_file_column_and_row(
    good, tmp_path, name, values, words
):
    path = tmp_path / "wrong.parquet"
    pq.write_table(put(good[1], name, pa.array(values)), path)
    with pytest.raises(cl.UserError) as error:
        store.read(path)
    said = str(error.value)
    assert said.startswith(f"{path}: column {name!r}, ") and words in said and "\n" not in said
    frame = good[2].assign(**{name: pd.Series(values, dtype=object)})
    with pytest.raises(cl.UserError, match=rf"^results: column '{name}', row \d "):
        analysis.converged(frame)
    with pytest.raises(cl.UserError, match=rf"a.parquet: column '{name}', row \d "):
        store.write(frame, tmp_path / "a.parquet")
    assert not (tmp_path / "a.parquet").exists()


@pytest.mark.parametrize("name, value", [("keep", 10**30), ("hidden", {"a": 1}), ("loss", {1})])
def test_what_arrow_has_no_word_for_is_refused_too(good, name, value):
    frame = good[2].assign(**{name: pd.Series([None, value, None], dtype=object)})
    with pytest.raises(cl.UserError, match=f"^results: column '{name}', row "):
        store.tidied(frame)


def test_a_column_that_is_there_twice_and_no_table_at_all(good, tmp_path):
    _, table, frame = good
    path = tmp_path / "twice.parquet"
    pq.write_table(table.append_column("seed", table["seed"]), path)
    with pytest.raises(cl.UserError, match=r"twice\.parquet: not a readable .* \(Multiple matches"):
        store.read(path)
    with pytest.raises(cl.UserError, match="two columns of one name"):
        analysis.frontier(pd.concat([frame, frame], axis=1))
    with pytest.raises(cl.UserError, match=r"must be a pandas DataFrame, got pyarrow\.lib"):
        analysis.frontier(table)
    with pytest.raises(cl.UserError, match=r"must be a pandas DataFrame, got pyarrow\.lib"):
        store.write(table, path)
    with pytest.raises(cl.UserError, match=r"results cannot be written \("):
        store.write(frame, path / "below a file")


@settings(derandomize=True, deadline=None, max_examples=150)
@given(place=st.floats(0, 1, exclude_max=True), junk=st.binary(max_size=40), keep=st.booleans())
def test_a_broken_file_is_read_or_refused_in_a_sentence(tmp_path_factory, place, junk, keep):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "fuzzed.parquet"
    data = store.write(results(), path).read_bytes()
    cut = int(place * len(data))
    path.write_bytes(data[:cut] + junk + (data[cut + len(junk) :] if keep else b""))
    try:
        store.read(path)
    except cl.UserError as error:
        assert str(path) in str(error) and "\n" not in str(error)
