"""Groups a column of attribute maps by shape: the same names in the same order, and the same types.

Spans of one operation have the same attribute names, so a trace of 100,000 spans has a few dozen shapes.
What is to be done with every map is then done name by name, over a whole column of texts at once. Nested
columns are flattened first: Polars turns one long column into Python values many times faster than many
short lists. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

# Fewer maps than this are handled one by one: taking a shape apart costs about as much as so many maps.
FEW = 200


@dataclass(frozen=True, slots=True)
class Shape:
    """Maps that differ in nothing but their values.

    `names` are distinct: of entries with the same name the first counts, as OTel says. `letters` has one
    letter per name (see `query.traces.attributes`), or is "" where all are strings. `rows` are the maps'
    places, `starts` those of their first entries among the entries of all maps, `places` those of the names
    within a map.
    """

    names: tuple[str, ...]
    letters: str
    rows: pl.Series
    starts: pl.Series
    places: tuple[int, ...]

    def texts(self, number: int, values: pl.Series) -> pl.Series:
        """The texts of one name, one per map.

        Args:
            number: Which of the names.
            values: `AttributeShapes.values`, or a column made of them.
        """
        return values.gather(self.starts + self.places[number])


@dataclass(frozen=True, slots=True)
class LoneMap:
    """A map of a shape that few others have; `names` may repeat."""

    row: int
    names: list[str]
    texts: list[str]
    letters: str


@dataclass(frozen=True, slots=True)
class AttributeShapes:
    """A column of `count` maps: those of common shapes together, the others one by one.

    `values` are the texts of all entries of all maps, in order.
    """

    count: int
    values: pl.Series
    common: list[Shape]
    lone: list[LoneMap]


def flat(lists: pl.Series) -> pl.Series:
    """The items of all lists, in order."""
    return lists.explode(empty_as_null=False)


def shapes_of(maps: pl.Series, types: pl.Series) -> AttributeShapes:
    """Takes a column apart.

    Args:
        maps: A column of maps from name to text.
        types: Their letters, one string per map.
    """
    if len(maps) < FEW:
        lone = list(_lone(maps, types, range(len(maps))))
        return AttributeShapes(len(maps), pl.Series(dtype=pl.String), [], lone)
    keys = maps.map.keys()
    counts = keys.list.len().cast(pl.Int64)
    table = pl.DataFrame(
        {"keys": keys, "types": types.cast(pl.String).fill_null(""), "start": counts.cum_sum() - counts}
    )
    shapes = table.with_row_index("row").group_by("keys", "types").agg("row", "start", count=pl.len())
    rare = shapes.filter(pl.col("count") < FEW)["row"].explode(empty_as_null=False)
    common = [
        _shape(names, letters, pl.Series(rows, dtype=pl.UInt32), pl.Series(starts, dtype=pl.Int64))
        for names, letters, rows, starts, _ in shapes.filter(pl.col("count") >= FEW).rows()
    ]
    lone = list(_lone(maps.gather(rare), types.gather(rare), rare.to_list())) if len(rare) else []
    return AttributeShapes(len(maps), flat(maps.map.values()), common, lone)


def _shape(names: list[str], letters: str, rows: pl.Series, starts: pl.Series) -> Shape:
    first_places: dict[str, int] = {}
    for place, name in enumerate(names):
        first_places.setdefault(name, place)
    places = tuple(first_places.values())
    typed = len(letters) == len(names)
    return Shape(
        names=tuple(first_places),
        letters="".join(letters[place] for place in places) if typed else "",
        rows=rows,
        starts=starts,
        places=places,
    )


def _lone(maps: pl.Series, types: pl.Series, rows: list[int] | range) -> Iterator[LoneMap]:
    keys = maps.map.keys()
    flat_keys: list[str] = flat(keys).to_list()
    flat_values: list[str] = flat(maps.map.values()).to_list()
    counts: list[int] = keys.list.len().to_list()
    start = 0
    for row, count, letters in zip(rows, counts, types.to_list(), strict=True):
        end = start + count
        yield LoneMap(row, flat_keys[start:end], flat_values[start:end], letters or "")
        start = end
