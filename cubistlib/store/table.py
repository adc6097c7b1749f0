"""Results in Parquet: one row an experiment, one documented schema, atomic writes."""

import re
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cubistlib.store import columns
from cubistlib.store.record import RECORD, record
from cubistlib.store.shards import ShardFile, Shards, any_in
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import replacing, writing

# name: (type, what it holds). The order is that of the columns.
COLUMNS = {
    "study": (pa.string(), "which table of experiments it belongs to"),
    "experiment": (pa.int64(), "number within the study; with the study's name it seeds the run"),
    "algorithm": (pa.string(), "pruning algorithm, or 'search' where the mask was enumerated"),
    "hidden": (pa.list_(pa.int32()), "hidden widths"),
    "mask": (pa.int64(), "number of the mask in the search's list; null for a pruner"),
    "keep": (pa.int32(), "weights asked for; null in a search"),
    "weights_kept": (pa.int32(), "weights of the final mask"),
    "parameters_kept": (pa.int32(), "weights and biases of the final mask"),
    "effective_weights": (pa.int32(), "weights on a path from input to output"),
    "effective_parameters": (pa.int32(), "the same with the biases of units on a path"),
    "live_weights": (pa.int32(), "weights left when all that does nothing on the data is gone"),
    "live_parameters": (pa.int32(), "the same with the biases of units that live"),
    "lr": (pa.float64(), "initial learning rate"),
    "schedule": (pa.string(), "constant, cosine or step"),
    "epochs": (pa.int32(), "passes over the data"),
    "selection": (pa.string(), "rule from scores to masks: exact or authors; null in a search"),
    "seed": (pa.int64(), "replicate: seeds the order of the data"),
    "steps": (
        pa.int64(),
        "gradient steps, a batch of data each, of all trainings that led to the row and of scores",
    ),
    "correct": (pa.int32(), "points classified rightly"),
    "points": (pa.int32(), "points of the data"),
    "accuracy": (pa.float64(), "correct / points, 0 … 1"),
    "loss": (pa.float64(), "mean binary cross-entropy over all points"),
    "diverged": (pa.bool_(), "some parameter or the loss was not finite"),
    "version": (pa.string(), "version of cubistlib that ran it"),
    "network": (
        pa.list_(pa.float64()),
        "weights, row by row, and biases of every layer in turn; null where a rerun gives them",
    ),
}
SCHEMA = pa.schema(
    [pa.field(name, kind, metadata={"description": text}) for name, (kind, text) in COLUMNS.items()]
)

# Columns that results of before there was one lack; all of its values are missing there.
LATER = (
    *("mask", "effective_parameters", "live_weights", "live_parameters"),
    *("steps", "correct", "points", "network"),
)

# Columns of which a value may be missing. A loss or an accuracy that is not a number is none.
OPTIONAL = (*LATER, "keep", "selection", "accuracy", "loss")

# Of these the whole numbers, as pandas has them.
NULLABLE = {
    name: {pa.int32(): "Int32", pa.int64(): "Int64"}[COLUMNS[name][0]]
    for name in OPTIONAL
    if pa.types.is_integer(COLUMNS[name][0])
}

# Columns that rise with the rows, written as differences: else a third of a search's file.
RISING = ("experiment", "mask")

# What pandas calls an index without a name that it writes.
INDEX = re.compile(r"__index_level_\d+__")


