"""A column of results from whatever wrote it: pandas, polars and DuckDB change types on the way."""

from contextlib import suppress

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from cubistlib.support.checks import UserError

# What is raised for a value that does not fit.
UNFIT = (pa.ArrowException, TypeError, ValueError, OverflowError)

# Kinds of types; a column of one kind may stand for a column of the same.
TEXT, NUMBER, FLAG, LIST, NOTHING, OTHER = "text", "number", "flag", "list", "nothing", "other"
KINDS = {
    TEXT: (types.is_string, types.is_large_string, types.is_string_view),
    NUMBER: (types.is_integer, types.is_floating, types.is_decimal),
    FLAG: (types.is_boolean,),
    LIST: (
        *(types.is_list, types.is_large_list, types.is_fixed_size_list),
        *(types.is_list_view, types.is_large_list_view),
    ),
    NOTHING: (types.is_null,),
}


def cast(
    found: pd.Series | pa.ChunkedArray, field: pa.Field, optional: bool, place: str
) -> pa.Array:
    """A column as results hold it: whole numbers from 3.0 too, a missing one from NaN.

    optional: whether values may be missing. Raises ValueError, in a sentence that begins with
    `place` and tells column and row, for a value that would have to be changed.
    """
    with suppress(*UNFIT):
        return _cast(found, field.type, optional)
    for row, value in enumerate(found):
        value = value.as_py() if isinstance(value, pa.Scalar) else value
        try:
            _cast(pd.Series([value], dtype=object), field.type, optional)
        except UNFIT:
            given = " ".join(repr(value).split())[:200]
            raise UserError(
                f"{place}: column {field.name!r}, row {row} holds {given}, "
                f"results hold {field.type}"
            ) from None
    kind = found.type if isinstance(found, pa.ChunkedArray) else found.dtype
    raise UserError(f"{place}: column {field.name!r} holds {kind}, results hold {field.type}")


def _cast(found: pd.Series | pa.ChunkedArray, wanted: pa.DataType, optional: bool) -> pa.Array:
    array = pa.array(found, from_pandas=True) if isinstance(found, pd.Series) else found
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if optional and array.null_count == len(array):  # of whatever type
        return pa.nulls(len(array), wanted)
    done = array if array.type == wanted else _converted(array, wanted)
    missing = 0 if optional else done.null_count
    if missing or (types.is_list(wanted) and pc.list_flatten(done).null_count):
        raise ValueError
    return done


def _converted(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    if types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not _alike(array.type, wanted):
        raise TypeError
    if types.is_integer(wanted) and types.is_floating(array.type):
        array = pc.if_else(pc.is_nan(array), None, array)
    return array.cast(wanted)


def _alike(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether values of one type may stand for those of another, as far as types tell."""
    kind = _kind(found)
    if kind == LIST == _kind(wanted):
        return _alike(found.value_type, wanted.value_type)
    return kind in (NOTHING, _kind(wanted))


def _kind(of: pa.DataType) -> str:
    return next((kind for kind, tests in KINDS.items() if any(t(of) for t in tests)), OTHER)
