"""Results in Parquet: one row an experiment, one documented schema, atomic writes."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cubistlib.store import shards
from cubistlib.store.shards import ShardFile
from cubistlib.support.checks import UserError, require
from cubistlib.support.files import replacing

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
    "lr": (pa.float64(), "initial learning rate"),
    "schedule": (pa.string(), "constant, cosine or step"),
    "epochs": (pa.int32(), "passes over the data"),
    "selection": (pa.string(), "rule from scores to masks: exact or authors; null in a search"),
    "seed": (pa.int64(), "replicate: seeds the order of the data"),
    "accuracy": (pa.float64(), "share of all points classified rightly, 0 … 1"),
    "loss": (pa.float64(), "mean binary cross-entropy over all points"),
    "diverged": (pa.bool_(), "some parameter or the loss was not finite"),
    "version": (pa.string(), "version of cubistlib that ran it"),
}
SCHEMA = pa.schema(
    [pa.field(name, kind, metadata={"description": text}) for name, (kind, text) in COLUMNS.items()]
)


def write(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write results to `path`; a kill at any instant leaves the old file or the new one.

    Raises ValueError if the frame's columns are not those of SCHEMA.
    """
    path = Path(path)
    with replacing(path) as temporary:
        temporary.write_bytes(encoded(of(frame, path)))
    return path


def read(paths: str | PathLike | Sequence[str | PathLike]) -> pd.DataFrame:
    """Results of one file or of several as one frame; `hidden` holds tuples of int.

    A path may also be the folder of a study: then it gives what is there of it, also while a
    sweep writes. Raises ValueError, in one sentence, for a file that is missing, damaged,
    unreadable or of another schema.
    """
    paths = [paths] if isinstance(paths, str | PathLike) else list(paths)
    return frame_of(pa.concat_tables([_read_one(Path(p)) for p in paths]))


def frame_of(table: pa.Table) -> pd.DataFrame:
    """A table of results as a frame; `hidden` holds tuples of int."""
    frame = table.to_pandas().astype({"mask": "Int64", "keep": "Int32"})
    return frame.assign(hidden=[tuple(map(int, h)) for h in frame["hidden"]])


def of(frame: pd.DataFrame, path: Path) -> pa.Table:
    """A frame as a table of SCHEMA. Raises ValueError, naming `path`, for other columns."""
    _check_columns(frame.columns, path)
    return pa.Table.from_pandas(frame[list(COLUMNS)], schema=SCHEMA, preserve_index=False)


def encoded(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    buffer = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(None), buffer)
    return buffer.getvalue().to_pybytes()


def decoded(data: bytes, path: Path) -> pa.Table:
    """The table in these bytes. Raises ValueError, naming `path`, if there is none of SCHEMA."""
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UserError(f"{path}: not a readable Parquet file of results ({reason})") from error
    if "mask" not in table.column_names:  # results of before there was this column
        table = table.append_column("mask", pa.nulls(len(table), pa.int64()))
    _check_columns(table.column_names, path)
    for field in SCHEMA:
        found = table.schema.field(field.name).type
        require(
            found == field.type,
            f"{path}: column {field.name!r} holds {found}, results hold {field.type}",
        )
    return table.select(list(COLUMNS)).cast(SCHEMA)


def _read_one(path: Path) -> pa.Table:
    def together(files: list[ShardFile]) -> pa.Table:
        require(bool(files), f"{path}: no results yet; run the sweep that writes them first")
        return pa.concat_tables([decoded(file.read(), file.path) for file in files])

    if path.is_dir():
        return shards.settled(path, together)
    require(path.is_file(), f"{path}: no such results file; run the notebook that writes it first")
    return decoded(path.read_bytes(), path)


def _check_columns(columns: Sequence[str], path: Path) -> None:
    missing, extra = set(COLUMNS) - set(columns), set(columns) - set(COLUMNS)
    parts = [f"lacks {', '.join(sorted(missing))}"] if missing else []
    parts += [f"has unknown {', '.join(sorted(extra))}"] if extra else []
    require(not parts, f"{path}: not the schema of results: {' and '.join(parts)}")
