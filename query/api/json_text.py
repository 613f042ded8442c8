"""Prints columns of values as JSON texts, a whole column at a time; the same texts as orjson makes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import orjson
import polars as pl
from polars.exceptions import InvalidOperationError

from query.traces.durations import EXACT, NS_PER_MS, in_ms

# What JSON must escape inside a string; orjson leaves everything else as it is.
_SPECIAL = r'["\\\x00-\x1f]'
_SPECIAL_BYTES = bytes(range(0x20)) + b'"\\'

# Rows that are printed at a time.
_PART_ROWS = 25_000


def inside_quotes(texts: pl.Series) -> pl.Series:
    """Each text as it stands between the quotes of a JSON string."""
    content = in_one(texts)
    # Some times as fast as asking each text, which only those that have any are worth.
    if len(content.translate(None, delete=_SPECIAL_BYTES)) == len(content):
        return texts
    places = texts.str.contains(_SPECIAL).arg_true()
    escaped = [orjson.dumps(text)[1:-1].decode() for text in texts.gather(places).to_list()]
    return texts.clone().scatter(places, escaped)


def in_one(texts: pl.Series) -> bytes:
    """All texts without nulls, one after the other, in UTF-8."""
    return bytes(in_one_buffer(texts))


def in_one_buffer(texts: pl.Series) -> memoryview:
    """The same without a copy that only bytes need."""
    # A column of texts in Arrow's own layout is one buffer with the texts one after the other.
    _, offsets, content = texts.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()
    return memoryview(content)[: memoryview(offsets).cast("q")[len(texts)]]


def dumped(values: Sequence[object]) -> pl.Series:
    """Each value by orjson: for what is rare or has no columns."""
    return pl.Series([orjson.dumps(value).decode() for value in values], dtype=pl.String)


def milliseconds(times_ns: Sequence[int] | pl.Series) -> pl.Series:
    """Each time in ms, as the nearest double."""
    try:
        column = pl.Series(times_ns, dtype=pl.Int64)
    except (TypeError, InvalidOperationError):
        return dumped([time_ns / NS_PER_MS for time_ns in times_ns])
    if not column.is_between(-EXACT, EXACT).all():
        return dumped([time_ns / NS_PER_MS for time_ns in times_ns])
    return in_ms(column).cast(pl.String)


def joined(pieces: Sequence[str | pl.Series]) -> pl.Series:
    """Fixed texts and columns of texts, one after the other, as one column."""
    columns = [piece.alias(str(place)) for place, piece in enumerate(pieces) if isinstance(piece, pl.Series)]
    expressions: list[pl.Expr] = []
    # Texts between columns cost as much as columns, so those that follow each other are one.
    for fixed, run in groupby(enumerate(pieces), key=lambda numbered: isinstance(numbered[1], str)):
        if fixed:
            expressions.append(pl.lit("".join(str(piece) for _, piece in run)))
        else:
            expressions += [pl.col(str(place)) for place, _ in run]
    table = pl.DataFrame(columns)
    # Parts fit into the processor's cache, and are printed at once.
    starts = range(0, max(table.height, 1), _PART_ROWS)
    parts = [table.lazy().slice(start, _PART_ROWS).select(pl.concat_str(expressions)) for start in starts]
    return pl.concat([part.to_series() for part in pl.collect_all(parts)], rechunk=True)
