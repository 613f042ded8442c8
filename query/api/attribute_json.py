"""Prints columns of attribute maps as JSON objects without making the objects: shape by shape, name by name.

The same texts as orjson makes of the decoded attributes (`query.traces.attribute_columns`); a property test
says so. Pure.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson
import polars as pl

from query.api.json_text import dumped, inside_quotes
from query.traces.attribute_columns import decoded_map
from query.traces.attribute_shapes import AttributeShapes, Shape
from query.traces.attributes import decoded_column


def attributes_json(shapes: AttributeShapes) -> pl.Series:
    """One JSON object per map, in the order of the column."""
    lone_rows = pl.Series([one.row for one in shapes.lone], dtype=pl.UInt32)
    lone = dumped([decoded_map(one) for one in shapes.lone])
    quotable = inside_quotes(shapes.values) if shapes.common else shapes.values
    common = pl.collect_all([_objects(shape, shapes.values, quotable) for shape in shapes.common])
    texts = pl.concat([lone, *(frame["text"] for frame in common)])
    rows = pl.concat([lone_rows, *(shape.rows for shape in shapes.common)])
    places = pl.int_range(len(rows), dtype=pl.UInt32, eager=True)
    return texts.gather(places.clone().scatter(rows, places))


def _objects(shape: Shape, values: pl.Series, quotable: pl.Series) -> pl.LazyFrame:
    """The objects of a shape as the column `text`."""
    if not shape.names:
        return pl.repeat("{}", len(shape.rows), dtype=pl.String, eager=True).alias("text").to_frame().lazy()
    pieces: list[pl.Expr] = []
    columns = [shape.starts.alias("start")]
    # Texts between columns cost as much as columns, so those that follow each other are one.
    before = "{"
    for place, name in enumerate(shape.names):
        letter = shape.letters[place] if shape.letters else "s"
        quote = '"' if letter in _QUOTED else ""
        pieces.append(pl.lit(f"{before}{orjson.dumps(name).decode()}:{quote}"))
        if quote:
            pieces.append(pl.lit(quotable).gather(pl.col("start") + shape.places[place]))
        else:
            columns.append(_unquoted(letter, shape.texts(place, values)).alias(str(place)))
            pieces.append(pl.col(str(place)))
        before = f"{quote},"
    pieces.append(pl.lit(f"{quote}}}"))
    return pl.DataFrame(columns).lazy().select(pl.concat_str(pieces).alias("text"))


def _unquoted(letter: str, texts: pl.Series) -> pl.Series:
    """The JSON of a column of stored texts which are no strings."""
    if letter == "b":
        return (texts == "true").cast(pl.String)
    read = _NUMBERS.get(letter)
    if read is not None:
        printed = read(texts)
        if not printed.has_nulls():
            return printed
    return dumped(decoded_column(letter, texts.to_list()))


def _whole_numbers(texts: pl.Series) -> pl.Series:
    """The texts themselves where they are numbers as JSON writes them, else null."""
    same = texts.cast(pl.Int64, strict=False).cast(pl.String) == texts
    return pl.select(pl.when(same).then(texts)).to_series()


def _doubles(texts: pl.Series) -> pl.Series:
    numbers = texts.cast(pl.Float64, strict=False)
    return pl.select(pl.when(numbers.is_finite()).then(numbers.cast(pl.String))).to_series()


# Strings and bytes in base64. A letter nobody has defined means text too.
_QUOTED = frozenset("sx")
_NUMBERS: dict[str, Callable[[pl.Series], pl.Series]] = {"i": _whole_numbers, "d": _doubles}
