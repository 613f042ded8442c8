"""What spans' attributes say of the calls they belong to: protocol, peer, whether a proxy made them.

Spans of one trace say the same few things in attributes that are otherwise all different (ids, paths, times).
Which attributes matter is not listed here: the rules' own look-ups are watched, and rows that agree in every
value that was looked at are answered once. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from query.links.peer import Peer, Protocol, peer_of, protocol_of
from query.links.sidecar import tagged_by_sidecar
from query.model.trace import SpanKind
from query.traces.attribute_columns import decoded_at, decoded_map
from query.traces.attribute_shapes import AttributeShapes, Shape
from query.traces.numbering import numbered


class Said(NamedTuple):
    """What a span's attributes say of the call it belongs to."""

    protocol: Protocol
    peer: Peer | None
    proxied: bool


def said_by(kind: SpanKind, attributes: Mapping[str, object]) -> Said:
    """What one span says."""
    return Said(protocol_of(kind, attributes), peer_of(kind, attributes), tagged_by_sidecar(attributes))


@dataclass(frozen=True, slots=True)
class SaidBySpans:
    """What each span says: `numbers` has one entry per span, which points to one of `answers`."""

    numbers: pl.Series
    answers: list[Said]

    def each(self) -> list[Said]:
        """One answer per span."""
        return [self.answers[number] for number in self.numbers.to_list()]


def said_by_all(kinds: pl.Series, shapes: AttributeShapes) -> SaidBySpans:
    """What each span says; exactly `said_by` of its kind and decoded attributes.

    Args:
        kinds: One per span.
        shapes: The spans' attributes, in the same order.
    """
    number_of: dict[Said, int] = {}
    numbers = [0] * shapes.count
    if shapes.lone:
        kind_of: list[SpanKind] = kinds.to_list()
        for lone in shapes.lone:
            said = said_by(kind_of[lone.row], decoded_map(lone))
            numbers[lone.row] = number_of.setdefault(said, len(number_of))
    found = pl.Series(numbers, dtype=pl.UInt32)
    known: set[str] = set()
    for shape in shapes.common:
        groups = _answers(shape, shapes.values, kinds.gather(shape.rows), known)
        group_numbers = [number_of.setdefault(said, len(number_of)) for said in groups.answers]
        found = found.scatter(shape.rows, pl.Series(group_numbers, dtype=pl.UInt32).gather(groups.numbers))
    return SaidBySpans(found, list(number_of))


class _Watched(Mapping[str, object]):
    """Attributes that note which of them were read."""

    def __init__(self, attributes: Mapping[str, object]) -> None:
        self._attributes = attributes
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> object:
        value = self._attributes[name]
        self.read.add(name)
        return value

    def __iter__(self) -> Iterator[str]:
        self.read.update(self._attributes)
        return iter(self._attributes)

    def __len__(self) -> int:
        return len(self._attributes)


def _answers(shape: Shape, values: pl.Series, kinds: pl.Series, known: set[str]) -> SaidBySpans:
    """What each span of a shape says.

    Spans are grouped by the values known to matter. An answer that needed another value of its
    representative may not hold for the rest of its group: then that name matters too, and all are grouped
    anew. This ends, for each round adds a name. `known` collects the names that mattered to any shape, for
    the next to begin with.
    """
    # The first span alone tells most of what matters.
    known |= _answered(shape, values, kinds, [0], known)[1]
    while True:
        matter = [name for name in shape.names if name in known]
        columns = [shape.texts(shape.names.index(name), values).alias(f"={name}") for name in matter]
        numbers, firsts = numbered(pl.DataFrame([kinds.alias("kind"), *columns]))
        answers, new = _answered(shape, values, kinds, firsts.to_list(), known)
        if not new:
            return SaidBySpans(numbers, answers)
        known |= new


def _answered(
    shape: Shape, values: pl.Series, kinds: pl.Series, places: Sequence[int], known: set[str]
) -> tuple[list[Said], set[str]]:
    """What the spans at some places of a shape say, up to the first that needed names which are not known."""
    answers = []
    for place in places:
        watched = _Watched(decoded_at(shape, values, place))
        answers.append(said_by(kinds[place], watched))
        if new := watched.read.difference(known):
            return answers, new
    return answers, set()
