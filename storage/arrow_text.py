"""Makes sure that text from the store is UTF-8 before anything relies on it. Pure.

ClickHouse strings are bytes. The collector refuses text that is not UTF-8, but other writers may store it,
and Polars ends the thread over it.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def with_valid_text(table: pa.Table) -> pa.Table:
    """The table itself, or a copy with U+FFFD where bytes were not UTF-8."""
    try:
        table.validate(full=True)
    except pa.ArrowInvalid:
        columns = [_repaired(column.combine_chunks()) for column in table.columns]
        return pa.Table.from_arrays(columns, names=table.column_names)
    return table


def _repaired(array: Any) -> Any:
    kind = array.type
    if pa.types.is_string(kind):
        values = array.view(pa.binary()).to_pylist()
        return pa.array(
            [None if value is None else value.decode("utf-8", "replace") for value in values], pa.string()
        )
    if pa.types.is_map(kind):
        return pa.MapArray.from_arrays(array.offsets, _repaired(array.keys), _repaired(array.items))
    if pa.types.is_list(kind):
        return pa.ListArray.from_arrays(array.offsets, _repaired(array.values))
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(array.indices, _repaired(array.dictionary))
    return array
