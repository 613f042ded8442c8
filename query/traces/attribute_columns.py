"""Decodes columns of attribute maps: maps of one shape together, name by name. Pure."""

from __future__ import annotations

import polars as pl

from query.model.trace import Attributes, AttributeValue
from query.traces.attribute_shapes import AttributeShapes, LoneMap, Shape, shapes_of
from query.traces.attributes import decoded, decoded_columns


def attributes_of(maps: pl.Series, types: pl.Series) -> list[Attributes]:
    """The decoded attributes of each map.

    Args:
        maps: A column of maps from name to text.
        types: Their letters, one string per map (see `query.traces.attributes`).
    """
    return decoded_shapes(shapes_of(maps, types))


def decoded_shapes(shapes: AttributeShapes) -> list[Attributes]:
    """The decoded attributes of each map of a column."""
    nothing: Attributes = {}
    found = [nothing] * shapes.count
    for lone in shapes.lone:
        found[lone.row] = decoded_map(lone)
    for shape in shapes.common:
        for row, attributes in zip(shape.rows.to_list(), decoded_rows(shape, shapes.values), strict=True):
            found[row] = attributes
    return found


def decoded_map(lone: LoneMap) -> Attributes:
    """The attributes of one map."""
    texts: list[AttributeValue] = list(lone.texts)
    return decoded(lone.names, texts, lone.letters)


def decoded_rows(shape: Shape, values: pl.Series, places: pl.Series | None = None) -> list[Attributes]:
    """The attributes of the maps of a shape, or of those at some places within it.

    Args:
        shape: The shape.
        values: `AttributeShapes.values`.
        places: Which of the maps; None means all.
    """
    if not shape.names:
        return [{} for _ in range(len(shape.rows) if places is None else len(places))]
    texts = [shape.texts(number, values, places).to_list() for number in range(len(shape.names))]
    return decoded_columns(shape.names, texts, shape.letters)