def write(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write results to `path`; a kill at any instant leaves the old file or the new one.

    Raises ValueError if the frame's columns are not those of SCHEMA, or if it cannot be written.
    """
    path = Path(path)
    data = encoded(of(frame, path))
    with writing(path.parent), replacing(path) as temporary:
        temporary.write_bytes(data)
    return path


def read(paths: str | PathLike | Sequence[str | PathLike]) -> pd.DataFrame:
    """Results of one file or of several as one frame; `hidden` and `network` hold tuples.

    A path may also be the folder of a study: then it gives what is there of it, also while a
    sweep writes. A file may be one that pandas, polars or DuckDB wrote back. Raises ValueError,
    in one sentence, for a file that is missing, damaged, unreadable or of another schema.
    """
    given = [paths] if isinstance(paths, str | PathLike) else paths
    listed = isinstance(given, Iterable) and [*given]
    require(
        listed and all(isinstance(path, str | PathLike) for path in listed),
        f"store.read: takes a path or several, got {paths!r:.200}",
    )
    return frame_of(pa.concat_tables([_read_one(Path(path)) for path in listed]))


def frame_of(table: pa.Table) -> pd.DataFrame:
    """A table of results as a frame; `hidden` and `network` hold tuples of numbers."""
    frame = table.to_pandas(integer_object_nulls=True)
    frame = frame.astype({name: kind for name, kind in NULLABLE.items() if name in frame})
    for field in table.schema:
        if pa.types.is_list(field.type):
            lists = [None if v is None else tuple(v.tolist()) for v in frame[field.name]]
            frame[field.name] = pd.Series(lists, dtype=object)
    return frame


def tidied(frame: pd.DataFrame, *needed: str) -> pd.DataFrame:
    """Results as `read` gives them, whatever wrote and read them; any columns, rows as they are.

    Raises ValueError, with column and row, for a value that results do not hold, and if a column
    that is needed is not there.
    """
    having(frame, *needed)
    untidy = [field for field in SCHEMA if field.name in frame]
    untidy = [field for field in untidy if not _is_tidy(frame[field.name], field)]
    if not untidy:
        return frame
    arrays = [_cast(frame[field.name], field, "results") for field in untidy]
    tidy = frame_of(pa.Table.from_arrays(arrays, schema=pa.schema(untidy)))
    return frame.assign(**{name: column.array for name, column in tidy.items()})


def having(frame: pd.DataFrame, *needed: str) -> None:
    """Raises ValueError unless it is a frame with these columns, each once."""
    _check_frame(frame)
    missing = sorted(name for name in needed if name not in frame)
    require(not missing, f"results lack the columns {', '.join(missing)}")
    require(frame.columns.is_unique, "results have two columns of one name")


def of(frame: pd.DataFrame, path: Path) -> pa.Table:
    """A frame as a table of SCHEMA. Raises ValueError, naming `path`, for what is none."""
    _check_frame(frame)
    return _of_schema(frame, list(frame.columns), path)


def encoded(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    buffer = pa.BufferOutputStream()
    pq.write_table(
        table.replace_schema_metadata(None),
        buffer,
        compression="zstd",
        use_dictionary=[name for name in COLUMNS if name not in RISING],
        column_encoding=dict.fromkeys(RISING, "DELTA_BINARY_PACKED"),
    )
    return buffer.getvalue().to_pybytes()


def decoded(data: bytes, path: Path) -> pa.Table:
    """The table in these bytes. Raises ValueError, naming `path`, if there is none of SCHEMA."""
    try:
        table = pq.read_table(pa.BufferReader(data))
        table.validate(full=True)
        names = table.column_names
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or ["no reason given"])[0].rstrip(".")
        raise UserError(f"{path}: not a readable Parquet file of results ({reason})") from error
    later = [name for name in LATER if name not in names]
    for name in later:
        table = table.append_column(name, pa.nulls(len(table)))
    return _of_schema(table, [*names, *later], path)


def together(files: Shards, decode: Callable[[ShardFile], pa.Table]) -> pa.Table:
    """What the files of a study hold. Raises ValueError if there are none or one is damaged."""

    def taken(listed: list[ShardFile]) -> pa.Table:
        require(listed, f"{files.folder}: no results yet; run the sweep that writes them first")
        return pa.concat_tables(map(decode, listed))

    return files.settled(taken)


def _read_one(path: Path) -> pa.Table:
    try:
        if path.is_dir():
            return _read_folder(path)
        require(
            path.is_file(), f"{path}: no such results file; run the notebook that writes it first"
        )
        return decoded(path.read_bytes(), path)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error})") from error


def _read_folder(path: Path) -> pa.Table:
    known = record(path)
    require(
        known or not any_in(path),
        f"{path} has results but no {RECORD} that tells of which study; start the study's sweep "
        "again, which keeps the results that are its own",
    )
    files = Shards(path, known.get("study", {"shards": 0}))
    return together(files, lambda file: decoded(file.read(), file.path))


def _of_schema(found: pa.Table | pd.DataFrame, names: Sequence[str], path: Path) -> pa.Table:
    _check_columns(names, path)
    arrays = [_cast(found[field.name], field, str(path)) for field in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _cast(found: pd.Series | pa.ChunkedArray, field: pa.Field, place: str) -> pa.Array:
    return columns.cast(found, field, field.name in OPTIONAL, place)


def _is_tidy(column: pd.Series, field: pa.Field) -> bool:
    """Whether a column is as `read` gives it, or of numbers that are as good."""
    if pa.types.is_list(field.type):
        allowed = {tuple, type(None)} if field.name in OPTIONAL else {tuple}
        return set(map(type, column.to_numpy())) <= allowed
    if pa.types.is_string(field.type):
        return column.dtype == "str"
    kinds = {"b"} if pa.types.is_boolean(field.type) else {"i", "u"}
    kinds |= {"f"} if pa.types.is_floating(field.type) else set()
    if field.name in NULLABLE:
        return column.dtype == NULLABLE[field.name]
    return isinstance(column.dtype, np.dtype) and column.dtype.kind in kinds


def _check_frame(frame: object) -> None:
    require(
        isinstance(frame, pd.DataFrame),
        f"results must be a pandas DataFrame, got {type(frame).__module__}."
        f"{type(frame).__name__}, of which to_pandas() or df() may make one",
    )


def _check_columns(names: Sequence[str], path: Path) -> None:
    names = [name for name in names if not INDEX.fullmatch(str(name))]
    missing, extra = set(COLUMNS) - set(names), set(map(str, names)) - set(COLUMNS)
    parts = [f"lacks {', '.join(sorted(missing))}"] if missing else []
    parts += [f"has unknown {', '.join(sorted(extra))}"] if extra else []
    parts += ["has two columns of one name"] if len(set(names)) < len(names) else []
    require(not parts, f"{path}: not the schema of results: {' and '.join(parts)}")
