"""Results in Parquet: one row an experiment, one documented schema, atomic writes."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cubistlib.checks import UserError, require
from cubistlib.files import replacing

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
    _check_columns(frame.columns, path)
    table = pa.Table.from_pandas(frame[list(COLUMNS)], schema=SCHEMA, preserve_index=False)
    with replacing(path) as temporary:
        pq.write_table(table, temporary)
    return path


def read(paths: str | Path | Sequence[str | Path]) -> pd.DataFrame:
    """Results of one file or of several as one frame; `hidden` holds tuples of int.

    Raises ValueError, in one sentence, for a file that is missing, unreadable or of another
    schema.
    """
    paths = [paths] if isinstance(paths, str | Path) else list(paths)
    return pd.concat([_read_one(Path(p)) for p in paths], ignore_index=True)


def _read_one(path: Path) -> pd.DataFrame:
    require(path.is_file(), f"{path}: no such results file; run the notebook that writes it first")
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UserError(f"{path}: not a readable Parquet file of results ({reason})") from error
    _check_columns(table.column_names, path)
    for field in SCHEMA:
        found = table.schema.field(field.name).type
        require(
            found == field.type,
            f"{path}: column {field.name!r} holds {found}, results hold {field.type}",
        )
    frame = table.select(list(COLUMNS)).to_pandas()
    return frame.assign(hidden=[tuple(map(int, h)) for h in frame["hidden"]])


def _check_columns(columns: Sequence[str], path: Path) -> None:
    missing, extra = set(COLUMNS) - set(columns), set(columns) - set(COLUMNS)
    parts = [f"lacks {', '.join(sorted(missing))}"] if missing else []
    parts += [f"has unknown {', '.join(sorted(extra))}"] if extra else []
    require(not parts, f"{path}: not the schema of results: {' and '.join(parts)}")
