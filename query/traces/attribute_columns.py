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
        for row, attributes in zip(shape.rows.to_list(), _decoded_rows(shape, shapes.values), strict=True):
            found[row] = attributes
    return found


def decoded_map(lone: LoneMap) -> Attributes:
    """The attributes of one map."""
    texts: list[AttributeValue] = list(lone.texts)
    return decoded(lone.names, texts, lone.letters)


def decoded_at(shape: Shape, values: pl.Series, place: int) -> Attributes:
    """The attributes of one map of a shape.

    Args:
        shape: The shape.
        values: `AttributeShapes.values`.
        place: Which of its maps.
    """
    start = shape.starts[place]
    return decoded(shape.names, [values[start + one] for one in shape.places], shape.letters)


def _decoded_rows(shape: Shape, values: pl.Series) -> list[Attributes]:
    if not shape.names:
        return [{} for _ in range(len(shape.rows))]
    texts = [shape.texts(number, values).to_list() for number in range(len(shape.names))]
    return decoded_columns(shape.names, texts, shape.letters)
